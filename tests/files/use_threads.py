"""Everything that works in threads, for the thread sanitizer to watch: the program that test_sanitizers.py runs.

    python tests/files/use_threads.py [race]

With `race` it reads and writes the same memory at once, so that it is known that races are seen.
"""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable

from samples import english

import quasicryth
from quasicryth.base._checksum import Xxh64, xxh64

TEXT = english()[:24_000]
OPTIONS = ({"level": 1}, {"level": 3}, {"level": 4}, {"level": 7}, {"engine": "paper"})


def at_once(*calls: Callable[[], object]) -> None:
    """Make all *calls* at the same time, and raise what one of them raised."""
    failures: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def round_trip(options: dict[str, object]) -> None:
    packed = quasicryth.compress(TEXT, threads=3, block_size=4000, **options)
    assert quasicryth.decompress(packed, threads=3) == TEXT
    with quasicryth.open(io.BytesIO(packed), threads=2) as file:
        file.seek(-5000, io.SEEK_END)
        assert file.read() == TEXT[-5000:]


def share_objects() -> None:
    """One object of each kind, used by several threads."""
    compressor = quasicryth.Compressor(1, block_size=3000)
    at_once(*[lambda: compressor.compress(TEXT[:2000])] * 4)
    checksum = Xxh64()
    at_once(*[lambda: checksum.update(TEXT)] * 4)
    assert checksum.digest() == xxh64(TEXT * 4)
    packed = quasicryth.compress(TEXT, 3, block_size=4000)
    with quasicryth.open(io.BytesIO(packed)) as file:
        at_once(*[lambda: file.read(1000)] * 4)
    at_once(*[lambda: quasicryth.recover(io.BytesIO(packed[:-30]), io.BytesIO())] * 2)


def race() -> None:
    """Write into memory while a checksum of it is made: the caller's fault, and undefined.

    The first race that is seen ends the program, so the many rounds, which a busy machine may need, take no time.
    """
    memory = bytearray(1 << 16)
    both = threading.Barrier(2)

    def read() -> None:
        both.wait()
        for _ in range(2000):
            xxh64(memory)

    def write() -> None:
        both.wait()
        for number in range(2000):
            memory[:] = bytes([number % 256]) * len(memory)

    at_once(read, write)


if __name__ == "__main__":
    if sys.argv[1:] == ["race"]:
        race()
    else:
        at_once(*[lambda options=options: round_trip(options) for options in OPTIONS])
        share_objects()
