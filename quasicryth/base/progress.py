"""Who wants to know how far it is, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from threading import get_ident

# Called after each block with the bytes of content that are done and all there are, or None if that is not known.
ProgressCallback = Callable[[int, int | None], object]


class Progress:
    """Counts bytes of content and tells a callback, in the thread that asked for the work; what it raises stops the work."""

    def __init__(self, callback: ProgressCallback | None, total: int | None = None) -> None:
        self._callback = callback
        self._total = total
        self._done = 0
        self._thread: int | None = None  # the one that the callback runs in

    def check(self) -> None:
        """Raise RuntimeError in the callback: the object that tells it is in the middle of something."""
        if self._thread is not None and self._thread == get_ident():
            raise RuntimeError("a progress callback cannot use the object that tells it of the progress")

    def advance(self, size: int) -> None:
        """Count *size* more bytes, and tell."""
        self._done += size
        self.tell(self._done, self._total)

    def tell(self, done: int, total: int | None) -> None:
        """Call the callback, if there is one."""
        if self._callback is None:
            return
        self._thread = get_ident()
        try:
            self._callback(done, total)
        finally:
            self._thread = None
