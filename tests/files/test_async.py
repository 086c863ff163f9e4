"""Files and streams for asyncio."""

from __future__ import annotations

import asyncio
import copy
import io
import threading
import time

import pytest
from samples import synthetic_text

import quasicryth
import quasicryth.frames.encoder
from quasicryth.files.asynchronous import AsyncQczFile

TEXT = synthetic_text(20_000)
PACKED = quasicryth.compress(TEXT, 1, block_size=3000)


async def cut(data: bytes, size: int):
    for start in range(0, len(data), size):
        await asyncio.sleep(0)
        yield data[start : start + size]


async def gather(pieces) -> bytes:
    return b"".join([piece async for piece in pieces])


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("size", [1, 100, 5000, 1 << 20])
def test_streams_are_those_of_the_one_shot_functions(size, threads):
    packed = asyncio.run(gather(quasicryth.compress_stream(cut(TEXT, size), 1, block_size=3000, threads=threads)))
    assert packed == PACKED
    assert asyncio.run(gather(quasicryth.decompress_stream(cut(PACKED * 2, size), threads=threads))) == TEXT * 2


def test_a_stream_gives_a_block_at_a_time():
    async def sizes() -> list[int]:
        return [len(piece) async for piece in quasicryth.decompress_stream(cut(PACKED, 1 << 20))]

    assert asyncio.run(sizes()) == [3000] * 6 + [2000]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (PACKED[:-1], quasicryth.QczTruncatedError),
        (b"", quasicryth.QczTruncatedError),
        (PACKED + b"junk", quasicryth.QczFormatError),
    ],
)
def test_streams_raise_as_decompress_does(data, error):
    with pytest.raises(error):
        asyncio.run(gather(quasicryth.decompress_stream(cut(data, 100))))
    with pytest.raises(quasicryth.QczLimitError):
        asyncio.run(gather(quasicryth.decompress_stream(cut(PACKED, 100), max_length=10_000)))
    with pytest.raises(quasicryth.QczLimitError):
        asyncio.run(gather(quasicryth.decompress_stream(cut(PACKED, 100), memlimit=100)))


def test_a_source_that_raises_leaves_no_whole_frame():
    async def failing():
        yield TEXT
        raise ZeroDivisionError

    async def run() -> bytes:
        got = b""
        try:
            async for piece in quasicryth.compress_stream(failing(), 1, block_size=3000):
                got += piece
        except ZeroDivisionError:
            return got
        raise AssertionError

    with pytest.raises(quasicryth.QczTruncatedError):
        quasicryth.decompress(asyncio.run(run()))


def test_files(tmp_path):
    path = tmp_path / "new.qcz"

    async def run() -> None:
        async with await quasicryth.open_async(path, "wb", level=1, block_size=3000, threads=2) as file:
            assert await file.write(TEXT[:10_000]) == 10_000
            assert await file.write(TEXT[10_000:]) == 10_000
            assert await file.tell() == 20_000
        assert path.read_bytes() == PACKED
        async with await quasicryth.open_async(path) as file:
            assert await file.read(100) == TEXT[:100]
            assert await file.seek(15_000) == 15_000
            assert await file.readline() == io.BytesIO(TEXT[15_000:]).readline()
            assert await file.read_range(-10) == TEXT[-10:]
            await file.seek(0)
            buffer = bytearray(50)
            assert await file.readinto(buffer) == 50
            assert len(await file.read1()) > 0
            await file.seek(0)
            assert [line async for line in file] == io.BytesIO(TEXT).readlines()
            assert await file.read() == b""
            assert not file.closed
        assert file.closed
        with pytest.raises(ValueError, match="closed"):
            await file.read()

    asyncio.run(run())


def test_a_body_that_raises_leaves_nothing(tmp_path):
    async def run() -> None:
        async with await quasicryth.open_async(tmp_path / "new.qcz", "wb", level=1) as file:
            await file.write(TEXT)
            await file.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run())
    assert list(tmp_path.iterdir()) == []


def test_calls_at_once_wait_for_each_other():
    async def run() -> None:
        file = await quasicryth.open_async(io.BytesIO(PACKED))
        pieces = await asyncio.gather(*[file.read(1000) for _ in range(20)])
        assert sorted(pieces) == sorted(TEXT[start : start + 1000] for start in range(0, 20_000, 1000))
        await file.close()

    asyncio.run(run())


@pytest.mark.slow
def test_the_event_loop_goes_on_meanwhile():
    async def run() -> tuple[int, float]:
        turns = 0
        start = time.monotonic()
        task = asyncio.ensure_future(gather(quasicryth.compress_stream(cut(synthetic_text(2_000_000), 1 << 22), 6)))
        while not task.done():
            turns += 1
            await asyncio.sleep(0.001)
        assert quasicryth.decompress(task.result()) == synthetic_text(2_000_000)
        return turns, time.monotonic() - start

    turns, seconds = asyncio.run(run())
    assert turns > 20 * seconds


def test_a_cancelled_write_has_ended_and_leaves_nothing(tmp_path, monkeypatch):
    running = threading.Event()
    ended = threading.Event()
    encode = quasicryth.frames.encoder.encode_block

    def slow(content, *arguments):
        running.set()
        time.sleep(0.2)
        ended.set()
        return encode(content, *arguments)

    monkeypatch.setattr(quasicryth.frames.encoder, "encode_block", slow)

    async def write() -> None:
        async with await quasicryth.open_async(tmp_path / "new.qcz", "wb", level=1, block_size=20_000) as file:
            await file.write(TEXT)

    async def run() -> None:
        task = asyncio.ensure_future(write())
        while not running.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    asyncio.run(run())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("times", [1, 3])
def test_a_call_that_is_cancelled_again_and_again_is_waited_for(monkeypatch, times):
    running = threading.Event()
    ended = threading.Event()

    def slow(content, *_):
        running.set()
        time.sleep(0.1)
        ended.set()
        raise MemoryError

    monkeypatch.setattr(quasicryth.frames.encoder, "encode_block", slow)

    async def run() -> None:
        file = await quasicryth.open_async(io.BytesIO(), "wb", level=1, block_size=20_000)
        task = asyncio.ensure_future(file.write(TEXT))
        while not running.is_set():
            await asyncio.sleep(0.01)
        for _ in range(times):
            task.cancel()
            await asyncio.sleep(0.01)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()
        await file.discard()

    asyncio.run(run())


def test_calls_are_made_in_order_though_one_takes_longer():
    class Slow(quasicryth.QczFile):
        def write(self, data, /):
            time.sleep(0.05 if data == b"first " else 0)
            return super().write(data)

    async def run() -> None:
        target = io.BytesIO()
        async with AsyncQczFile(Slow(target, "w")) as file:
            await asyncio.gather(file.write(b"first "), file.write(b"second"))
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                copy.copy(file)
        assert quasicryth.decompress(target.getvalue()) == b"first second"

    asyncio.run(run())


def test_a_file_that_was_damaged_says_so_again_and_gives_what_is_whole(tmp_path):
    damaged = bytearray(PACKED)
    damaged[len(PACKED) // 2] ^= 1
    (tmp_path / "damaged.qcz").write_bytes(damaged)

    async def read() -> None:
        async with await quasicryth.open_async(tmp_path / "damaged.qcz") as file:
            for _ in range(2):
                with pytest.raises(quasicryth.QczCorruptError):
                    await file.read()
            await file.seek(0)
            assert await file.read(3000) == TEXT[:3000]

    asyncio.run(read())


def test_a_stream_that_raised_has_ended():
    async def use() -> None:
        pieces = quasicryth.decompress_stream(cut(PACKED[:-1], 100))
        with pytest.raises(quasicryth.QczTruncatedError):
            await gather(pieces)
        assert [piece async for piece in pieces] == []
        assert await gather(quasicryth.decompress_stream(cut(PACKED, 100))) == TEXT

    asyncio.run(use())
