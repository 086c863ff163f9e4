"""What a compression is asked for: which engine, level and positions, and how large its blocks are."""

from __future__ import annotations

from dataclasses import dataclass

from ..tiling.tilings import Positions, parse_tiling
from .levels import BLOCK_SIZES, DEFAULT_FAST_LEVEL, DEFAULT_LEVEL, ENGINES, LEVELS, MAX_BLOCK_SIZE, default_engine

_FIRST_LEVEL_WITH_PHRASES = 2  # of the engine fast


@dataclass(frozen=True)
class EngineOptions:
    """Which engine codes text: `fast` at *level* 1 to 3, `mix` at 4 to 9, or `paper`.

    `paper`, and `fast` from level 2 on, look phrases up at *positions*; None is what is best for the engine. An engine that takes
    codebooks begins its blocks from what it makes of *codebook*.
    """

    engine: str = "mix"
    level: int = 6
    positions: Positions | None = None
    codebook: bytes | None = None


@dataclass(frozen=True)
class Options:
    """What a compression needs to know: see `make_options`."""

    engine: EngineOptions
    block_size: int


def _check_integers(**values: object) -> None:
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{name} must be an int, not {type(value).__name__}")


def _make_engine_options(level: int, engine: str, tiling: str | None) -> EngineOptions:
    positions = parse_tiling(tiling) if tiling is not None else None
    levels = BLOCK_SIZES[engine]
    if level not in levels:
        raise ValueError(f"the engine {engine} has the levels {min(levels)} to {max(levels)}, not {level}")
    if tiling is not None and (engine == "mix" or (engine == "fast" and level < _FIRST_LEVEL_WITH_PHRASES)):
        where = "the engine mix" if engine == "mix" else f"level {level} of the engine fast"
        raise ValueError(f"{where} takes no tiling; the engines paper and, from level {_FIRST_LEVEL_WITH_PHRASES} on, fast do")
    return EngineOptions(engine, level, positions)


def make_options(
    level: int | None = None, engine: str | None = None, tiling: str | None = None, block_size: int | None = None
) -> Options:
    """Check the options of a compression and fill in what is None, as `compress` says.

    Raises ValueError, or TypeError for a value of the wrong type, that says what is allowed.
    """
    if level is None:
        level = DEFAULT_FAST_LEVEL if engine == "fast" else DEFAULT_LEVEL
    _check_integers(level=level, block_size=1 if block_size is None else block_size)
    if level not in LEVELS:
        raise ValueError(f"level {level} is not one of {LEVELS[0]} to {LEVELS[-1]}")
    if engine is None:
        engine = default_engine(level, tiling)
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; there are {', '.join(ENGINES)}")
    engine_options = _make_engine_options(level, engine, tiling)
    if block_size is None:
        block_size = BLOCK_SIZES[engine][level]
    if not 1 <= block_size <= MAX_BLOCK_SIZE:
        raise ValueError(f"block_size {block_size} is not between 1 and {MAX_BLOCK_SIZE} bytes")
    return Options(engine_options, block_size)
