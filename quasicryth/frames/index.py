"""Where every block lies and what content it has, known without decoding: from the tails of frames, or by passing over blocks."""

from __future__ import annotations

import io
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ..base.buffers import view_bytes
from ..base.file_bytes import read_at_most
from ..base.limits import Limits
from ..errors import QczCorruptError, QczFormatError, QczTruncatedError
from .layout import (
    BLOCK_START_SIZE,
    FOOTER_SIZE,
    FRAME_HEADER_SIZE,
    MAGIC,
    MIN_TAIL_SIZE,
    READING_MEMORY,
    Block,
    BlockHeader,
    FrameHeader,
    FrameStart,
    Part,
    Tail,
    block_header_size,
    check_start,
    parse_block_header,
    parse_footer,
    parse_frame_header,
    parse_index,
    parse_tail,
)
from .parser import FrameParser
from .segments import BodyInMemory, check_body
from .version import VERSION

if TYPE_CHECKING:
    from typing_extensions import Buffer

_READ_SIZE = 1 << 20
# Bytes of memory for each byte of an index, and for each frame.
_INDEX_MEMORY = 10
_FRAME_MEMORY = 1200


@dataclass(frozen=True)
class FrameInfo:
    """What is known of a frame without decoding it; sizes in bytes.

    `decompressed_size` is the size of its content, `compressed_size` that of the frame, `block_size` the most content that a block
    of it may have; `content_checksum` is the XXH64 of the content, and `version` that of the format.
    """

    decompressed_size: int
    compressed_size: int
    block_size: int
    block_count: int
    content_checksum: int
    version: int = VERSION


# ---- passing over blocks ---------------------------------------------------------------------------------------------------


def skim(file: BinaryIO) -> Iterator[Part]:
    """Yield the parts of all frames from where the seekable *file* is, blocks without their bodies, which are not read.

    Raises as `quasicryth.decompress` does for what is wrong with headers and tails, and for data that ends early.
    """
    start = file.tell()
    end = file.seek(0, io.SEEK_END)
    file.seek(start)
    parser = FrameParser(Limits(), bodies=False)
    while True:
        piece = read_at_most(file, min(parser.wanted, _READ_SIZE))
        if not piece:
            parser.end()
            return
        part = parser.take(piece)
        if parser.skip:
            parser.pass_over(min(parser.skip, end - start - parser.position))
            file.seek(start + parser.position)
        if part is not None:
            yield part


def _first_frame(data: Buffer) -> FrameInfo:
    block_size = content = blocks = 0
    for part in skim(io.BytesIO(view_bytes(data))):
        if isinstance(part, FrameStart):
            block_size = part.header.block_size
        elif isinstance(part, Block):
            content += part.header.content_size
            blocks += 1
        else:
            return FrameInfo(content, part.position + part.size, block_size, blocks, part.content_checksum)
    raise AssertionError("frames end in tails")


def get_frame_info(data: Buffer) -> FrameInfo:
    """Return what the first frame in *data*, which is to be there from its first byte to its last, says of itself.

    Nothing is decoded: headers and the tail are checked, bodies are not. For a file, `QczFile.frames` has the same of all frames,
    read from their tails. Raises as `quasicryth.decompress` does: QczTruncatedError if *data* ends before the frame.
    """
    return _first_frame(data)


def get_frame_size(data: Buffer) -> int:
    """Return how many bytes the first frame in *data* has; otherwise as `get_frame_info`."""
    return _first_frame(data).compressed_size


# ---- the index -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _IndexedFrame:
    """A frame, and where its first block is counted from among all blocks."""

    position: int
    header: FrameHeader
    tail: Tail
    first_block: int


class ContentIndex:
    """All blocks of the frames of a file: 16 bytes of memory each."""

    def __init__(self) -> None:
        self._frames: list[_IndexedFrame] = []
        self._first_blocks: list[int] = []
        self._positions = array("Q")
        self._ends = array("Q")

    def add_frame(self, position: int, header: FrameHeader, tail: Tail, index: bytes) -> None:
        """Add the frame that begins at *position* behind all others; *index* is the one in its *tail*."""
        self._frames.append(_IndexedFrame(position, header, tail, len(self._ends)))
        self._first_blocks.append(len(self._ends))
        place, end = position + FRAME_HEADER_SIZE, self.content_size
        for block_size, content_size in parse_index(index, tail.position):
            self._positions.append(place)
            place += block_size
            end += content_size
            self._ends.append(end)
        assert place == tail.position  # what the frame begins at was found by the index

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def content_size(self) -> int:
        """How many bytes of content all frames have together."""
        return self._ends[-1] if self._ends else 0

    def block_start(self, block: int) -> int:
        """Where in the content the block number *block* begins; for the number after the last, where the content ends."""
        return self._ends[block - 1] if block else 0

    def find(self, position: int) -> int:
        """Return the number of the block that has the byte at *position* of the content, or of blocks if that is behind the end."""
        return bisect_right(self._ends, position)

    def least_memory(self, block: int) -> int:
        """Return the bytes that decoding block number *block* takes at least, its header included, for that is not read yet."""
        encoded = self._end_of_block(self._frame_of(block), block) - self._positions[block]
        return encoded + self.block_start(block + 1) - self.block_start(block) + READING_MEMORY

    def read_block(self, file: BinaryIO, start: int, block: int, limits: Limits) -> Block:
        """Read block number *block* of the *file* whose first frame begins at *start*, checked but for its content."""
        frame = self._frame_of(block)
        position, ordinal = self._positions[block], block - frame.first_block
        file.seek(start + position)
        header = _read_block_header(file, frame.header, ordinal, position)
        end = self.block_start(block + 1)
        sizes = position + header.block_size, self.block_start(block) + header.content_size
        if sizes != (self._end_of_block(frame, block), end):
            raise QczCorruptError(f"the block at byte {position} does not match the block index at the end of its frame")
        limits.check_block(header.least_memory, position, end)
        body = read_exactly(file, header.body_size, position + header.size, f"block {ordinal}")
        segment = check_body(BodyInMemory(body), header, ordinal, position)
        return Block(position, ordinal, header, body, segment)

    def _frame_of(self, block: int) -> _IndexedFrame:
        return self._frames[bisect_right(self._first_blocks, block) - 1]

    def _end_of_block(self, frame: _IndexedFrame, block: int) -> int:
        following = self._positions[block + 1] if block + 1 < len(self) else frame.tail.position
        return min(following, frame.tail.position)

    @property
    def frames(self) -> tuple[FrameInfo, ...]:
        """What is known of each frame."""
        infos = []
        for number, frame in enumerate(self._frames):
            end = self._frames[number + 1].first_block if number + 1 < len(self._frames) else len(self)
            size = frame.tail.position + frame.tail.size - frame.position
            content = self.block_start(end) - self.block_start(frame.first_block)
            count = end - frame.first_block
            infos.append(FrameInfo(content, size, frame.header.block_size, count, frame.tail.content_checksum))
        return tuple(infos)


def read_exactly(file: BinaryIO, size: int, position: int, what: str) -> bytes:
    """Read *size* bytes of *file*, which lie at *position*; QczTruncatedError, naming *what* is read, if there are fewer.

    Takes no memory for missing bytes.
    """
    pieces = []
    missing = size
    while missing:
        piece = read_at_most(file, min(missing, _READ_SIZE))
        if not piece:
            raise QczTruncatedError(f"the data ends at byte {position + size - missing}, inside {what}")
        pieces.append(piece)
        missing -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _read_block_header(file: BinaryIO, frame: FrameHeader, ordinal: int, position: int) -> BlockHeader:
    what = f"the header of block {ordinal}"
    start = read_exactly(file, BLOCK_START_SIZE, position, what)
    size = block_header_size(start)
    if size is None:
        raise QczCorruptError(f"{what} at byte {position} is damaged: no block begins there")
    encoded = start + read_exactly(file, size - len(start), position + len(start), what)
    return parse_block_header(encoded, frame, ordinal, position)


def _read_last_tail(file: BinaryIO, start: int, end: int, limits: Limits, taken: int) -> tuple[FrameStart, Tail, bytes]:
    size = None
    if end - start >= FRAME_HEADER_SIZE + MIN_TAIL_SIZE:
        file.seek(end - FOOTER_SIZE)
        size = parse_footer(read_exactly(file, FOOTER_SIZE, end - start - FOOTER_SIZE, "the tail of the frame"))
    if size is None or size > end - start - FRAME_HEADER_SIZE:
        raise QczCorruptError(f"no frame ends at byte {end - start}")
    position = end - size - start
    limits.check_index(taken + _INDEX_MEMORY * size, position)
    file.seek(start + position)
    tail, index = parse_tail(read_exactly(file, size, position, "the tail of the frame"), position)
    blocks = sum(block_size for block_size, _ in parse_index(index, position))
    begin = position - blocks - FRAME_HEADER_SIZE
    if begin < 0:
        raise QczCorruptError(f"the index in the tail at byte {position} lists more than there is before it")
    file.seek(start + begin)
    encoded = read_exactly(file, FRAME_HEADER_SIZE, begin, "the frame header")
    try:
        return FrameStart(begin, parse_frame_header(encoded)), tail, index
    except QczFormatError:
        raise QczCorruptError(f"no frame begins at byte {begin}, as the tail at byte {position} says") from None


def read_last_tail(
    file: BinaryIO, start: int, end: int, limits: Limits | None = None, taken: int = 0
) -> tuple[FrameStart, Tail, bytes]:
    """Return the start, the tail and the encoded index of the frame that ends at *end* of *file*; positions count from *start*.

    *taken* bytes of memory are to count for the limit too. Raises as `read_index`.
    """
    if end == start:
        raise QczTruncatedError("there is no data: a .qcz file, even of nothing, is not empty")
    try:
        return _read_last_tail(file, start, end, limits or Limits(), taken)
    except QczCorruptError:
        # Whether the file was cut or is followed by something, and where, is seen from its beginning only.
        file.seek(start)
        for _ in skim(file):
            pass
        raise


def read_index(file: BinaryIO, start: int = 0, memlimit: int | None = None) -> ContentIndex:
    """Return the index of all frames of the seekable *file* from *start* to its end, read from their tails, the last one first.

    Raises as `quasicryth.decompress`: data that was cut shows here, and tails that do not belong to their frames; damage inside of
    blocks does not. Indexes that would together take more than *memlimit* bytes raise QczLimitError.
    """
    end = file.seek(0, io.SEEK_END)
    frames: list[tuple[FrameStart, Tail, bytes]] = []
    file.seek(start)
    check_start(read_at_most(file, len(MAGIC)))
    taken = 0
    while not frames or end > start:
        frame, tail, encoded = read_last_tail(file, start, end, Limits(memlimit=memlimit), taken)
        taken += _INDEX_MEMORY * tail.size + _FRAME_MEMORY
        frames.append((frame, tail, encoded))
        end = start + frame.position
    index = ContentIndex()
    for frame, tail, encoded in reversed(frames):
        index.add_frame(frame.position, frame.header, tail, encoded)
    return index
