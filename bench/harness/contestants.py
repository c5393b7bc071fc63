"""Who runs in the benchmark: how each is started, and what it says that it found."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench" / "peers"


class Contestant:
    """One way to do a job. `missing` says why it cannot run, or is empty."""

    def __init__(self, name, version="", missing=""):
        self.name = name
        self.version = version
        self.missing = missing

    good_codes = (0,)

    def command(self, data, out, threads):
        raise NotImplementedError

    def found(self, data, out):
        """Counts to hold against what the data set is known to hold; None when it says nothing."""
        del data, out
        return None


class Kvitt(Contestant):
    """The whole run. Second payments are always found: there is no setting without."""

    def __init__(self, binary, name="kvitt", emit="allocations,exceptions", threads=None):
        missing = "" if binary and pathlib.Path(binary).exists() else "kvitt is not built"
        super().__init__(name, missing=missing)
        self.binary = binary
        self.emit = emit
        self.threads = threads

    def command(self, data, out, threads):
        threads = self.threads or threads
        return [self.binary, "run", "--invoices", data.file("items"), "--payments",
                data.file("payments"), "--out", f"{out}/run", "--emit", self.emit,
                "--output-format", "csv", "--threads", str(threads), "--timings",
                f"{out}/timings.json"]

    def found(self, data, out):
        summary = json.loads((pathlib.Path(out) / "run" / "summary.json").read_text())
        return {name: row["count"] for name, row in summary["outcomes"].items() if row["count"]}

    @staticmethod
    def timings(out):
        return json.loads((pathlib.Path(out) / "timings.json").read_text())


class Join(Contestant):
    """A peer that writes matched.csv and exceptions.csv."""

    def __init__(self, name, program, mode, version="", missing=""):
        super().__init__(name, version, missing)
        self.program = program
        self.mode = mode

    def command(self, data, out, threads):
        return [*self.program, *data.paths(), out, str(threads), self.mode]

    def found(self, data, out):
        lines = {}
        for file in ("matched", "exceptions"):
            counted = subprocess.run(["wc", "-l", f"{out}/{file}.csv"], check=True,
                                     capture_output=True, text=True)
            lines[file] = int(counted.stdout.split()[0]) - 1  # the header
        return lines


class Cat(Contestant):
    """Reads every byte of the input once and does nothing with it: the floor."""

    def command(self, data, out, threads):
        return ["cat", *data.paths()]


def expected_of_join(situations, mode):
    """What a join must find in a bench set whose payments are told by situation."""
    exact = situations.get("exact", 0)
    second = situations.get("second", 0)
    total = sum(situations.values())
    matched = exact + (second if mode == "plain" else 0)
    return {"matched": matched, "exceptions": total - matched}


def expected_of_kvitt(situations):
    """The same of kvitt, as the sums of outcomes that may stand for a situation."""
    return [
        # Each of the later rules has the evidence that it posts on.
        (("settled",), sum(situations.get(name, 0) for name in ("exact", "repaired", "text", "payer"))),
        (("partial", "overpaid"), situations.get("other", 0)),
        (("unmatched", "suggested"), situations.get("unknown", 0)),
        (("on_account",), situations.get("second", 0)),
    ]


def disagreement(contestant, data, out):
    """Empty when the contestant found what the data holds, else what it found instead."""
    found = contestant.found(data, out)
    if found is None:
        return ""
    if isinstance(contestant, Join):
        expected = expected_of_join(data.situations, contestant.mode)
        return "" if found == expected else f"found {found}, the data holds {expected}"
    for outcomes, count in expected_of_kvitt(data.situations):
        if sum(found.get(outcome, 0) for outcome in outcomes) != count:
            return f"found {found}, the data holds {data.situations}"
    return ""


@dataclasses.dataclass(frozen=True)
class Peer:
    """A package of the Python index, and its program in bench/peers."""
    name: str
    package: str
    version: str

    @property
    def program(self):
        return PEERS / f"{self.package}_join.py"


# THE TABLE of versions. The goals against DuckDB were set by figures of 1.5.6, before 2.0 came out; 2.0.0 is
# what people install today.
PYTHON_PEERS = (
    Peer("duckdb", "duckdb", "2.0.0"),
    Peer("duckdb-1.5.6", "duckdb", "1.5.6"),
    Peer("polars", "polars", "2.1.0"),
)


def python_of(peer, folder, install):
    """The peer in a virtual environment of its own: (python, problem)."""
    home = folder / "peers" / f"{peer.package}-{peer.version}"
    python = home / "bin" / "python"
    ask = f"import {peer.package}; print({peer.package}.__version__)"
    try:
        if not python.exists():
            if not install:
                return "", "no virtual environment, and --no-install was given"
            venv.create(home, with_pip=True)
            print(f"Installing {peer.package} {peer.version} for comparison ...", file=sys.stderr)
            try:
                subprocess.run([python, "-m", "pip", "install", "--quiet",
                                f"{peer.package}=={peer.version}"],
                               check=True, capture_output=True, text=True, timeout=600)
            except BaseException:
                shutil.rmtree(home, ignore_errors=True)  # half of one would be taken for it
                raise
        found = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True,
                               timeout=120).stdout.strip()
        if found != peer.version:
            return "", f"version {found} is installed in {home}, not {peer.version}"
        return str(python), ""
    except (OSError, subprocess.SubprocessError) as problem:
        detail = getattr(problem, "stderr", "") or str(problem)
        return "", f"cannot be installed: {detail.strip().splitlines()[-1]}"


def peers(folder, install=True, with_awk=True):
    """Every peer of the CSV job, in both modes."""
    pythons = {peer: python_of(peer, folder, install) for peer in PYTHON_PEERS}
    tools = "" if all(map(shutil.which, ("sort", "join", "awk"))) else "coreutils or awk is missing"
    made = []
    for mode, suffix in (("plain", ""), ("second", "+second")):
        for peer, (python, problem) in pythons.items():
            made.append(Join(peer.name + suffix, [python, str(peer.program)], mode, peer.version,
                             problem))
        made.append(Join("sort+join" + suffix, [str(PEERS / "sort_join")], mode, "", tools))
    if with_awk:
        made.append(Join("awk", [str(PEERS / "awk_join")], "plain", "", tools))
    made.append(Cat("cat"))
    return made
