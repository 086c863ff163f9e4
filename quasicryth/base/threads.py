"""Blocks worked on in several threads, with the results in order. The engines let go of the interpreter while they work."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .forks import this_process
from .thread_pool import Call, ThreadPool

Result = TypeVar("Result")

# How many calls may wait while others run. With one, two threads decode text at levels 1 to 3 only 1.7 times as fast as one.
_WAITING = 2


def count_threads(threads: int) -> int:
    """Return how many threads *threads* stands for: 0 is as many as there are cores for this process.

    Raises TypeError for what is no int, and ValueError for a negative number.
    """
    if not isinstance(threads, int) or isinstance(threads, bool):
        raise TypeError(f"threads must be an int, not {type(threads).__name__}")
    if threads < 0:
        raise ValueError(f"threads {threads} is negative; 0 stands for all cores")
    if threads > 0:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class _Work(Generic[Result]):
    function: Callable[[], Result]
    memory: int
    call: Call[Result] | None = None  # once a thread is to make it


class UnfinishedCalls:
    """Calls that still run in threads of this process, though nobody wants their results any more."""

    def __init__(self) -> None:
        self._calls: list[Call[Any]] = []
        self._process = this_process()

    def add(self, call: Call[Any]) -> None:
        """Add a call, unless it has ended."""
        if not call.has_ended:
            self._calls.append(call)

    def wait(self) -> None:
        """Wait for the end of all."""
        if self._process is this_process():
            for call in self._calls:
                call.wait()
        self.forget()

    def forget(self) -> None:
        """Wait for none of them any more."""
        self._calls.clear()
        self._process = this_process()


class OrderedWork(Generic[Result]):
    """Calls whose results are taken in the order in which the calls were put in.

    With one thread a call is made here, when its result is asked for. With more, up to *threads* of them run at a time, and two
    more may wait, done or not yet begun, so that the memory taken does not depend on how many there will be. Calls that would
    together take more than *memlimit* bytes do not run at a time, and what they need is not brought either, if `has_room_for` is
    asked first. A result counts as long as it was not taken; by the next `pop` its taker is to be done with it.

    Calls that still run when work is closed are added to *unfinished*; work that is given it begins when those have ended.

    In a process that was forked, where those threads are not, calls whose results were not taken are made again.
    """

    def __init__(self, threads: int, memlimit: int | None = None, unfinished: UnfinishedCalls | None = None) -> None:
        self._threads = threads
        self._memlimit = memlimit
        self._unfinished = UnfinishedCalls() if unfinished is None else unfinished
        self._queue: deque[_Work[Result]] = deque()
        self._pool: ThreadPool | None = None
        self._process = this_process()

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def full(self) -> bool:
        """Whether a result is to be taken before another call is put in."""
        return len(self._queue) >= (self._threads + _WAITING if self._threads > 1 else 1)

    def has_room_for(self, memory: int) -> bool:
        """Whether what another call needs, *memory* bytes, may be brought before a result is taken."""
        if not self._queue:
            return True
        if self.full:
            return False
        if self._memlimit is None:
            return True
        return memory + sum(work.memory for work in self._queue) <= self._memlimit

    def put(self, call: Callable[[], Result], memory: int = 0) -> None:
        """Put in *call*, which takes *memory* bytes."""
        self._queue.append(_Work(call, memory))
        self._start_what_fits()

    def _forget_threads_of_parent(self) -> None:
        """Touches nothing of theirs: they may have had its locks when the process was forked."""
        if self._process is not this_process():
            self._process = this_process()
            self._pool = None
            for work in self._queue:
                work.call = None

    def _start_what_fits(self) -> None:
        if self._threads == 1:
            return
        self._forget_threads_of_parent()
        self._unfinished.wait()
        taken = 0
        for work in self._queue:
            taken += work.memory
            if work is not self._queue[0] and self._memlimit is not None and taken > self._memlimit:
                return
            if work.call is None:
                self._pool = self._pool or ThreadPool(self._threads)
                work.call = Call(work.function)
                self._pool.put(work.call)

    def pop(self) -> Result:
        """Wait for the result of the call that was put in first, and return it or raise what the call raised."""
        self._start_what_fits()
        work = self._queue.popleft()
        return work.function() if work.call is None else work.call.take_result()

    def close(self) -> None:
        """Forget all calls; those that run end in their own time, and no other begins."""
        self._forget_threads_of_parent()
        for work in self._queue:
            if work.call is not None and not work.call.take_back():
                self._unfinished.add(work.call)
        self._queue.clear()
        if self._pool is not None:
            self._pool.close()
            self._pool = None
