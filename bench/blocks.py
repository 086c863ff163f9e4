"""What smaller blocks cost: the size of long texts in blocks of 1 to 64 MiB."""

from __future__ import annotations

from typing import Any

import quasicryth
from corpora import load

from .machine import keep

MIB = 1 << 20
BLOCK_SIZES = (1, 4, 16, 64)  # MiB
LEVELS = (3, 6)
FILE = "text100M"
LENGTH = 64 * MIB  # one block of the largest size


def _measure(content: bytes, level: int) -> dict[str, int]:
    sizes = {}
    for block_size in BLOCK_SIZES:
        packed = quasicryth.compress(content, level, block_size=block_size * MIB, threads=0)
        if quasicryth.decompress(packed, threads=0) != content:
            raise AssertionError(f"the round trip failed at level {level}, blocks of {block_size} MiB")
        sizes[str(block_size)] = len(packed)
    for block_size, size in sizes.items():
        price = 100 * (size / sizes[str(BLOCK_SIZES[-1])] - 1)
        print(f"{FILE} -{level} blocks of {block_size:>2} MiB: {size:11,} bytes, {price:+.1f} %", flush=True)
    return sizes


def run() -> bool:
    """Print and keep the sizes; there is no bar."""
    content = load(FILE)
    if content is None:
        print(f"{FILE} is not at hand")
        return True
    content = content[:LENGTH]
    result: dict[str, Any] = {"file": FILE, "bytes": len(content)}
    result["sizes"] = {f"-{level}": _measure(content, level) for level in LEVELS}
    print(f"kept in {keep('blocks', result)}")
    return True
