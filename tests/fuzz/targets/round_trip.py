"""Fuzz target: compress at random options, in random pieces, and back. An input is a seed, 4 bytes, then the content."""

from __future__ import annotations

import random
from typing import Any

from outcomes import require

import quasicryth

_SEED_BYTES = 4
_LAST_QUICK_LEVEL = 7  # for small blocks
_TILINGS = ("multi", "fibonacci", "period5", "period5x8", "none", "all")


def _random_options(generator: random.Random) -> dict[str, Any]:
    engine = generator.choice(("fast", "fast", "mix", "paper"))
    options: dict[str, Any] = {"engine": engine, "level": {"fast": 3, "mix": 9, "paper": 6}[engine]}
    if engine != "paper":
        options["level"] -= generator.randint(0, {"fast": 2, "mix": 5}[engine])
    if engine == "paper" or (engine == "fast" and options["level"] > 1 and generator.random() < 0.5):
        options["tiling"] = generator.choice(_TILINGS)
    if generator.random() < 0.5:
        options["block_size"] = generator.choice((1, 2, 50, 400, 1000, 1 << 30))
    return options


def _compress_pieces(content: bytes, options: dict[str, Any], generator: random.Random) -> tuple[bytes, bool]:
    """Return what a Compressor makes of *content* in random pieces, and whether blocks ended where the pieces said so."""
    compressor = quasicryth.Compressor(**options)
    compressed, cut = b"", False
    while content:
        size = generator.choice((1, 10, 100, 1000, 100_000))
        mode = generator.choice((compressor.CONTINUE, compressor.CONTINUE, compressor.FLUSH_BLOCK, compressor.FLUSH_FRAME))
        cut |= mode != compressor.CONTINUE
        compressed += compressor.compress(content[:size], mode)
        content = content[size:]
        if mode == compressor.FLUSH_FRAME and not content:
            return compressed, cut
    return compressed + compressor.flush(), cut


def fuzz_one_input(data: bytes) -> None:
    """Compress what is behind the seed, in one call and in pieces, and bring it back."""
    generator = random.Random(data[:_SEED_BYTES])
    content = data[_SEED_BYTES:]
    options = _random_options(generator)
    if options.get("block_size", 100) < 50 or options["level"] > _LAST_QUICK_LEVEL:
        content = content[:200]  # a block of its own for each byte, or large tables for each block, take long
    compressed = quasicryth.compress(content, **options)
    require(quasicryth.decompress(compressed) == content, "the content comes back")
    in_pieces, cut = _compress_pieces(content, options, generator)
    require(quasicryth.decompress(in_pieces) == content, "the content comes back from pieces")
    require(cut or in_pieces == compressed, "pieces do not change the bytes")
