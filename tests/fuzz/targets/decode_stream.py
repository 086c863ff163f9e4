"""Fuzz target: a .qcz file in pieces cut anywhere, and read at random as a file object; an input is a 4-byte seed and the file."""

from __future__ import annotations

import io
import random

from outcomes import LIMITS, outcome, require

import quasicryth
from quasicryth import QczError, QczLimitError

_SEED_BYTES = 4
_SIZES = (1, 2, 3, 7, 30, 100, 1000, 5000)


def _decompress_frames(data: bytes, generator: random.Random) -> bytes | None:
    """The content of all frames in *data*, fed in pieces; None if the last frame is not whole."""
    content = bytearray()
    while True:
        decompressor = quasicryth.Decompressor(**LIMITS)
        while not decompressor.eof:
            piece = b""
            if decompressor.needs_input:
                size = generator.choice(_SIZES)
                piece, data = data[:size], data[size:]
                if not piece:
                    return None
            limit = generator.choice((-1, 0, 1, 10, 1000))
            some = decompressor.decompress(piece, limit)
            require(limit < 0 or len(some) <= limit, "no more content than was asked for")
            content += some
        data = decompressor.unused_data + data
        if not data:
            return bytes(content)


def _read_at_random(file: quasicryth.QczFile, generator: random.Random) -> bytes:
    content = bytearray()
    while True:
        size = generator.choice(_SIZES)
        piece = generator.choice((file.read, file.read1, file.readline))(size)
        require(len(piece) <= size, "no more content than was asked for")
        if not piece:
            return bytes(content)
        content += piece


def _seek_at_random(file: quasicryth.QczFile, generator: random.Random, content: bytes) -> None:
    for _ in range(4):
        start = file.seek(generator.randint(0, len(content) + 10))
        piece = file.read(generator.choice(_SIZES))
        require(piece == content[start : start + len(piece)], "after a seek the content of that place is read")


def _check_error_is_kept(decompressor: quasicryth.Decompressor, data: bytes) -> None:
    """An object that raised goes on raising, and takes no more data in."""
    first = outcome(lambda: decompressor.decompress(data))
    if isinstance(first, QczError):
        second = outcome(lambda: decompressor.decompress(data))
        require(type(first) is type(second) and str(first) == str(second), "an error is raised again")


def fuzz_one_input(data: bytes) -> None:
    """Decompress *data* piece by piece and compare with what the one-shot function makes of it."""
    generator = random.Random(data[:_SEED_BYTES])
    data = data[_SEED_BYTES:]
    whole = outcome(lambda: quasicryth.decompress(data, **LIMITS))
    pieces = outcome(lambda: _decompress_frames(data, generator))
    with quasicryth.open(io.BytesIO(data), **LIMITS) as file:
        read = outcome(lambda: _read_at_random(file, generator))
        if isinstance(whole, bytes):
            _seek_at_random(file, generator, whole)
    _check_error_is_kept(quasicryth.Decompressor(**LIMITS), data)
    require(type(read) is type(whole), "a file object has the same outcome")
    if isinstance(whole, bytes):
        require(read == whole, "a file object has the same content")
        require(pieces == whole, "pieces have the same content")
    elif not isinstance(whole, QczLimitError):  # the limit of length is one of all frames there, of each frame here
        require(not isinstance(pieces, bytes), "pieces do not make damaged data whole")
