"""What smaller blocks cost: the size of long texts in blocks of 1 to 64 MiB."""

from __future__ import annotations

from typing import Any

import quasicryth
from corpora import load

from ..machine.description import keep

MIB = 1 << 20
BLOCK_SIZES = (1, 4, 16, 64)  # MiB
# Level: the text, and how much of it. At -9 a long one would take hours, so there the largest sizes hold all of a shorter one.
RUNS = {3: ("text100M", 64 * MIB), 6: ("text100M", 64 * MIB), 9: ("enwik7", 10_000_000)}


def _measure(name: str, content: bytes, level: int) -> dict[str, int]:
    sizes = {}
    for block_size in BLOCK_SIZES:
        packed = quasicryth.compress(content, level, block_size=block_size * MIB, threads=0)
        if quasicryth.decompress(packed, threads=0) != content:
            raise AssertionError(f"the round trip failed at level {level}, blocks of {block_size} MiB")
        sizes[str(block_size)] = len(packed)
    for block_size, size in sizes.items():
        price = 100 * (size / sizes[str(BLOCK_SIZES[-1])] - 1)
        print(f"{name} -{level} blocks of {block_size:>2} MiB: {size:11,} bytes, {price:+.1f} %", flush=True)
    return sizes


def run() -> bool:
    """Print and keep the sizes; there is no bar."""
    result: dict[str, Any] = {"runs": {}}
    for level, (name, length) in RUNS.items():
        content = load(name)
        if content is None:
            print(f"{name} is not at hand")
            continue
        content = content[:length]
        result["runs"][f"-{level}"] = {"file": name, "bytes": len(content), "sizes": _measure(name, content, level)}
    print(f"kept in {keep('blocks', result)}")
    return True
