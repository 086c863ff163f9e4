"""Which engines and levels there are, and what they are for: answered here only, from the table of engines in C."""

from __future__ import annotations

from ._engine import CPU_PATHS, MAX_BLOCK_SIZE, Engine
from ._engine import ENGINES as _ENGINES

__all__ = [
    "CPU_PATHS",
    "DEFAULT_LEVEL",
    "ENGINE_NAMES",
    "LEVELS",
    "MAX_BLOCK_SIZE",
    "PUBLISHED_ENGINE",
    "Engine",
    "block_size",
    "default_engine",
    "default_level",
    "describe_level",
    "encoding_memory",
    "engine_of_name",
    "engine_of_number",
]

DEFAULT_LEVEL = 6
PUBLISHED_ENGINE = "paper"  # the one that a tiling alone stands for

_BY_NAME = {engine.name: engine for engine in _ENGINES}
_BY_NUMBER = {engine.number: engine for engine in _ENGINES}
_BY_LEVEL = {level: engine for engine in _ENGINES if engine.owns_levels for level in engine.levels}

ENGINE_NAMES = tuple(_BY_NAME)
LEVELS = range(min(_BY_LEVEL), max(_BY_LEVEL) + 1)


def engine_of_name(name: str) -> Engine:
    """Return the engine that users call *name*. Raises ValueError, with the names there are, for any other."""
    if name not in _BY_NAME:
        raise ValueError(f"unknown engine {name!r}; there are {', '.join(ENGINE_NAMES)}")
    return _BY_NAME[name]


def engine_of_number(number: int) -> Engine | None:
    """Return the engine that block headers call *number*, or None if this release has none."""
    return _BY_NUMBER.get(number)


def default_engine(level: int, tiling: str | None = None) -> Engine:
    """Return the engine of *level*, one of LEVELS, where none is named: with a *tiling* it is the published one."""
    return _BY_NAME[PUBLISHED_ENGINE] if tiling is not None else _BY_LEVEL[level]


def default_level(engine: str | None = None) -> int:
    """Return the level where none is named. Raises ValueError for an unknown *engine*."""
    return DEFAULT_LEVEL if engine is None else engine_of_name(engine).default_level


def block_size(level: int) -> int:
    """Return how many bytes of content a block has at *level*, one of LEVELS, where nobody says so."""
    return _BY_LEVEL[level].block_size(level)


def encoding_memory(level: int, size: int | None = None) -> int:
    """Return the bytes that encoding a block of *size* bytes at *level*, one of LEVELS, takes at most, beside the block.

    None is the size that blocks have at the level. Most texts take a fraction of it: the bound holds for any bytes.
    """
    return _BY_LEVEL[level].plan_memory(level, block_size(level) if size is None else size)


def describe_level(level: int) -> str:
    """Return what `--help` says of *level*, one of LEVELS."""
    engine = _BY_LEVEL[level]
    default = " The default." if level == DEFAULT_LEVEL else ""
    return f"{engine.purpose(level)}. Engine {engine.name}, blocks of {block_size(level) >> 20}m.{default}"
