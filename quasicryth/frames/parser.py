"""The way through the bytes of frames: pieces of any size go in, frame starts, blocks and tails come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..base.limits import Limits
from ..engines._engine import BlockContent
from ..errors import QczCorruptError, QczFormatError, QczLimitError, QczTruncatedError
from .layout import (
    BLOCK_MARKER,
    BLOCK_START_SIZE,
    FRAME_HEADER_SIZE,
    MAX_BLOCK_COUNT,
    MIN_TAIL_SIZE,
    TAIL_MARKER,
    Block,
    BlockHeader,
    FrameHeader,
    FrameStart,
    Part,
    block_header_size,
    check_start,
    index_entry,
    parse_block_header,
    parse_frame_header,
    parse_tail,
)
from .segments import BodyInMemory, check_body

# How much memory a body has that comes in pieces when the first is there, if it has so many bytes.
_LEAST_ROOM = 1 << 20


class _Need(NamedTuple):
    """What a parser waits for: so many bytes, what they are, what their first ones are checked by, and what makes use of them.

    For a body, *memory* is what decoding the block takes at least.
    """

    size: int
    what: str
    check: Callable[[bytes | bytearray], None] | None
    use: Callable[[bytes | bytearray], Part | None]
    memory: int = 0


class FrameParser:
    """Takes the bytes of frames, in pieces of any size, and makes them frame starts, blocks and tails.

    It holds the bytes of one part at most, and takes no memory for those that are missing. *position* is where the first byte lies,
    for the sake of messages. Without *bodies*, those of blocks are passed over: `skip` says by how many bytes.
    """

    def __init__(self, limits: Limits, position: int = 0, bodies: bool = True) -> None:
        self.position = position
        self.skip = 0
        self._limits = limits
        self._bodies = bodies
        self._origin = position
        self._content_end = 0
        self._frame = FrameHeader(1)
        self._index = bytearray()
        self._ordinal = 0
        # How many bytes of the part are there, and where they are gathered: those of a body apart.
        self._there = 0
        self._gathered = bytearray()
        self._body: BlockContent | None = None
        self._need = self._need_frame()

    @property
    def wanted(self) -> int:
        """How many bytes `take` may be given: never zero."""
        return self._need.size - self._there

    @property
    def part_memory(self) -> int:
        """The bytes of memory that the part takes that is being taken, as far as is known; of a block, decoding it at least."""
        return self._need.memory or self._need.size

    def take(self, piece: bytes | memoryview) -> Part | None:
        """Take 1 to `wanted` bytes; return the part that they complete, if any."""
        need = self._need
        self.position += len(piece)
        if len(piece) == need.size:
            data: bytes | bytearray = bytes(piece)
        elif need.memory:
            return self._gather(piece)
        else:
            self._gathered += piece
            data = self._gathered
            self._there = len(data)
        if need.check is not None:
            need.check(data)
        if len(data) < need.size:
            return None
        if self._there:
            self._gathered = bytearray()
            self._there = 0
        return need.use(data)

    def _gather(self, piece: bytes | memoryview) -> Part | None:
        """Take a *piece* of a body, whose memory has up to four times what is there, and in the end no byte too much."""
        need, body = self._need, self._body
        end = self._there + len(piece)
        if body is None or end > body.size:
            grown = BlockContent(min(max(_LEAST_ROOM, 4 * end), need.size))
            if body is not None:
                grown.append(body.view(0, self._there))
            self._body = body = grown
        body.append(piece)
        self._there = end
        if end < need.size:
            return None
        self._body = None
        self._there = 0
        return need.use(body.take())

    def pass_over(self, size: int) -> None:
        """Take note that *size* of the bytes to `skip` were; if those are not all, there are no more."""
        self.position += size
        if size < self.skip:
            raise QczTruncatedError(f"the data ends at byte {self.position}, inside block {self._ordinal - 1}")
        self.skip = 0

    def end(self) -> None:
        """Raise what is wrong if no more bytes follow; nothing is after a whole frame."""
        if self.position == self._origin:
            raise QczTruncatedError("there is no data: a .qcz file, even of nothing, is not empty")
        if self._need.use != self._use_frame_header or self._there:
            raise QczTruncatedError(f"the data ends at byte {self.position}, inside {self._need.what}")

    # ---- frame header ------------------------------------------------------------------------------------------------------

    def _need_frame(self) -> _Need:
        return _Need(FRAME_HEADER_SIZE, "the frame header", self._check_frame, self._use_frame_header)

    def _check_frame(self, start: bytes | bytearray) -> None:
        try:
            check_start(start)
        except QczFormatError:
            begin = self.position - len(start)
            if begin == self._origin:
                raise
            raise QczFormatError(f"after the last frame, at byte {begin}, follows something that is not a .qcz frame") from None

    def _use_frame_header(self, encoded: bytes | bytearray) -> Part:
        self._frame = parse_frame_header(bytes(encoded))
        self._index = bytearray()
        self._ordinal = 0
        self._need = self._need_start()
        return FrameStart(self.position - FRAME_HEADER_SIZE, self._frame)

    # ---- block header ------------------------------------------------------------------------------------------------------

    def _need_start(self) -> _Need:
        """The marker, and the byte behind it: of a block it says how long the header is."""
        return _Need(BLOCK_START_SIZE, f"the header of block {self._ordinal}", self._check_marker, self._use_start)

    def _check_marker(self, start: bytes | bytearray) -> None:
        marker = start[: len(BLOCK_MARKER)]
        if marker not in (BLOCK_MARKER[: len(marker)], TAIL_MARKER[: len(marker)]):
            begin = self.position - len(start)
            raise QczCorruptError(f"neither a block nor the tail of the frame begins at byte {begin}")

    def _use_start(self, start: bytes | bytearray) -> None:
        self._gathered = bytearray(start)
        self._there = len(start)
        if start.startswith(TAIL_MARKER):
            # The index is known from the blocks, and so is its size: whatever else is there is damage.
            size = MIN_TAIL_SIZE + len(self._index)
            self._need = _Need(size, "the tail of the frame", None, self._use_tail)
            return
        if self._ordinal == MAX_BLOCK_COUNT:
            raise QczLimitError("the frame has more blocks than the format allows")
        what = f"the header of block {self._ordinal}"
        header_size = block_header_size(start)
        if header_size is None:
            raise QczCorruptError(f"{what} at byte {self.position - len(start)} is damaged: it cannot have the size that it states")
        self._need = _Need(header_size, what, None, self._use_block_header)

    def _use_block_header(self, encoded: bytes | bytearray) -> Part | None:
        position = self.position - len(encoded)
        header = parse_block_header(bytes(encoded), self._frame, self._ordinal, position)
        self._content_end += header.content_size
        memory = header.least_memory
        self._limits.check_block(memory, position, self._content_end)
        self._index += index_entry(header, len(encoded) + header.body_size)
        self._limits.check_index(len(self._index), position)
        ordinal = self._ordinal
        self._ordinal += 1
        if not self._bodies:
            self.skip = header.body_size
            self._need = self._need_start()
            return Block(position, ordinal, header, b"")
        self._need = self._need_body(header, ordinal, position, memory)
        return None

    # ---- body and tail -----------------------------------------------------------------------------------------------------

    def _need_body(self, header: BlockHeader, ordinal: int, position: int, memory: int) -> _Need:
        def use(body: bytes | bytearray) -> Part:
            segment = check_body(BodyInMemory(body), header, ordinal, position)
            self._need = self._need_start()
            return Block(position, ordinal, header, body, segment)

        return _Need(header.body_size, f"block {ordinal}", None, use, memory)

    def _use_tail(self, encoded: bytes | bytearray) -> Part:
        tail, index = parse_tail(encoded, self.position - len(encoded))
        if index != self._index:
            raise QczCorruptError("the block index at the end of the frame does not match its blocks")
        self._need = self._need_frame()
        return tail
