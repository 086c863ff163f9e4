"""Mutations of .qcz files: bytes anywhere, and with the format in mind."""

from __future__ import annotations

import random
from collections.abc import Sequence

from quasicryth.errors import QczCorruptError, QczError
from quasicryth.frames import layout
from quasicryth.frames.segments import BodyInMemory, read_segments

_MAX_EDITS = 4
_MAX_SIZE = 1 << 16
_NUMBERS = (0, 1, 2, 127, 128, 255, 4095, 65535, 1 << 20, 1 << 30, (1 << 31) - 1, (1 << 32) - 1)
_HEADERS = 30  # bytes behind a marker that are likely to be fields of a block and of its first segment
_MARKERS = (layout.MAGIC, layout.BLOCK_MARKER, layout.TAIL_MARKER, layout.FOOTER_MAGIC)


def _flip_bit(data: bytearray, generator: random.Random, _seeds: Sequence[bytes]) -> None:
    if data:
        data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)


def _change_number(data: bytearray, generator: random.Random, _seeds: Sequence[bytes]) -> None:
    """Put a number of note somewhere, most often where a header has one: behind a marker."""
    place = generator.randint(0, len(data))
    marker = data.find(generator.choice(_MARKERS), generator.randint(0, len(data)))
    if marker >= 0 and generator.random() < 0.8:
        place = marker + generator.randint(2, _HEADERS)
    size = generator.choice((1, 2, 4, 4, 8))
    old = int.from_bytes(data[place : place + size], "little")
    value = generator.choice((*_NUMBERS, old + 1, old - 1, old * 2))
    data[place : place + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")


def _truncate(data: bytearray, generator: random.Random, _seeds: Sequence[bytes]) -> None:
    del data[generator.randint(0, len(data)) :]


def _remove(data: bytearray, generator: random.Random, _seeds: Sequence[bytes]) -> None:
    start = generator.randint(0, len(data))
    del data[start : start + generator.choice((1, 2, 4, 25, 100))]


def _splice(data: bytearray, generator: random.Random, seeds: Sequence[bytes]) -> None:
    """Put a piece of a seed somewhere, or a marker, or all of another file."""
    donor = generator.choice((*seeds, *_MARKERS))
    begin = generator.choice((0, generator.randint(0, len(donor))))
    piece = donor[begin : begin + generator.choice((1, 10, 100, len(donor)))]
    start = generator.choice((generator.randint(0, len(data)), len(data)))
    data[start : start + generator.choice((0, len(piece)))] = piece


def _repeat(data: bytearray, generator: random.Random, _seeds: Sequence[bytes]) -> None:
    start = generator.randint(0, len(data))
    end = generator.randint(start, min(len(data), start + 2000))
    data[end:end] = data[start:end]


_EDITS = (_flip_bit, _flip_bit, _change_number, _change_number, _truncate, _remove, _splice, _repeat)


def _put_checksum(data: bytearray, start: int, end: int, seed: int = 0) -> None:
    """Make the four bytes at *end* the checksum of those from *start* on."""
    if end + 4 <= len(data):
        data[end : end + 4] = layout.checksum32(data[start:end], seed).to_bytes(4, "little")


def _repair_body(data: bytearray, start: int, header: layout.BlockHeader, ordinal: int) -> None:
    body = bytes(data[start : start + header.body_size])
    if header.head_size:
        _put_checksum(data, start, start + header.head_size, ordinal)
    for segment in read_segments(BodyInMemory(body), header, start):
        _put_checksum(data, start + segment.start, start + segment.payload_end, layout.seed_of_segment(ordinal, segment.number))


def _repair_block(data: bytearray, place: int, ordinal: int) -> int:
    """Make the checksums of block *ordinal* at *place* right, and return where it ends. Raises QczError."""
    size = layout.block_header_size(data[place : place + layout.BLOCK_START_SIZE])
    if size is None or place + size > len(data):
        raise QczCorruptError("no header of a block")
    _put_checksum(data, place, place + size - 4, ordinal)
    header = layout.read_block_header(bytes(data[place : place + size]), layout.FrameHeader(1 << 30), place)
    _repair_body(data, place + size, header, ordinal)
    return place + size + header.body_size


def repair_checksums(data: bytearray) -> None:
    """Make the checksums right as far as the frame can be followed, so that more than they is tested."""
    place = layout.FRAME_HEADER_SIZE
    if len(data) < place or not data.startswith(layout.MAGIC):
        return
    _put_checksum(data, 0, place - 4)
    ordinal = 0
    try:
        while data[place : place + 2] == layout.BLOCK_MARKER and len(data) >= place + layout.BLOCK_START_SIZE:
            place = _repair_block(data, place, ordinal)
            ordinal += 1
    except QczError:
        return
    footer = data.find(layout.FOOTER_MAGIC, place)
    if data[place : place + 2] == layout.TAIL_MARKER and footer >= place + 18:
        _put_checksum(data, place, footer - 8)


def mutate(seeds: Sequence[bytes], number: int, prefix: int) -> bytes:
    """Return mutation *number* of *seeds*, which depends on nothing else; *prefix* bytes before the file are random."""
    generator = random.Random(number)
    data = bytearray(generator.choice(seeds))
    for _ in range(generator.randint(1, _MAX_EDITS)):
        generator.choice(_EDITS)(data, generator, seeds)
    if generator.random() < 0.7:
        repair_checksums(data)
    return generator.randbytes(prefix) + data[:_MAX_SIZE]
