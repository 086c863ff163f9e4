"""The published system's numbers beside ours: sizes in four modes, A/B differences, hits per level. Sizes are exact anywhere."""

from __future__ import annotations

import io
from typing import Any

import quasicryth
from corpora import load
from quasicryth.frames.info import describe

from ..machine.description import keep, verdict

MODES = ("multi", "fibonacci", "period5", "none")
CONTROLS = ("period5x8", "bigrams", "all")  # what the published comparison lacks
ONE_BLOCK = 1 << 30

# Measured on a build of the published program, version 5.6; bytes of the whole file.
PUBLISHED = {
    "alice29.txt": {"multi": 54_158, "fibonacci": 54_616, "period5": 55_615, "none": 56_587},
    "e3m": {"multi": 955_788, "fibonacci": 976_511, "period5": 1_012_754, "none": 1_013_609},
    "enwik7": {"multi": 2_983_589, "fibonacci": 3_056_865, "period5": 3_182_896, "none": 3_205_215},
    "dickens": {"multi": 2_838_546},
}
# The most we allow ourselves: the published size and half a percent.
BARS = {
    "alice29.txt": {"multi": 54_430, "fibonacci": 54_890, "period5": 55_900, "none": 56_870},
    "e3m": {"multi": 960_600, "fibonacci": 981_400, "period5": 1_017_900, "none": 1_018_700},
    "enwik7": {"multi": 2_998_600, "fibonacci": 3_072_200, "period5": 3_198_900, "none": 3_221_300},
    "dickens": {"multi": 2_852_800, "fibonacci": 2_877_700, "period5": 2_931_900, "none": 2_998_100},
}
PUBLISHED_ADVANTAGE = {"e3m": 36_243, "enwik7": 126_031}
PUBLISHED_HITS = {"alice29.txt": [9], "e3m": [2469, 489, 98, 65], "enwik7": [9400, 1553, 346, 131, 8, 5]}
DEEP_LEVELS = slice(6, None)  # 13-grams and longer


def measure(content: bytes, mode: str) -> dict[str, Any]:
    """Compress *content* as one block, verify, and return the size and what is in it."""
    packed = quasicryth.compress(content, engine="paper", tiling=mode, block_size=ONE_BLOCK)
    if quasicryth.decompress(packed) != content:
        raise AssertionError(f"the round trip failed in mode {mode}")
    (frame,) = describe(io.BytesIO(packed))
    (block,) = frame["blocks"]
    return {"bytes": len(packed), "streams": block["stream_bytes"], "hits": list(block["hits_per_level"].values())}


def _report_sizes(name: str, measured: dict[str, dict[str, Any]]) -> bool:
    for mode, result in measured.items():
        size, bar, published = result["bytes"], BARS[name].get(mode), PUBLISHED[name].get(mode)
        if bar is None:
            print(f"{name:12} {mode:10} {size:>11,}")
            continue
        against = f"{published:>11,} {100 * (size / published - 1):+7.2f} %" if published else " " * 21
        print(f"{name:12} {mode:10} {size:>11,} {against}  at most {bar:>9,}  {verdict(size <= bar)}")
    return all(measured[mode]["bytes"] <= bar for mode, bar in BARS[name].items())


def _report_advantage(name: str, measured: dict[str, dict[str, Any]]) -> bool:
    if name not in PUBLISHED_ADVANTAGE:
        return True
    ours = measured["period5"]["bytes"] - measured["fibonacci"]["bytes"]
    published = PUBLISHED_ADVANTAGE[name]
    met = abs(ours - published) <= 0.02 * published
    print(f"{name:12} fibonacci saves {ours:,} bytes over period5; published {published:,}  {verdict(met)}")
    return met


def _report_hits(name: str, measured: dict[str, dict[str, Any]]) -> bool:
    ours = measured["multi"]["hits"][DEEP_LEVELS]
    published = PUBLISHED_HITS.get(name)
    if published is None:
        print(f"{name:12} hits of 13, 21, 34, ... words: {ours}")
        return True
    met = all(abs(a - b) <= 0.02 * b for a, b in zip(ours, published, strict=False))
    print(f"{name:12} hits of 13, 21, 34, ... words: {ours}; published {published}  {verdict(met)}")
    return met


def run() -> bool:
    """Print the comparison for every corpus at hand, keep it, and return whether every bar is met."""
    results: dict[str, Any] = {}
    fine = True
    print(f"{'file':12} {'mode':10} {'bytes':>11} {'published':>11} {'difference':>9}")
    for name in BARS:
        content = load(name)
        if content is None:
            print(f"{name:12} is not at hand (python -m corpora)")
            continue
        results[name] = {mode: measure(content, mode) for mode in (*MODES, *CONTROLS)}
        for check in (_report_sizes, _report_advantage, _report_hits):
            fine &= check(name, results[name])
    print("kept in", keep("paper", {"options": "one block", "results": results}))
    return fine
