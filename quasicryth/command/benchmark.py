"""`qcz bench`: what each level makes of a file, in memory, and how fast it is here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import TypeVar

from ..engines.registry import LEVELS
from ..files.one_shot import compress, decompress
from .progress import progress_on
from .reports import CommandError, Reporter, shown
from .transfer import StandardOutput, open_source

Result = TypeVar("Result")

_LEAST_SECONDS = 0.2  # what takes less is measured again, and the best counts
_MEGABYTE = 1_000_000
_HEADINGS = f"{'Level':>5} {'Compressed':>17} {'Ratio':>8} {'Compresses at':>15} {'Decompresses at':>16}\n"


@dataclass(frozen=True)
class Measurement:
    """What a level came to: bytes, and seconds on the clock for the best of the runs."""

    level: int
    content_bytes: int
    compressed_bytes: int
    compress_seconds: float
    decompress_seconds: float


def _measure(call: Callable[[], Result]) -> tuple[Result, float]:
    spent, best = 0.0, float("inf")
    while spent < _LEAST_SECONDS:
        start = time.perf_counter()
        result = call()
        seconds = time.perf_counter() - start
        spent += seconds
        best = min(best, seconds)
    return result, max(best, 1e-9)


def _measure_levels(
    name: str, content: bytes, levels: tuple[int, ...], threads: int, block_size: int | None, reporter: Reporter
) -> Iterator[Measurement]:
    for level in levels:
        with progress_on(f"-{level} {name}", len(content), reporter) as progress:
            packed, compress_seconds = _measure(
                partial(compress, content, level, threads=threads, block_size=block_size, progress=progress)
            )
            unpacked, decompress_seconds = _measure(partial(decompress, packed, threads=threads))
        if unpacked != content:
            raise CommandError(f"level {level} does not give back what it was given: please report this")
        yield Measurement(level, len(content), len(packed), compress_seconds, decompress_seconds)


def _speed(size: int, seconds: float) -> str:
    return f"{size / seconds / _MEGABYTE:,.2f} MB/s"


def _row(measured: Measurement) -> str:
    size, packed = measured.content_bytes, measured.compressed_bytes
    ratio = f"{100 * packed / size:.2f} %" if size else "-"
    speeds = f"{_speed(size, measured.compress_seconds):>15} {_speed(size, measured.decompress_seconds):>16}"
    return f"{-measured.level:>5} {packed:>17,} {ratio:>8} {speeds}\n"


def choose_levels(level: int | None, span: tuple[int | None, int | None] | None) -> tuple[int, ...]:
    """Return the levels of the options of a command line: one *level*, those of the *span*, or all."""
    if span is None:
        return tuple(LEVELS) if level is None else (level,)
    first, last = span
    return tuple(range(first or LEVELS[0], min(LEVELS[-1] if last is None else last, LEVELS[-1]) + 1))


def bench_file(name: str, levels: tuple[int, ...], threads: int, block_size: int | None, as_json: bool, reporter: Reporter) -> None:
    """Compress and decompress the file *name*, or standard input, at *levels*; print sizes and speeds."""
    output = StandardOutput()
    with reporter.reported(name):
        with open_source(name) as source:
            content = source.file.read()
        if not as_json:
            output.write_text(f"{shown(name)}: {len(content):,} bytes, -T{threads}\n{_HEADINGS}")
        measurements = []
        for measured in _measure_levels(name, content, levels, threads, block_size, reporter):
            measurements.append(asdict(measured))
            if not as_json:
                output.write_text(_row(measured))
                output.flush()
        if as_json:
            output.write_text(json.dumps({"name": name, "threads": threads, "levels": measurements}, indent=2) + "\n")
        output.flush()
