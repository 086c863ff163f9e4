"""The content of a .qcz file as a raw stream: read in order and checked to the last byte, or from anywhere by the block index."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast

from ..base.buffers import join
from ..base.limits import Limits
from ..base.progress import Progress
from ..base.threads import OrderedWork, UnfinishedCalls
from ..errors import QczError, QczLimitError
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
        self._unfinished = UnfinishedCalls()  # blocks that are being decoded though nobody will read them
        self._index: ContentIndex | None = None
        self._error: QczError | None = None
        self._position = 0
        # The content of the block that was decoded last, and where it begins.
        self._content = memoryview(b"")
        self._content_start = 0
        self._contents = decompress_blocks(self._file, self._limits, self._threads, self._unfinished)

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
            self._unfinished.forget()
        super().close()

    def tell(self) -> int:
        """Return where in the content the next byte is."""
        self._check_open()
        return self._position

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")

    # ---- decoding ----------------------------------------------------------------------------------------------------------

    def _decode_from(self, index: ContentIndex, blocks: range, limits: Limits) -> Iterator[bytes]:
        assert self._start is not None
        work: OrderedWork[bytes] = OrderedWork(self._threads, limits.memlimit, self._unfinished)
        wrong: QczError | None = None  # raised after what is before it was given, for any number of threads
        try:
            for number in blocks:
                while not work.has_room_for(index.least_memory(number)):
                    yield work.pop()
                try:
                    submit_block(work, index.read_block(self._file, self._start, number, limits), limits)
                except QczError as error:
                    wrong = error
                    break
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
            self._contents = decompress_blocks(self._file, self._limits, self._threads, self._unfinished)
            return
        index = self.index()
        block = index.find(position)
        self._content_start = index.block_start(block)
        self._contents = self._decode_from(index, range(block, len(index)), self._limits)

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
            del content
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
        return join(self.rest())

    def rest(self) -> Iterator[bytes | memoryview]:
        """Yield all content from here to the end, to the end of a block at a time."""
        self._check_open()
        given: list[bytes | memoryview] = []  # from where it can be yielded without being kept here
        while piece := self._rest_of_block():
            self._position += len(piece)
            given.append(self._take_content() if len(piece) == len(self._content) else piece)
            del piece
            yield given.pop()

    def _take_content(self) -> bytes:
        """Return the content at hand, all of which was read, without a copy, and let go of it."""
        content = cast("bytes", self._content.obj)
        self._content_start += len(content)
        self._content = memoryview(b"")
        return content

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
        """Return the content from *start* to *stop* or its end; the position stays what it was.

        The block at hand stays, unless it and those of the range would together take more than the limit allows.
        """
        self._check_open()
        stop = min(stop, self.index().content_size)
        begin = self._content_start
        if begin <= start < stop <= begin + len(self._content):
            return bytes(self._content[start - begin : stop - begin])
        if self._limits.memlimit is not None and (self._content or self._threads > 1):
            room = self._limits.memlimit - len(self._content)
            if self._threads == 1 and room > 0:
                with contextlib.suppress(QczLimitError):
                    return join(self._read_blocks(start, stop, Limits(self._limits.max_length, room)))
            self._leave()
            self._content_start = -1  # what was at hand is found by the index again
        return join(self._read_blocks(start, stop, self._limits))

    def _read_blocks(self, start: int, stop: int, limits: Limits) -> Iterator[memoryview]:
        """Yield what blocks have of the content from *start* to *stop*."""
        if start >= stop:
            return
        index = self.index()
        first, last = index.find(start), index.find(stop - 1)
        begin = index.block_start(first)
        place = self._file.tell()
        try:
            for content in self._decode_from(index, range(first, last + 1), limits):
                yield memoryview(content)[max(start - begin, 0) : stop - begin]
                begin += len(content)
                del content
        finally:
            self._file.seek(place)
