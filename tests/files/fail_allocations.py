"""Makes every allocation fail, one at a time, in what the package does: the program that test_memory_errors.py runs.

    LD_PRELOAD=failing_allocations.so python tests/files/fail_allocations.py engine
    python tests/files/fail_allocations.py python

With `engine`, those of the compiled modules (see failing_allocations.c); with `python`, those of Python's objects, by CPython's own
means for its own tests. What fails has to be a MemoryError, and the same call, or the same object, has to do what it did before.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

from samples import english

import quasicryth

TEXT = english()[:12_000]
_PYTHON_ALLOCATIONS = 400  # more than any of these calls needs before an engine begins
_THREADED = "blocks"
# CPython cannot start threads without memory, nor say so; and its part in -9 is the same as in -4, which is faster.
_NOT_OF_PYTHON = (_THREADED, "-9")
OPTIONS: dict[str, dict[str, Any]] = {
    "-1": {"level": 1},
    "-3": {"level": 3},
    "-4": {"level": 4},
    "-9": {"level": 9},
    "paper": {"engine": "paper"},
    _THREADED: {"level": 1, "block_size": 4000, "threads": 2},
}


def _by_objects(options: dict[str, Any]) -> bytes:
    compressor = quasicryth.Compressor(**options)
    data = compressor.compress(TEXT[:1500]) + compressor.compress(TEXT[1500:]) + compressor.flush()
    return quasicryth.Decompressor().decompress(data)


def _by_file(data: bytes) -> bytes:
    with quasicryth.open(io.BytesIO(data)) as file:
        return file.read()


def _calls() -> dict[str, Callable[[], object]]:
    calls: dict[str, Callable[[], object]] = {}
    for name, options in OPTIONS.items():
        packed = quasicryth.compress(TEXT, **options)
        calls[f"compress {name}"] = lambda options=options: quasicryth.compress(TEXT, **options)
        threads = options.get("threads", 1)
        calls[f"decompress {name}"] = lambda packed=packed, threads=threads: quasicryth.decompress(packed, threads=threads)
        calls[f"file {name}"] = lambda packed=packed: _by_file(packed)
    calls["objects"] = lambda: _by_objects({"level": 3})
    calls["recover"] = lambda packed=packed: quasicryth.recover(io.BytesIO(packed), io.BytesIO())
    return calls


class _Engine:
    """Allocations of the compiled modules."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)

    @contextlib.contextmanager
    def failing(self, number: int) -> Iterator[None]:
        self._library.fail_allocation(ctypes.c_long(number))
        try:
            yield
        finally:
            self.more = self._library.count_allocations() > number


class _Python:
    """Allocations of Python's objects."""

    def __init__(self) -> None:
        import _testcapi

        self._hooks = _testcapi

    @contextlib.contextmanager
    def failing(self, number: int) -> Iterator[None]:
        self._hooks.set_nomemory(number + 1, number + 2)
        try:
            yield
        finally:
            self._hooks.remove_mem_hooks()
            self.more = number < _PYTHON_ALLOCATIONS


def _fail_each(name: str, call: Callable[[], object], allocations: _Engine | _Python) -> None:
    expected = call()
    number = failed = 0
    while True:
        try:
            with allocations.failing(number):
                result = call()
        except (MemoryError, RuntimeError) as error:
            if not isinstance(error, MemoryError) and not str(error).startswith("can't allocate"):  # locks of CPython
                raise
            failed += 1
        else:
            assert result == expected, f"{name}: another result without allocation {number}"
        if not allocations.more:
            break
        number += 1
    assert failed, f"{name}: no allocation failed"
    assert call() == expected, f"{name}: another result afterwards"
    print(f"{name}: {number} allocations, {failed} of them needed", flush=True)


def run(kind: str) -> None:
    """Let each allocation fail in each call."""
    allocations = _Engine() if kind == "engine" else _Python()
    for name, call in _calls().items():
        if kind == "engine" or not name.endswith(_NOT_OF_PYTHON):
            _fail_each(name, call, allocations)


if __name__ == "__main__":
    run(sys.argv[1])
