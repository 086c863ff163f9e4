"""Files to read whose position is their own: a process that is forked shares descriptors, and so the positions of the system."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from .names import Name


class _PositionedFile(io.FileIO):
    """A seekable file that is read from where this object, in this process, last was."""

    def __init__(self, file: Name) -> None:
        super().__init__(os.fsdecode(file), "rb")
        self._position = 0

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill *buffer* from the position; return how many bytes it got, 0 at the end only."""
        size = os.preadv(self.fileno(), [buffer], self._position)
        self._position += size
        return size

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to *offset* from the beginning, the position or the end."""
        if whence == io.SEEK_CUR:
            offset += self._position
        elif whence == io.SEEK_END:
            offset += os.fstat(self.fileno()).st_size
        if offset < 0:
            raise ValueError(f"the position {offset} is negative")
        self._position = offset
        return offset

    def tell(self) -> int:
        """Return the position."""
        return self._position


def open_input(file: Name) -> BinaryIO:
    """Open the path *file* to read, so that each process that has the object reads from a position of its own, where that can be.

    Pipes and devices have none. Raises OSError as `open` does.
    """
    if hasattr(os, "preadv") and os.path.isfile(file):
        opened = _PositionedFile(file)
        return cast("BinaryIO", io.BufferedReader(opened, os.fstat(opened.fileno()).st_blksize))
    return open(file, "rb")
