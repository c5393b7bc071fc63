"""Runs a command as its own process and says how long it took and how much memory it held."""

import dataclasses
import os
import statistics
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Run:
    seconds: float
    peak_mib: float  # of the largest process among the command and its children
    user_seconds: float
    system_seconds: float


class Failed(Exception):
    """The command ended with another exit code than those that mean success."""


def pin(cpus):
    """Holds the process to that many processors, the same ones for every contestant."""
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(allowed[:cpus]))


def run(command, cpus, good_codes=(0,), environment=None):
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
            env={**os.environ, **(environment or {})}, preexec_fn=lambda: pin(cpus))
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        code = os.waitstatus_to_exitcode(status)
        process.returncode = code
        if code not in good_codes:
            errors.seek(0)
            tail = errors.read()[-2000:].decode(errors="replace").strip()
            raise Failed(f"exit code {code}: {' '.join(command)}\n{tail}")
    return Run(seconds, usage.ru_maxrss / 1024, usage.ru_utime, usage.ru_stime)


@dataclasses.dataclass
class Spread:
    """A median with the least and the greatest value seen."""
    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values))

    def as_dict(self):
        return {"median": round(self.median, 4), "min": round(self.least, 4),
                "max": round(self.greatest, 4)}
