"""Frames from bytes and back, block by block: what the one-shot functions and the command are made of."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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

ENGINES = ("fast", "mix", "paper")
LEVELS = range(1, 10)
DEFAULT_LEVEL = 6
_DEFAULT_FAST_LEVEL = 3
_FIRST_LEVEL_WITH_PHRASES = 2  # of the engine fast

# How much a level may learn from at once: its memory is in proportion.
_FAST_BLOCK_SIZES = dict.fromkeys(range(1, 4), 16 << 20)
_MIX_BLOCK_SIZES = {4: 16 << 20, 5: 32 << 20, 6: 64 << 20, 7: 64 << 20, 8: 128 << 20, 9: 128 << 20}
_BLOCK_SIZES = {"fast": _FAST_BLOCK_SIZES, "mix": _MIX_BLOCK_SIZES, "paper": dict.fromkeys(LEVELS, 64 << 20)}

Buffer = bytes | bytearray | memoryview


def default_engine(level: int, tiling: str | None = None) -> str:
    """Return the engine of *level*: with a *tiling* it is the paper's."""
    if tiling is not None:
        return "paper"
    return "mix" if level in _MIX_BLOCK_SIZES else "fast"


def default_block_size(engine: EngineOptions) -> int:
    """Return how many bytes make a block where nobody says so."""
    return _BLOCK_SIZES[engine.engine][engine.level]


@dataclass(frozen=True)
class Options:
    """What a compression needs to know: see `make_options`."""

    engine: EngineOptions
    block_size: int


def _check_integers(**values: object) -> None:
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{name} must be an int, not {type(value).__name__}")


def _make_engine_options(level: int, engine: str, tiling: str | None) -> EngineOptions:
    positions = parse_tiling(tiling) if tiling is not None else None
    levels = _BLOCK_SIZES[engine]
    if level not in levels:
        raise ValueError(f"the engine {engine} has the levels {min(levels)} to {max(levels)}, not {level}")
    if tiling is not None and (engine == "mix" or (engine == "fast" and level < _FIRST_LEVEL_WITH_PHRASES)):
        where = "the engine mix" if engine == "mix" else f"level {level} of the engine fast"
        raise ValueError(f"{where} takes no tiling; the engines paper and, from level {_FIRST_LEVEL_WITH_PHRASES} on, fast do")
    return EngineOptions(engine, level, positions)


def make_options(
    level: int | None = None, engine: str | None = None, tiling: str | None = None, block_size: int | None = None
) -> Options:
    """Check the options of a compression and fill in what is None, as `compress` says.

    Raises ValueError, or TypeError for a value of the wrong type, that says what is allowed.
    """
    if level is None:
        level = _DEFAULT_FAST_LEVEL if engine == "fast" else DEFAULT_LEVEL
    _check_integers(level=level, block_size=1 if block_size is None else block_size)
    if level not in LEVELS:
        raise ValueError(f"level {level} is not one of {LEVELS[0]} to {LEVELS[-1]}")
    if engine is None:
        engine = default_engine(level, tiling)
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; there are {', '.join(ENGINES)}")
    engine_options = _make_engine_options(level, engine, tiling)
    if block_size is None:
        block_size = default_block_size(engine_options)
    if not 1 <= block_size <= MAX_BLOCK_SIZE:
        raise ValueError(f"block_size {block_size} is not between 1 and {MAX_BLOCK_SIZE} bytes")
    return Options(engine_options, block_size)


class FrameWriter:
    """Makes one frame: `header()`, then `block()` for each piece of content, then `finish()`; each returns the bytes to write."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._content_checksum = Xxh64()
        self._index: list[tuple[int, int]] = []

    def header(self) -> bytes:
        """Return what the frame begins with."""
        return write_frame_header(FrameHeader(self._options.block_size))

    def block(self, content: bytes | memoryview) -> bytes:
        """Return *content*, 1 to block_size bytes, as a block."""
        header, payload = encode_block(content, self._options.engine)
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
    level: int | None = None,
    *,
    engine: str | None = None,
    tiling: str | None = None,
    block_size: int | None = None,
) -> bytes:
    """Return *data* compressed as one .qcz frame.

    *level*, 1 to 9, trades speed and memory for size; None is 6, or 3 with the *engine* `fast`. Levels 1 to 3 are those of the
    engine `fast`, which decompresses many times as fast as it compresses; levels 4 to 9 those of `mix`, which takes about as long
    for both. *engine* None is that of the level, or with a *tiling* `paper`, the published method, which takes any *level*.

    *tiling* names the positions at which long phrases are looked up (see `quasicryth.tiling`): the engine `paper` takes one, None
    is `multi`; so does `fast` from level 2 on, where None is `all`, every position. *block_size* is how many bytes of *data* make
    a block, 1 to 2^30: larger blocks compress better and take more memory; None is 16 MiB up to level 4, 32 MiB at level 5, 128
    MiB at levels 8 and 9, else 64 MiB. The engine `mix` takes about as much memory to compress text as to decompress it, which
    `qcz info` prints: tables that grow with the block up to the level's limit, and a few bytes for each byte of text. The engine
    `paper` takes about 12 times the block.

    Any bytes can be compressed; what is not text is given to Zstandard or stored. The same arguments give the same bytes on every
    machine. `qcz compress` does the same for files of any size.

    Raises ValueError or TypeError for arguments that are not allowed.
    """
    options = make_options(level, engine, tiling, block_size)
    content = memoryview(data).cast("B")
    writer = FrameWriter(options)
    pieces = [writer.header()]
    pieces += [writer.block(content[start : start + options.block_size]) for start in range(0, len(content), options.block_size)]
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
