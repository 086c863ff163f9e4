"""From contents of blocks to the bytes of a frame: what every way to compress is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..base._checksum import Xxh64
from ..base.threads import OrderedWork
from ..errors import QczCorruptError
from .blocks import Content, encode_block
from .layout import BlockHeader, FrameHeader, index_entry, write_block_header, write_frame_header, write_tail

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
        self._work: OrderedWork[tuple[BlockHeader, Content]] = OrderedWork(threads)
        self._index = bytearray()
        self._count = 0

    def header(self) -> bytes:
        """Return what the frame begins with."""
        return write_frame_header(FrameHeader(self._options.block_size))

    def put(self, content: Content) -> None:
        """Take *content*, 1 to block_size bytes, for the next block; not if `full`."""
        self._checksum.update(content)
        self._work.put(partial(encode_block, content, self._options.engine))

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
        header, payload = self._work.pop()
        ordinal = self._count
        self._count += 1
        self._index += index_entry(header)
        if self._progress is not None:
            self._progress.advance(header.raw_size)
        return write_block_header(header, ordinal) + payload

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
