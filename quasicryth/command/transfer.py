"""One file in, one file out: what is refused, how the output comes to its name, and when the source may go."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from ..files.outputs import is_special, open_output
from .names import Suffix, expand
from .reports import STANDARD_STREAM, CommandError, CommandWarning, Reporter, masked, shown

if TYPE_CHECKING:
    from typing_extensions import Buffer


@dataclass(frozen=True)
class FileChoices:
    """What the command line says of files: see the options of the same names."""

    output: str | None
    to_stdout: bool
    force: bool
    remove: bool
    recursive: bool
    suffix: str

    @property
    def stdout_only(self) -> bool:
        """Whether all outputs go to standard output."""
        return self.to_stdout or self.output == STANDARD_STREAM


@dataclass(frozen=True)
class Source:
    """An open input; *status* is None for standard input that is not a regular file."""

    name: str
    file: BinaryIO
    status: os.stat_result | None

    @property
    def size(self) -> int | None:
        """How many bytes there are to read, if that is known."""
        if self.status is None or not stat.S_ISREG(self.status.st_mode):
            return None
        return max(self.status.st_size - self.file.tell(), 0)

    @property
    def attributes(self) -> os.stat_result | None:
        """Owner, mode and times for the output, if this is a file that the command line names."""
        if self.name == STANDARD_STREAM or self.status is None or not stat.S_ISREG(self.status.st_mode):
            return None
        return self.status


@contextlib.contextmanager
def _named(name: str) -> Iterator[None]:
    """Give errors of the system that name no file the *name*."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = name
        raise


# ---- inputs ----------------------------------------------------------------------------------------------------------------


def _check_kind(name: str, follow: bool, special: bool) -> None:
    mode = os.lstat(name).st_mode
    if stat.S_ISLNK(mode):
        if not follow:
            raise CommandWarning("is a symbolic link, skipped; -f follows it")
        mode = os.stat(name).st_mode
    if stat.S_ISDIR(mode):
        raise CommandWarning("is a folder, skipped; -r takes the files in it")
    if not stat.S_ISREG(mode) and not special:
        raise CommandWarning("is neither a file nor a folder, skipped; name the output with -o, or use -c")


class _NamedFile(io.FileIO):
    """An input whose errors name it."""

    def __init__(self, descriptor: int, name: str) -> None:
        super().__init__(descriptor)
        self._shown_name = name

    def readinto(self, buffer: Buffer) -> int | None:
        """Read into *buffer*."""
        with _named(self._shown_name):
            return super().readinto(buffer)


@contextlib.contextmanager
def open_source(name: str, follow: bool = True, special: bool = True) -> Iterator[Source]:
    """Open the file *name*, or standard input for `-`; links are refused unless *follow*, devices and pipes unless *special*."""
    if name == STANDARD_STREAM:
        status = os.fstat(sys.stdin.fileno())
        yield Source(name, sys.stdin.buffer, status if stat.S_ISREG(status.st_mode) else None)
        return
    _check_kind(name, follow, special)
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    with io.BufferedReader(_NamedFile(os.open(name, flags), name)) as file:
        yield Source(name, file, os.fstat(file.fileno()))


def refuse_terminal_input(name: str) -> None:
    """Raise CommandError if *name* is standard input and somebody sits there."""
    if name == STANDARD_STREAM and sys.stdin.isatty():
        raise CommandError("compressed data is not read from a terminal; name a FILE, or see --help")


def refuse_own_output(source: Source) -> None:
    """Raise CommandError if what standard output writes into is *source*: there would be more to read for ever."""
    status = source.status
    if status is not None and stat.S_ISREG(status.st_mode) and os.path.samestat(status, os.fstat(sys.stdout.fileno())):
        raise CommandError("input and output are the same file")


# ---- outputs ---------------------------------------------------------------------------------------------------------------


class StandardOutput:
    """Standard output as a binary file whose errors name it."""

    def write(self, data: bytes) -> int:
        """Write *data*."""
        with _named("standard output"):
            return sys.stdout.buffer.write(data)

    def write_text(self, text: str) -> None:
        """Write *text*; letters that the terminal cannot show become escapes."""
        self.write(text.encode(sys.stdout.encoding, "backslashreplace"))

    def flush(self) -> None:
        """See that all is written."""
        with _named("standard output"):
            sys.stdout.buffer.flush()

    def seekable(self) -> bool:
        """Return False: what was written is gone."""
        return False

    def isatty(self) -> bool:
        """Return whether somebody sits there."""
        return sys.stdout.isatty()


def _check_replacement(path: Path, source: str, reporter: Reporter) -> None:
    """Ask whoever sits at the terminal; if nobody does or wants it, CommandError."""
    name = masked(str(path))
    if reporter.quiet or source == STANDARD_STREAM or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CommandError(f"{name} already exists; -f overwrites it")
    print(f"{name} already exists; overwrite it (y/N)? ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError(f"{name} is kept as it was")


def _check_target(path: Path, source: Source, force: bool, reporter: Reporter) -> bool:
    """Return whether there is something under the name *path* to be replaced; CommandError if it may not be written."""
    if not os.path.lexists(path):
        return False
    if path.is_dir():
        raise CommandError(f"{masked(str(path))} is a folder")
    if source.status is not None and path.exists() and os.path.samestat(source.status, os.stat(path)):
        raise CommandError(f"input and output are the same file, {masked(str(path))}")
    if not force and not is_special(path):
        _check_replacement(path, source.name, reporter)
    return True


# ---- from one to the other -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Totals:
    """What work on a file came to: bytes of content, and bytes compressed."""

    content: int
    compressed: int

    def __str__(self) -> str:
        ratio = f" ({100 * self.compressed / self.content:.2f} %)" if self.content else ""
        return f"{self.content:,} bytes, compressed {self.compressed:,}{ratio}"


Work = Callable[[Source, BinaryIO], Totals]


class Transfers:
    """The work on all files of a command line, and the removal of the sources at its end."""

    def __init__(self, choices: FileChoices, reporter: Reporter) -> None:
        self._choices = choices
        self._reporter = reporter
        self._removable: list[tuple[str, os.stat_result]] = []

    def run(self, names: tuple[str, ...], compressed: bool, derive: Callable[[str], str], work: Work) -> None:
        """Do *work* on each of *names*, *compressed* ones or others; *derive* names outputs if the command line does not."""
        suffix = Suffix(self._choices.suffix)
        for name in expand(names, self._choices.recursive, compressed, suffix, self._reporter):
            with self._reporter.reported(name):
                self._transfer(name, derive, work)
        if self._choices.remove:
            self._remove_sources()

    def _transfer(self, name: str, derive: Callable[[str], str], work: Work) -> None:
        choices = self._choices
        to_stdout = choices.stdout_only or (choices.output is None and name == STANDARD_STREAM)
        special = to_stdout or choices.force or choices.output is not None
        with open_source(name, to_stdout or choices.force, special) as source:
            if to_stdout:
                self._to_stdout(source, work)
                return
            self._reporter.fills_stdout = False
            self._to_file(source, derive(name) if choices.output is None else choices.output, work)
            if choices.remove and source.attributes is not None:
                self._removable.append((name, source.attributes))

    def _to_stdout(self, source: Source, work: Work) -> None:
        refuse_own_output(source)
        output = StandardOutput()
        self._reporter.fills_stdout = True
        work(source, cast("BinaryIO", output))
        output.flush()

    def _to_file(self, source: Source, target_name: str, work: Work) -> None:
        target = Path(target_name)
        if not target.name or target_name.endswith(os.sep):
            raise CommandError("the name of the output is empty or that of a folder")
        replace = _check_target(target, source, self._choices.force, self._reporter)
        if self._choices.remove and is_special(target):
            raise CommandError("--rm needs an output that is a file")
        with _named(str(target)), open_output(target, source.attributes, exclusive=not replace) as output:
            totals = work(source, output)
        if self._reporter.verbose or self._reporter.shows_progress:
            self._reporter.say(f"{shown(source.name)}: {totals}, written to {masked(str(target))}")

    def _remove_sources(self) -> None:
        """Remove the sources, none of them if anything failed: then it is not known what the outputs are worth to the user."""
        if self._reporter.failed:
            if self._removable:
                self._reporter.say("no source was removed, since something failed")
            return
        for name, status in self._removable:
            with self._reporter.reported(name):
                _remove(name, status)


def _remove(name: str, before: os.stat_result) -> None:
    """Remove the file *name* if it is still what it was *before*."""
    now = os.stat(name)
    if not os.path.samestat(now, before) or (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise CommandError("was changed while it was read, and is not removed")
    os.unlink(name)
