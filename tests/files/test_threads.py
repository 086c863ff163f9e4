"""Threads: the same bytes, bounded memory, and an end when one is asked for."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace

import pytest
from paths import run_command
from samples import synthetic_text

import quasicryth
import quasicryth.frames.decoder
import quasicryth.frames.encoder
from quasicryth.base.threads import OrderedWork, count_threads
from quasicryth.frames import decoder, encoder

TEXT = synthetic_text(100_000)


@pytest.mark.parametrize("level", [1, 4])
@pytest.mark.parametrize("threads", [0, 2, 3, 8])
def test_the_same_bytes_for_any_number(level, threads):
    packed = quasicryth.compress(TEXT, level, block_size=9000)
    assert quasicryth.compress(TEXT, level, block_size=9000, threads=threads) == packed
    assert quasicryth.decompress(packed, threads=threads) == TEXT
    target = io.BytesIO()
    with quasicryth.open(target, "wb", level=level, block_size=9000, threads=threads) as file:
        file.write(TEXT)
    assert target.getvalue() == packed
    with quasicryth.open(io.BytesIO(packed), threads=threads) as file:
        assert file.read() == TEXT


@pytest.mark.slow
def test_the_command_gives_the_same_bytes():
    packed = run_command("compress", "-1", "--block-size", "9000", stdin=TEXT).stdout
    assert run_command("compress", "-1", "--block-size", "9000", "-T3", stdin=TEXT).stdout == packed
    assert run_command("decompress", "--threads", "0", stdin=packed).stdout == TEXT


def test_zero_is_all_cores():
    assert count_threads(0) >= 1
    assert count_threads(5) == 5
    for value, error in ((-1, ValueError), (1.0, TypeError), ("2", TypeError), (True, TypeError), (None, TypeError)):
        with pytest.raises(error):
            count_threads(value)
        with pytest.raises(error):
            quasicryth.compress(b"", threads=value)
        with pytest.raises(error):
            quasicryth.decompress(b"", threads=value)


def test_results_come_in_order_and_few_wait():
    running: list[int] = []
    most = 0
    lock = threading.Lock()

    def call(number: int) -> int:
        nonlocal most
        with lock:
            running.append(number)
            most = max(most, len(running))
        time.sleep(0.002 * (number % 3))
        with lock:
            running.remove(number)
        return number

    work: OrderedWork[int] = OrderedWork(3)
    results = []
    for number in range(50):
        while work.full:
            results.append(work.pop())
        work.put(lambda number=number: call(number))
        assert len(work) <= 5
    while work:
        results.append(work.pop())
    work.close()
    assert results == list(range(50))
    assert most <= 3


def test_blocks_that_do_not_fit_into_the_limit_together_wait_for_each_other():
    lock = threading.Lock()
    taken = 0
    peak = 0

    def call(memory: int) -> int:
        nonlocal taken, peak
        with lock:
            taken += memory
            peak = max(peak, taken)
        time.sleep(0.003)
        with lock:
            taken -= memory
        return memory

    work: OrderedWork[int] = OrderedWork(4, memlimit=100)
    for memory in (60, 50, 30, 10, 100, 40, 40):
        while work.full:
            work.pop()
        work.put(lambda memory=memory: call(memory), memory)
    while work:
        work.pop()
    work.close()
    assert peak <= 100


def test_there_is_room_for_what_fits_beside_what_waits():
    work: OrderedWork[int] = OrderedWork(2, memlimit=100)
    assert work.has_room_for(1000)  # alone it may be tried
    work.put(lambda: 1, 60)
    assert work.has_room_for(40)
    assert not work.has_room_for(41)
    for _ in range(3):
        work.put(lambda: 1)
    assert work.full
    assert not work.has_room_for(0)
    work.close()


def test_what_nobody_will_take_is_not_begun():
    begun: list[int] = []
    going = threading.Event()

    def call(number: int) -> None:
        begun.append(number)
        going.wait(20)

    before = set(threading.enumerate())
    work: OrderedWork[None] = OrderedWork(2)
    for number in range(4):
        work.put(lambda number=number: call(number))
    while len(begun) < 2:
        time.sleep(0.001)
    work.close()
    going.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
    assert sorted(begun) == [0, 1]


def test_a_memory_limit_for_one_block_is_enough_for_all():
    packed = quasicryth.compress(TEXT, 4, block_size=20_000)
    from quasicryth.frames.info import describe

    (frame,) = describe(io.BytesIO(packed))
    need = max(block["decoder_memory_bytes"] for block in frame["blocks"])
    assert quasicryth.decompress(packed, memlimit=need, threads=4) == TEXT
    with pytest.raises(quasicryth.QczLimitError):
        quasicryth.decompress(packed, memlimit=need - 1, threads=4)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_is_before_an_error_comes_first(threads):
    packed = bytearray(quasicryth.compress(TEXT, 1, block_size=10_000))
    packed[-2000] ^= 1
    with quasicryth.open(io.BytesIO(packed), threads=threads) as file:
        assert file.read(70_000) == TEXT[:70_000]
        with pytest.raises(quasicryth.QczCorruptError):
            file.read()


@pytest.mark.parametrize("threads", [1, 2])
def test_no_thread_is_left(threads):
    before = threading.active_count()
    packed = quasicryth.compress(TEXT, 1, block_size=1000, threads=threads)
    quasicryth.decompress(packed, threads=threads)
    for damaged in (packed[:-1], packed[:5000] + bytes([packed[5000] ^ 1]) + packed[5001:]):
        with pytest.raises(quasicryth.QczError):
            quasicryth.decompress(damaged, threads=threads)
    with pytest.raises(ZeroDivisionError), quasicryth.open(io.BytesIO(), "w", level=1, block_size=1000, threads=threads) as file:
        file.write(TEXT)
        raise ZeroDivisionError
    with quasicryth.open(io.BytesIO(packed), threads=threads) as file:
        file.read(10)
    deadline = time.monotonic() + 20
    while threading.active_count() > before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_given_up_has_no_threads_though_it_is_still_there():
    before = threading.active_count()
    packed = quasicryth.compress(TEXT, 1, block_size=1000)
    file = quasicryth.open(io.BytesIO(), "w", level=1, block_size=1000, threads=2)
    file.write(TEXT)
    file.discard()
    compressor = quasicryth.Compressor(1, block_size=1000, threads=2)
    compressor.compress(TEXT)
    compressor.close()
    with quasicryth.open(io.BytesIO(packed), threads=2) as reader:
        reader.read(10)
        reader.seek(len(TEXT) - 1)  # what follows the first bytes is not decoded any more
        left = threading.active_count()
    decompressor = quasicryth.Decompressor(threads=2)
    with pytest.raises(quasicryth.QczCorruptError):
        decompressor.decompress(packed[:5000] + b"damage" + packed[5006:])
    deadline = time.monotonic() + 20
    while threading.active_count() > before:
        assert time.monotonic() < deadline, (file, compressor, reader, decompressor, left)
        time.sleep(0.01)


def leave_compress(packed: bytes, reached: Callable[[], object]) -> None:
    del packed
    quasicryth.compress(TEXT, 1, block_size=1000, threads=2, progress=lambda *_: reached())


def leave_decompress(packed: bytes, reached: Callable[[], object]) -> None:
    quasicryth.decompress(packed, threads=2, progress=lambda *_: reached())


def leave_recover(packed: bytes, reached: Callable[[], object]) -> None:
    quasicryth.recover(io.BytesIO(packed), SimpleNamespace(write=lambda _: reached()), threads=2)


async def give(data: bytes) -> AsyncIterator[bytes]:
    yield data
    await asyncio.sleep(20)


def leave_stream(pieces: AsyncIterator[bytes], reached: Callable[[], object]) -> None:
    async def run() -> None:
        async for _ in pieces:
            try:
                reached()
            finally:
                await pieces.aclose()

    asyncio.run(run())


WAYS_TO_LEAVE = {
    "compress": leave_compress,
    "decompress": leave_decompress,
    "recover": leave_recover,
    "compress_stream": lambda _, reached: leave_stream(
        quasicryth.compress_stream(give(TEXT[:4000]), 1, block_size=1000, threads=2), reached
    ),
    "decompress_stream": lambda packed, reached: leave_stream(quasicryth.decompress_stream(give(packed), threads=2), reached),
}


@pytest.mark.parametrize("way", WAYS_TO_LEAVE)
def test_blocks_that_wait_are_not_begun_when_work_is_left(monkeypatch, way):
    packed = quasicryth.compress(TEXT, 1, block_size=1000)
    begun: list[int] = []
    going = threading.Event()
    module, name = (encoder, "encode_block") if way.startswith("compress") else (decoder, "decode_block")
    work = getattr(module, name)

    def slow(*arguments):
        begun.append(len(begun))
        if len(begun) > 1:
            going.wait(20)
        return work(*arguments)

    def reached() -> None:
        while len(begun) < 3:  # one is done, and two threads are at the next
            time.sleep(0.001)
        raise ZeroDivisionError

    monkeypatch.setattr(module, name, slow)
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError):
        WAYS_TO_LEAVE[way](packed, reached)
    going.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
    assert len(begun) == 3


@pytest.mark.slow
def test_other_threads_go_on_meanwhile():
    """The engines let go of the interpreter: a thread that counts goes on counting while a block is compressed."""
    stop = threading.Event()
    turns = 0

    def count() -> None:
        nonlocal turns
        while not stop.is_set():
            turns += 1
            time.sleep(0.001)

    data = synthetic_text(3_000_000)
    thread = threading.Thread(target=count)
    thread.start()
    start = time.monotonic()
    quasicryth.compress(data, 6)
    seconds = time.monotonic() - start
    stop.set()
    thread.join()
    assert turns > 20 * seconds  # of up to 1,000 a second


PROGRAM = """
import sys, quasicryth
data = b"words of a text that is compressed for a while " * 20_000
def told(done, total):
    print(done, flush=True)
{call}
"""
CALLS = {
    "compress": "quasicryth.compress(data * 500, 4, block_size=200_000, threads={threads}, progress=told)",
    "write": "f = quasicryth.open(sys.argv[1], 'w', level=4, block_size=200_000, threads={threads}, progress=told)\n"
    "with f:\n for _ in range(500): f.write(data)",
}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", CALLS)
def test_an_interrupt_stops_between_blocks(name, threads, tmp_path):
    program = PROGRAM.format(call=CALLS[name].format(threads=threads))
    command = [sys.executable, "-c", program, str(tmp_path / "new.qcz")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in errors
    assert process.returncode == -signal.SIGINT
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
@pytest.mark.parametrize("threads", ["1", "2"])
def test_an_interrupted_command_leaves_nothing(threads, tmp_path):
    (tmp_path / "text").write_bytes(b"words of a text that is compressed for a while " * 2_000_000)
    command = [sys.executable, "-m", "quasicryth", "compress", "-4", "--block-size", "100k", "-T", threads, "text"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        deadline = time.monotonic() + 20
        while not any(path.name.endswith(".part") for path in tmp_path.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.strip()) == (-signal.SIGINT, "")
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupted_decompressor_says_so_afterwards(monkeypatch, threads):
    packed = quasicryth.compress(TEXT, 1, block_size=10_000)

    def interrupt(*_arguments):
        raise KeyboardInterrupt

    decompressor = quasicryth.Decompressor(threads=threads)
    file = quasicryth.open(io.BytesIO(packed), threads=threads)
    with monkeypatch.context() as patch:
        patch.setattr(quasicryth.frames.decoder, "decode_block", interrupt)
        with pytest.raises(KeyboardInterrupt):
            decompressor.decompress(packed)
        with pytest.raises(KeyboardInterrupt):
            file.read()
    with pytest.raises(quasicryth.QczError, match="interrupted"):
        decompressor.decompress(b"")
    with pytest.raises(quasicryth.QczError, match="interrupted"):
        file.read()
    file.seek(0)
    assert file.read() == TEXT
    file.close()


# ---- progress callbacks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("call", ["compress", "flush", "close"])
def test_a_callback_cannot_use_its_compressor(call, threads):
    """It would wait for itself for ever, or put blocks before the one that is told of."""
    arguments = (b"more",) if call == "compress" else ()
    compressor = quasicryth.Compressor(
        1, block_size=1000, threads=threads, progress=lambda *_: getattr(compressor, call)(*arguments)
    )
    with pytest.raises(RuntimeError, match="progress callback"):
        compressor.compress(TEXT)
    with pytest.raises(quasicryth.QczError, match="earlier call failed"):
        compressor.compress(TEXT)


@pytest.mark.parametrize("call", ["write", "flush", "tell", "close", "discard"])
def test_a_callback_cannot_use_the_file_that_is_written(call, tmp_path):
    arguments = (b"more",) if call == "write" else ()
    path = tmp_path / "new.qcz"
    file = quasicryth.open(path, "w", level=1, block_size=1000, progress=lambda *_: getattr(file, call)(*arguments))
    with pytest.raises(RuntimeError, match="progress callback"), file:
        file.write(TEXT)
    assert file.closed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["read", "tell", "close", "readline", "seekable"])
def test_a_callback_cannot_use_the_file_that_is_read(call):
    packed = quasicryth.compress(TEXT, 1, block_size=1000)
    use = True

    def callback(*_numbers: object) -> None:
        if use:
            getattr(file, call)()

    with quasicryth.open(io.BytesIO(packed), progress=callback) as file:
        with pytest.raises(RuntimeError, match="progress callback"):
            file.read()
        use = False
        file.seek(0)
        assert file.read() == TEXT


def test_a_callback_that_is_told_in_one_thread_does_not_hinder_another():
    told = threading.Event()
    go_on = threading.Event()

    def callback(*_numbers: object) -> None:
        told.set()
        assert go_on.wait(20)

    compressor = quasicryth.Compressor(1, block_size=len(TEXT), progress=callback)
    pieces: list[bytes] = []
    threads = [threading.Thread(target=lambda: pieces.append(compressor.compress(TEXT))) for _ in range(2)]
    threads[0].start()
    assert told.wait(20)
    threads[1].start()  # waits for the first
    go_on.set()
    for thread in threads:
        thread.join()
    assert quasicryth.decompress(b"".join(pieces) + compressor.flush()) == TEXT * 2


def test_a_compressor_is_closed_between_calls():
    """Closing waits for the call that runs; what that returns is whole blocks."""
    told = threading.Event()
    compressor = quasicryth.Compressor(1, block_size=1000, threads=2, progress=lambda *_: told.set())
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while True:
                compressor.compress(TEXT)
        except quasicryth.QczError:
            pass
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert told.wait(20)
    compressor.close()
    thread.join()
    assert not failures


def test_one_checksum_in_many_threads():
    from quasicryth.base._checksum import Xxh64, xxh64

    checksum = Xxh64()
    piece = b"a" * 1_000_003
    threads = [threading.Thread(target=lambda: [checksum.update(piece) for _ in range(20)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert checksum.digest() == xxh64(piece * 80)


@pytest.mark.parametrize("change", ["other words", ""])
def test_data_that_changes_meanwhile_spoils_no_frame(change):
    """An engine that lets other threads run works on memory that nobody else has."""
    data = bytearray(TEXT * 3)
    packed = quasicryth.compress(
        data, 4, block_size=50_000, threads=3, progress=lambda *_: data.__setitem__(slice(0, 150_000), b"?" * 150_000)
    )
    assert len(quasicryth.decompress(packed)) == len(data)
