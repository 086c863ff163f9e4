"""What the command says, and the exit status that it comes to: 0, 1 after an error, 2 after a warning and no error."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..errors import QczError

if TYPE_CHECKING:
    import click

SUCCESS, ERROR, WARNING = 0, 1, 2

STANDARD_STREAM = "-"


def masked(text: str) -> str:
    """Return *text* with a question mark for every letter that could do more to a terminal than appear, or not be encoded."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def shown(name: str) -> str:
    """Return *name* as it is safe to print."""
    if name == STANDARD_STREAM:
        return "standard input"
    return masked(name) or "''"


class CommandError(Exception):
    """What was asked for cannot be done."""


class CommandWarning(Exception):  # noqa: N818 - not an error
    """What was asked for is not done, for a reason that need not worry."""


@dataclass(frozen=True)
class Verbosity:
    """How much is said: *quiet* 1 keeps warnings and progress back, 2 errors too; *verbose* 1 says what became of each file."""

    quiet: int = 0
    verbose: int = 0
    no_progress: bool = False


class Reporter:
    """Writes messages to standard error, and keeps account of the exit status."""

    def __init__(self, program: str, verbosity: Verbosity) -> None:
        self._program = program
        self._verbosity = verbosity
        self._warned = False
        self.fills_stdout = False  # with what was asked for: then progress is shown only if it is asked for, too
        self.failed = False

    @classmethod
    def of(cls, ctx: click.Context, **verbosity: Any) -> Reporter:
        """Make the reporter of the command line of *ctx*, whose exit status is then this reporter's."""
        root = ctx.find_root()
        root.obj = cls(root.info_name or "qcz", Verbosity(**verbosity))
        return cast(Reporter, root.obj)

    @property
    def status(self) -> int:
        """The exit status so far."""
        if self.failed:
            return ERROR
        return WARNING if self._warned else SUCCESS

    @property
    def quiet(self) -> bool:
        """Whether errors only are to be written, and nothing to be asked."""
        return self._verbosity.quiet > 0

    @property
    def verbose(self) -> bool:
        """Whether more is to be said than was asked for."""
        return self._verbosity.verbose > 0 and not self.quiet

    @property
    def shows_progress(self) -> bool:
        """Whether there is somebody to show progress to."""
        if self.fills_stdout and (not self.verbose or sys.stdout.isatty()):
            return False
        return not self.quiet and not self._verbosity.no_progress and sys.stderr.isatty()

    def say(self, message: str) -> None:
        """Write a line."""
        with contextlib.suppress(OSError):  # the work goes on where nobody listens
            print(f"{self._program}: {message}", file=sys.stderr, flush=True)

    def error(self, message: str | None) -> None:
        """Take note of an error, and write the message if there is one."""
        self.failed = True
        if message is not None and self._verbosity.quiet < 2:
            self.say(message)

    def warn(self, message: str | None) -> None:
        """Take note of a warning, and write the message if there is one."""
        self._warned = True
        if message is not None and not self.quiet:
            self.say(message)

    @contextlib.contextmanager
    def reported(self, name: str) -> Iterator[None]:
        """Report what goes wrong with the file *name*, and go on after it. A pipe that nobody reads any more ends all."""
        try:
            yield
        except BrokenPipeError:
            raise
        except CommandWarning as warning:
            self.warn(f"{shown(name)}: {warning}")
        except (CommandError, QczError) as error:
            self.error(f"{shown(name)}: {error}")
        except MemoryError:
            self.error(f"{shown(name)}: not enough memory")
        except OSError as error:
            where = name if error.filename is None else str(error.filename)
            self.error(f"{shown(where)}: {error.strerror or error}")
