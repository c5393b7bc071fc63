"""The benchmark's job in Polars: join payments to items on account and reference, compare amounts,
write matched.csv and exceptions.csv.

    polars_join.py ITEMS.csv PAYMENTS.csv OUT_FOLDER THREADS plain|second

`second` also finds second payments of an item: the first exact payment in file order settles it.
Only the columns of the job are read, as text but for the amounts, which are decimals.
"""

import os
import sys

items, payments, out, threads, mode = sys.argv[1:]
os.environ["POLARS_MAX_THREADS"] = threads

import polars as pl  # noqa: E402  the number of threads is read at import


def scan(path, columns):
    return pl.scan_csv(path, infer_schema=False).select(columns).with_columns(
        pl.col("amount").str.to_decimal(scale=2))


keys = ["creditor_account", "references"]
left = scan(payments, ["payment_id", *keys, "amount"])
right = scan(items, ["item_id", *keys, "amount"]).rename({"amount": "item_amount"})
joined = left.join(right, on=keys, how="left", maintain_order="left" if mode == "second" else "none")
joined = joined.with_columns(
    (pl.col("amount") == pl.col("item_amount")).fill_null(False).alias("exact"))
frame = joined.collect(engine="streaming")
if mode == "second":
    first = pl.struct("item_id", "exact").is_first_distinct()
    frame = frame.with_columns((pl.col("exact") & first).alias("exact"))
frame.filter(pl.col("exact")).select("payment_id", "item_id", "amount").write_csv(
    f"{out}/matched.csv")
frame.filter(~pl.col("exact")).select("payment_id", "item_id", "amount", "item_amount").write_csv(
    f"{out}/exceptions.csv")
