"""What a fork does to an object: threads that had its lock are gone, and what it writes is the parent's to finish."""

from __future__ import annotations

import os
from threading import Lock, RLock

from ..errors import QczError

_process = object()
_entering = Lock()


def _begin_child() -> None:
    global _process, _entering
    _process = object()
    _entering = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_child)


def this_process() -> object:
    """Return what stands for this process: compared with `is`, it is another object in every process that was forked from it."""
    return _process


class ObjectLock:
    """Lets one thread at a time into the calls of an object; a thread that is in may enter again.

    If a process is forked while a thread is in, the child has the object as it is in the middle of a call, and no thread that could
    end it: there, whoever wants to enter gets a QczError, unless it is that thread which forked.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._process = _process
        self._is_lost = False

    @property
    def is_lost(self) -> bool:
        """Whether the object was left in the middle of a call by a fork."""
        if self._process is not _process:
            self._enter_process()
        return self._is_lost

    def _enter_process(self) -> None:
        with _entering:
            if self._process is _process:
                return
            if self._lock.acquire(blocking=False):
                self._lock.release()
            else:
                self._is_lost = True
            self._process = _process

    def __enter__(self) -> None:
        if self._process is not _process:
            self._enter_process()
        if self._is_lost:
            raise QczError("the process was forked while another thread used the object: it cannot be used here")
        self._lock.acquire()

    def __exit__(self, *_error: object) -> None:
        self._lock.release()
