"""Engines, levels, and the block size of each: what the command's help needs, without the engines themselves."""

from __future__ import annotations

ENGINES = ("fast", "mix", "paper")
LEVELS = range(1, 10)
DEFAULT_LEVEL = 6
DEFAULT_FAST_LEVEL = 3
MAX_BLOCK_SIZE = 1 << 30

# How much a level may learn from at once: its memory is in proportion.
_FAST_BLOCK_SIZES = dict.fromkeys(range(1, 4), 16 << 20)
_MIX_BLOCK_SIZES = {4: 16 << 20, 5: 32 << 20, 6: 64 << 20, 7: 64 << 20, 8: 128 << 20, 9: 128 << 20}

# Bytes of a block where nobody says so, by engine and level.
BLOCK_SIZES = {"fast": _FAST_BLOCK_SIZES, "mix": _MIX_BLOCK_SIZES, "paper": dict.fromkeys(LEVELS, 64 << 20)}


def default_engine(level: int, tiling: str | None = None) -> str:
    """Return the engine of *level*: with a *tiling* it is the paper's."""
    if tiling is not None:
        return "paper"
    return "mix" if level in _MIX_BLOCK_SIZES else "fast"
