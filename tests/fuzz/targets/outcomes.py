"""What calls on hostile data may come to, and the promises that a target checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quasicryth import QczError

# Small, so that an input takes no time; a limit that is met is an outcome like any other.
MAX_LENGTH = 1 << 16
MEMLIMIT = 32 << 20
LIMITS = {"max_length": MAX_LENGTH, "memlimit": MEMLIMIT}


class BrokenPromiseError(AssertionError):
    """The package did what it promises not to do."""


def require(condition: bool, promise: str) -> None:
    """Raise BrokenPromiseError unless *condition* holds; `assert` would be gone with -O."""
    if not condition:
        raise BrokenPromiseError(promise)


def outcome(call: Callable[[], Any]) -> Any:
    """Return what *call* returns, or the QczError that it raises; any other exception is a defect and passes."""
    try:
        return call()
    except QczError as error:
        require(len(str(error)) > 10, "an error says what is wrong")
        return error
