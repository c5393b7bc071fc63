"""THE TABLE of jobs: what is run against what, on which data, and what it must come to."""

import dataclasses
from typing import Callable, Optional

from .contestants import Cat, Kvitt, peers
from .data import DataSet

MILLION = 1_000_000


@dataclasses.dataclass
class Goal:
    """A ratio of two contestants' times that the job must show."""
    slower: str
    faster: str
    at_least: Optional[float] = None
    at_most: Optional[float] = None

    @property
    def text(self):
        return f"{self.slower} / {self.faster}"

    def target(self):
        if self.at_least is not None:
            return f">= {self.at_least}"
        return f"<= {self.at_most}" if self.at_most is not None else ""

    def met(self, ratio):
        return ((self.at_least is None or ratio >= self.at_least)
                and (self.at_most is None or ratio <= self.at_most))


@dataclasses.dataclass
class Job:
    name: str
    what: str
    data: Optional[DataSet]
    # (kvitt binary, folder, install) -> contestants
    contestants: Callable
    goals: list
    repeat: int = 5
    quick: bool = False
    kind: str = "race"      # race, memory, growth, rules, or a Google Benchmark program: camt, search


def csv_contestants(with_awk):
    return lambda kvitt, folder, install: [Kvitt(kvitt), *peers(folder, install, with_awk)]


def floor_contestants(kvitt, folder, install):
    return [Kvitt(kvitt), Cat("cat")]


def output_contestants(kvitt, folder, install):
    return [Kvitt(kvitt),
            Kvitt(kvitt, "kvitt four outputs", "payments,allocations,exceptions,open_items")]


def thread_contestants(kvitt, folder, install):
    return [Kvitt(kvitt), Kvitt(kvitt, "kvitt 1 thread", threads=1)]


def only_kvitt(kvitt, folder, install):
    return [Kvitt(kvitt)]


def against_duckdb(plain, second):
    """The same goals against the version by which they were set, and against today's."""
    return [Goal(version + mode, "kvitt", at_least=least)
            for version in ("duckdb-1.5.6", "duckdb")
            for mode, least in (("", plain), ("+second", second))]


BANK_FILES = ("items-jsonl", "bgmax")

JOBS = [
    Job("csv-1m", "1M items x 1M payments, CSV, two result files",
        DataSet(MILLION, MILLION), csv_contestants(True),
        [*against_duckdb(plain=7.0, second=8.5), Goal("polars", "kvitt"), Goal("polars+second", "kvitt"), Goal("sort+join", "kvitt"),
         Goal("sort+join+second", "kvitt"), Goal("awk", "kvitt"), Goal("kvitt", "cat")],
        quick=True),
    Job("csv-10m", "10M items x 10M payments, CSV, two result files",
        DataSet(10 * MILLION, 10 * MILLION), csv_contestants(False),
        [*against_duckdb(plain=4.5, second=6.0), Goal("polars", "kvitt"), Goal("polars+second", "kvitt"), Goal("sort+join", "kvitt"),
         Goal("sort+join+second", "kvitt"), Goal("kvitt", "cat")]),
    Job("jsonl-bgmax-1m", "1M items in JSON Lines x 1M payments in BgMax, against reading the bytes",
        DataSet(MILLION, MILLION, BANK_FILES), floor_contestants,
        [Goal("kvitt", "cat")], quick=True),
    Job("jsonl-bgmax-10m", "10M items in JSON Lines x 10M payments in BgMax, against reading the bytes",
        DataSet(10 * MILLION, 10 * MILLION, BANK_FILES), floor_contestants,
        [Goal("kvitt", "cat", at_most=3.5)]),
    Job("full-outputs-10m", "10M x 10M CSV: all four outputs against two",
        DataSet(10 * MILLION, 10 * MILLION), output_contestants,
        [Goal("kvitt four outputs", "kvitt")]),
    Job("threads-1m", "1M x 1M CSV: one thread against two",
        DataSet(MILLION, MILLION), thread_contestants, [Goal("kvitt 1 thread", "kvitt")], quick=True),
    Job("threads-10m", "10M x 10M CSV: one thread against two",
        DataSet(10 * MILLION, 10 * MILLION), thread_contestants,
        [Goal("kvitt 1 thread", "kvitt", at_least=1.8)]),
    Job("memory-10m", "resident memory per open item, from 5M and 10M items x 1,000 payments",
        None, only_kvitt, [], repeat=3, kind="memory"),
    Job("growth-100m", "100M items x 10M payments: completes, memory, cost per item against 10M",
        None, only_kvitt, [], repeat=1, kind="growth"),
    Job("rules-10m", "10M x 10M CSV with a tenth for rules 4 to 11, against exact references alone",
        None, only_kvitt, [], repeat=3, kind="rules"),
    Job("camt-parse", "camt.054 on one core: kvitt's scanner against pugixml, libxml2 and expat",
        None, only_kvitt, [], kind="camt", quick=True),
    Job("search", "13 equal items, a customer of 60 items, one of 100,000: rules 4 to 8 on one thread",
        None, only_kvitt, [], kind="search", quick=True),
]
