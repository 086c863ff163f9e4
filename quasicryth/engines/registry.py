"""Which engines there are; until the compiled one takes its place."""

from __future__ import annotations

from ._engine import Engine

ENGINES = (Engine("fast", 3), Engine("mix", 2), Engine("paper", 1))


def engine_of_number(number: int) -> Engine | None:
    """Return the engine that blocks call *number*, or None."""
    return next((engine for engine in ENGINES if engine.number == number), None)


def engine_of_name(name: str) -> Engine:
    """Return the engine that users call *name*."""
    return next(engine for engine in ENGINES if engine.name == name)
