"""The container: frame header, blocks, tail. FORMAT.md, section "Frame", is its specification; nothing here knows an engine."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from ..base._checksum import matches, xxh64
from ..base.limits import Limits
from ..engines.registry import MAX_BLOCK_SIZE
from ..errors import QczCorruptError, QczFormatError, QczLimitError, QczTruncatedError, QczVersionError

MAGIC = b"\x91QCZ\x00"
VERSION = 1
BLOCK_MARKER = b"\x91B"
TAIL_MARKER = b"\x91E"
FOOTER_MAGIC = b"ZCQ\x91"

MAX_BLOCK_COUNT = 1 << 32  # seeds of block headers are 32-bit ordinals

_FRAME_FIELDS = struct.Struct("<5sBBI")
_BLOCK_FIELDS = struct.Struct("<2sBIIII")
_CHECKSUM = struct.Struct("<I")
_TAIL_START = struct.Struct("<2sQ")
_TAIL_END = struct.Struct("<II4s")
_FOOTER = struct.Struct("<I4s")

FRAME_HEADER_SIZE = _FRAME_FIELDS.size + _CHECKSUM.size
BLOCK_HEADER_SIZE = _BLOCK_FIELDS.size + _CHECKSUM.size
TAIL_START_SIZE = _TAIL_START.size
TAIL_END_SIZE = _TAIL_END.size
MIN_TAIL_SIZE = TAIL_START_SIZE + TAIL_END_SIZE
FOOTER_SIZE = _FOOTER.size
_MAX_TAIL_SIZE = (1 << 32) - 1


class BlockKind(IntEnum):
    """How the payload of a block is coded."""

    STORED = 1
    ZSTD = 2
    PAPER = 3
    MIX = 4
    FAST = 5


@dataclass(frozen=True)
class FrameHeader:
    """What every block of a frame keeps to."""

    block_size: int


@dataclass(frozen=True)
class BlockHeader:
    """What is known of a block before its payload is read; sizes in bytes, checksums the low 32 bits of XXH64."""

    kind: BlockKind
    payload_size: int
    raw_size: int
    payload_checksum: int
    raw_checksum: int

    @property
    def least_memory(self) -> int:
        """The bytes that decoding takes whatever the kind: payload and content."""
        return self.payload_size + self.raw_size


@dataclass(frozen=True)
class FrameStart:
    """Where a frame begins, and its header."""

    position: int
    header: FrameHeader


@dataclass(frozen=True)
class Block:
    """A block as it lies in the data: where its header begins, the header, and the payload, whose checksum has been checked."""

    position: int
    header: BlockHeader
    payload: bytes | bytearray


@dataclass(frozen=True)
class Tail:
    """The end of a frame: where it begins, its bytes, and the checksum of all content. Its index has been checked."""

    position: int
    size: int
    content_checksum: int


Part = FrameStart | Block | Tail


def checksum32(data: bytes | bytearray | memoryview, seed: int = 0) -> int:
    """Return the low 32 bits of the XXH64 of *data*."""
    return xxh64(data, seed) & 0xFFFFFFFF


# ---- writing ---------------------------------------------------------------------------------------------------------------


def write_frame_header(header: FrameHeader) -> bytes:
    """Return the bytes of a frame header."""
    fields = _FRAME_FIELDS.pack(MAGIC, VERSION, 0, header.block_size)
    return fields + _CHECKSUM.pack(checksum32(fields))


def write_block_header(header: BlockHeader, ordinal: int) -> bytes:
    """Return the bytes of the header of block number *ordinal*, which seeds its checksum."""
    fields = _BLOCK_FIELDS.pack(
        BLOCK_MARKER, header.kind, header.payload_size, header.raw_size, header.payload_checksum, header.raw_checksum
    )
    return fields + _CHECKSUM.pack(checksum32(fields, ordinal))


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def index_entry(header: BlockHeader) -> bytes:
    """Return what the index in the tail has of a block."""
    return _varint(header.payload_size) + _varint(header.raw_size)


def write_tail(content_checksum: int, index: bytes | bytearray) -> bytes:
    """Return the bytes of the tail for *index*, the entries of all blocks in order.

    Raises QczLimitError for an index that is larger than the format can say.
    """
    size = MIN_TAIL_SIZE + len(index)
    if size > _MAX_TAIL_SIZE:
        raise QczLimitError("the frame has more blocks than its tail can list; larger blocks will do")
    start = _TAIL_START.pack(TAIL_MARKER, content_checksum) + index
    return start + _TAIL_END.pack(checksum32(start), size, FOOTER_MAGIC)


# ---- reading ---------------------------------------------------------------------------------------------------------------


def check_start(start: bytes | bytearray) -> None:
    """Raise QczFormatError if *start*, the first bytes of a frame or fewer, is no magic number."""
    magic = start[: len(MAGIC)]
    if magic != MAGIC[: len(magic)]:
        raise QczFormatError("not a .qcz file: it does not begin with the magic number 91 51 43 5A 00")


def parse_frame_header(encoded: bytes) -> FrameHeader:
    """Check the FRAME_HEADER_SIZE bytes of a frame header, fewer if there are no more, and return what they say."""
    check_start(encoded)
    if len(encoded) < FRAME_HEADER_SIZE:
        raise QczTruncatedError("the data ends inside the frame header")
    fields, (checksum,) = encoded[: _FRAME_FIELDS.size], _CHECKSUM.unpack(encoded[_FRAME_FIELDS.size :])
    _, version, flags, block_size = _FRAME_FIELDS.unpack(fields)
    if not matches(checksum32(fields), checksum):
        raise QczCorruptError("the frame header is damaged: its checksum does not match")
    if version != VERSION:
        raise QczVersionError(f"the frame has format version {version}; this release reads version {VERSION}, a newer one may help")
    if flags != 0:
        raise QczVersionError(f"the frame uses features unknown to this release (flags {flags:#04x}); a newer one may help")
    if not 1 <= block_size <= MAX_BLOCK_SIZE:
        raise QczCorruptError(f"the frame header states a block size of {block_size}; it must be 1 to {MAX_BLOCK_SIZE}")
    return FrameHeader(block_size)


def _check_block_sizes(header: BlockHeader, frame: FrameHeader, position: int) -> None:
    where = f"the block at byte {position}"
    if not 1 <= header.raw_size <= frame.block_size:
        raise QczCorruptError(f"{where} states {header.raw_size} bytes of content; the frame allows 1 to {frame.block_size}")
    if header.payload_size > header.raw_size or header.payload_size == 0:
        raise QczCorruptError(f"{where} states a payload of {header.payload_size} bytes for {header.raw_size} bytes of content")
    if header.kind == BlockKind.STORED and header.payload_size != header.raw_size:
        raise QczCorruptError(f"{where} is stored, yet its sizes differ")


def parse_block_header(encoded: bytes, frame: FrameHeader, ordinal: int, position: int) -> BlockHeader:
    """Check the BLOCK_HEADER_SIZE bytes at *position* that are the header of block number *ordinal*, and return what they say."""
    fields, (checksum,) = encoded[: _BLOCK_FIELDS.size], _CHECKSUM.unpack(encoded[_BLOCK_FIELDS.size :])
    marker, kind, payload_size, raw_size, payload_checksum, raw_checksum = _BLOCK_FIELDS.unpack(fields)
    if marker != BLOCK_MARKER or not matches(checksum32(fields, ordinal), checksum):
        raise QczCorruptError(f"the header of block {ordinal} at byte {position} is damaged: its checksum does not match")
    if kind not in tuple(BlockKind):
        raise QczVersionError(f"the block at byte {position} is of kind {kind}, unknown to this release; a newer one may help")
    header = BlockHeader(BlockKind(kind), payload_size, raw_size, payload_checksum, raw_checksum)
    _check_block_sizes(header, frame, position)
    return header


def check_payload(header: BlockHeader, payload: bytes | bytearray, ordinal: int, position: int) -> None:
    """Raise QczCorruptError unless *payload* is that of the block with *header*."""
    if not matches(checksum32(payload), header.payload_checksum):
        raise QczCorruptError(f"block {ordinal} at byte {position} is damaged: the checksum of its payload does not match")


def parse_tail(encoded: bytes | bytearray, position: int) -> tuple[Tail, bytes]:
    """Check the whole tail *encoded*, which begins at *position*, by itself; return what it says, and its index still encoded."""
    end = len(encoded) - _TAIL_END.size
    marker, content_checksum = _TAIL_START.unpack_from(encoded)
    checksum, size, magic = _TAIL_END.unpack_from(encoded, end)
    is_framed = marker == TAIL_MARKER and size == len(encoded) and magic == FOOTER_MAGIC
    if not is_framed or not matches(checksum32(encoded[:end]), checksum):
        raise QczCorruptError(f"the tail of the frame at byte {position} is damaged: its checksum, size or magic does not match")
    return Tail(position, size, content_checksum), bytes(encoded[_TAIL_START.size : end])


def parse_footer(encoded: bytes) -> int | None:
    """Return the size of the tail that ends with the FOOTER_SIZE bytes *encoded*, or None if they end none."""
    size, magic = _FOOTER.unpack(encoded)
    return size if magic == FOOTER_MAGIC and size >= MIN_TAIL_SIZE else None


def parse_index(encoded: bytes, position: int) -> Iterator[tuple[int, int]]:
    """Yield (payload size, content size) of every block in the index *encoded* of the tail at *position*."""
    sizes: list[int] = []
    value = shift = 0
    for byte in encoded:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            if value > 0xFFFFFFFF or (byte == 0 and shift > 7):
                break
            sizes.append(value)
            value = shift = 0
            if len(sizes) == 2:
                yield sizes[0], sizes[1]
                sizes.clear()
        elif shift == 35:
            break
    if sizes or shift:
        raise QczCorruptError(f"the block index in the tail at byte {position} has a malformed number")


@dataclass(frozen=True)
class _Need:
    """What a parser waits for: so many bytes, what they are, what their first ones are checked by, and what makes use of them."""

    size: int
    what: str
    check: Callable[[bytes | bytearray], None]
    use: Callable[[bytes | bytearray], Part | None]


def _check_nothing(_start: bytes | bytearray) -> None:
    pass


class FrameParser:
    """Takes the bytes of frames, in pieces of any size, and makes them frame starts, blocks and tails.

    It holds the bytes of one part at most, and takes no memory for those that are missing. *position* is where the first byte lies,
    for the sake of messages. Without *payloads*, those of blocks are passed over: `skip` says by how many bytes.
    """

    def __init__(self, limits: Limits, position: int = 0, payloads: bool = True) -> None:
        self.position = position
        self.skip = 0
        self._limits = limits
        self._payloads = payloads
        self._origin = position
        self._content_end = 0
        self._frame = FrameHeader(1)
        self._index = bytearray()
        self._ordinal = 0
        self._gathered = bytearray()
        self._need = self._need_frame()

    @property
    def wanted(self) -> int:
        """How many bytes `take` may be given: never zero."""
        return self._need.size - len(self._gathered)

    @property
    def part_size(self) -> int:
        """How many bytes the part has that is being taken, as far as is known."""
        return self._need.size

    def take(self, piece: bytes | memoryview) -> Part | None:
        """Take 1 to `wanted` bytes; return the part that they complete, if any."""
        need = self._need
        self.position += len(piece)
        if len(piece) == need.size:
            data: bytes | bytearray = bytes(piece)
        else:
            self._gathered += piece
            data = self._gathered
        need.check(data)
        if len(data) < need.size:
            return None
        self._gathered = bytearray()
        return need.use(data)

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
        if self._need.use != self._use_frame_header or self._gathered:
            raise QczTruncatedError(f"the data ends at byte {self.position}, inside {self._need.what}")

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
        self._need = self._need_marker()
        return FrameStart(self.position - FRAME_HEADER_SIZE, self._frame)

    def _need_marker(self) -> _Need:
        return _Need(len(BLOCK_MARKER), f"the header of block {self._ordinal}", self._check_marker, self._use_marker)

    def _check_marker(self, marker: bytes | bytearray) -> None:
        if marker not in (BLOCK_MARKER[: len(marker)], TAIL_MARKER[: len(marker)]):
            begin = self.position - len(marker)
            raise QczCorruptError(f"neither a block nor the tail of the frame begins at byte {begin}")

    def _use_marker(self, marker: bytes | bytearray) -> None:
        self._gathered = bytearray(marker)
        if marker == TAIL_MARKER:
            # The index is known from the blocks, and so is its size: whatever else is there is damage.
            size = MIN_TAIL_SIZE + len(self._index)
            self._need = _Need(size, "the tail of the frame", _check_nothing, self._use_tail)
        elif self._ordinal == MAX_BLOCK_COUNT:
            raise QczLimitError("the frame has more blocks than the format allows")
        else:
            what = f"the header of block {self._ordinal}"
            self._need = _Need(BLOCK_HEADER_SIZE, what, _check_nothing, self._use_block_header)

    def _use_block_header(self, encoded: bytes | bytearray) -> Part | None:
        position = self.position - BLOCK_HEADER_SIZE
        header = parse_block_header(bytes(encoded), self._frame, self._ordinal, position)
        self._content_end += header.raw_size
        self._limits.check_block(header.least_memory, position, self._content_end)
        self._index += index_entry(header)
        self._limits.check_index(len(self._index), position)
        ordinal = self._ordinal
        self._ordinal += 1
        if not self._payloads:
            self.skip = header.payload_size
            self._need = self._need_marker()
            return Block(position, header, b"")

        def use(payload: bytes | bytearray) -> Part:
            check_payload(header, payload, ordinal, position)
            self._need = self._need_marker()
            return Block(position, header, payload)

        self._need = _Need(header.payload_size, f"block {ordinal}", _check_nothing, use)
        return None

    def _use_tail(self, encoded: bytes | bytearray) -> Part:
        tail, index = parse_tail(encoded, self.position - len(encoded))
        if index != self._index:
            raise QczCorruptError("the block index at the end of the frame does not match its blocks")
        self._need = self._need_frame()
        return tail
