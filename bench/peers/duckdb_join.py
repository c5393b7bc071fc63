"""The benchmark's job in DuckDB: join payments to items on account and reference, compare amounts,
write matched.csv and exceptions.csv.

    duckdb_join.py ITEMS.csv PAYMENTS.csv OUT_FOLDER THREADS plain|second

`second` also finds second payments of an item: the first exact payment in file order settles it.
All columns are read as text but the amounts, which are decimals: nothing is guessed, nothing is
parsed that the job does not need.
"""

import sys

import duckdb

items, payments, out, threads, mode = sys.argv[1:]
con = duckdb.connect()
con.execute(f"SET threads={int(threads)}")
# The order of rows is not promised to anyone, which is the faster setting.
con.execute("SET preserve_insertion_order=false")


def scan(path, columns, extra=""):
    spec = ", ".join(
        f"'{name}': '{'DECIMAL(18,2)' if name == 'amount' else 'VARCHAR'}'" for name in columns)
    return f"read_csv('{path}', header=true, auto_detect=false, delim=',', quote='\"', columns={{{spec}}}{extra})"


ITEM_COLUMNS = ("item_id customer_id creditor_account references amount currency issue_date "
                "due_date").split()
PAYMENT_COLUMNS = ("payment_id creditor_account references amount currency booking_date "
                   "payer_name bank_reference").split()

joined = f"""
SELECT p.payment_id, i.item_id, p.amount, i.amount AS item_amount,
       coalesce(p.amount = i.amount, false) AS exact
FROM {scan(payments, PAYMENT_COLUMNS)} p
LEFT JOIN {scan(items, ITEM_COLUMNS)} i
  ON p.creditor_account = i.creditor_account AND p."references" = i."references"
"""
if mode == "second":
    # Payment ids ascend in file order.
    joined = f"""
    SELECT payment_id, item_id, amount, item_amount,
           exact AND row_number() OVER (PARTITION BY item_id, exact ORDER BY payment_id) = 1 AS exact
    FROM ({joined})
    """
con.execute(f"CREATE TEMP TABLE joined AS {joined}")
con.execute(f"COPY (SELECT payment_id, item_id, amount FROM joined WHERE exact) "
            f"TO '{out}/matched.csv' (HEADER)")
con.execute(f"COPY (SELECT payment_id, item_id, amount, item_amount FROM joined WHERE NOT exact) "
            f"TO '{out}/exceptions.csv' (HEADER)")
