"""Who wants to know how far it is, and how far it is."""

from __future__ import annotations

from collections.abc import Callable

# Called after each block with the bytes of content that are done and all there are, or None if that is not known.
ProgressCallback = Callable[[int, int | None], object]


class Progress:
    """Counts bytes of content and tells a callback, in the thread that asked for the work; what it raises stops the work."""

    def __init__(self, callback: ProgressCallback | None, total: int | None = None) -> None:
        self._callback = callback
        self._total = total
        self._done = 0

    def advance(self, size: int) -> None:
        """Count *size* more bytes."""
        self._done += size
        if self._callback is not None:
            self._callback(self._done, self._total)
