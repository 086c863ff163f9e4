"""Speed and memory of the paper engine against xz, in one run on one machine, single thread; ratios count, not absolute times."""

from __future__ import annotations

import lzma
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import quasicryth
from corpora import load

from ..machine.description import keep, verdict
from ..machine.measuring import compare, own_seconds, peak_memory
from .rivals import compress_by_xz

RUNS = 5
# Speeds the project set itself, as multiples of xz's on the same machine: 2 MB/s where xz -9e does 1.1, 40 where xz -d does 80.
COMPRESS_BAR = 2 / 1.1
DECOMPRESS_BAR = 40 / 80
MEMORY_BAR = 12  # times the block


def _compress(content: bytes) -> bytes:
    return quasicryth.compress(content, engine="paper")


def _pairs(ours: Callable[[], bytes], theirs: Callable[[], bytes], runs: int, expected: bytes | None) -> dict[str, Any]:
    """Run both in turn."""
    times = []
    for _ in range(runs):
        (our_time, our_result), (their_time, their_result) = own_seconds(ours), own_seconds(theirs)
        if expected is not None and not our_result == their_result == expected:
            raise AssertionError("the round trip failed")
        times.append((our_time, their_time))
    return compare(times)


def _memory(content: bytes) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder) / "text", Path(folder) / "text.qcz"
        plain.write_bytes(content)
        peak = peak_memory("compress", "--engine", "paper", str(plain))
        return {
            "compress_bytes": peak,
            "compress_per_block_byte": peak / len(content),
            "decompress_bytes": peak_memory("decompress", "-c", str(packed)),
        }


def _report_speed(name: str, what: str, size: int, result: dict[str, Any], bar: float) -> bool:
    ours, theirs = (size / 1e6 / result[key] for key in ("seconds", "rival_seconds"))
    low, high = result["speed_ratio_range"]
    met = bool(result["speed_ratio"] >= bar)
    print(
        f"{name} {what:10} {ours:6.1f} MB/s, xz {theirs:6.1f} MB/s: {result['speed_ratio']:.2f} x (from {low:.2f} to {high:.2f}), "
        f"to reach {bar:.2f}  {verdict(met)}"
    )
    return met


def _report_memory(name: str, memory: dict[str, Any], bar: int | None = MEMORY_BAR) -> bool:
    times = memory["compress_per_block_byte"]
    met = bar is None or bool(times <= bar)
    against = "" if bar is None else f", at most {bar}  {verdict(met)}"
    print(
        f"{name} peak memory of the command: decompress {memory['decompress_bytes'] / 1e6:.0f} MB, "
        f"compress {memory['compress_bytes'] / 1e6:.0f} MB, {times:.1f} x the block{against}"
    )
    return met


def _other_texts() -> dict[str, bytes]:
    """The largest default block of books, and the most words a block can have: digits only."""
    books = load("text100M")
    texts = {"64 MiB of text100M": books[: 64 << 20]} if books is not None else {}
    return {**texts, "10 MB of digits": bytes(random.Random(1).choices(b"0123456789", k=10_000_000))}


def run(name: str = "enwik7") -> bool:
    """Print the comparison on the corpus *name*, keep it, and return whether every bar is met."""
    content = load(name)
    if content is None:
        print(f"{name} is not at hand (python -m corpora)")
        return False
    packed, packed_by_xz = _compress(content), compress_by_xz(content)
    compress = _pairs(lambda: _compress(content), lambda: compress_by_xz(content), RUNS, None)
    decompress = _pairs(lambda: quasicryth.decompress(packed), lambda: lzma.decompress(packed_by_xz), 4 * RUNS + 1, content)
    memory = _memory(content)
    result = {
        "file": name,
        "options": "multi, one block, single thread, CPU time, in memory; xz -9e through liblzma",
        "bytes": {"ours": len(packed), "xz": len(packed_by_xz)},
        "compress": compress,
        "decompress": decompress,
        "memory": memory,
        "memory of other texts": {},
    }
    met = [
        _report_speed(name, "compress", len(content), compress, COMPRESS_BAR),
        _report_speed(name, "decompress", len(content), decompress, DECOMPRESS_BAR),
        _report_memory(name, memory),
    ]
    for title, text in _other_texts().items():
        result["memory of other texts"][title] = _memory(text)
        _report_memory(title, result["memory of other texts"][title], bar=None)
    print("kept in", keep("speed", result))
    return all(met)
