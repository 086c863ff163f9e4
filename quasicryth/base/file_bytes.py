"""Bytes from other people's file objects, which may break their promises: the next ones, or those of a file by their numbers."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from typing import BinaryIO

from .buffers import view_bytes

_WINDOW_SIZE = 128 << 10


def read_at_most(file: BinaryIO, size: int) -> bytes:
    """Return the next bytes of *file*, at most *size* of them; none at its end only.

    What is wrong with the file object itself is no damage of what is in it, and raises what Python's own readers raise: TypeError
    for what is not bytes, OSError for more bytes than were asked for, BlockingIOError where there are none yet.
    """
    piece: object = file.read(size)
    if type(piece) is not bytes:  # the check that is fastest
        piece = _copied(piece)
    if len(piece) > size:
        raise OSError(f"the file object's read() gave {len(piece)} bytes, more than the {size} that were asked for")
    return piece


def _copied(piece: object) -> bytes:
    """Return the bytes of *piece*, which the file object may want to use again."""
    if piece is None:
        raise BlockingIOError(errno.EAGAIN, "the file has no bytes at the moment and does not wait")
    if isinstance(piece, str):
        raise TypeError("the file object's read() gave str, not bytes: it is in text mode")
    try:
        return bytes(view_bytes(piece))  # type: ignore[arg-type]  # what is no buffer is found out here
    except TypeError:
        raise TypeError(f"the file object's read() gave {type(piece).__name__}, not bytes") from None


class FileBytes:
    """The bytes of the seekable *file* from where it is to its end.

    A file that was cut since gives fewer bytes, where a memory map would end the process.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._origin = file.tell()
        self._size = file.seek(0, io.SEEK_END) - self._origin
        # What was searched last, since the next search is likely to begin in it.
        self._window = b""
        self._window_start = 0

    @property
    def size(self) -> int:
        """How many bytes there are. It is no `__len__`, which cannot be more than 2^31 where addresses have 32 bits."""
        return self._size

    def pieces(self, start: int, size: int) -> Iterator[bytes]:
        """Yield *size* bytes from number *start* on, or as many as there are, in pieces."""
        place = max(start, 0)
        end = min(place + size, self._size)
        while place < end:
            self._file.seek(self._origin + place)
            piece = read_at_most(self._file, min(end - place, _WINDOW_SIZE))
            if not piece:
                return
            yield piece
            place += len(piece)

    def read(self, start: int, size: int) -> bytes:
        """Return *size* bytes from number *start* on, or as many as there are."""
        pieces = list(self.pieces(start, size))
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def find(self, wanted: bytes, start: int, end: int | None = None) -> int:
        """Return where from *start* on, and all of it before *end*, *wanted* first is, or -1."""
        end = self._size if end is None else min(end, self._size)
        while start + len(wanted) <= end:
            if not self._window_start <= start <= self._window_start + len(self._window) - len(wanted):
                self._move_window(start)
            found = self._window.find(wanted, start - self._window_start, end - self._window_start)
            if found >= 0:
                return self._window_start + found
            behind = self._window_start + len(self._window) - len(wanted) + 1
            if behind <= start:  # the file was cut
                break
            start = behind
        return -1

    def find_last(self, wanted: bytes, end: int) -> int:
        """Return where *wanted* last is, all of it before *end*, or -1."""
        end = min(end, self._size)
        while end >= len(wanted):
            if not self._window_start + len(wanted) <= end <= self._window_start + len(self._window):
                self._move_window(max(end - _WINDOW_SIZE, 0))
            found = self._window.rfind(wanted, 0, max(end - self._window_start, 0))
            if found >= 0:
                return self._window_start + found
            end = min(end - 1, self._window_start + len(wanted) - 1)
        return -1

    def _move_window(self, start: int) -> None:
        self._window_start = start
        self._window = b""  # gone before the next one takes memory
        self._window = self.read(start, _WINDOW_SIZE)
