"""How far the work on a file is: one line on a terminal, drawn over and over."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TextIO

from ..base.progress import Progress, ProgressCallback
from .reports import Reporter, shown

_FIRST_AFTER = 0.3  # seconds: shorter work is not worth a line
_INTERVAL = 0.2
_CLEAR = "\r\x1b[K"
_MEBIBYTE = 1 << 20


def _clock(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def describe_progress(done: int, total: int | None, measured: float, elapsed: float) -> str:
    """Return how far the work is: *done* bytes of *total* were reached after *measured* seconds, *elapsed* have gone by now."""
    so_far = f"{done / _MEBIBYTE:.1f}"
    size = f"{so_far} MiB" if total is None else f"{so_far} of {total / _MEBIBYTE:.1f} MiB"
    share = "" if not total else f"{100 * done // total:3} %  "
    if not done or not measured:  # nothing to go by before the first block is through
        return f"{'' if total is None else f'{total / _MEBIBYTE:.1f} MiB  '}{_clock(elapsed)} gone"
    rate = done / measured
    text = f"{share}{size}  {rate / _MEBIBYTE:.1f} MiB/s  "
    if total is None:
        return f"{text}{_clock(elapsed)} gone"
    return f"{text}{_clock(max((total - done) / rate - (elapsed - measured), 0))} left"


def counted(pieces: Iterable[bytes], progress: Progress) -> Iterator[bytes]:
    """Yield *pieces*, and count each as done when the next is asked for."""
    for piece in pieces:
        yield piece
        progress.advance(len(piece))


@contextlib.contextmanager
def progress_on(name: str, total: int | None, reporter: Reporter) -> Iterator[ProgressCallback | None]:
    """Give a callback that shows progress on the file *name*, or None if there is nobody to see it."""
    if not reporter.shows_progress:
        yield None
        return
    with ProgressLine(name, total) as line:
        yield line.reach


class ProgressLine:
    """The line for the work on the file *name*, *total* bytes of it or an unknown number; cleared when the work is done."""

    def __init__(self, name: str, total: int | None, stream: TextIO | None = None) -> None:
        self._name = shown(name)
        self._total = total
        self._stream = stream or sys.stderr
        self._start = time.monotonic()
        self._reached = (0, 0.0)
        self._drawn = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._draw_often, daemon=True)

    def __enter__(self) -> ProgressLine:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        if self._drawn:
            self._write(_CLEAR)

    def reach(self, done: int, _total: int | None = None) -> None:
        """Take note that *done* bytes are done: a progress callback of the library."""
        self._reached = (done, time.monotonic() - self._start)

    def _draw_often(self) -> None:
        pause = _FIRST_AFTER
        while not self._ended.wait(pause):
            self._draw()
            pause = _INTERVAL

    def _draw(self) -> None:
        done, measured = self._reached
        text = describe_progress(done, self._total, measured, time.monotonic() - self._start)
        room = shutil.get_terminal_size().columns - len(text) - 3
        name = self._name if len(self._name) <= room else f"...{self._name[len(self._name) - room + 3 :]}" if room > 3 else ""
        self._write(f"{_CLEAR}{name}  {text}"[: len(_CLEAR) + shutil.get_terminal_size().columns - 1])
        self._drawn = True

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
