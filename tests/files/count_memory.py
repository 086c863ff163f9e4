"""Decodes blocks of one kind in some ways, and prints what was said to be taken, and what was: the program of test_memory_kept.py.

    LD_PRELOAD=counted_memory.so PYTHONMALLOC=malloc python tests/files/count_memory.py KIND BLOCK_SIZE BLOCKS WAY...

Each line has the name of a way, its options, the bytes that `qcz info` says of the largest block, those that are allowed, and those
that were taken at the same time (see counted_memory.c).
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import zstandard
from frames import writer
from samples import random_bytes, synthetic_text

import quasicryth
from quasicryth.base.limits import Limits
from quasicryth.frames.blocks import decoder_memory
from quasicryth.frames.info import describe
from quasicryth.frames.layout import Block
from quasicryth.frames.parser import FrameParser

PIECE = 20_000

STORED, ZSTD = writer.STORED, writer.ZSTD

# ---- what is decoded -------------------------------------------------------------------------------------------------------


def _hexadecimal(size: int) -> bytes:
    """Lines that Zstandard halves."""
    return random_bytes(size // 2 + 1).hex("\n", 35).encode()[:size]


def _lines(size: int) -> bytes:
    """Lines of which Zstandard leaves nothing."""
    return (b"the same line\n" * size)[:size]


def _segments(content: bytes, ordinal: int, kinds: tuple[int, ...]) -> bytes:
    """Block *ordinal* of one segment of each of *kinds*."""
    size = -(-len(content) // len(kinds))
    segments = []
    for number, kind in enumerate(kinds):
        piece = content[number * size : (number + 1) * size]
        payload = zstandard.ZstdCompressor(level=1).compress(piece) if kind == writer.ZSTD else None
        segments.append(writer.segment(piece, payload, kind, number, ordinal))
    return writer.block(content, segments, ordinal)


def _by_hand(content: Callable[[int], bytes], kinds: tuple[int, ...], size: int, count: int) -> bytes:
    contents = [content(size) for _ in range(count)]
    return writer.frame(*((_segments(content, number, kinds), content) for number, content in enumerate(contents)))


def _torn(size: int, count: int) -> bytes:
    """Blocks whose Zstandard frames end early, though their checksums are right."""
    content = _hexadecimal(size)
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=24)
    payload = zstandard.ZstdCompressor(compression_params=parameters).compress(content)[:-10]
    blocks = (writer.block(content, [writer.segment(content, payload, ZSTD, 0, number)], number) for number in range(count))
    return writer.frame(*((block, content) for block in blocks))


def _by_engine(options: dict[str, Any], size: int, count: int) -> bytes:
    return quasicryth.compress(synthetic_text(size * count), block_size=size, **options)


KINDS: dict[str, Callable[[int, int], bytes]] = {
    "stored": partial(_by_hand, random_bytes, (STORED,)),
    "zstd": partial(_by_hand, _hexadecimal, (ZSTD,)),
    "repeats": partial(_by_hand, _lines, (ZSTD,)),
    "segments": partial(_by_hand, _hexadecimal, (ZSTD, STORED, ZSTD, STORED)),
    "torn": _torn,
    "fast": partial(_by_engine, {"level": 3}),
    "mix": partial(_by_engine, {"level": 4}),
    "paper": partial(_by_engine, {"engine": "paper", "level": 1}),
}

# ---- ways to decode it -----------------------------------------------------------------------------------------------------


@dataclass
class Task:
    """What is to be decoded: the data, also in a file, memory for its content, the sizes of content and block, and what is said."""

    data: bytes
    path: str
    target: memoryview
    size: int
    block: int
    said: int


def _drop(pieces: Iterator[bytes] | Iterator[str]) -> None:
    for piece in pieces:
        del piece


def _pieces(data: bytes) -> Iterator[memoryview]:
    size = min(PIECE, len(data) // 20)
    return (memoryview(data)[start : start + size] for start in range(0, len(data), size))


def by_decompress(task: Task, **options: Any) -> None:
    assert len(quasicryth.decompress(task.data, **options)) == task.size


def by_failing(task: Task, **options: Any) -> None:
    with contextlib.suppress(quasicryth.QczCorruptError):
        quasicryth.decompress(task.data, **options)


def by_decompress_into(task: Task, **options: Any) -> None:
    quasicryth.decompress_into(task.data, task.target, **options)


def by_decompressor(task: Task, **options: Any) -> None:
    decompressor = quasicryth.Decompressor(**options)
    for piece in _pieces(task.data):
        decompressor.decompress(piece)
    assert decompressor.eof


def by_drained_decompressor(task: Task, **options: Any) -> None:
    decompressor = quasicryth.Decompressor(**options)
    decompressor.decompress(task.data, 0)
    while not decompressor.eof:
        decompressor.decompress(b"", PIECE)


def by_pieces_in_and_out(task: Task, **options: Any) -> None:
    decompressor = quasicryth.Decompressor(**options)
    for piece in _pieces(task.data):
        decompressor.decompress(piece, PIECE)
    while not decompressor.eof:
        decompressor.decompress(b"", PIECE)


def by_stream(task: Task, **options: Any) -> None:
    async def give():
        for piece in _pieces(task.data):
            yield piece

    async def take() -> None:
        async for content in quasicryth.decompress_stream(give(), **options):
            del content

    asyncio.run(take())


def by_reading(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        while file.read(PIECE):
            pass


def by_reading_much(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        file.read(10)
        assert len(file.read(task.size)) == task.size - 10


def by_reading_all(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        assert len(file.read()) == task.size


def by_reading_the_rest(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        file.read(10)
        assert len(file.read()) == task.size - 10


def by_reading_into(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        assert file.readinto(task.target) == task.size


def by_seeking(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        for place in (task.size - 10, 0, task.block + 5, task.size - 20, 5):
            file.seek(place)
            file.read(PIECE)


def by_range(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        file.read_range(task.block // 2, task.block // 2 + PIECE)
        file.read_range(-PIECE)


def by_range_beside(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        file.read(100)
        file.read_range(-PIECE)
        file.read_range(PIECE, PIECE + 100)
        file.read(100)


def by_lines(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, **options) as file:
        _drop(iter(file))


def by_text(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, "rt", encoding="latin-1", **options) as file:
        while file.read(PIECE):
            pass


def by_lines_of_text(task: Task, **options: Any) -> None:
    with quasicryth.open(task.path, "rt", encoding="latin-1", **options) as file:
        _drop(iter(file))


def by_describing(task: Task, **options: Any) -> None:
    with open(task.path, "rb") as file:
        describe(file)


def by_recovery(task: Task, **options: Any) -> None:
    quasicryth.find_damage(task.path, **options)


def _nothing(_: Task) -> int:
    return 0


def _piece(_: Task) -> int:
    return PIECE


def _all(task: Task) -> int:
    """All of the content, while it grows block by block; if there is one block only, what is said is enough."""
    return 0 if task.size == task.block else task.size * 9 // 8


# Each way, and how many bytes of content the caller has at the same time.
WAYS: dict[Callable[..., None], Callable[[Task], int]] = {
    by_decompress: _all,
    by_failing: _all,
    by_decompress_into: _nothing,
    by_decompressor: _nothing,
    by_drained_decompressor: _piece,
    by_pieces_in_and_out: _piece,
    by_stream: _nothing,
    by_reading: _piece,
    by_reading_much: lambda task: task.size * 9 // 8,
    by_reading_all: _all,
    by_reading_the_rest: lambda task: task.size * 9 // 8,
    by_reading_into: _nothing,
    by_seeking: _piece,
    by_range: _piece,
    by_range_beside: _piece,
    by_lines: _nothing,
    by_text: lambda _: 4 * PIECE,
    by_lines_of_text: _nothing,
    by_describing: _nothing,
    by_recovery: _nothing,
}


def _options(way: Callable[..., None], said: int) -> Iterator[tuple[dict[str, int], int]]:
    """What *way* is tried with, and what is allowed then: what is said for each block that is at hand, or the limit."""
    if way is by_describing:
        yield {}, said
        return
    yield {}, 2 * said if way is by_range_beside else said
    yield {"memlimit": said}, said
    yield {"threads": 2}, (8 if way is by_range_beside else 4) * said
    yield {"threads": 2, "memlimit": said}, said
    yield {"threads": 2, "memlimit": 2 * said}, 2 * said


def _largest(data: bytes) -> int:
    """What is said of the block of *data* that takes most."""
    parser, place, largest = FrameParser(Limits()), 0, 0
    while place < len(data):
        part = parser.take(data[place : place + parser.wanted])
        place = parser.position
        if isinstance(part, Block):
            largest = max(largest, decoder_memory(part))
    return largest


def _write(folder: str, data: bytes, size: int, count: int) -> Task:
    path = Path(folder, str(size))
    path.write_bytes(data)
    return Task(data, str(path), memoryview(bytearray(size * count)), size * count, size, _largest(data))


def main(kind: str, block_size: int, count: int, names: list[str]) -> None:
    library = ctypes.CDLL(None)
    library.most_counted.restype = ctypes.c_long
    with tempfile.TemporaryDirectory() as folder:
        small = _write(folder, KINDS[kind](4000, 3), 4000, 3)
        task = _write(folder, KINDS[kind](block_size, count), block_size, count)
        for way, given in WAYS.items():
            if way.__name__ not in names:
                continue
            way(small, **({} if way is by_describing else {"threads": 2}))  # what is loaded and made but once does not count
            gc.collect()
            for options, allowed in _options(way, task.said):
                library.begin_to_count()
                way(task, **options)
                taken = library.most_counted()
                print(json.dumps([way.__name__, options, task.said, allowed + given(task), taken]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
