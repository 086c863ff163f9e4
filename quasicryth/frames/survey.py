"""What is left of damaged frames: a walk through data that steps over what is broken and finds its way again.

As long as headers are right, the walk follows them. Where one is not, the tail of the frame says where all its blocks are; where
that is lost too, blocks are looked for by their marker.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import chain

from ..base._checksum import Xxh64, find_seed, matches
from ..base.file_bytes import FileBytes
from ..base.limits import Limits
from ..engines.registry import MAX_BLOCK_SIZE
from ..errors import QczCorruptError, QczError, QczFormatError
from .layout import (
    BLOCK_MARKER,
    BLOCK_START_SIZE,
    CHECKSUM,
    FOOTER_MAGIC,
    FOOTER_SIZE,
    FRAME_HEADER_SIZE,
    MAGIC,
    MAX_BLOCK_HEADER_SIZE,
    MIN_TAIL_SIZE,
    TAIL_END_SIZE,
    TAIL_MARKER,
    TAIL_START_SIZE,
    Block,
    BlockHeader,
    FrameHeader,
    FrameStart,
    Part,
    Tail,
    block_header_size,
    index_entry,
    parse_block_header,
    parse_footer,
    parse_frame_header,
    parse_index,
    parse_tail,
    read_block_header,
)
from .segments import check_body

# Without a tail it is not known how many blocks are gone; numbers are tried as far as this.
_MOST_LOST_BLOCKS = 1024

# For a frame whose header is lost.
_ANY_FRAME = FrameHeader(MAX_BLOCK_SIZE)

# Of the stretches of data whose checksums are tried, no byte lies in more than this: then all of it takes time in proportion to the
# data. Stretches that were written lie beside each other, or in each other where a file of this kind was stored in another.
_MOST_TRIES = 16

# As many tails of frames whose beginnings are not there are looked at for a frame whose own tail is not where it was.
_MOST_STRAY_TAILS = 16

# Bytes of memory for each byte of an index.
_INDEX_MEMORY = 14


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
    """A tail that is right in itself, and where by its word the blocks lie, with their content sizes."""

    tail: Tail
    places: array[int]
    sizes: array[int]


class _Tries:
    """Which stretches of data are tried, given in the order of their starts: as many as leave no byte in more than _MOST_TRIES.

    Of the stretches that a byte lies in, all hold the start of the last one, so that it is enough to count those there.
    """

    def __init__(self) -> None:
        self._ends: list[int] = []

    def allow(self, start: int, end: int) -> bool:
        """Return whether to try the stretch from *start* to *end*, and count it if so."""
        while self._ends and self._ends[0] <= start:
            heappop(self._ends)
        if len(self._ends) == _MOST_TRIES:
            return False
        heappush(self._ends, end)
        return True


def _checksum_of(data: FileBytes, start: int, size: int, seed: int = 0) -> int:
    checksum = Xxh64(seed=seed)
    for piece in data.pieces(start, size):
        checksum.update(piece)
    return checksum.digest() & 0xFFFFFFFF


def _is_frame(data: FileBytes, place: int) -> bool:
    """Whether a frame begins at *place*, by its header or by that of its first block."""
    if place < 0:
        return False
    try:
        parse_frame_header(data.read(place, FRAME_HEADER_SIZE))
    except QczError:
        return _read_header(data, place + FRAME_HEADER_SIZE, _ANY_FRAME, 0) is not None
    return True


def _read_header(data: FileBytes, place: int, frame: FrameHeader, ordinal: int) -> BlockHeader | None:
    """The header of block *ordinal* at *place*, if it is right and all of the body is there."""
    encoded = _bytes_of_header(data, place)
    if encoded is None:
        return None
    try:
        header = parse_block_header(encoded, frame, ordinal, place)
    except QczError:
        return None
    return header if place + header.block_size <= data.size else None


def _bytes_of_header(data: FileBytes, place: int) -> bytes | None:
    """The bytes of a block header at *place*, which need not be right, or None if there is none."""
    encoded = data.read(place, MAX_BLOCK_HEADER_SIZE)
    size = block_header_size(encoded) if len(encoded) >= BLOCK_START_SIZE else None
    return encoded[:size] if size is not None and size <= len(encoded) else None


class _BodyInFile:
    """The body of a block that begins at *start* of *data*, read as far as it is needed."""

    def __init__(self, data: FileBytes, start: int) -> None:
        self._data = data
        self._start = start

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from *start* to *end*, or as many as there are."""
        return self._data.read(self._start + start, end - start)

    def checksum(self, start: int, end: int, seed: int) -> int:
        """Return the low 32 bits of the XXH64 of the bytes from *start* to *end*."""
        return _checksum_of(self._data, self._start + start, end - start, seed)


def _is_body_right(data: FileBytes, place: int, header: BlockHeader, ordinal: int) -> bool:
    """Whether the body of block *ordinal* at *place* has the checksums and the segments that it states."""
    try:
        check_body(_BodyInFile(data, place + header.size), header, ordinal, place)
    except QczError:
        return False
    return True


class _Tails:
    """All tails in *data* that are right in themselves, inside of stored content too, by place and by where their frames begin.

    The index in a tail is read again where it is needed; one that *limits* do not allow raises QczLimitError.
    """

    def __init__(self, data: FileBytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits
        found = sorted(self._search())
        self._places = array("q", [place for place, _, _ in found])
        self._sizes = array("q", [size for _, size, _ in found])
        # (where its frame begins, number of the tail), in order.
        self._starts = sorted((start, number) for number, (_, _, start) in enumerate(found))
        # Where those lie whose frame is not where they say.
        self._strays = array("q", [number for number, (_, _, start) in enumerate(found) if not _is_frame(data, start)])

    def _search(self) -> Iterator[tuple[int, int, int]]:
        """Yield places, sizes and the starts of frames, the last tail first: a tail is known by its end."""
        tries = _Tries()
        footer = self._data.find_last(FOOTER_MAGIC, self._data.size)
        while footer >= 0:
            end = footer + len(FOOTER_MAGIC)
            size = parse_footer(self._data.read(end - FOOTER_SIZE, FOOTER_SIZE)) if end >= FOOTER_SIZE else None
            if size is not None and size <= end and self._data.read(end - size, len(TAIL_MARKER)) == TAIL_MARKER:
                start = self._check(end - size, size) if tries.allow(-end, size - end) else None
                if start is not None:
                    yield end - size, size, start
            footer = self._data.find_last(FOOTER_MAGIC, end - 1)

    def _check(self, place: int, size: int) -> int | None:
        """Where the frame of the tail at *place* begins by its word, or None if it is no tail."""
        checked = size - TAIL_END_SIZE
        (checksum,) = CHECKSUM.unpack(self._data.read(place + checked, CHECKSUM.size))
        if not matches(_checksum_of(self._data, place, checked), checksum):
            return None
        self._limits.check_index(_INDEX_MEMORY * size, place)
        try:
            blocks = parse_index(self._data.read(place + TAIL_START_SIZE, size - MIN_TAIL_SIZE), place)
            return place - sum(block_size for block_size, _ in blocks) - FRAME_HEADER_SIZE
        except QczCorruptError:
            return None

    def _has_index(self, number: int, beginning: bytes | bytearray) -> bool:
        if len(beginning) > self._sizes[number] - MIN_TAIL_SIZE:
            return False
        return self._data.read(self._places[number] + TAIL_START_SIZE, len(beginning)) == beginning

    def find(self, start: int, place: int, index: bytes | bytearray) -> _FoundTail | None:
        """The first tail from *place* on of the frame that begins at *start* and whose index begins with *index*.

        If there is none, bytes were put in or cut out: then it may be a tail whose frame is not where it says.
        """
        first = bisect_left(self._places, place)
        stray = bisect_left(self._strays, first)
        for number in chain(self._of_frame(start, first), self._strays[stray : stray + _MOST_STRAY_TAILS]):
            if self._has_index(number, index):
                return self._parse(number)
        return None

    def find_of_frame(self, start: int, place: int) -> _FoundTail | None:
        """The first tail from *place* on of the frame that begins at *start*."""
        number = next(self._of_frame(start, bisect_left(self._places, place)), None)
        return None if number is None else self._parse(number)

    def _of_frame(self, start: int, first: int) -> Iterator[int]:
        """The tails from number *first* on whose frame begins at *start*."""
        for at in range(bisect_left(self._starts, (start, first)), len(self._starts)):
            if self._starts[at][0] != start:
                return
            yield self._starts[at][1]

    def _parse(self, number: int) -> _FoundTail:
        place, size = self._places[number], self._sizes[number]
        tail, index = parse_tail(self._data.read(place, size), place)
        block_sizes, sizes = array("I"), array("I")
        for block_size, content_size in parse_index(index, place):
            block_sizes.append(block_size)
            sizes.append(content_size)
        places = array("q")
        for block_size in reversed(block_sizes):
            place -= block_size
            places.append(place)
        places.reverse()
        return _FoundTail(tail, places, sizes)

    def next_frame(self, place: int) -> int | None:
        """Where from *place* on the next frame begins by the word of a tail."""
        at = bisect_left(self._starts, (place, 0))
        return self._starts[at][0] if at < len(self._starts) else None


class Survey:
    """A walk through *data*: iterate over `walk` for the parts and the damages, in order.

    It takes time in proportion to the data, whatever is in it: the walk only goes on, never back; each checksum of a body or a
    tail is tried once, and `_Tries` says of how many; what lies further on, tails and magic numbers, is looked for once and kept.
    """

    def __init__(self, data: FileBytes, limits: Limits | None = None) -> None:
        self._data = data
        self._limits = limits or Limits()
        self._size = data.size
        # Where the walk is, in the data and in the content, if that is known.
        self._place = 0
        self._content: int | None = 0
        self._tries = _Tries()
        # The body that was tried last, and whether it was right.
        self._tried = (-1, False)
        self._known_tails: _Tails | None = None  # looked for when a frame is broken
        self._known_frame = -1  # the last one that was looked for by its header

    def walk(self) -> Iterator[Part | Damage]:
        """Yield frame starts, blocks whose body is right, tails, and between them the damages."""
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
        self._place += header.block_size
        if self._content is not None:
            self._content += header.content_size

    def _header_at(self, place: int, frame: FrameHeader, ordinal: int) -> BlockHeader | None:
        return _read_header(self._data, place, frame, ordinal)

    def _is_body_right(self, place: int, header: BlockHeader, ordinal: int) -> bool:
        """Whether block *ordinal* at *place*, not before that of the call before, has the body that *header* says."""
        if self._tried[0] != place:
            allowed = self._tries.allow(place, place + header.block_size)
            self._tried = (place, allowed and _is_body_right(self._data, place, header, ordinal))
        return self._tried[1]

    def _tail_at(self, place: int, index: bytes | bytearray) -> Tail | None:
        """The tail at *place*, if it is right and has *index*."""
        encoded = self._data.read(place, MIN_TAIL_SIZE + len(index))
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
            frame = parse_frame_header(self._data.read(start, FRAME_HEADER_SIZE))
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
        found = self._tails.find_of_frame(begin, begin)
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
        rest = self._data.read(self._place, FRAME_HEADER_SIZE)
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
            right = header is not None and self._is_body_right(self._place, header, ordinal)
            if header is not None and (right or self._is_right_after(header, frame, ordinal, index)):
                if right:
                    yield Block(self._place, ordinal, header, b"")
                    self._step(header)
                else:
                    what = f"the body of block {ordinal} is damaged"
                    yield self._damage(self._place + header.block_size, what, header.content_size)
                ordinal += 1
                if index is not None:
                    index += index_entry(header)
                continue
            tail = None if index is None else self._tail_at(self._place, index)
            if tail is not None:
                self._place += tail.size
                yield tail
                return
            found = self._tails.find(start, self._place, index or b"")
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
        """Whether behind a broken body the frame goes on as the header says: then nothing was cut out or put in."""
        place = self._place + header.block_size
        if self._header_at(place, frame, ordinal + 1) is not None:
            return True
        return index is not None and self._tail_at(place, index + index_entry(header)) is not None

    def _has_room_for_tail_only(self, end: int, tail_size: int) -> bool:
        """Whether no more than a broken tail of *tail_size* can be before *end*, or one that was cut there."""
        room = end - self._place
        marker = self._data.read(self._place, len(TAIL_MARKER))
        cut = room < tail_size and end == self._size and marker == TAIL_MARKER
        return (room == tail_size and marker != BLOCK_MARKER) or cut

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
            right = header is not None and (header.content_size, place + header.block_size) == (size, end)
            if header is None or not right or not self._is_body_right(place, header, number):
                yield self._damage(max(end, self._place), f"block {number} is damaged or gone", size)
                continue
            if place > self._place:
                yield self._damage(place, f"bytes that do not belong before block {number}", 0)
            yield Block(place, number, header, b"")
            self._step(header)
        if found.tail.position > self._place:
            yield self._damage(found.tail.position, "bytes that do not belong before the tail of the frame", 0)
        self._place = found.tail.position + found.tail.size
        yield found.tail

    # ---- finding the way ---------------------------------------------------------------------------------------------------

    @property
    def _tails(self) -> _Tails:
        if self._known_tails is None:
            self._known_tails = _Tails(self._data, self._limits)
        return self._known_tails

    def _next_frame(self, place: int) -> int:
        """Where from *place* on the next frame begins, by its header or the word of its tail; the end of the data, if none does."""
        if self._known_frame < place:
            at = self._data.find(MAGIC, place)
            while at >= 0 and not _is_frame(self._data, at):
                at = self._data.find(MAGIC, at + 1)
            self._known_frame = self._size if at < 0 else at
        by_tail = self._tails.next_frame(place)
        return self._known_frame if by_tail is None else min(self._known_frame, by_tail)

    def _find_block(self, frame: FrameHeader, ordinal: int, limit: int) -> tuple[int, int]:
        """Where before *limit* the next whole block of the frame begins, and its number; *limit*, if there is none."""
        place = self._data.find(BLOCK_MARKER, self._place, limit)
        while place >= 0:
            number = self._number_of_block(place, frame, ordinal)
            if number is not None:
                return place, number
            place = self._data.find(BLOCK_MARKER, place + 1, limit)
        return limit, ordinal

    def _number_of_block(self, place: int, frame: FrameHeader, ordinal: int) -> int | None:
        encoded = _bytes_of_header(self._data, place)
        if encoded is None:
            return None
        # Most markers are none: what can be seen without checksums is looked at first.
        try:
            header = read_block_header(encoded, frame, place)
        except QczError:
            return None
        if place + header.block_size > self._size:
            return None
        fields, (checksum,) = encoded[: -CHECKSUM.size], CHECKSUM.unpack(encoded[-CHECKSUM.size :])
        number = find_seed(fields, checksum, ordinal, _MOST_LOST_BLOCKS)
        return number if number is not None and self._is_body_right(place, header, number) else None
