"""The XML parsers side by side, by the Google Benchmark program bench/camt_bench.

Its rows are named CONTESTANT/SHAPE, where SHAPE begins with `repeating` (entries alike) or `changing`
(entries that keep changing shape), and count bytes per second.
"""

from . import micro
from .measure import Spread

PROGRAM = "camt_bench"
GOALS = {"repeating": 5.0, "changing": 2.5}  # against pugixml


def speeds(rounds):
    """{shape: {contestant: [bytes per second, one a round]}}"""
    found = {}
    for row in micro.rows(PROGRAM, rounds):
        name, _, shape = row["run_name"].partition("/")
        shape = shape.split("/")[0]
        found.setdefault(shape, {}).setdefault(name, []).append(row["bytes_per_second"])
    return found


def run(options, say):
    result = {"shapes": {}, "ratios": []}
    for shape, contestants in speeds(options.repeat or 5).items():
        result["shapes"][shape] = {}
        for name, values in sorted(contestants.items(), key=lambda row: -max(row[1])):
            spread = Spread.of([value / 1e6 for value in values])
            result["shapes"][shape][name] = spread.as_dict()
            say(f"   {shape:<20} {name:<10} {spread.median:>8.0f} MB/s  ({spread.least:.0f} to "
                f"{spread.greatest:.0f})")
        for name, values in contestants.items():
            if name == "kvitt":
                continue
            spread = Spread.of([mine / theirs for mine, theirs in zip(contestants["kvitt"], values)])
            goal = GOALS.get(shape.split("_")[0]) if name == "pugixml" else None
            verdict = "" if goal is None else "met" if spread.median >= goal else "NOT met"
            target = "" if goal is None else f">= {goal}"
            say(f"   kvitt is {spread.median:.2f} times {name} ({shape})  {target} {verdict}".rstrip())
            result["ratios"].append({"ratio": f"kvitt / {name}, {shape}", **spread.as_dict(),
                                     "target": target, "verdict": verdict})
    return result
