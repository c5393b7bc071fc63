"""The data sets of the benchmark, made by `kvitt generate` once and kept."""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess

# Bytes per record, to choose a place with enough room.
BYTES = {"items-csv": 95, "items-jsonl": 215, "payments-csv": 105, "payments-jsonl": 240,
         "bgmax": 330, "camt.054": 1200}


@dataclasses.dataclass(frozen=True)
class DataSet:
    items: int
    payments: int
    formats: tuple = ("items-csv", "payments-csv")
    mix: str = ""
    seed: int = 1

    @property
    def name(self):
        mix = "-" + self.mix.replace(",", "_").replace("=", "") if self.mix else ""
        return f"bench-{self.items}x{self.payments}-{'+'.join(self.formats)}{mix}-s{self.seed}"

    @property
    def bytes(self):
        return sum(BYTES[each] * (self.items if each.startswith("items") else self.payments)
                   for each in self.formats)


@dataclasses.dataclass
class Made:
    """A data set on disk."""
    folder: pathlib.Path
    situations: dict

    def file(self, kind):
        """The only file of `items` or `payments`."""
        files = sorted((self.folder / kind).iterdir())
        assert len(files) == 1, files
        return str(files[0])

    def paths(self):
        return [self.file("items"), self.file("payments")]


def choose_folder(need):
    """Memory-backed where there is room for data and outputs, else /tmp."""
    for folder in ("/dev/shm", "/tmp"):
        try:
            if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 2.5 * need:
                return pathlib.Path(folder) / "kvitt-bench"
        except FileNotFoundError:
            continue
    return pathlib.Path("/tmp/kvitt-bench")


def make(data, folder, kvitt):
    target = folder / data.name
    marker = target / "world.json"  # written last
    if not marker.exists():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        subprocess.run(
            [kvitt, "generate", "--world", "bench", "--items", str(data.items), "--payments",
             str(data.payments), "--seed", str(data.seed), "--formats", ",".join(data.formats),
             "--no-truth", "--out", str(target)] + (["--mix", data.mix] if data.mix else []),
            check=True)
    return Made(target, json.loads(marker.read_text())["situations"])
