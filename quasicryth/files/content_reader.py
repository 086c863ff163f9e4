"""The content of a .qcz file as a raw stream: read in order and checked to the last byte, or from anywhere by the block index."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from ..base.buffers import join
from ..base.limits import Limits
from ..base.progress import Progress
from ..base.threads import OrderedWork
from ..errors import QczError
from ..frames.decoder import decompress_blocks, submit_block
from ..frames.index import ContentIndex, read_index

if TYPE_CHECKING:
    from typing_extensions import Buffer


class ContentReader(io.RawIOBase):
    """Reads the content of all frames of *file* from where it is; one block, with *threads* that many and two more, is in memory.

    From the beginning on, blocks are decoded one after the other, and at the end of each frame its content is checked as a whole.
    Seeking elsewhere reads the index from the tails, and decodes only the blocks that are read; their own checksums are checked.
    One call may be made at a time.
    """

    def __init__(self, file: BinaryIO, limits: Limits, threads: int, progress: Progress) -> None:
        self._file = file
        self._limits = limits
        self._threads = threads
        self._progress = progress
        self._start = file.tell() if hasattr(file, "seekable") and file.seekable() else None
        self._index: ContentIndex | None = None
        self._error: QczError | None = None
        self._position = 0
        # The content of the block that was decoded last, and where it begins.
        self._content = memoryview(b"")
        self._content_start = 0
        self._contents = decompress_blocks(self._file, self._limits, self._threads)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return whether the compressed file is."""
        return self._start is not None

    def close(self) -> None:
        """Let go of all blocks; the compressed file stays open."""
        if not self.closed:
            self._leave()
        super().close()

    def tell(self) -> int:
        """Return where in the content the next byte is."""
        self._check_open()
        return self._position

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")

    # ---- decoding ----------------------------------------------------------------------------------------------------------

    def _decode_from(self, index: ContentIndex, blocks: range) -> Iterator[bytes]:
        assert self._start is not None
        work: OrderedWork[bytes] = OrderedWork(self._threads, self._limits.memlimit)
        wrong: QczError | None = None  # raised after what is before it was given, for any number of threads
        try:
            for number in blocks:
                try:
                    submit_block(work, index.read_block(self._file, self._start, number, self._limits), self._limits)
                except QczError as error:
                    wrong = error
                    break
                while work.full:
                    yield work.pop()
            while work:
                yield work.pop()
            if wrong is not None:
                raise wrong
        finally:
            work.close()

    def _leave(self) -> None:
        """Let go of the block at hand and of those that were to come."""
        self._content = memoryview(b"")
        contents, self._contents = self._contents, iter(())
        close = getattr(contents, "close", None)
        if close is not None:
            close()

    def index(self) -> ContentIndex:
        """Return the index of all blocks; reads it if need be, and leaves the compressed file where it was."""
        if self._index is None:
            if self._start is None:
                raise io.UnsupportedOperation("the compressed file is not seekable")
            place = self._file.tell()
            try:
                self._index = read_index(self._file, self._start, self._limits.memlimit)
            finally:
                self._file.seek(place)
        return self._index

    def _go_to(self, position: int) -> None:
        """Make the block that has *position* the next to be decoded."""
        self._leave()
        if position == 0:
            assert self._start is not None
            self._file.seek(self._start)
            self._content_start = 0
            self._contents = decompress_blocks(self._file, self._limits, self._threads)
            return
        index = self.index()
        block = index.find(position)
        self._content_start = index.block_start(block)
        self._contents = self._decode_from(index, range(block, len(index)))

    def _rest_of_block(self) -> memoryview:
        """Return what the block at the position has from there on: nothing at the end of the content only."""
        if self._error is not None:
            raise self._error
        if not 0 <= self._position - self._content_start <= len(self._content):
            self._go_to(self._position)
        while self._position - self._content_start >= len(self._content):
            self._content_start += len(self._content)
            self._content = memoryview(b"")  # gone before the next one takes memory
            try:
                content = next(self._contents, b"")
            except QczError as error:
                self._error = error
                raise
            except BaseException:
                self._error = QczError("reading was interrupted; seeking starts it again")
                raise
            if not content:
                return self._content
            self._content = memoryview(content)
            self._progress.advance(len(content))
        return self._content[self._position - self._content_start :]

    # ---- reading -----------------------------------------------------------------------------------------------------------

    def readinto(self, buffer: Buffer) -> int:
        """Fill *buffer*, at most to the end of a block; return how many bytes it got, 0 at the end of the content only."""
        with memoryview(buffer) as view, view.cast("B") as target:
            self._check_open()
            if not target:
                return 0
            piece = self._rest_of_block()[: len(target)]
            target[: len(piece)] = piece
            self._position += len(piece)
            return len(piece)

    def readall(self) -> bytes:
        """Return all content from here to the end."""
        self._check_open()
        return join(self._rest())

    def _rest(self) -> Iterator[memoryview]:
        while piece := self._rest_of_block():
            self._position += len(piece)
            yield piece
            del piece  # the next block may take its memory

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to *offset* from the beginning, the position or the end, and return it; not before the beginning or behind the end."""
        self._check_open()
        if not self.seekable():
            raise io.UnsupportedOperation("the compressed file is not seekable")
        if whence not in (io.SEEK_SET, io.SEEK_CUR, io.SEEK_END):
            raise ValueError(f"whence is {whence}; it must be 0, 1 or 2")
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position}
        position = offset + (base[whence] if whence in base else self.index().content_size)
        if position > self._content_start + len(self._content):
            position = min(position, self.index().content_size)
        if self._error is not None:
            # What failed is given up; from another place, or from the beginning, there may be something to read.
            self._error = None
            self._content_start = -1
            self._content = memoryview(b"")
        self._position = max(position, 0)
        return self._position

    def read_range(self, start: int, stop: int) -> bytes:
        """Return the content from *start* to *stop* or its end; the position stays what it was."""
        self._check_open()
        return join(self._read_blocks(start, min(stop, self.index().content_size)))

    def _read_blocks(self, start: int, stop: int) -> Iterator[memoryview]:
        """Yield what blocks have of the content from *start* to *stop*."""
        if start >= stop:
            return
        index = self.index()
        first, last = index.find(start), index.find(stop - 1)
        begin = index.block_start(first)
        place = self._file.tell()
        try:
            for content in self._decode_from(index, range(first, last + 1)):
                yield memoryview(content)[max(start - begin, 0) : stop - begin]
                begin += len(content)
                del content
        finally:
            self._file.seek(place)
