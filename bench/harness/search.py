"""What the search for payers costs in the worlds that are known to be hard, by bench/search_bench.

Each row is a whole run on one thread. Before it is timed the program holds its answers (outcomes, deviations
and suggestions) against what must come out, and those of two and three threads against those of one.
Processor time is what counts: a run of a millisecond cannot be timed beside neighbours.
"""

import dataclasses
from typing import Optional

from . import micro
from .measure import Spread

PROGRAM = "search_bench"
MILLISECONDS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclasses.dataclass
class Row:
    """A benchmark of the program; with `against`, its time as a multiple of that one's."""
    name: str
    what: str
    at_most: Optional[float] = None
    against: str = ""


def large(items, unclear):
    return f"BM_LargeCustomer/items:{items}/payments:10000/unclear:{unclear}"


ROWS = (
    Row("BM_ThirteenEqualItems", "a payment of five of 13 equal items", at_most=1.0),
    Row("BM_SixtyItems/1", "a customer of 60 items, 2^60 sets, of which many fit"),
    Row("BM_SixtyItems/10000000", "the same, the budget of steps spent"),
    Row(large(10, 0), "10,000 payments by customers of 10 items, 90,000 others"),
    Row(large(100_000, 0), "10,000 by one customer of 100,000 items", at_most=1.5,
        against=large(10, 0)),
    Row(large(10, 1), "10,000 of amounts that nothing has, customers of 10 items"),
    Row(large(100_000, 1), "the same by one customer of 100,000 items", at_most=1.5,
        against=large(10, 1)),
)


def times(rounds):
    """{name: [milliseconds of processor time, one a round]}"""
    found = {}
    for row in micro.rows(PROGRAM, rounds):
        found.setdefault(row["run_name"], []).append(row["cpu_time"] * MILLISECONDS[row["time_unit"]])
    return found


def judged(value, row):
    if row.at_most is None:
        return "", ""
    return f"<= {row.at_most:g}", "met" if value <= row.at_most else "NOT met"


def run(options, say):
    found = times(options.repeat or 5)
    result = {"answers": "the same on 1, 2 and 3 threads", "milliseconds": {}, "ratios": []}
    say("   answers are right, and the same on 1, 2 and 3 threads")
    for row in ROWS:
        spread = Spread.of(found[row.name])
        line = (f"   {row.what:<58} {spread.median:>8.2f} ms  ({spread.least:.2f} to "
                f"{spread.greatest:.2f})")
        entry = {"what": row.what, **spread.as_dict()}
        if row.against:
            pairs = zip(found[row.name], found[row.against])
            ratio = Spread.of([mine / other for mine, other in pairs])
            target, verdict = judged(ratio.median, row)
            line += f"  {ratio.median:.2f} times the line above, {target} {verdict}"
            result["ratios"].append({"ratio": f"{row.name} / {row.against}", **ratio.as_dict(),
                                     "target": target, "verdict": verdict})
        elif row.at_most is not None:
            entry["target"], entry["verdict"] = judged(spread.median, row)
            line += f"  {entry['target']} ms {entry['verdict']}"
        say(line)
        result["milliseconds"][row.name] = entry
    return result
