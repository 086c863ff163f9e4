"""What a second thread brings, in time on the clock, for texts of many blocks; and how fast lines are read."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import quasicryth
from corpora import load

from .machine import judge, keep

MIB = 1 << 20
FILE = "text100M"
# Level: bytes of text, block size. Enough blocks that the last ones do not count.
RUNS = {1: (64 * MIB, MIB), 3: (64 * MIB, MIB), 6: (32 * MIB, MIB)}
THREADS = 2
SECONDS = 20  # of pairs of runs for each ratio
BAR = 1.8


def _seconds(action: Callable[[], bytes]) -> tuple[float, bytes]:
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def _compare(what: str, action: Callable[[int], bytes]) -> tuple[float, bytes]:
    """Return how many times as fast *action* is with THREADS as with one, the fastest run of each, taken in turn.

    The fastest, and not the median: a core that something else takes for a while halves the speed of two threads, not of one.
    """
    alone, together = [], []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or not alone:
        seconds, expected = _seconds(lambda: action(1))
        alone.append(seconds)
        seconds, result = _seconds(lambda: action(THREADS))
        together.append(seconds)
        if result != expected:
            raise AssertionError(f"{what} gives other bytes with {THREADS} threads")
    ratio = min(alone) / min(together)
    print(f"{FILE} {what:14} {THREADS} threads: {ratio:.2f} x, at least {BAR}  {judge(ratio, BAR, at_most=False)}", flush=True)
    return ratio, expected


def _measure_lines(content: bytes, packed: bytes) -> dict[str, float]:
    """Return how long iterating over all lines takes beside reading all at once, in seconds."""
    whole, result = _seconds(lambda: quasicryth.open(io.BytesIO(packed)).read())
    start = time.perf_counter()
    with quasicryth.open(io.BytesIO(packed)) as file:
        count = sum(1 for _ in file)
    lines = time.perf_counter() - start
    if result != content:
        raise AssertionError("the round trip failed")
    print(f"{FILE} {count:,} lines: {lines:.2f} s, all at once: {whole:.2f} s", flush=True)
    return {"lines": count, "seconds": lines, "seconds_at_once": whole}


def run() -> bool:
    """Print and keep all that is measured; return whether every bar is met."""
    text = load(FILE)
    if text is None:
        print(f"{FILE} is not at hand")
        return True
    result: dict[str, Any] = {"file": FILE, "threads": THREADS, "ratios": {}}
    for level, (length, block_size) in RUNS.items():
        content = text[:length]

        def compress(threads: int, content: bytes = content, level: int = level, block_size: int = block_size) -> bytes:
            return quasicryth.compress(content, level, block_size=block_size, threads=threads)

        packing, packed = _compare(f"-{level} compress", compress)
        unpacking, _ = _compare(
            f"-{level} decompress", lambda threads, packed=packed: quasicryth.decompress(packed, threads=threads)
        )
        result["ratios"][f"-{level}"] = {"compress": packing, "decompress": unpacking}
        if level == 1:
            result["lines"] = _measure_lines(content, packed)
    print(f"kept in {keep('threads', result)}")
    return all(ratio >= BAR for ratios in result["ratios"].values() for ratio in ratios.values())
