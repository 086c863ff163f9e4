"""What a compression is asked for: which engine, level and positions, and how large its blocks are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .registry import DEFAULT_LEVEL, LEVELS, MAX_BLOCK_SIZE, Engine, default_engine, default_level, engine_of_name

if TYPE_CHECKING:
    from ..tiling.tilings import Positions

_DEFAULT_ENGINE = default_engine(DEFAULT_LEVEL).name


@dataclass(frozen=True)
class EngineOptions:
    """Which *engine* codes text, at which of its levels.

    An engine that looks phrases up does so at *positions*; None is what is best for the engine. Blocks begin from *codebook* where
    there is one, which the engine has to take.
    """

    engine: str = _DEFAULT_ENGINE
    level: int = DEFAULT_LEVEL
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


def _find_positions(tiling: str | None, level: int, engine: Engine) -> Positions | None:
    if tiling is None:
        return None
    from ..tiling.tilings import parse_tiling

    positions = parse_tiling(tiling)
    first = engine.first_positions_level
    if first == 0:
        raise ValueError(f"the engine {engine.name} takes no tiling, for it looks no phrases up")
    if level < first:
        raise ValueError(f"level {level} of the engine {engine.name} takes no tiling; from level {first} on it does")
    return positions


def make_options(
    level: int | None = None, engine: str | None = None, tiling: str | None = None, block_size: int | None = None
) -> Options:
    """Check the options of a compression and fill in what is None, as `compress` says.

    Raises ValueError, or TypeError for a value of the wrong type, that says what is allowed.
    """
    chosen = engine_of_name(engine) if engine is not None else None
    if level is None:
        level = default_level(engine)
    _check_integers(level=level, block_size=1 if block_size is None else block_size)
    if chosen is None:
        if level not in LEVELS:
            raise ValueError(f"level {level} is not one of {LEVELS[0]} to {LEVELS[-1]}")
        chosen = default_engine(level, tiling)
    if level not in chosen.levels:
        raise ValueError(f"the engine {chosen.name} has the levels {chosen.levels[0]} to {chosen.levels[-1]}, not {level}")
    positions = _find_positions(tiling, level, chosen)
    if block_size is None:
        block_size = chosen.block_size(level)
    if not 1 <= block_size <= MAX_BLOCK_SIZE:
        raise ValueError(f"block_size {block_size} is not between 1 and {MAX_BLOCK_SIZE} bytes")
    return Options(EngineOptions(chosen.name, level, positions), block_size)
