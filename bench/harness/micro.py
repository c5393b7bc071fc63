"""Runs the Google Benchmark programs of bench/ and reads their rows."""

import json
import pathlib
import subprocess
import tempfile

from .contestants import ROOT
from .measure import Failed, pin


def find(program):
    for preset in ("bench", "release"):
        path = ROOT / "build" / preset / "bench" / program
        if path.exists():
            return path
    raise Failed(f"{program} is not built (scripts/build bench {program})")


def rows(program, rounds):
    """One row for each benchmark and round, in random order, on one processor.

    A benchmark that found a wrong answer has no time: that fails the job.
    """
    path = find(program)
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "rows.json"
        done = subprocess.run(
            [path, f"--benchmark_out={out}", "--benchmark_out_format=json",
             f"--benchmark_repetitions={rounds}", "--benchmark_enable_random_interleaving=true"],
            capture_output=True, text=True, preexec_fn=lambda: pin(1))
        if done.returncode != 0:
            raise Failed(done.stderr[-2000:])
        found = json.loads(out.read_text())["benchmarks"]
    wrong = {f"{row['run_name']}: {row['error_message']}" for row in found
             if row.get("error_occurred")}
    if wrong:
        raise Failed("; ".join(sorted(wrong)))
    return [row for row in found if row.get("run_type") != "aggregate"]
