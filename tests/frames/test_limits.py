"""What decoding may take, on every way into it, and that memory does not grow with the stream."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import tracemalloc
from functools import cache

import pytest
from frames.writer import block, frame_header
from paths import run_command
from samples import random_bytes, synthetic_text

import quasicryth
from quasicryth.base.limits import Limits
from quasicryth.frames.decoder import decompress_blocks
from quasicryth.frames.index import read_index
from quasicryth.frames.info import describe
from quasicryth.frames.layout import READING_MEMORY

TEXT = synthetic_text(100_000)
PACKED = quasicryth.compress(TEXT, 4, block_size=30_000)
STORED = quasicryth.compress(random_bytes(60_000), 4, block_size=30_000)


def by_stream(data: bytes, **limits) -> bytes:
    async def pieces():
        yield data

    async def join() -> bytes:
        return b"".join([piece async for piece in quasicryth.decompress_stream(pieces(), **limits)])

    return asyncio.run(join())


def by_file(data: bytes, **limits) -> bytes:
    with quasicryth.open(io.BytesIO(data), **limits) as file:
        return file.read()


def by_text(data: bytes, **limits) -> bytes:
    with quasicryth.open(io.BytesIO(data), "rt", newline="", **limits) as file:
        return file.read().encode()


def by_seek(data: bytes, **limits) -> bytes:
    with quasicryth.open(io.BytesIO(data), **limits) as file:
        file.seek(-5, io.SEEK_END)
        end = file.read()
        file.seek(0)
        return file.read()[:-5] + end


def by_recovery(data: bytes, **limits) -> bytes:
    target = io.BytesIO()
    quasicryth.recover(io.BytesIO(data), target, **limits)
    return target.getvalue()


WAYS = {
    "decompress": quasicryth.decompress,
    "two threads": lambda data, **limits: quasicryth.decompress(data, threads=2, **limits),
    "Decompressor": lambda data, **limits: quasicryth.Decompressor(**limits).decompress(data),
    "stream": by_stream,
    "file": by_file,
    "text": by_text,
    "seek": by_seek,
    "recover": by_recovery,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_max_length(way):
    assert way(PACKED, max_length=len(TEXT)) == TEXT
    for limit in (0, 1, len(TEXT) - 1):
        with pytest.raises(quasicryth.QczLimitError, match="longer than the limit"):
            way(PACKED, max_length=limit)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_memlimit(way):
    assert way(PACKED, memlimit=100 << 20) == TEXT
    for limit in (0, 30_000, 60_000):
        with pytest.raises(quasicryth.QczLimitError, match=r"needs .*\d+ bytes.*; the limit is "):
            way(PACKED, memlimit=limit)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("data", [PACKED, STORED], ids=["of an engine", "stored"])
def test_memory_is_limited_to_the_byte(way, data):
    needed = max(block["decoder_memory_bytes"] for block in describe(io.BytesIO(data))[0]["blocks"])
    assert (needed > READING_MEMORY + 2 * 30_000 + 100_000) == (data is PACKED)  # the tables of the engine
    for limit in (needed - 1, READING_MEMORY + 31_000):
        with pytest.raises(quasicryth.QczLimitError, match=r"needs .*\d+ bytes.*; the limit is "):
            way(data, memlimit=limit)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    ("name", "value", "error"), [("max_length", -1, ValueError), ("memlimit", "1", TypeError), ("memlimit", True, TypeError)]
)
def test_wrong_limits(way, name, value, error):
    with pytest.raises(error, match=name):
        way(PACKED, **{name: value})


@pytest.mark.slow
def test_the_command_has_the_limits():
    for command in ("decompress", "cat", "test"):
        for limits in (["--max-length", "99999"], ["-M", "30k"], ["--memlimit", "1"]):
            run = run_command(command, *limits, stdin=PACKED)
            assert run.returncode == 1
            assert b"limit" in run.stderr
        run = run_command(command, "--max-length", "100000", "-M", "1g", stdin=PACKED)
        assert (run.returncode, run.stdout) == (0, b"" if command == "test" else TEXT)
    assert run_command("decompress", "-M", "-1", stdin=PACKED).returncode == 1


def test_a_limit_is_checked_before_the_body_is_taken():
    """A header that claims a gigabyte, and nothing behind it: the limit speaks, not the end of the data."""
    data = frame_header(block_size=1 << 30) + block(b"", content_size=1 << 30, body_size=1 << 30)
    for way in (quasicryth.decompress, by_stream, by_file):
        with pytest.raises(quasicryth.QczLimitError):
            way(data, memlimit=1 << 20)
        with pytest.raises(quasicryth.QczLimitError):
            way(data, max_length=1 << 20)
        with pytest.raises(quasicryth.QczTruncatedError):
            way(data)


def test_decompress_into_memory_of_the_callers():
    target = bytearray(b"?" * 100_010)
    assert quasicryth.decompress_into(PACKED, memoryview(target)[5:]) == len(TEXT)
    assert target == b"?" * 5 + TEXT + b"?" * 5
    assert quasicryth.decompress_into(quasicryth.compress(b""), bytearray()) == 0
    with pytest.raises(quasicryth.QczLimitError):
        quasicryth.decompress_into(PACKED, bytearray(99_999))
    with pytest.raises(quasicryth.QczLimitError):
        quasicryth.decompress_into(PACKED, target, memlimit=1000)
    for wrong in (b"bytes", "text", None, memoryview(b"123")):
        with pytest.raises(TypeError):
            quasicryth.decompress_into(PACKED, wrong)


def test_progress_of_the_one_shot_functions():
    told: list[tuple[int, int | None]] = []
    packed = quasicryth.compress(TEXT, 1, block_size=30_000, progress=lambda *numbers: told.append(numbers))
    expected = [(done, 100_000) for done in (30_000, 60_000, 90_000, 100_000)]
    assert told == expected
    for decompress in (
        quasicryth.decompress,
        lambda data, **options: quasicryth.decompress_into(data, bytearray(100_000), **options),
    ):
        told.clear()
        decompress(packed, progress=lambda *numbers: told.append(numbers))
        assert told == expected
    told.clear()
    with pytest.raises(quasicryth.QczTruncatedError):
        quasicryth.decompress(packed[:-1], progress=lambda *numbers: told.append(numbers))
    assert told == [(done, None) for done, _ in expected]


# ---- memory ----------------------------------------------------------------------------------------------------------------

PROGRAM = """
import io, random, sys
import quasicryth
mode, count, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
piece = quasicryth.compress  # loaded before memory is looked at
words = [b"word%d" % number for number in range(2000)]
line = b" ".join(random.Random(1).choices(words, k=150_000))  # a megabyte; the same words in order would take long to parse
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
class Sink(io.RawIOBase):
    def writable(self): return True
    def write(self, data): return len(data)
class Source(io.RawIOBase):
    def __init__(self):
        compressor = quasicryth.Compressor(1, block_size=1 << 20)
        self.frame = compressor.compress(line * 3) + compressor.flush()
        self.data = b""
        self.left = count
    def readable(self): return True
    def readinto(self, buffer):
        if not self.data and self.left:
            self.left -= 1
            self.data = self.frame
        size = min(len(buffer), len(self.data))
        buffer[:size] = self.data[:size]
        self.data = self.data[size:]
        return size
if mode == "write":
    with quasicryth.open(Sink(), "w", level=1, block_size=1 << 20, threads=threads) as file:
        for _ in range(3 * count):
            file.write(line)
else:
    with quasicryth.open(io.BufferedReader(Source()), threads=threads) as file:
        while file.read(1 << 20):
            pass
print(peak())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("mode", ["write", "read"])
def test_memory_does_not_depend_on_the_length(mode, threads):
    def peak(count: int) -> int:
        command = [sys.executable, "-c", PROGRAM, mode, str(count), str(threads)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert peak(20) < peak(5) + 8 * 1024  # KiB; 3 MB each are 15 and 60 MB


@cache
def twelve_stored_megabytes() -> bytes:
    return quasicryth.compress(random_bytes(12 << 20), 1, block_size=1 << 20)


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("way", ["decompress_blocks", "recover"])
def test_blocks_that_wait_count_for_the_limit(way, threads):
    """Bodies too: with threads, one after the other would be taken before any is decoded."""
    size = 1 << 20
    limit = 2 * size + 16 + READING_MEMORY  # a body is somewhat more than its content
    data = twelve_stored_megabytes()

    def run() -> int:
        if way == "recover":
            return quasicryth.recover(io.BytesIO(data), Sink(), memlimit=limit, threads=threads).recovered_size
        length = 0
        for content in decompress_blocks(io.BytesIO(data), Limits(memlimit=limit), threads):
            length += len(content)
            del content
        return length

    run()
    tracemalloc.start()
    assert run() == 12 * size
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= limit


class Sink(io.RawIOBase):
    def write(self, data):
        return len(data)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_what_is_recovered_is_limited_for_any_number_of_threads(threads):
    target = io.BytesIO()
    with pytest.raises(quasicryth.QczLimitError):
        quasicryth.recover(io.BytesIO(PACKED), target, max_length=len(TEXT) - 1, threads=threads)
    assert len(target.getvalue()) <= len(TEXT) - 1


def test_what_is_damaged_does_not_count():
    packed = bytearray(PACKED)
    packed[50] ^= 1
    for threads in (1, 4):
        target = io.BytesIO()
        assert quasicryth.recover(io.BytesIO(packed), target, max_length=70_000, threads=threads).recovered_size == 70_000


@pytest.mark.slow
def test_indexes_count_for_the_limit(monkeypatch):
    monkeypatch.setattr("quasicryth.frames.layout.READING_MEMORY", 0)  # else an index would have to be large to be too much
    tiny = quasicryth.compress(b"a" * 3000, 1, block_size=1)
    many = quasicryth.compress(b"") * 3000
    for data in (tiny, many):
        with quasicryth.open(io.BytesIO(data), memlimit=20_000) as file, pytest.raises(quasicryth.QczLimitError, match="index"):
            _ = file.content_size
    with pytest.raises(quasicryth.QczLimitError, match="index"):
        quasicryth.decompress(tiny, memlimit=5000)
    with pytest.raises(quasicryth.QczLimitError, match="index"):
        quasicryth.recover(io.BytesIO(tiny[:20] + b"?" + tiny[21:]), io.BytesIO(), memlimit=5000)
    assert quasicryth.decompress(many, memlimit=1000, progress=print) == b""


@pytest.mark.slow
def test_the_memory_of_indexes_is_as_much_as_they_count():
    for data, count in ((quasicryth.compress(b"a" * 4000, 1, block_size=1), 1), (quasicryth.compress(b"") * 1000, 1000)):
        tracemalloc.start()
        index = read_index(io.BytesIO(data))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        tails = sum(info.compressed_size for info in index.frames) if count > 1 else 22 + 2 * 4000
        assert peak < 10 * tails + 1200 * count + (64 << 10)


def test_an_index_that_exceeds_the_limit_is_not_read_for_the_sake_of_progress(monkeypatch):
    monkeypatch.setattr("quasicryth.frames.layout.READING_MEMORY", 0)
    packed = quasicryth.compress(bytes(range(200)), 1, block_size=1)
    for limits, total in (({}, 200), ({"memlimit": 3000}, None)):
        totals = set()
        assert quasicryth.decompress(packed, progress=lambda _, total, totals=totals: totals.add(total), **limits) == bytes(
            range(200)
        )
        assert totals == {total}


def test_a_frame_cannot_have_more_blocks_than_the_format_allows(monkeypatch):
    """The limits are brought within reach: those of the format are 2^32 blocks, and a tail of as many bytes."""
    from quasicryth.frames import layout, parser

    packed = quasicryth.compress(bytes(3), 1, block_size=1)
    monkeypatch.setattr(parser, "MAX_BLOCK_COUNT", 3)
    assert quasicryth.decompress(packed) == bytes(3)
    monkeypatch.setattr(parser, "MAX_BLOCK_COUNT", 2)
    with pytest.raises(quasicryth.QczLimitError, match="more blocks than the format allows"):
        quasicryth.decompress(packed)
    size = layout.MIN_TAIL_SIZE + 3 * 2
    monkeypatch.setattr(layout, "_MAX_TAIL_SIZE", size)
    assert quasicryth.compress(bytes(3), 1, block_size=1) == packed
    monkeypatch.setattr(layout, "_MAX_TAIL_SIZE", size - 1)
    with pytest.raises(quasicryth.QczLimitError, match="more blocks than its tail can list"):
        quasicryth.compress(bytes(3), 1, block_size=1)


def test_frames_of_nothing_count_for_the_limit_too():
    frames = quasicryth.compress(b"", 1) * 100
    assert len(read_index(io.BytesIO(frames), memlimit=150_000).frames) == 100
    with pytest.raises(quasicryth.QczLimitError, match="index"):
        read_index(io.BytesIO(frames), memlimit=100_000)


def test_a_description_has_limits():
    (frame,) = describe(io.BytesIO(PACKED), Limits(len(TEXT), 100 << 20))
    assert len(frame["blocks"]) == 4
    for limits in (Limits(max_length=len(TEXT) - 1), Limits(memlimit=60_000)):
        with pytest.raises(quasicryth.QczLimitError):
            describe(io.BytesIO(PACKED), limits)


def test_a_block_is_limited_before_its_body_is_read():
    """By the index too: of a block that is too large, nothing but its header is read."""

    class Watched(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            self.taken += len(piece)
            return piece

    for limits in ({"max_length": 59_999}, {"memlimit": READING_MEMORY + 31_000}):
        file = Watched(STORED)
        with quasicryth.open(file, **limits) as reader:
            assert reader.content_size == 60_000
            with pytest.raises(quasicryth.QczLimitError):
                reader.read_range(-10)
        assert file.taken < 10_000
