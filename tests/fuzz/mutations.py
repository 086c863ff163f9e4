"""Mutations of .qcz files: bytes anywhere, and with the format in mind."""

from __future__ import annotations

import random
from collections.abc import Sequence

from quasicryth.frames import layout

_MAX_EDITS = 4
_MAX_SIZE = 1 << 16
_NUMBERS = (0, 1, 2, 127, 128, 255, 4095, 65535, 1 << 20, 1 << 30, (1 << 31) - 1, (1 << 32) - 1)
_MARKERS = (layout.MAGIC, layout.BLOCK_MARKER, layout.TAIL_MARKER, layout.FOOTER_MAGIC)


def _flip_bit(data: bytearray, generator: random.Random, _seeds: Sequence[bytes]) -> None:
    if data:
        data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)


def _change_number(data: bytearray, generator: random.Random, _seeds: Sequence[bytes]) -> None:
    """Put a number of note somewhere, most often where a header has one: behind a marker."""
    place = generator.randint(0, len(data))
    marker = data.find(generator.choice(_MARKERS), generator.randint(0, len(data)))
    if marker >= 0 and generator.random() < 0.8:
        place = marker + generator.randint(2, layout.BLOCK_HEADER_SIZE)
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


def repair_checksums(data: bytearray) -> None:
    """Make the checksums of headers and payloads right as far as the frame can be followed, so that more than they is tested."""
    place = layout.FRAME_HEADER_SIZE
    if len(data) < place or not data.startswith(layout.MAGIC):
        return
    data[place - 4 : place] = layout.checksum32(data[: place - 4]).to_bytes(4, "little")
    ordinal = 0
    while data[place : place + 2] == layout.BLOCK_MARKER and len(data) >= place + layout.BLOCK_HEADER_SIZE:
        behind = place + layout.BLOCK_HEADER_SIZE
        size = int.from_bytes(data[place + 3 : place + 7], "little")
        payload = data[behind : behind + size]
        data[place + 11 : place + 15] = layout.checksum32(payload).to_bytes(4, "little")
        data[behind - 4 : behind] = layout.checksum32(data[place : behind - 4], ordinal).to_bytes(4, "little")
        place, ordinal = behind + size, ordinal + 1
    footer = data.find(layout.FOOTER_MAGIC, place)
    if data[place : place + 2] == layout.TAIL_MARKER and footer >= place + 18:
        data[footer - 8 : footer - 4] = layout.checksum32(data[place : footer - 8]).to_bytes(4, "little")


def mutate(seeds: Sequence[bytes], number: int, prefix: int) -> bytes:
    """Return mutation *number* of *seeds*, which depends on nothing else; *prefix* bytes before the file are random."""
    generator = random.Random(number)
    data = bytearray(generator.choice(seeds))
    for _ in range(generator.randint(1, _MAX_EDITS)):
        generator.choice(_EDITS)(data, generator, seeds)
    if generator.random() < 0.7:
        repair_checksums(data)
    return generator.randbytes(prefix) + data[:_MAX_SIZE]
