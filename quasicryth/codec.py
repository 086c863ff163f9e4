"""Frames from bytes and back, block by block: what the one-shot functions and the command are made of."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ._checksum import Xxh64
from .blocks import EngineOptions, decode_block, encode_block
from .errors import QczCorruptError, QczLimitError
from .frame import (
    MAX_BLOCK_SIZE,
    Block,
    ByteSource,
    FrameHeader,
    Tail,
    read_blocks,
    read_frame_headers,
    write_block_header,
    write_frame_header,
    write_tail,
)
from .tiling import parse_tiling

ENGINES = ("paper",)
LEVELS = range(1, 10)
DEFAULT_LEVEL = 6
DEFAULT_BLOCK_SIZE = 64 << 20

Buffer = bytes | bytearray | memoryview


def make_options(level: int, engine: str, tiling: str, block_size: int) -> EngineOptions:
    """Check the options of a compression and return what the engine needs of them.

    Raises ValueError, or TypeError for a value of the wrong type, that says what is allowed.
    """
    for name, value in (("level", level), ("block_size", block_size)):
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    if level not in LEVELS:
        raise ValueError(f"level {level} is not one of {LEVELS[0]} to {LEVELS[-1]}")
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; there is {', '.join(ENGINES)}")
    if not 1 <= block_size <= MAX_BLOCK_SIZE:
        raise ValueError(f"block_size {block_size} is not between 1 and {MAX_BLOCK_SIZE} bytes")
    return EngineOptions(parse_tiling(tiling))


class FrameWriter:
    """Makes one frame: `header()`, then `block()` for each piece of content, then `finish()`; each returns the bytes to write."""

    def __init__(self, options: EngineOptions, block_size: int) -> None:
        self._options = options
        self._block_size = block_size
        self._content_checksum = Xxh64()
        self._index: list[tuple[int, int]] = []

    def header(self) -> bytes:
        """Return what the frame begins with."""
        return write_frame_header(FrameHeader(self._block_size))

    def block(self, content: bytes | memoryview) -> bytes:
        """Return *content*, 1 to block_size bytes, as a block."""
        header, payload = encode_block(content, self._options)
        self._content_checksum.update(content)
        self._index.append((header.payload_size, header.raw_size))
        return write_block_header(header, len(self._index) - 1) + payload

    def finish(self) -> bytes:
        """Return what the frame ends with."""
        return write_tail(self._content_checksum.digest(), self._index)

    def verify(self, contents: Iterable[bytes]) -> None:
        """Raise QczCorruptError unless *contents*, decoded from what was written, is what was compressed."""
        checksum = Xxh64()
        for content in contents:
            checksum.update(content)
        if checksum.digest() != self._content_checksum.digest():
            raise QczCorruptError("what was written does not decode to what was compressed")


def compress(
    data: Buffer,
    level: int = DEFAULT_LEVEL,
    *,
    engine: str = "paper",
    tiling: str = "multi",
    block_size: int = DEFAULT_BLOCK_SIZE,
) -> bytes:
    """Return *data* compressed as one .qcz frame.

    *level*, 1 to 9, is for engines to come: the engine `paper`, the published method, has but one. *tiling* names the word
    positions at which long phrases are looked up (see `quasicryth.tiling`). *block_size* is how many bytes of *data* make a block,
    1 to 2^30: larger blocks compress better and take more memory, about 12 times their size. Any bytes can be compressed; what is
    not text is given to Zstandard or stored. The same arguments give the same bytes on every machine. `qcz compress` does the same
    for files of any size.

    Raises ValueError or TypeError for arguments that are not allowed.
    """
    options = make_options(level, engine, tiling, block_size)
    content = memoryview(data).cast("B")
    writer = FrameWriter(options, block_size)
    pieces = [writer.header()]
    pieces += [writer.block(content[start : start + block_size]) for start in range(0, len(content), block_size)]
    pieces.append(writer.finish())
    return b"".join(pieces)


def decode_frame(
    source: ByteSource, frame: FrameHeader, max_length: int | None = None, memlimit: int | None = None
) -> Iterator[tuple[Block, bytes]]:
    """Yield the blocks of *frame*, whose header has been read, with their contents; at the end all content is checked."""
    checksum = Xxh64()
    for part in read_blocks(source, frame):
        if isinstance(part, Tail):
            if checksum.digest() != part.content_checksum:
                raise QczCorruptError("the content of the frame does not match its checksum")
            return
        if max_length is not None:
            max_length -= part.header.raw_size
            if max_length < 0:
                raise QczLimitError(f"the content is longer than the limit: the block at byte {part.position} would exceed it")
        content = decode_block(part, memlimit)
        checksum.update(content)
        yield part, content


def decompress_blocks(file: BinaryIO, *, max_length: int | None = None, memlimit: int | None = None) -> Iterator[bytes]:
    """Yield the content of all frames in *file*, one block at a time; what was yielded is proven only when the iterator ends.

    Raises as `decompress` does.
    """
    source = ByteSource(file)
    for _, frame in read_frame_headers(source):
        for _, content in decode_frame(source, frame, max_length, memlimit):
            if max_length is not None:
                max_length -= len(content)
            yield content


def decompress(data: Buffer, *, max_length: int | None = None, memlimit: int | None = None) -> bytes:
    """Return the content of *data*, one or more .qcz frames end to end.

    With *max_length*, content longer than so many bytes raises QczLimitError; with *memlimit*, so does a block whose decoding would
    take more than so many bytes of memory: both before the memory is taken.

    Raises a QczError: QczFormatError for data that is no .qcz frame or is followed by something else, QczVersionError for a frame
    of a newer release, QczTruncatedError (also an EOFError) if the data ends early, QczCorruptError for any other damage.
    """
    file = io.BytesIO(memoryview(data).cast("B"))
    return b"".join(decompress_blocks(file, max_length=max_length, memlimit=memlimit))
