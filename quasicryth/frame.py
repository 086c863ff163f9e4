"""The container: frame header, blocks, tail. FORMAT.md, section "Frame", is its specification; nothing here knows an engine."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

from ._checksum import xxh64
from .errors import QczCorruptError, QczFormatError, QczLimitError, QczTruncatedError, QczVersionError

MAGIC = b"\x91QCZ\x00"
VERSION = 1
BLOCK_MARKER = b"\x91B"
TAIL_MARKER = b"\x91E"
FOOTER_MAGIC = b"ZCQ\x91"

MAX_BLOCK_SIZE = 1 << 30
MAX_BLOCK_COUNT = 1 << 32  # seeds of block headers are 32-bit ordinals

_FRAME_FIELDS = struct.Struct("<5sBBI")
_BLOCK_FIELDS = struct.Struct("<2sBIIII")
_CHECKSUM = struct.Struct("<I")
_TAIL_START = struct.Struct("<2sQ")
_TAIL_END = struct.Struct("<II4s")

FRAME_HEADER_SIZE = _FRAME_FIELDS.size + _CHECKSUM.size
BLOCK_HEADER_SIZE = _BLOCK_FIELDS.size + _CHECKSUM.size
MIN_TAIL_SIZE = _TAIL_START.size + _TAIL_END.size


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


@dataclass(frozen=True)
class Tail:
    """The end of a frame: the checksum of all content, and (payload size, raw size) of every block."""

    content_checksum: int
    index: tuple[tuple[int, int], ...]
    size: int


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


def write_tail(content_checksum: int, index: list[tuple[int, int]]) -> bytes:
    """Return the bytes of the tail for *index*, the (payload size, raw size) of every block in order."""
    start = _TAIL_START.pack(TAIL_MARKER, content_checksum) + b"".join(_varint(a) + _varint(b) for a, b in index)
    return start + _TAIL_END.pack(checksum32(start), len(start) + _TAIL_END.size, FOOTER_MAGIC)


# ---- reading ---------------------------------------------------------------------------------------------------------------


_READ_SIZE = 1 << 20


class ByteSource:
    """Reads a binary file forwards; knows where it is, for the sake of messages, and takes no memory for missing bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._ahead = b""
        self.position = 0

    def peek(self, size: int) -> bytes:
        """Return the next *size* bytes without taking them, or fewer at the end."""
        while len(self._ahead) < size:
            more = self._file.read(size - len(self._ahead))
            if not more:
                break
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int, what: str) -> bytes:
        """Take exactly *size* bytes; QczTruncatedError, naming *what* was being read, if there are fewer."""
        pieces = [self._ahead[:size]]
        self._ahead = self._ahead[size:]
        missing = size - len(pieces[0])
        while missing > 0:
            piece = self._file.read(min(missing, _READ_SIZE))
            if not piece:
                end = self.position + size - missing
                raise QczTruncatedError(f"the data ends at byte {end}, inside {what}")
            pieces.append(piece)
            missing -= len(piece)
        self.position += size
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _check_start(start: bytes) -> None:
    if start != MAGIC[: len(start)]:
        raise QczFormatError("not a .qcz file: it does not begin with the magic number 91 51 43 5A 00")


def read_frame_header(source: ByteSource) -> FrameHeader:
    """Read and check a frame header."""
    _check_start(source.peek(len(MAGIC)))
    encoded = source.read(FRAME_HEADER_SIZE, "the frame header")
    fields, (checksum,) = encoded[: _FRAME_FIELDS.size], _CHECKSUM.unpack(encoded[_FRAME_FIELDS.size :])
    _, version, flags, block_size = _FRAME_FIELDS.unpack(fields)
    if checksum32(fields) != checksum:
        raise QczCorruptError("the frame header is damaged: its checksum does not match")
    if version != VERSION:
        raise QczVersionError(f"the frame has format version {version}; this release reads version {VERSION}, a newer one may help")
    if flags != 0:
        raise QczVersionError(f"the frame uses features unknown to this release (flags {flags:#04x}); a newer one may help")
    if not 1 <= block_size <= MAX_BLOCK_SIZE:
        raise QczCorruptError(f"the frame header states a block size of {block_size}; it must be 1 to {MAX_BLOCK_SIZE}")
    return FrameHeader(block_size)


def read_frame_headers(source: ByteSource) -> Iterator[tuple[int, FrameHeader]]:
    """Yield where each frame begins, and its header; the blocks and the tail are to be read before the next is asked for."""
    if not source.peek(1):
        raise QczTruncatedError("there is no data: a .qcz file, even of nothing, is not empty")
    while source.peek(1):
        start = source.position
        try:
            header = read_frame_header(source)
        except QczFormatError:
            if start == 0:
                raise
            raise QczFormatError(f"after the last frame, at byte {start}, follows something that is not a .qcz frame") from None
        yield start, header


def _check_block_sizes(header: BlockHeader, frame: FrameHeader, position: int) -> None:
    where = f"the block at byte {position}"
    if not 1 <= header.raw_size <= frame.block_size:
        raise QczCorruptError(f"{where} states {header.raw_size} bytes of content; the frame allows 1 to {frame.block_size}")
    if header.payload_size > header.raw_size or header.payload_size == 0:
        raise QczCorruptError(f"{where} states a payload of {header.payload_size} bytes for {header.raw_size} bytes of content")
    if header.kind == BlockKind.STORED and header.payload_size != header.raw_size:
        raise QczCorruptError(f"{where} is stored, yet its sizes differ")


def read_block_header(source: ByteSource, frame: FrameHeader, ordinal: int) -> BlockHeader:
    """Read and check the header of block number *ordinal*; its sizes may be relied on afterwards."""
    position = source.position
    encoded = source.read(BLOCK_HEADER_SIZE, f"the header of block {ordinal}")
    fields, (checksum,) = encoded[: _BLOCK_FIELDS.size], _CHECKSUM.unpack(encoded[_BLOCK_FIELDS.size :])
    _, kind, payload_size, raw_size, payload_checksum, raw_checksum = _BLOCK_FIELDS.unpack(fields)
    if checksum32(fields, ordinal) != checksum:
        raise QczCorruptError(f"the header of block {ordinal} at byte {position} is damaged: its checksum does not match")
    if kind not in tuple(BlockKind):
        raise QczVersionError(f"the block at byte {position} is of kind {kind}, unknown to this release; a newer one may help")
    header = BlockHeader(BlockKind(kind), payload_size, raw_size, payload_checksum, raw_checksum)
    _check_block_sizes(header, frame, position)
    return header


def _read_varint(source: ByteSource, taken: bytearray) -> int:
    value = 0
    for shift in range(0, 35, 7):
        taken += source.read(1, "the block index")
        value |= (taken[-1] & 0x7F) << shift
        if taken[-1] < 0x80:
            if value > 0xFFFFFFFF or (taken[-1] == 0 and shift > 0):
                break
            return value
    raise QczCorruptError(f"the block index has a malformed number before byte {source.position}")


def read_tail(source: ByteSource, block_count: int) -> Tail:
    """Read and check the tail of a frame of *block_count* blocks."""
    position = source.position
    taken = bytearray(source.read(_TAIL_START.size, "the tail of the frame"))
    _, content_checksum = _TAIL_START.unpack(taken)
    index = tuple((_read_varint(source, taken), _read_varint(source, taken)) for _ in range(block_count))
    checksum, size, magic = _TAIL_END.unpack(source.read(_TAIL_END.size, "the tail of the frame"))
    if checksum32(taken) != checksum or size != source.position - position or magic != FOOTER_MAGIC:
        raise QczCorruptError(f"the tail of the frame at byte {position} is damaged: its checksum, size or magic does not match")
    return Tail(content_checksum, index, size)


@dataclass(frozen=True)
class Block:
    """A block as it lies in the data: where its header begins, the header, and the payload, whose checksum has been checked."""

    position: int
    header: BlockHeader
    payload: bytes


def read_block(source: ByteSource, frame: FrameHeader, ordinal: int) -> Block:
    """Read block number *ordinal* and check its payload."""
    position = source.position
    header = read_block_header(source, frame, ordinal)
    payload = source.read(header.payload_size, f"block {ordinal}")
    if checksum32(payload) != header.payload_checksum:
        raise QczCorruptError(f"block {ordinal} at byte {position} is damaged: the checksum of its payload does not match")
    return Block(position, header, payload)


def read_blocks(source: ByteSource, frame: FrameHeader) -> Iterator[Block | Tail]:
    """Yield the blocks of a frame whose header has been read, then its tail, checked against the blocks."""
    index: list[tuple[int, int]] = []
    while True:
        marker = source.peek(2)
        if marker == TAIL_MARKER:
            tail = read_tail(source, len(index))
            if tail.index != tuple(index):
                raise QczCorruptError("the block index at the end of the frame does not match its blocks")
            yield tail
            return
        if marker != BLOCK_MARKER[: len(marker)] and marker != TAIL_MARKER[: len(marker)]:
            raise QczCorruptError(f"neither a block nor the tail of the frame begins at byte {source.position}")
        if len(index) == MAX_BLOCK_COUNT:
            raise QczLimitError("the frame has more blocks than the format allows")
        block = read_block(source, frame, len(index))
        index.append((block.header.payload_size, block.header.raw_size))
        yield block
