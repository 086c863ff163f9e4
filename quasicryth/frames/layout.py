"""The container as bytes: frame header, block headers, tail. FORMAT.md, section "Frame", is its specification."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..base._checksum import matches, xxh64
from ..engines import registry
from ..engines.registry import MAX_BLOCK_SIZE
from ..errors import QczCorruptError, QczFormatError, QczLimitError, QczTruncatedError, QczVersionError
from .varints import MalformedNumberError, read_varint, varint_size, write_varint
from .version import VERSION

MAGIC = b"\x91QCZ\x00"
BLOCK_MARKER = b"\x91B"
TAIL_MARKER = b"\x91E"
FOOTER_MAGIC = b"ZCQ\x91"

MAX_BLOCK_COUNT = 1 << 32  # numbers of blocks are 32-bit parts of seeds

_FRAME_FIELDS = struct.Struct("<5sBBI")
_BLOCK_START = struct.Struct("<2sB")
_ENGINE_AND_FLAGS = struct.Struct("<BB")
_CODEBOOK = struct.Struct("<32sB")
CHECKSUM = struct.Struct("<I")
_TAIL_START = struct.Struct("<2sQ")
_TAIL_END = struct.Struct("<II4s")
_FOOTER = struct.Struct("<I4s")

# What reading takes beside a block at most: pieces and buffers of files, of lines and of text, and small objects.
READING_MEMORY = 512 << 10

FRAME_HEADER_SIZE = _FRAME_FIELDS.size + CHECKSUM.size
BLOCK_START_SIZE = _BLOCK_START.size
TAIL_START_SIZE = _TAIL_START.size
TAIL_END_SIZE = _TAIL_END.size
MIN_TAIL_SIZE = TAIL_START_SIZE + TAIL_END_SIZE
FOOTER_SIZE = _FOOTER.size
_MAX_TAIL_SIZE = (1 << 32) - 1

_LEAST_FIELDS = _ENGINE_AND_FLAGS.size + 3
_MOST_FIELDS = _ENGINE_AND_FLAGS.size + 3 * 5 + _CODEBOOK.size
MAX_BLOCK_HEADER_SIZE = _BLOCK_START.size + _MOST_FIELDS + CHECKSUM.size

_NAMES_A_CODEBOOK = 1  # the one flag of a block

# Bytes of the shortest segment: kind, filter, content size, a byte, checksum.
_LEAST_SEGMENT = 8
# A body may have these many bytes more than its content, and one for each 1,024 of it.
_MOST_EXCESS = 64


@dataclass(frozen=True)
class FrameHeader:
    """What every block of a frame keeps to."""

    block_size: int


@dataclass(frozen=True)
class CodebookReference:
    """The codebook that a block begins from: its SHA-256, and the level at which the engine prepares it."""

    name: bytes
    level: int


class BlockHeader(NamedTuple):
    """What is known of a block before its body is read; sizes in bytes. The engine is 0 in a block without engine segments."""

    engine: int
    content_size: int
    head_size: int
    body_size: int
    codebook: CodebookReference | None = None

    @property
    def size(self) -> int:
        """The bytes of the header itself."""
        sizes = varint_size(self.content_size) + varint_size(self.head_size) + varint_size(self.body_size)
        codebook = 0 if self.codebook is None else _CODEBOOK.size
        return _BLOCK_START.size + _ENGINE_AND_FLAGS.size + sizes + codebook + CHECKSUM.size

    @property
    def block_size(self) -> int:
        """The bytes of header and body."""
        return self.size + self.body_size

    @property
    def least_memory(self) -> int:
        """The bytes that decoding takes whatever the segments: body and content, and what reading takes beside them."""
        return self.body_size + self.content_size + READING_MEMORY


@dataclass(frozen=True)
class FrameStart:
    """Where a frame begins, and its header."""

    position: int
    header: FrameHeader


class Segment(NamedTuple):
    """A segment as it lies in a body: bytes *start* to *end*, the last four of them its checksum, behind *payload_end*.

    The *kind* may be one that is not known. A stored segment has no checksum of its content.
    """

    number: int
    kind: int
    filter: int
    content_size: int
    start: int
    payload_start: int
    payload_size: int
    payload_end: int
    end: int
    content_checksum: int | None


class Block(NamedTuple):
    """Block number *ordinal* of a frame as it lies in the data: where its header begins, the header, and the body.

    The checksums in the body have been checked; it is empty where nobody asked for it. If it is known to have one segment
    only, that is *segment*.
    """

    position: int
    ordinal: int
    header: BlockHeader
    body: bytes | bytearray
    segment: Segment | None = None


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


def seed_of_segment(ordinal: int, number: int) -> int:
    """Return the seed of the checksum of segment *number* of block *ordinal*: one that is elsewhere shows."""
    return ordinal | number << 32


# ---- writing ---------------------------------------------------------------------------------------------------------------


def write_frame_header(header: FrameHeader) -> bytes:
    """Return the bytes of a frame header."""
    fields = _FRAME_FIELDS.pack(MAGIC, VERSION, 0, header.block_size)
    return fields + CHECKSUM.pack(checksum32(fields))


def write_block_header(header: BlockHeader, ordinal: int) -> bytes:
    """Return the bytes of the header of block number *ordinal*, which seeds its checksum."""
    flags = 0 if header.codebook is None else _NAMES_A_CODEBOOK
    fields = _ENGINE_AND_FLAGS.pack(header.engine, flags)
    fields += write_varint(header.content_size) + write_varint(header.head_size) + write_varint(header.body_size)
    if header.codebook is not None:
        fields += _CODEBOOK.pack(header.codebook.name, header.codebook.level)
    checked = _BLOCK_START.pack(BLOCK_MARKER, len(fields)) + fields
    return checked + CHECKSUM.pack(checksum32(checked, ordinal))


def index_entry(header: BlockHeader, block_size: int | None = None) -> bytes:
    """Return what the index in the tail has of a block; its size need not be computed if it is known."""
    return write_varint(header.block_size if block_size is None else block_size) + write_varint(header.content_size)


def write_tail(content_checksum: int, index: bytes | bytearray) -> bytes:
    """Return the bytes of the tail for *index*, the entries of all blocks in order.

    Raises QczLimitError for an index that is larger than the format can say.
    """
    size = MIN_TAIL_SIZE + len(index)
    if size > _MAX_TAIL_SIZE:
        raise QczLimitError("the frame has more blocks than its tail can list; larger blocks will do")
    start = _TAIL_START.pack(TAIL_MARKER, content_checksum) + index
    return start + _TAIL_END.pack(checksum32(start), size, FOOTER_MAGIC)


# ---- reading: frame header -------------------------------------------------------------------------------------------------


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
    fields, (checksum,) = encoded[: _FRAME_FIELDS.size], CHECKSUM.unpack(encoded[_FRAME_FIELDS.size :])
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


# ---- reading: block header -------------------------------------------------------------------------------------------------


def block_header_size(start: bytes | bytearray) -> int | None:
    """Return how many bytes the block header has that begins with the BLOCK_START_SIZE bytes *start*, or None if it is none."""
    marker, fields = _BLOCK_START.unpack_from(start)
    if marker != BLOCK_MARKER or not _LEAST_FIELDS <= fields <= _MOST_FIELDS:
        return None
    return int(BLOCK_START_SIZE + fields + CHECKSUM.size)


def _read_fields(encoded: bytes, end: int) -> tuple[BlockHeader, int, int]:
    """Return what the fields say, their flags, and where they end; they are to end at *end*."""
    engine, flags = _ENGINE_AND_FLAGS.unpack_from(encoded, BLOCK_START_SIZE)
    content_size, place = read_varint(encoded, BLOCK_START_SIZE + _ENGINE_AND_FLAGS.size)
    head_size, place = read_varint(encoded, place)
    body_size, place = read_varint(encoded, place)
    codebook = None
    if flags & _NAMES_A_CODEBOOK and place + _CODEBOOK.size <= end:
        codebook = CodebookReference(*_CODEBOOK.unpack_from(encoded, place))
        place += _CODEBOOK.size
    return BlockHeader(engine, content_size, head_size, body_size, codebook), flags, place


def _check_sizes(header: BlockHeader, frame: FrameHeader, where: str) -> None:
    content_size, body_size = header.content_size, header.body_size
    if not 1 <= content_size <= frame.block_size:
        raise QczCorruptError(f"{where} states {content_size} bytes of content; the frame allows 1 to {frame.block_size}")
    least = header.head_size + (CHECKSUM.size if header.head_size else 0) + _LEAST_SEGMENT
    if not least <= body_size <= content_size + content_size // 1024 + _MOST_EXCESS:
        raise QczCorruptError(f"{where} states a body of {body_size} bytes for {content_size} bytes of content")
    if header.engine == 0 and (header.head_size or header.codebook is not None):
        raise QczCorruptError(f"{where} has no engine, yet a head or a codebook")


def read_block_header(encoded: bytes, frame: FrameHeader, position: int) -> BlockHeader:
    """Return what the bytes *encoded* at *position*, all of a block header, say; its checksum is not looked at.

    Raises QczVersionError for what a newer release may know, and QczCorruptError for what cannot be.
    """
    where = f"the block at byte {position}"
    end = len(encoded) - CHECKSUM.size
    try:
        header, flags, place = _read_fields(encoded, end)
    except MalformedNumberError:
        raise QczCorruptError(f"{where} has a malformed number in its header") from None
    if flags & ~_NAMES_A_CODEBOOK:
        raise QczVersionError(f"{where} uses features unknown to this release (flags {flags:#04x}); a newer one may help")
    if place != end or (flags and header.codebook is None):
        raise QczCorruptError(f"{where} has a header of another size than it states")
    if header.engine and registry.engine_of_number(header.engine) is None:
        raise QczVersionError(f"{where} is of engine {header.engine}, unknown to this release; a newer one may help")
    _check_sizes(header, frame, where)
    return header


def parse_block_header(encoded: bytes, frame: FrameHeader, ordinal: int, position: int) -> BlockHeader:
    """Check the bytes *encoded* at *position* that are the header of block number *ordinal*, and return what they say."""
    end = len(encoded) - CHECKSUM.size
    (checksum,) = CHECKSUM.unpack_from(encoded, end)
    if block_header_size(encoded) != len(encoded) or not matches(checksum32(encoded[:end], ordinal), checksum):
        raise QczCorruptError(f"the header of block {ordinal} at byte {position} is damaged: its checksum does not match")
    return read_block_header(encoded, frame, position)


# ---- reading: tail ---------------------------------------------------------------------------------------------------------


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
    """Yield (block size, content size) of every block in the index *encoded* of the tail at *position*."""
    place = 0
    try:
        while place < len(encoded):
            block_size, place = read_varint(encoded, place)
            content_size, place = read_varint(encoded, place)
            yield block_size, content_size
    except MalformedNumberError:
        raise QczCorruptError(f"the block index in the tail at byte {position} has a malformed number") from None
