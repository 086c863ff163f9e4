"""The engine fast beside its bars: sizes at levels 1 to 3, by tiling, memory, and speed beside xz in turn."""

from __future__ import annotations

import io
import lzma
from dataclasses import dataclass
from typing import Any

import quasicryth
from corpora import load
from quasicryth.frames.info import describe

from ..machine.description import judge, keep
from ..machine.measuring import compare, own_seconds
from .rivals import compress_by_xz

FILES = ("enwik7", "dickens", "e3m")
TIMED_FILE = "enwik7"
TILINGS = ("none", "bigrams", "period5", "period5x8", "fibonacci", "multi", "all")  # `all` is what the engine does by itself
MOST_MEMORY = 64 << 20  # to decode a block, beside its content
RUNS = 5
UNPACKED_IN_A_ROW = 5  # tenths of a second are short: the first of them finds cold memory


@dataclass(frozen=True)
class Bars:
    """The most bytes of a whole file, and the speeds to reach as multiples of those of xz -9e."""

    sizes: dict[str, int]
    compress: float
    decompress: float


BARS = {
    1: Bars({"enwik7": 2_760_000, "dickens": 2_650_000, "e3m": 870_000}, 15, 3),
    3: Bars({"enwik7": 2_560_000, "dickens": 2_500_000, "e3m": 810_000}, 6, 2.5),
}


def _measure_size(level: int, name: str, content: bytes) -> tuple[int, bool]:
    packed = quasicryth.compress(content, level)
    if quasicryth.decompress(packed) != content:
        raise AssertionError(f"the round trip of {name} failed at level {level}")
    if level not in BARS:
        print(f"{name:10} -{level} {len(packed):11,}", flush=True)
        return len(packed), True
    bar = BARS[level].sizes[name]
    print(f"{name:10} -{level} {len(packed):11,}  at most {bar:11,}  {judge(len(packed), bar)}", flush=True)
    return len(packed), len(packed) <= bar


def _measure_tilings(name: str, content: bytes) -> dict[str, int]:
    """The same text at level 3 with phrases where each tiling allows them: only the positions vary."""
    sizes = {tiling: len(quasicryth.compress(content, 3, engine="fast", tiling=tiling)) for tiling in TILINGS}
    for tiling, size in sizes.items():
        print(f"{name:10} -3 {size:11,}  phrases at: {tiling:10} {size - sizes['none']:+9,}", flush=True)
    return sizes


def _measure_memory(content: bytes) -> tuple[int, bool]:
    """What decoding one block of level 3 of *content*, and as much again as makes the block full, takes beside the content."""
    full = (content * (-(-(16 << 20) // len(content))))[: 16 << 20]
    (frame,) = describe(io.BytesIO(quasicryth.compress(full, 3)))
    needed = max(block["decoder_memory_bytes"] - block["content_bytes"] for block in frame["blocks"])
    print(
        f"{TIMED_FILE:10} -3 decoding takes {needed:,} bytes and the block, at most {MOST_MEMORY:,}  {judge(needed, MOST_MEMORY)}",
        flush=True,
    )
    return needed, needed <= MOST_MEMORY


def _pair(content: bytes, level: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """The seconds to compress and to decompress: ours and those of xz, in memory; decompressing is the best of a few in a row."""
    packing, packed = own_seconds(lambda: quasicryth.compress(content, level))
    xz_packing, xz_packed = own_seconds(lambda: compress_by_xz(content))
    unpacking, unpacked = min(own_seconds(lambda: quasicryth.decompress(packed)) for _ in range(UNPACKED_IN_A_ROW))
    xz_unpacking, xz_unpacked = min(own_seconds(lambda: lzma.decompress(xz_packed)) for _ in range(UNPACKED_IN_A_ROW))
    if not unpacked == xz_unpacked == content:
        raise AssertionError(f"a round trip failed at level {level}")
    return (packing, unpacking), (xz_packing, xz_unpacking)


def _measure_speed(level: int, content: bytes) -> tuple[dict[str, Any], bool]:
    pairs = [_pair(content, level) for _ in range(RUNS)]
    fine = True
    results = {}
    for number, what, bar in ((0, "compress", BARS[level].compress), (1, "decompress", BARS[level].decompress)):
        result = compare([(ours[number], theirs[number]) for ours, theirs in pairs])
        ratio, seconds = result["speed_ratio"], result["seconds"]
        print(
            f"{TIMED_FILE:10} -{level} {what:10} {len(content) / 1e6 / seconds:7.1f} MB/s: {ratio:.2f} x xz -9e, "
            f"at least {bar:.1f}  {judge(ratio, bar, at_most=False)}",
            flush=True,
        )
        results[what] = result
        fine &= ratio >= bar
    return results, fine


def run() -> bool:
    """Print and keep all that is measured; return whether every bar is met."""
    contents = {name: load(name) for name in FILES}
    sizes: dict[str, dict[str, int]] = {}
    tilings: dict[str, dict[str, int]] = {}
    memory = 0
    fine = True
    for name, content in contents.items():
        if content is None:
            print(f"{name} is not at hand")
            continue
        for level in range(1, 4):
            size, met = _measure_size(level, name, content)
            sizes.setdefault(name, {})[f"-{level}"] = size
            fine &= met
        tilings[name] = _measure_tilings(name, content)
    speeds = {}
    timed = contents[TIMED_FILE]
    if timed is not None:
        memory, met = _measure_memory(timed)
        fine &= met
        for level in BARS:
            speeds[f"-{level}"], met = _measure_speed(level, timed)
            fine &= met
    print(f"kept in {keep('fast', {'sizes': sizes, 'tilings': tilings, 'decoder_memory': memory, 'speeds': speeds})}")
    return fine
