"""The process of a command: its standard streams, the signals that it hears, and how it ends.

The work is done in a second thread, so that signals are heard while an engine is at a block: the first thread waits for them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import NoReturn

from ..files.outputs import remove_unfinished
from .reports import masked

_POLLING_INTERVAL = 0.2  # seconds; where a signal does not wake the thread that waits, it is heard this much later
# In seconds: how long a file that is being made may take before it is left to itself, and when the system ends the process.
_PATIENCE = 0.5
_LAST_MOMENT = 0.9


class _Work:
    """The command line, run in a thread, and what came of it."""

    def __init__(self, program: str, arguments: list[str]) -> None:
        self._program = program
        self._arguments = arguments
        self.status = 1
        self.pipe_broken = False
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.status = self._invoke()
            sys.stdout.flush()
        except BrokenPipeError:
            self.pipe_broken = True
        except OSError as error:
            with contextlib.suppress(OSError):
                where = "standard output" if error.filename is None else masked(str(error.filename))
                print(f"{self._program}: {where}: {error.strerror}", file=sys.stderr, flush=True)
            self.status = 1
        except SystemExit as request:  # of shell completion
            self.status = request.code if isinstance(request.code, int) else 0
        except BaseException as error:
            self.error = error

    def _invoke(self) -> int:
        from .interface import PROGRAMS, invoke

        if f"_{self._program.upper()}_COMPLETE" in os.environ:
            PROGRAMS[self._program].main(self._arguments, prog_name=self._program)
        return invoke(self._arguments, self._program)


def _die_of(number: int) -> NoReturn:
    """End as a process does that does not handle the signal *number*, so that whoever started it knows."""
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
    os._exit(128 + number)


class _End:
    """What signals call. The first that comes ends the process; those that come meanwhile find that under way."""

    def __init__(self) -> None:
        self._is_near = False

    def listen(self) -> None:
        """Hear the signals that ask a process to end, but for those that whoever started it wants to be ignored."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: object) -> None:
        if self._is_near:
            return
        self._is_near = True
        _end_soon()
        remove_unfinished(_PATIENCE)
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), b"\n")  # the line of progress stays above the prompt
        _die_of(number)


def _end_soon() -> None:
    """Have the system end the process if it hangs: at a disk that does not answer, or a terminal that was stopped."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        signal.setitimer(signal.ITIMER_REAL, _LAST_MOMENT)


def _point_to_nothing(number: int, flags: int) -> None:
    descriptor = os.open(os.devnull, flags)
    if descriptor != number:
        os.dup2(descriptor, number)
        os.close(descriptor)


def _replace_missing_streams() -> None:
    """Have errors for standard streams that whoever started the process has closed: no file is to be taken for one of them."""
    if sys.stdin is None:
        _point_to_nothing(0, os.O_WRONLY)
        sys.stdin = open(0, closefd=False)
    if sys.stdout is None:
        _point_to_nothing(1, os.O_RDONLY)
        sys.stdout = open(1, "w", closefd=False)
    if sys.stderr is None:
        _point_to_nothing(2, os.O_RDONLY)
        sys.stderr = open(2, "w", closefd=False)


def _forget_output() -> None:
    """Let go of what could not be written to the standard streams, which the interpreter would try again at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _point_to_nothing(stream.fileno(), os.O_WRONLY)


def run(program: str, arguments: list[str]) -> NoReturn:
    """Run *program* with *arguments*, and end the process."""
    _replace_missing_streams()
    _End().listen()
    work = _Work(program, arguments)
    thread = threading.Thread(target=work.run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_POLLING_INTERVAL)
    if work.error is not None:
        raise work.error
    _forget_output()
    if work.pipe_broken and hasattr(signal, "SIGPIPE"):
        _die_of(signal.SIGPIPE)
    sys.exit(work.status)
