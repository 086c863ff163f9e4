"""Forks a process that is at a file, in every way that a child may leave it: the program that test_fork.py runs.

    python tests/files/fork.py SCENARIO [RUNS]

A scenario that hangs is ended by an alarm.
"""

from __future__ import annotations

import contextlib
import gc
import io
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import quasicryth

warnings.filterwarnings("ignore", category=DeprecationWarning)  # forks of a process that has threads

LINE = b"a line of words that is written before and after the fork\n"
BLOCK = 1000
OPTIONS = {"level": 1, "block_size": BLOCK}
LONGEST = 20  # seconds for one run


@contextlib.contextmanager
def new_folder() -> Iterator[Path]:
    """Give a folder that the process which made it removes, and no other."""
    process = os.getpid()
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        if os.getpid() == process:
            shutil.rmtree(folder)


def fork(child: Callable[[], object]) -> int:
    """Run *child* in a forked process, to the end of its interpreter, and return its exit status."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    signal.alarm(LONGEST)
    child()
    raise SystemExit(0)


def refuses(call: Callable[[], object], reason: str) -> None:
    try:
        call()
    except quasicryth.QczError as error:
        if reason in str(error):
            return
        raise
    raise AssertionError("a child made a call that is its parent's")


# ---- how a child leaves a file that its parent writes ----------------------------------------------------------------------


def drop(files: list[quasicryth.QczFile]) -> None:
    files.clear()
    gc.collect()


def close(files: list[quasicryth.QczFile]) -> None:
    files[0].close()
    files[0].close()
    assert files[0].closed


def discard(files: list[quasicryth.QczFile]) -> None:
    files[0].discard()


def leave_body(files: list[quasicryth.QczFile]) -> None:
    with files[0]:
        pass


def leave_body_by_exit(files: list[quasicryth.QczFile]) -> None:
    with files[0]:
        sys.exit()


def exit_with_it(_files: list[quasicryth.QczFile]) -> None:
    sys.exit()


def end_at_once(_files: list[quasicryth.QczFile]) -> None:
    os._exit(0)


def write_into_it(files: list[quasicryth.QczFile]) -> None:
    is_text = isinstance(files[0], quasicryth.QczTextFile)
    refuses(lambda: (files[0].buffer if is_text else files[0]).write(LINE), "only the process that opened")
    refuses(files[0].flush, "only the process that opened")
    files[0].close()


def fork_again(files: list[quasicryth.QczFile]) -> None:
    assert fork(lambda: close(files)) == 0


LEAVING = (drop, close, discard, leave_body, leave_body_by_exit, exit_with_it, end_at_once, write_into_it, fork_again)


def write_and_fork(path: Path, mode: str, threads: int, leave: Callable[[list[quasicryth.QczFile]], None]) -> None:
    before = path.read_bytes() if path.exists() else b""
    text = "t" in mode
    files = [quasicryth.open(path, mode, threads=threads, **OPTIONS)]
    piece = LINE.decode() if text else LINE
    for _ in range(70):
        files[0].write(piece)
    files[0].flush()
    for _ in range(3 * BLOCK // len(LINE)):  # not flushed, in part: a block with threads, and text in the buffer of a text file
        files[0].write(piece)
    kept = [*files]
    if leave in (drop, fork_again):
        kept.clear()
    status = fork(lambda: leave(files))
    assert status == 0, f"the child ended with {status}"
    if before and mode.startswith("a"):
        assert path.read_bytes().startswith(before)
    for _ in range(30):
        files[0].write(piece)
    files[0].close()
    with quasicryth.open(path) as file:
        content = file.read()
    old = LINE if before and mode.startswith("a") else b""
    assert content == old + LINE * (100 + 3 * BLOCK // len(LINE))
    assert os.listdir(path.parent) == [path.name]


def write(mode: str, threads: int, existing: bool) -> Callable[[], None]:
    def run() -> None:
        for leave in LEAVING:
            with new_folder() as folder:
                path = folder / "written.qcz"
                if existing:
                    path.write_bytes(quasicryth.compress(LINE, 1))
                write_and_fork(path, mode, threads, leave)

    return run


def _work_in_pool(number: int) -> int:
    gc.collect()
    return len(quasicryth.compress(LINE * number, 1, threads=2, block_size=BLOCK))


def pool() -> None:
    """A pool of forked processes, started while a file is written and another is read."""
    with new_folder() as folder:
        path, source = folder / "written.qcz", folder / "source.qcz"
        source.write_bytes(quasicryth.compress(LINE * 200, **OPTIONS))
        with quasicryth.open(path, "w", threads=2, **OPTIONS) as file, quasicryth.open(source, threads=2) as reader:
            file.write(LINE * 100)
            assert reader.read(1500) == (LINE * 200)[:1500]
            with multiprocessing.get_context("fork").Pool(2) as workers:
                assert workers.map(_work_in_pool, range(90, 94)) == [_work_in_pool(number) for number in range(90, 94)]
            file.write(LINE * 100)
            assert reader.read() == (LINE * 200)[1500:]
        assert quasicryth.decompress(path.read_bytes()) == LINE * 200


def two_appends() -> None:
    """The lock of a file that something is appended to goes with its end, not with that of a child that has the file still."""
    with new_folder() as folder:
        path = folder / "written.qcz"
        path.write_bytes(quasicryth.compress(LINE, 1))
        file = quasicryth.open(path, "a", **OPTIONS)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            signal.alarm(LONGEST)
            os.close(writer)
            os.read(reader, 1)  # until the parent is done
            os._exit(0)
        file.write(LINE)
        file.close()
        with quasicryth.open(path, "a", **OPTIONS) as file:
            file.write(LINE)
        os.close(writer)
        os.waitpid(child, 0)
        assert quasicryth.decompress(path.read_bytes()) == LINE * 3


# ---- reading and coding in both processes ----------------------------------------------------------------------------------


def read_in_both(threads: int) -> Callable[[], None]:
    def run() -> None:
        content = b"".join(b"line %d of a text that is read\n" % number for number in range(3000))
        with new_folder() as folder:
            path = folder / "read.qcz"
            path.write_bytes(quasicryth.compress(content, **OPTIONS))
            with quasicryth.open(path, threads=threads) as file:
                assert file.read(2500) == content[:2500]

                def child() -> None:
                    assert file.read(20_000) == content[2500:22_500]
                    assert file.read_range(10, 3000) == content[10:3000]
                    file.seek(-50, io.SEEK_END)
                    assert file.read() == content[-50:]

                process = os.fork()
                if process == 0:
                    signal.alarm(LONGEST)
                    child()
                    sys.exit(0)
                assert file.read() == content[2500:]
                assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0

    return run


def code_in_both() -> None:
    """Objects that have blocks in threads when the process is forked: each process gets the same of its own."""
    content = b"".join(b"line %d of a text that is coded\n" % number for number in range(3000))
    packed = quasicryth.compress(content, **OPTIONS)
    compressor = quasicryth.Compressor(threads=3, **OPTIONS)
    decompressor = quasicryth.Decompressor(threads=3)
    first = compressor.compress(content[:20_000])
    begin = decompressor.decompress(packed[:10_000], 1500)

    def finish() -> None:
        assert first + compressor.compress(content[20_000:]) + compressor.flush() == packed
        rest = begin
        rest += decompressor.decompress(packed[10_000:])
        assert rest == content

    assert fork(finish) == 0
    finish()


class Slow(io.BytesIO):
    """A file that takes its time."""

    def read(self, size: int | None = -1) -> bytes:
        time.sleep(0.05)
        return super().read(size)

    def write(self, data: bytes) -> int:
        time.sleep(0.2)
        return super().write(data)


def fork_while_another_thread_is_in_a_call(mode: str) -> Callable[[], None]:
    def run() -> None:
        packed = quasicryth.compress(LINE * 100, **OPTIONS)
        file = quasicryth.open(Slow(packed if mode == "r" else b""), mode, **({} if mode == "r" else OPTIONS))
        thread = threading.Thread(target=file.read if mode == "r" else lambda: file.write(LINE * 40))
        thread.start()
        time.sleep(0.02)

        def child() -> None:
            if mode == "r":
                refuses(file.read, "forked while another thread")
            else:
                refuses(lambda: file.write(LINE), "forked while another thread")
            file.close()

        assert fork(child) == 0
        thread.join()
        file.close()

    return run


def fork_in_a_callback() -> None:
    """The child is in the middle of the call, and the one that ends it."""
    ends = []

    def told(_done: int, _total: int | None) -> None:
        if not ends:
            ends.append(fork(lambda: sys.exit(0)))

    with new_folder() as folder:
        path = folder / "written.qcz"
        with quasicryth.open(path, "w", progress=told, **OPTIONS) as file:
            file.write(LINE * 100)
        assert ends == [0]
        assert quasicryth.decompress(path.read_bytes()) == LINE * 100


SCENARIOS: dict[str, Callable[[], None]] = {
    "write": write("w", 1, False),
    "write with threads": write("w", 3, False),
    "write text": write("wt", 1, False),
    "write exclusively": write("x", 1, False),
    "write over": write("w", 1, True),
    "append": write("a", 1, True),
    "append with threads": write("a", 3, True),
    "append text": write("at", 1, True),
    "append to nothing": write("a", 1, False),
    "two appends": two_appends,
    "pool": pool,
    "read": read_in_both(1),
    "read with threads": read_in_both(3),
    "code with threads": code_in_both,
    "while another thread reads": fork_while_another_thread_is_in_a_call("r"),
    "while another thread writes": fork_while_another_thread_is_in_a_call("w"),
    "in a callback": fork_in_a_callback,
}


def main() -> None:
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for _ in range(runs):
        signal.alarm(2 * LONGEST)
        SCENARIOS[sys.argv[1]]()
    signal.alarm(0)


if __name__ == "__main__":
    main()
