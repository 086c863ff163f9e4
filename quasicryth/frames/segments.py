"""The body of a block: its head, and the segments that hold its content. FORMAT.md, section "Block", is its specification."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from ..base._checksum import Xxh64, matches
from ..errors import QczCorruptError, QczVersionError
from .layout import CHECKSUM, BlockHeader, Segment, checksum32, seed_of_segment
from .varints import MalformedNumberError, read_varint, varint_size, write_varint

Content = bytes | bytearray | memoryview

_NO_FILTER = 0
_KIND_AND_FILTER = struct.Struct("<BB")
_MOST_FIELDS = _KIND_AND_FILTER.size + 5 + 5 + CHECKSUM.size


class SegmentKind(IntEnum):
    """How the payload of a segment is coded."""

    STORED = 1
    ZSTD = 2
    ENGINE = 3


# As plain numbers, which are compared much faster.
_STORED, _ENGINE = int(SegmentKind.STORED), int(SegmentKind.ENGINE)
_WITHOUT_ENGINE = (_STORED, int(SegmentKind.ZSTD))


@dataclass(frozen=True)
class CodedSegment:
    """A segment before it is written: its kind, how much content it stands for, and its payload."""

    kind: SegmentKind
    content_size: int
    payload: Content

    @property
    def size(self) -> int:
        """The bytes that it takes in the body."""
        size = _KIND_AND_FILTER.size + varint_size(self.content_size) + len(self.payload) + CHECKSUM.size
        return size if self.kind == SegmentKind.STORED else size + varint_size(len(self.payload)) + CHECKSUM.size


# ---- writing ---------------------------------------------------------------------------------------------------------------


def body_size(head: bytes, segments: list[CodedSegment]) -> int:
    """Return how many bytes `write_body` makes of *head* and *segments*."""
    head_size = len(head) + CHECKSUM.size if head else 0
    return head_size + sum(segment.size for segment in segments)


def _write_segment(segment: CodedSegment, content: memoryview, seed: int) -> Iterator[Content]:
    fields = _KIND_AND_FILTER.pack(segment.kind, _NO_FILTER) + write_varint(segment.content_size)
    if segment.kind != SegmentKind.STORED:
        fields += write_varint(len(segment.payload)) + CHECKSUM.pack(checksum32(content))
    checksum = Xxh64(fields, seed)
    checksum.update(segment.payload)
    yield fields
    yield segment.payload
    yield CHECKSUM.pack(checksum.digest() & 0xFFFFFFFF)


def write_body(content: Content, head: bytes, segments: list[CodedSegment], ordinal: int) -> Iterator[Content]:
    """Yield the body of block number *ordinal* in pieces: *segments* stand for all of *content*."""
    if head:
        yield head
        yield CHECKSUM.pack(checksum32(head, ordinal))
    start = 0
    with memoryview(content) as view:
        for number, segment in enumerate(segments):
            with view[start : start + segment.content_size] as piece:
                yield from _write_segment(segment, piece, seed_of_segment(ordinal, number))
            start += segment.content_size


# ---- reading ---------------------------------------------------------------------------------------------------------------


class Body(Protocol):
    """The bytes of a body, wherever they are."""

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from *start* to *end*, or as many as there are."""

    def checksum(self, start: int, end: int, seed: int) -> int:
        """Return the low 32 bits of the XXH64 of the bytes from *start* to *end*."""


class BodyInMemory:
    """The bytes of a body that are all there."""

    def __init__(self, data: bytes | bytearray) -> None:
        self._view = memoryview(data)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from *start* to *end*, or as many as there are."""
        return bytes(self._view[start:end])

    def checksum(self, start: int, end: int, seed: int) -> int:
        """Return the low 32 bits of the XXH64 of the bytes from *start* to *end*."""
        return checksum32(self._view[start:end], seed)


def _read_fields(encoded: bytes, number: int, start: int) -> Segment:
    """Return the segment whose fields are at the beginning of *encoded*. Kinds that are not known are laid out as zstd segments."""
    kind, filtered = _KIND_AND_FILTER.unpack_from(encoded)
    content_size, place = read_varint(encoded, _KIND_AND_FILTER.size)
    payload_size, content_checksum = content_size, None
    if kind != _STORED:
        payload_size, place = read_varint(encoded, place)
        (content_checksum,) = CHECKSUM.unpack_from(encoded, place)
        place += CHECKSUM.size
    place += start
    end = place + payload_size
    return Segment(number, kind, filtered, content_size, start, place, payload_size, end, end + CHECKSUM.size, content_checksum)


def read_segments(body: Body, header: BlockHeader, position: int) -> Iterator[Segment]:
    """Yield the segments of the block at *position* with *header*, each in its place and of a size that can be.

    They are not kept, for there may be many; of their checksums none is looked at. Raises QczCorruptError.
    """
    start = header.head_size + CHECKSUM.size if header.head_size else 0
    left = header.content_size
    number = 0
    while start < header.body_size:
        try:
            segment = _read_fields(body.read(start, min(start + _MOST_FIELDS, header.body_size)), number, start)
        except (struct.error, MalformedNumberError):
            raise QczCorruptError(f"segment {number} of the block at byte {position} has malformed fields") from None
        if not 1 <= segment.payload_size <= segment.content_size <= left or segment.end > header.body_size:
            raise _wrong_sizes(segment, left, position)
        yield segment
        start = segment.end
        left -= segment.content_size
        number += 1
    if left:
        raise QczCorruptError(f"the segments of the block at byte {position} have {left} bytes less content than it states")


def _is_right(body: Body, start: int, end: int, seed: int) -> bool:
    """Whether the bytes from *start* to *end* have the checksum that follows them."""
    stated = body.read(end, end + CHECKSUM.size)
    return len(stated) == CHECKSUM.size and matches(body.checksum(start, end, seed), *CHECKSUM.unpack(stated))


def _wrong_sizes(segment: Segment, left: int, position: int) -> QczCorruptError:
    where = f"segment {segment.number} of the block at byte {position}"
    if not 1 <= segment.content_size <= left:
        return QczCorruptError(f"{where} states {segment.content_size} bytes of content; {left} are left of the block")
    return QczCorruptError(f"{where} states a payload of {segment.payload_size} bytes, which cannot be")


def _check_segment(segment: Segment, header: BlockHeader, block: str) -> None:
    """Raise unless the kind and the filter of *segment* are known and have a place in the *block* with *header*."""
    if segment.filter == _NO_FILTER and (segment.kind in _WITHOUT_ENGINE or (segment.kind == _ENGINE and header.engine)):
        return
    where = f"segment {segment.number} of {block}"
    if segment.kind not in tuple(SegmentKind):
        raise QczVersionError(f"{where} is of kind {segment.kind}, unknown to this release; a newer one may help")
    if segment.filter != _NO_FILTER:
        raise QczVersionError(f"{where} has filter {segment.filter}, unknown to this release; a newer one may help")
    raise QczCorruptError(f"{where} is of an engine, yet the block names none")


def check_body(body: Body, header: BlockHeader, ordinal: int, position: int) -> Segment | None:
    """Check the body of block number *ordinal* at *position*: its checksums, but for those of contents, and what its fields say.

    Returns its segment, if it has one only: the common case, for which nobody need read it again.
    Raises QczCorruptError, and QczVersionError for what a newer release may know.
    """
    block = f"block {ordinal} at byte {position}"
    if header.head_size and not _is_right(body, 0, header.head_size, ordinal):
        raise QczCorruptError(f"{block} is damaged: the checksum of its head does not match")
    has_engine = False
    segment = None
    for segment in read_segments(body, header, position):
        if not _is_right(body, segment.start, segment.payload_end, seed_of_segment(ordinal, segment.number)):
            raise QczCorruptError(f"{block} is damaged: the checksum of its segment {segment.number} does not match")
        _check_segment(segment, header, block)
        has_engine |= segment.kind == _ENGINE
    if header.engine and not has_engine:
        raise QczCorruptError(f"{block} names an engine, yet none of its segments is of one")
    return segment if segment is not None and segment.number == 0 else None
