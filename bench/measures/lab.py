"""What a tiling is worth: the designs of quasicryth.lab on many texts; goes on from what bench/results/lab.json has."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from corpora import load
from quasicryth.lab.designs import EXPERIMENTS, make_designs
from quasicryth.lab.growth import measure_growth
from quasicryth.lab.results import ResultFile, fill

from ..machine.description import RESULTS, ROOT, describe_machine

KEPT = RESULTS / "lab.json"
SEEDS = 8
WIDE = 1_000_000  # bytes of each text for the experiments with hundreds of designs
MOST = 10_000_000  # and for the published one

# What kind of text each is.
KINDS = {
    "prose": ("alice29.txt", "plrabn12.txt", "bible.txt", "dickens"),
    "encyclopedia": ("e3m", "enwik7", "ukwiki.xml", "world192.txt"),
    "machine-written": ("logs.log", "jsonl.jsonl"),
    "source code": ("python.py", "csrc.c"),
}
GROWING = {
    "enwik7": (1_000_000, 3_000_000, 10_000_000),
    "text100M": (1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000),
}
WIDE_EXPERIMENTS = tuple(name for name in EXPERIMENTS if name != "published")
# A prefix of another text here, so measured with it.
ONLY_PUBLISHED = ("e3m",)


def _join(paths: Iterable[Path]) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(paths))


def _source_code(name: str) -> bytes | None:
    """Python's own library, or the C code of this project: one file after the other, sorted by path."""
    if name == "python.py":
        return _join(Path(sys.modules["collections"].__path__[0]).parent.glob("*.py"))
    return _join((ROOT / "csrc").rglob("*.[ch]")) if name == "csrc.c" else None


def texts() -> dict[str, bytes]:
    """Return the texts that are at hand, none longer than MOST bytes."""
    found = {}
    for name in (name for names in KINDS.values() for name in names):
        data = _source_code(name) or load(name)
        if data is None:
            print(f"{name} is not at hand (python -m corpora)")
        else:
            found[name] = data[:MOST]
    return found


def wide_name(name: str) -> str:
    """Return what the first WIDE bytes of the text *name* are called in results."""
    return f"{name}[:{WIDE}]"


def _measure(kept: ResultFile, name: str, data: bytes, experiments: Iterable[str], engine: str) -> None:
    results = kept.text(name, data, engine)
    start = time.process_time()
    for experiment in experiments:
        fill(results, data, make_designs(experiment, SEEDS), brief=True)
        kept.save()
    print(f"{name:28} {engine:6} {len(results.measurements):4} designs {time.process_time() - start:7.1f} s", flush=True)


def run() -> bool:
    """Measure what is missing and keep it. There is no bar."""
    kept = ResultFile(KEPT)
    kept.about = {"machine": describe_machine(), "seeds": SEEDS, "wide": WIDE}
    for name, data in texts().items():
        for engine in ("paper", "fast"):
            _measure(kept, name, data, ("published",), engine)
            if name not in ONLY_PUBLISHED:
                _measure(kept, wide_name(name), data[:WIDE], WIDE_EXPERIMENTS if engine == "paper" else ("matched-budget",), engine)
    for name, sizes in GROWING.items():
        grown = load(name)
        if grown is not None:
            growth = measure_growth(name, grown, sizes, kept)
            print(f"{name} at {', '.join(f'{part.size:,}' for part in growth.prefixes)} bytes", flush=True)
    kept.save()
    print(f"kept in {KEPT}")
    return True
