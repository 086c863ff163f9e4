"""What a second thread brings, in time on the clock, for texts of many blocks; and how fast lines are read."""

from __future__ import annotations

import hashlib
import io
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import quasicryth
from corpora import load

from ..machine.description import judge, keep

MIB = 1 << 20
FILE = "text100M"
# Level: bytes of text, block size. Enough blocks that the last ones do not count.
RUNS = {1: (64 * MIB, MIB), 3: (64 * MIB, MIB), 6: (32 * MIB, MIB)}
THREADS = 2
PAIRS = 5
PATIENCE = 120  # seconds for each ratio
PROBE = bytes(8 * MIB)
BAR = 1.8


def _seconds(action: Callable[[], bytes]) -> tuple[float, bytes]:
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def _probe(threads: int) -> float:
    """The seconds in which each of so many threads makes one hash: no more for two than for one, if two cores are free."""
    start = time.perf_counter()
    work = [threading.Thread(target=hashlib.sha256, args=(PROBE,)) for _ in range(threads)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    return time.perf_counter() - start


def _cores_are_free() -> bool:
    return min(_probe(THREADS) for _ in range(2)) < 1.1 * min(_probe(1) for _ in range(2))


def _compare(what: str, action: Callable[[int], bytes]) -> tuple[float, bytes]:
    """Return how many times as fast *action* is with THREADS as with one: the median of pairs taken in turn.

    Pairs count only if nothing else took a core just before and after: it would halve the speed of two threads, not of one.
    """
    ratios: list[float] = []
    end = time.monotonic() + PATIENCE
    while len(ratios) < PAIRS and (time.monotonic() < end or not ratios):
        free = _cores_are_free()
        alone, expected = _seconds(lambda: action(1))
        together, result = _seconds(lambda: action(THREADS))
        if result != expected:
            raise AssertionError(f"{what} gives other bytes with {THREADS} threads")
        if free and _cores_are_free():
            ratios.append(alone / together)
        elif time.monotonic() > end:
            raise RuntimeError(f"{THREADS} free cores are needed, and there were none for {PATIENCE} s")
    ratio = statistics.median(ratios)
    print(f"{FILE} {what:14} {THREADS} threads: {ratio:.2f} x, at least {BAR}  {judge(ratio, BAR, at_most=False)}", flush=True)
    return ratio, expected


def _measure_lines(content: bytes, packed: bytes) -> dict[str, float]:
    """Return how long iterating over all lines takes beside reading all at once, in seconds."""
    with quasicryth.open(io.BytesIO(packed)) as file:
        whole, result = _seconds(file.read)
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
