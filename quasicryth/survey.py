"""What is left of damaged frames: a walk through data that steps over what is broken and finds its way again.

As long as headers are right, the walk follows them. Where one is not, the tail of the frame says where all its blocks are; where
that is lost too, blocks are looked for by their marker.
"""

from __future__ import annotations

import mmap
import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import QczCorruptError, QczError, QczFormatError
from .frame import (
    BLOCK_HEADER_SIZE,
    BLOCK_MARKER,
    FOOTER_MAGIC,
    FOOTER_SIZE,
    FRAME_HEADER_SIZE,
    MAGIC,
    MAX_BLOCK_SIZE,
    MIN_TAIL_SIZE,
    TAIL_MARKER,
    Block,
    BlockHeader,
    BlockKind,
    FrameHeader,
    FrameStart,
    Part,
    Tail,
    check_payload,
    index_entry,
    parse_block_header,
    parse_footer,
    parse_frame_header,
    parse_index,
    parse_tail,
)

Data = bytes | mmap.mmap

# Without a tail it is not known how many blocks a gap had; their numbers are tried as far as this.
_MOST_LOST_BLOCKS = 1024

# For a frame whose header is lost.
_ANY_FRAME = FrameHeader(MAX_BLOCK_SIZE)

_SIZES = struct.Struct("<II")


@dataclass(frozen=True)
class Damage:
    """A place that is not as it was written: `what` is wrong with the bytes `start` to `end` of the data.

    With it the content from `content_start` to `content_end` is lost, counted in the content as it was compressed; nothing, if the
    two are equal. `content_end` is None if it is not known how much is lost, and `content_start` if that was so before.
    """

    start: int
    end: int
    what: str
    content_start: int | None
    content_end: int | None

    @property
    def is_loss(self) -> bool:
        """Whether content is lost, as far as is known."""
        return self.content_start is None or self.content_start != self.content_end


@dataclass(frozen=True)
class _FoundTail:
    """A tail that is right in itself, and where by its word the frame begins and the blocks lie, with their content sizes."""

    tail: Tail
    frame_start: int
    places: tuple[int, ...]
    index: bytes
    sizes: tuple[int, ...]


class Survey:
    """A walk through *data*: iterate over `walk` for the parts and the damages, in order."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._size = len(data)
        # Where the walk is, in the data and in the content, if that is known.
        self._place = 0
        self._content: int | None = 0
        # Where tails begin, and their sizes: looked for when a frame is broken.
        self._tail_places: list[tuple[int, int]] | None = None

    def walk(self) -> Iterator[Part | Damage]:
        """Yield frame starts, blocks whose payload is right, tails, and between them the damages."""
        if not self._size:
            yield Damage(0, 0, "there is no data", 0, 0)
        while self._place < self._size:
            yield from self._walk_frame()

    # ---- steps -------------------------------------------------------------------------------------------------------------

    def _damage(self, end: int, what: str, lost: int | None) -> Damage:
        """Take note that *lost* bytes of content, or None for an unknown number, are lost with the data up to *end*."""
        start = self._content
        self._content = None if lost is None or start is None else start + lost
        damage = Damage(self._place, end, what, start, self._content)
        self._place = end
        return damage

    def _step(self, header: BlockHeader) -> None:
        self._place += BLOCK_HEADER_SIZE + header.payload_size
        if self._content is not None:
            self._content += header.raw_size

    def _header_at(self, place: int, frame: FrameHeader, ordinal: int) -> BlockHeader | None:
        """The header of block *ordinal* at *place*, if it is right and all of the payload is there."""
        encoded = self._data[place : place + BLOCK_HEADER_SIZE]
        if len(encoded) < BLOCK_HEADER_SIZE:
            return None
        try:
            header = parse_block_header(encoded, frame, ordinal, place)
        except QczError:
            return None
        return header if place + BLOCK_HEADER_SIZE + header.payload_size <= self._size else None

    def _block_at(self, place: int, header: BlockHeader, ordinal: int) -> Block | None:
        start = place + BLOCK_HEADER_SIZE
        payload = self._data[start : start + header.payload_size]
        try:
            check_payload(header, payload, ordinal, place)
        except QczCorruptError:
            return None
        return Block(place, header, payload)

    def _tail_at(self, place: int, index: bytes | bytearray) -> Tail | None:
        """The tail at *place*, if it is right and has *index*."""
        encoded = self._data[place : place + MIN_TAIL_SIZE + len(index)]
        if len(encoded) < MIN_TAIL_SIZE + len(index):
            return None
        try:
            tail, found = parse_tail(encoded, place)
        except QczCorruptError:
            return None
        return tail if found == index else None

    # ---- one frame ---------------------------------------------------------------------------------------------------------

    def _walk_frame(self) -> Iterator[Part | Damage]:
        """Go through the frame that is to begin here, and to the next one."""
        start = self._place
        try:
            frame = parse_frame_header(self._data[start : start + FRAME_HEADER_SIZE])
            yield FrameStart(start, frame)
            self._place += FRAME_HEADER_SIZE
        except QczError as error:
            behind = start + FRAME_HEADER_SIZE
            if self._header_at(behind, _ANY_FRAME, 0) is None and self._tail_at(behind, b"") is None:
                yield from self._find_frame(error)
                return
            frame = _ANY_FRAME
            yield self._damage(behind, str(error), 0)
            yield FrameStart(start, frame)
        yield from self._walk_blocks(start, frame)

    def _find_frame(self, error: QczError) -> Iterator[Part | Damage]:
        """Go on where the next frame begins, since here none does."""
        begin = self._place
        what = self._say_what_begins(error)
        found = next((found for found in self._tails(begin) if found.frame_start == begin), None)
        if found is not None:
            yield FrameStart(begin, _ANY_FRAME)
            yield self._damage(begin + FRAME_HEADER_SIZE, what, 0)
            yield from self._follow_index(found, 0, _ANY_FRAME)
            return
        following = self._next_frame(begin + 1)
        # What is shorter than the shortest frame cannot have been one.
        no_frame = begin > 0 and following - begin < FRAME_HEADER_SIZE + MIN_TAIL_SIZE
        yield self._damage(following, what, 0 if no_frame else None)

    def _say_what_begins(self, error: QczError) -> str:
        rest = self._data[self._place : self._place + FRAME_HEADER_SIZE]
        if len(rest) < FRAME_HEADER_SIZE and rest[: len(MAGIC)] == MAGIC[: len(rest)]:
            return f"the data ends at byte {self._size}, inside the frame header"
        if isinstance(error, QczFormatError) and self._place:
            return "something that is not a .qcz frame"
        return str(error)

    def _walk_blocks(self, start: int, frame: FrameHeader) -> Iterator[Part | Damage]:
        """Go from block to block, to the tail."""
        ordinal = 0
        index: bytearray | None = bytearray()
        while True:
            header = self._header_at(self._place, frame, ordinal)
            block = None if header is None else self._block_at(self._place, header, ordinal)
            if header is not None and (block is not None or self._is_right_after(header, frame, ordinal, index)):
                if block is not None:
                    yield block
                    self._step(header)
                else:
                    what = f"the payload of block {ordinal} is damaged"
                    yield self._damage(self._place + BLOCK_HEADER_SIZE + header.payload_size, what, header.raw_size)
                ordinal += 1
                if index is not None:
                    index += index_entry(header)
                continue
            tail = None if index is None else self._tail_at(self._place, index)
            if tail is not None:
                self._place += tail.size
                yield tail
                return
            found = self._find_tail_of_frame(start, index)
            if found is not None:
                yield from self._follow_index(found, ordinal, frame)
                return
            following = self._next_frame(self._place)
            place, number = self._find_block(frame, ordinal, following)
            only_tail = index is not None and place == following and self._has_room_for_tail_only(place, MIN_TAIL_SIZE + len(index))
            yield self._damage(place, self._say_what_is_lost(place, ordinal), 0 if only_tail else None)
            if place == following:
                return
            ordinal, index = number, None

    def _is_right_after(self, header: BlockHeader, frame: FrameHeader, ordinal: int, index: bytearray | None) -> bool:
        """Whether behind a broken payload the frame goes on as the header says: then nothing was cut out or put in."""
        place = self._place + BLOCK_HEADER_SIZE + header.payload_size
        if self._header_at(place, frame, ordinal + 1) is not None:
            return True
        return index is not None and self._tail_at(place, index + index_entry(header)) is not None

    def _has_room_for_tail_only(self, end: int, tail_size: int) -> bool:
        """Whether no more than a broken tail of *tail_size* can be before *end*, or one that was cut there."""
        room = end - self._place
        cut = room < tail_size and end == self._size and self._data[self._place : self._place + 2] == TAIL_MARKER
        return room == tail_size or cut

    def _say_what_is_lost(self, end: int, ordinal: int) -> str:
        if end == self._size:
            return f"the data ends at byte {end}, inside the frame, or is damaged from here on"
        return f"neither block {ordinal} nor the tail of the frame begins here"

    def _follow_index(self, found: _FoundTail, ordinal: int, frame: FrameHeader) -> Iterator[Part | Damage]:
        """Take the blocks from number *ordinal* on where the tail says that they are."""
        ends = (*found.places[1:], found.tail.position)
        for number in range(ordinal, len(found.places)):
            place, end, size = found.places[number], ends[number], found.sizes[number]
            header = self._header_at(place, frame, number) if place >= self._place else None
            right = header is not None and (header.raw_size, place + BLOCK_HEADER_SIZE + header.payload_size) == (size, end)
            block = self._block_at(place, header, number) if header is not None and right else None
            if header is None or block is None:
                yield self._damage(max(end, self._place), f"block {number} is damaged or gone", size)
                continue
            if place > self._place:
                yield self._damage(place, f"bytes that do not belong before block {number}", 0)
            yield block
            self._step(header)
        if found.tail.position > self._place:
            yield self._damage(found.tail.position, "bytes that do not belong before the tail of the frame", 0)
        self._place = found.tail.position + found.tail.size
        yield found.tail

    # ---- finding the way ---------------------------------------------------------------------------------------------------

    def _tails(self, place: int) -> Iterator[_FoundTail]:
        """Yield the tails that lie behind *place* and are right in themselves, those inside of stored content too."""
        if self._tail_places is None:
            self._tail_places = list(self._find_tails())
        for tail_place, size in self._tail_places[bisect_left(self._tail_places, (place, 0)) :]:
            found = self._parse_tail(tail_place, size)
            if found is not None:
                yield found

    def _find_tails(self) -> Iterator[tuple[int, int]]:
        """Yield where tails may be, and their sizes."""
        footer = self._data.find(FOOTER_MAGIC)
        while footer >= 0:
            end = footer + len(FOOTER_MAGIC)
            size = parse_footer(self._data[end - FOOTER_SIZE : end]) if end >= FOOTER_SIZE else None
            if size is not None and size <= end and self._data[end - size : end - size + 2] == TAIL_MARKER:
                yield end - size, size
            footer = self._data.find(FOOTER_MAGIC, footer + 1)

    def _find_tail_of_frame(self, start: int, index: bytearray | None) -> _FoundTail | None:
        """The tail of the frame that begins at *start* and has begun with *index*, if it is not lost."""
        likely = None
        for found in self._tails(self._place):
            if index and not found.index.startswith(index):
                continue
            if found.frame_start == start:
                return found
            # Bytes were put in or cut out; unless it is the tail of another frame, which is there.
            if likely is None and not self._is_frame(found.frame_start):
                likely = found
        return likely

    def _is_frame(self, place: int) -> bool:
        if place < 0:
            return False
        try:
            parse_frame_header(self._data[place : place + FRAME_HEADER_SIZE])
        except QczError:
            return self._header_at(place + FRAME_HEADER_SIZE, _ANY_FRAME, 0) is not None
        return True

    def _parse_tail(self, place: int, size: int) -> _FoundTail | None:
        try:
            tail, index = parse_tail(self._data[place : place + size], place)
            sizes = tuple(parse_index(index, place))
        except QczCorruptError:
            return None
        places = []
        for payload_size, _ in reversed(sizes):
            place -= BLOCK_HEADER_SIZE + payload_size
            places.append(place)
        return _FoundTail(tail, place - FRAME_HEADER_SIZE, tuple(reversed(places)), index, tuple(size for _, size in sizes))

    def _next_frame(self, place: int) -> int:
        """Where from *place* on the next frame begins, by its header or the word of its tail; the end of the data, if none does."""
        at = self._data.find(MAGIC, place)
        while at >= 0 and not self._is_frame(at):
            at = self._data.find(MAGIC, at + 1)
        starts = [self._size if at < 0 else at]
        starts += [found.frame_start for found in self._tails(place) if found.frame_start >= place]
        return min(starts)

    def _find_block(self, frame: FrameHeader, ordinal: int, limit: int) -> tuple[int, int]:
        """Where before *limit* the next whole block of the frame begins, and its number; *limit*, if there is none."""
        place = self._data.find(BLOCK_MARKER, self._place + 1, limit)
        while place >= 0:
            number = self._number_of_block(place, frame, ordinal)
            if number is not None:
                return place, number
            place = self._data.find(BLOCK_MARKER, place + 1, limit)
        return limit, ordinal

    def _number_of_block(self, place: int, frame: FrameHeader, ordinal: int) -> int | None:
        encoded = self._data[place : place + BLOCK_HEADER_SIZE]
        # Most markers are none: what can be seen without checksums is looked at first.
        if len(encoded) < BLOCK_HEADER_SIZE or encoded[2] not in tuple(BlockKind):
            return None
        payload_size, raw_size = _SIZES.unpack_from(encoded, 3)
        if not 0 < payload_size <= raw_size <= frame.block_size or place + BLOCK_HEADER_SIZE + payload_size > self._size:
            return None
        lost = min((place - self._place) // BLOCK_HEADER_SIZE + 1, _MOST_LOST_BLOCKS)
        for number in range(ordinal, ordinal + lost + 1):
            header = self._header_at(place, frame, number)
            if header is not None:
                return number if self._block_at(place, header, number) is not None else None
        return None
