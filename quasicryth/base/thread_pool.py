"""Threads that make calls, and that an interrupt cannot bring to a halt.

`concurrent.futures` holds locks of Python's own in the thread that puts calls in; a KeyboardInterrupt there leaves them taken, and
then the threads, and the end of the process, wait for ever. Here that thread waits for locks of the interpreter only.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class Call(Generic[Result]):
    """A call of *function*, made once or not at all."""

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function: Callable[[], Result] | None = function
        self._claim = Lock()  # is taken by who makes the call, or takes it back
        self._end = Lock()  # is let go of at the end of the call
        self._end.acquire()
        self._has_ended = False
        self._results: list[Result] = []
        self._error: BaseException | None = None

    def make(self) -> None:
        """Make the call, unless it was taken back."""
        if self._function is None or not self._claim.acquire(blocking=False):
            return
        try:
            self._results.append(self._function())
        except BaseException as error:
            self._error = error
        self._function = None  # with all that it holds
        self._has_ended = True
        self._end.release()

    def take_back(self) -> bool:
        """Have the call not be made, and return whether that is so: it may have begun."""
        return self._claim.acquire(blocking=False)

    @property
    def has_ended(self) -> bool:
        """Whether it was made."""
        return self._has_ended

    def wait(self) -> None:
        """Wait for the end of the call."""
        while not self._has_ended:
            self._end.acquire()
            self._end.release()

    def take_result(self) -> Result:
        """Wait for the end of the call, and return its result or raise what it raised; it can be taken once."""
        self.wait()
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # which holds, by its traceback, this object
        return self._results.pop()


def _make_calls(calls: SimpleQueue[Call[Any] | None]) -> None:
    """Make *calls* as they come, until None does."""
    while (call := calls.get()) is not None:
        call.make()
        del call  # its result is not kept until the next one comes


class ThreadPool:
    """Up to *count* threads, which make calls in the order in which they were put in; they end when it is closed or dropped."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._started = 0
        self._calls: SimpleQueue[Call[Any] | None] = SimpleQueue()

    def put(self, call: Call[Any]) -> None:
        """Have *call* be made."""
        self._calls.put(call)
        if self._started < self._count:
            self._started += 1
            # The end of the process does not wait for blocks that nobody will read.
            Thread(target=_make_calls, args=(self._calls,), name=f"quasicryth-{self._started}", daemon=True).start()

    def close(self) -> None:
        """Have the threads end after the calls that were put in and not taken back."""
        while self._started:
            self._started -= 1
            self._calls.put(None)

    def __del__(self) -> None:
        self.close()
