"""Sizes of small texts at every level and engine: tests/repository/test_sizes.py fails where one grows by more than 0.2 %.

Where a size is meant to grow, `python -m bench guard --write` keeps the new ones, and the commit that does so says why.
"""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

import quasicryth
from corpora import load

from ..machine.description import RESULTS, ROOT, keep

KEPT = RESULTS / "guard.json"
MOST_GROWTH = 2  # parts in a thousand
SETTINGS: dict[str, dict[str, Any]] = {
    **{f"-{level}": {"level": level} for level in range(1, 10)},
    **{tiling: {"tiling": tiling} for tiling in ("multi", "fibonacci", "period5", "bigrams", "all")},
}
# With the file of results and where in it the size is.
MEASURED_ELSEWHERE = {
    **{f"-{level}": ("mix", "sizes", "alice29.txt", str(level), "bytes") for level in (4, 6, 9)},
    **{
        tiling: ("paper", "results", "alice29.txt", tiling, "bytes")
        for tiling in ("multi", "fibonacci", "period5", "bigrams", "all")
    },
}


def _spliced(words: list[bytes], size: int) -> bytes:
    """Runs of *words* from all over, one after the other: phrases come again, as they do in long texts."""
    generator = random.Random(1)
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < size:
        start = int(generator.random() * len(words))
        pieces.append(b" ".join(words[start : start + 3 + int(generator.random() * 17)]) + b".\n")
    return b"".join(pieces)


def texts() -> dict[str, bytes]:
    """Return texts that every checkout has, and one more where it is at hand."""
    licence = (ROOT / "LICENSE").read_bytes()
    found = {"LICENSE": licence, "LICENSE, spliced": _spliced(licence.split(), 150_000)}
    alice = load("alice29.txt")
    return found if alice is None else {**found, "alice29.txt": alice}


def measure(text: bytes) -> dict[str, int]:
    """Return the size of *text* at every level and engine. That all of it comes back, other tests see to."""
    return {title: len(quasicryth.compress(text, **setting)) for title, setting in SETTINGS.items()}


def describe(text: bytes) -> dict[str, Any]:
    """Return what is kept of *text*."""
    return {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text), "sizes": measure(text)}


def kept_elsewhere() -> dict[str, int]:
    """Return the sizes of alice29.txt that other files of results have."""
    sizes = {}
    for title, (name, *keys) in MEASURED_ELSEWHERE.items():
        value: Any = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        for key in keys:
            value = value[key]
        sizes[title] = value
    return sizes


def growth(before: dict[str, int], now: dict[str, int]) -> list[str]:
    """Return a line for every size that has grown by more than is to go unmentioned, or is not there any more."""
    lost = [f"{title} is not measured any more" for title in before if title not in now]
    grown = [title for title in before.keys() & now.keys() if 1000 * now[title] > (1000 + MOST_GROWTH) * before[title]]
    shares = {title: 100 * (now[title] / before[title] - 1) for title in grown}
    return sorted([*lost, *(f"{title}: {before[title]:,} -> {now[title]:,} bytes, +{shares[title]:.2f} %" for title in grown)])


def run(write: bool = False) -> bool:
    """Print what has grown, or, to *write*, keep the sizes as they are now; return whether nothing has grown."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))["texts"] if KEPT.exists() else {}
    now = {name: describe(text) for name, text in texts().items()}
    grown = [
        f"{name} at {line}" for name, text in now.items() for line in growth(kept.get(name, {}).get("sizes", {}), text["sizes"])
    ]
    for line in grown:
        print(line)
    print(f"{len(grown)} of {len(now) * len(SETTINGS)} sizes have grown by more than {MOST_GROWTH / 10} %")
    if write:
        print("kept in", keep("guard", {"texts": {**kept, **now}}))
    return write or not grown
