"""From contents of blocks to the bytes of a frame: what every way to compress is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..base._checksum import Xxh64
from ..base.threads import OrderedWork
from ..errors import QczCorruptError
from .blocks import EncodedBlock, encode_block, prepare
from .layout import FrameHeader, index_entry, write_frame_header, write_tail
from .segments import Content

if TYPE_CHECKING:
    from ..base.progress import Progress
    from ..engines.options import Options


class FrameEncoder:
    """Makes one frame: `header()`, then `put()` for each piece of content and `pop()` for each block, then `tail()`.

    The bytes are the same for any number of threads. A piece must not change until its block was popped.
    """

    def __init__(self, options: Options, threads: int = 1, progress: Progress | None = None) -> None:
        self._options = options
        self._progress = progress
        self._checksum = Xxh64()
        self._work: OrderedWork[EncodedBlock] = OrderedWork(threads)
        self._prepared = prepare(options.engine)
        self._index = bytearray()
        self._count = 0  # of blocks that were put in

    def header(self) -> bytes:
        """Return what the frame begins with."""
        return write_frame_header(FrameHeader(self._options.block_size))

    def put(self, content: Content) -> None:
        """Take *content*, 1 to block_size bytes, for the next block; not if `full`."""
        self._checksum.update(content)
        self._work.put(partial(encode_block, content, self._options.engine, self._count, self._prepared))
        self._count += 1

    @property
    def full(self) -> bool:
        """Whether a block is to be popped before more is put in."""
        return self._work.full

    @property
    def pending(self) -> bool:
        """Whether there is a block to pop."""
        return len(self._work) > 0

    def pop(self) -> bytes:
        """Return the next block."""
        block = self._work.pop()
        self._index += index_entry(block.header)
        if self._progress is not None:
            self._progress.advance(block.header.content_size)
        return block.join()

    def tail(self) -> bytes:
        """Return what the frame ends with, after all blocks."""
        self._work.close()
        return write_tail(self._checksum.digest(), self._index)

    def close(self) -> None:
        """Let go of all blocks; the frame will not be finished."""
        self._work.close()

    def verify(self, contents: Iterable[bytes]) -> None:
        """Raise QczCorruptError unless *contents*, decoded from what was written, is what was compressed."""
        checksum = Xxh64()
        for content in contents:
            checksum.update(content)
        if checksum.digest() != self._checksum.digest():
            raise QczCorruptError("what was written does not decode to what was compressed")


def encode_frame(contents: Iterable[Content], encoder: FrameEncoder) -> Iterator[bytes]:
    """Yield the frame of *contents*, each of which becomes a block, in pieces."""
    try:
        yield encoder.header()
        for content in contents:
            encoder.put(content)
            while encoder.full:
                yield encoder.pop()
        while encoder.pending:
            yield encoder.pop()
        yield encoder.tail()
    finally:
        encoder.close()
