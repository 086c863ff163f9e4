"""The command `qcz`."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from . import __version__
from .codec import DEFAULT_LEVEL, ENGINES, LEVELS, Options, decompress_blocks, make_options
from .encoder import FrameEncoder, encode_frame
from .errors import QczError
from .files import STANDARD_STREAM, is_special, open_input, open_output
from .frame import MAX_BLOCK_SIZE
from .limits import Limits
from .parallel import count_threads
from .tiling import TILING_NAMES

if TYPE_CHECKING:
    from .file_object import QczFile
    from .survey import Damage

SUFFIX = ".qcz"
_ANY_SIZE = 1 << 63
_PIECE_SIZE = 1 << 20
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class CommandError(click.ClickException):
    """A failure to report: exit status 1."""

    def show(self, file: Any = None) -> None:
        """Print the message to standard error."""
        click.echo(f"qcz: {self.format_message()}", err=True)


# ---- parameters ------------------------------------------------------------------------------------------------------------


class ByteCount(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4
    """A number of bytes, with k, m or g for powers of 1,024."""

    name = "size"

    def __init__(self, low: int, high: int) -> None:
        self._low = low
        self._high = high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes that *value* stands for."""
        if isinstance(value, int):
            return value
        text = str(value).lower().removesuffix("ib").removesuffix("b")
        digits = text.rstrip("kmg")
        unit = text[len(digits) :]
        if not digits.isascii() or not digits.isdigit() or unit not in _UNITS:
            self.fail(f"{value!r} is not a size such as 500000, 64k or 16m", param, ctx)
        size = int(digits) * _UNITS[unit]
        if not self._low <= size <= self._high:
            self.fail(f"{value} is not between {self._low:,} and {self._high:,} bytes", param, ctx)
        return size


# ---- input and output ------------------------------------------------------------------------------------------------------


def _shown(name: str | Path) -> str:
    """A file name that is safe to print: what is not printable becomes a question mark."""
    return "".join(letter if letter.isprintable() else "?" for letter in click.format_filename(os.fspath(name)))


def _shown_input(name: str) -> str:
    return "standard input" if name == STANDARD_STREAM else _shown(name)


@contextlib.contextmanager
def _reported(name: str) -> Iterator[None]:
    """Turn what can go wrong with the file *name* into a message and exit status 1."""
    shown = _shown_input(name)
    try:
        yield
    except QczError as error:
        raise CommandError(f"{shown}: {error}") from None
    except MemoryError:
        raise CommandError(f"{shown}: not enough memory") from None
    except OSError as error:
        where = _shown(error.filename) if error.filename is not None else shown
        raise CommandError(f"{where}: {error.strerror or error}") from None


def _check_source(name: str, force: bool) -> os.stat_result | None:
    if name == STANDARD_STREAM:
        return None
    if os.path.islink(name) and not force:
        raise CommandError(f"{_shown(name)}: is a symbolic link; use -f to follow it")
    source = os.stat(name)
    if stat.S_ISDIR(source.st_mode):
        raise CommandError(f"{_shown(name)}: is a folder")
    return source


def _check_target(path: Path, source: os.stat_result | None, force: bool) -> None:
    if not path.name:
        raise CommandError("the name of the output is empty or a folder")
    if not os.path.lexists(path):
        return
    target = os.stat(path) if path.exists() else None
    if target is not None and source is not None and os.path.samestat(source, target):
        raise CommandError(f"{_shown(path)}: input and output are the same file")
    if path.is_dir():
        raise CommandError(f"{_shown(path)}: is a folder")
    if not force and not is_special(path):
        raise CommandError(f"{_shown(path)}: already exists; use -f to overwrite")


def _run(name: str, target: Path | None, force: bool, remove: bool, write: Callable[[BinaryIO, BinaryIO], None]) -> None:
    """Feed the input *name* and the output (*target*, or standard output) to *write*; then remove the input if asked to."""
    with _reported(name):
        source = _check_source(name, force)
        if target is not None:
            _check_target(target, source, force)
        with open_input(name) as file:
            if target is None:
                write(file, sys.stdout.buffer)
                sys.stdout.buffer.flush()
            else:
                with open_output(target, source) as output:
                    write(file, output)
        if remove and target is not None and name != STANDARD_STREAM:
            os.unlink(name)


def _choose_target(output: str | None, to_stdout: bool, name: str, derived: Callable[[], str]) -> Path | None:
    if output is not None and to_stdout:
        raise click.UsageError("-o and -c exclude each other")
    if to_stdout or output == STANDARD_STREAM or (output is None and name == STANDARD_STREAM):
        return None
    return Path(output) if output is not None else Path(derived())


def _name_decompressed(name: str) -> str:
    if not name.endswith(SUFFIX) or not Path(name).name.removesuffix(SUFFIX):
        raise CommandError(f"{_shown(name)}: the name does not end in {SUFFIX}; name the output with -o, or use -c")
    return name.removesuffix(SUFFIX)


# ---- commands --------------------------------------------------------------------------------------------------------------


class _Group(click.Group):
    """Exit status 1 for a wrong command line too, where click has 2: 2 means a warning to users of xz and zstd."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.exceptions.Exit as exit_request:
            sys.exit(exit_request.exit_code)
        except click.Abort:
            click.echo("qcz: interrupted", err=True)
            sys.exit(130)
        except click.ClickException as error:
            error.show()
            sys.exit(1)

    # The commands of quasicryth.lab are imported when they are asked for.
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "ab", "theory"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ("ab", "theory"):
            return super().get_command(ctx, cmd_name)
        from .lab.command import COMMANDS

        return COMMANDS[cmd_name]


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="qcz")
def cli() -> None:
    """Compress text losslessly into .qcz files, and back."""


def _file_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--rm", "remove", is_flag=True, help="Remove FILE once the output is verified and on the disk."),
        click.option("-k", "--keep", is_flag=True, help="Keep FILE. This is the default."),
        click.option("-f", "--force", is_flag=True, help="Overwrite the output; follow a symbolic link; write to a terminal."),
        click.option("-c", "--stdout", "to_stdout", is_flag=True, help="Write to standard output."),
        click.option("-o", "--output", metavar="OUTPUT", help="Write to the file OUTPUT (- for standard output)."),
        click.argument("name", metavar="[FILE]", default=STANDARD_STREAM),
    ):
        command = option(command)
    return command


def _check_removal(keep: bool, remove: bool, target: Path | None) -> None:
    if remove and (keep or target is None or is_special(target)):
        raise click.UsageError("--rm needs an output file, and excludes -k")


def _threads_option(command: Callable[..., None]) -> Callable[..., None]:
    text = "Work on N blocks at a time, with the memory of each; 0: as many as there are cores. The output is the same."
    return click.option("-T", "--threads", metavar="N", type=click.IntRange(0), default=1, help=text)(command)


def _limit_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--max-length", metavar="SIZE", type=ByteCount(0, _ANY_SIZE), help="Fail if there is more content than this."),
        click.option("-M", "--memlimit", metavar="SIZE", type=ByteCount(0, _ANY_SIZE), help="Fail if decoding needs more memory."),
        _threads_option,
    ):
        command = option(command)
    return command


def _level_help(level: int) -> str:
    options = make_options(level)
    default = " The default." if level == DEFAULT_LEVEL else ""
    return f"Engine {options.engine.engine}, blocks of {options.block_size >> 20}m.{default}"


def _level_options(command: Callable[..., None]) -> Callable[..., None]:
    for level in reversed(LEVELS):
        command = click.option(f"-{level}", "level", flag_value=level, type=int, help=_level_help(level))(command)
    return command


def _make_options(level: int | None, engine: str | None, tiling: str | None, block_size: int | None) -> Options:
    try:
        return make_options(level, engine, tiling, block_size)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@cli.command("compress")
@_file_options
@_level_options
@_threads_option
@click.option("--engine", type=click.Choice(ENGINES), help="How blocks of text are coded, if not as the level or --tiling says.")
@click.option(
    "--tiling", help=f"Where phrases are looked up; implies the engine paper if none is named. {', '.join(TILING_NAMES)}."
)
@click.option(
    "--block-size",
    type=ByteCount(1, MAX_BLOCK_SIZE),
    help="Bytes of input in a block, with k, m or g for powers of 1,024; default by level. Larger ones take more memory.",
)
def compress_command(
    name: str,
    output: str | None,
    to_stdout: bool,
    force: bool,
    keep: bool,
    remove: bool,
    level: int | None,
    engine: str | None,
    tiling: str | None,
    block_size: int | None,
    threads: int,
) -> None:
    """Compress FILE to FILE.qcz; without FILE, or for -, standard input to standard output.

    -1 to -9 choose between speed and size; the last one counts.
    """
    options = _make_options(level, engine, tiling, block_size)
    target = _choose_target(output, to_stdout, name, lambda: name + SUFFIX)
    _check_removal(keep, remove, target)
    if target is None and not force and sys.stdout.isatty():
        raise CommandError("compressed data is not written to a terminal; use -o or redirect, or -f to insist")

    def write(file: BinaryIO, out: BinaryIO) -> None:
        encoder = FrameEncoder(options, count_threads(threads))
        for piece in encode_frame(iter(lambda: file.read(options.block_size), b""), encoder):
            out.write(piece)
        if remove:
            out.flush()
            out.seek(0)
            encoder.verify(decompress_blocks(out, threads=count_threads(threads)))

    _run(name, target, force, remove, write)


@cli.command("decompress")
@_file_options
@_limit_options
def decompress_command(
    name: str,
    output: str | None,
    to_stdout: bool,
    force: bool,
    keep: bool,
    remove: bool,
    threads: int,
    memlimit: int | None,
    max_length: int | None,
) -> None:
    """Decompress FILE.qcz to FILE; without FILE, or for -, standard input to standard output."""
    target = _choose_target(output, to_stdout, name, lambda: _name_decompressed(name))
    _check_removal(keep, remove, target)

    def write(file: BinaryIO, out: BinaryIO) -> None:
        for content in decompress_blocks(file, Limits(max_length, memlimit), count_threads(threads)):
            out.write(content)

    _run(name, target, force, remove, write)


class Span(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4
    """Two whole numbers with a colon between them; either may be left out."""

    name = "A:B"

    def __init__(self, least: int | None) -> None:
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int | None, int | None]:
        """Return the two numbers, or None for what was left out."""
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(":")]
        if len(parts) != 2 or not all(part.removeprefix("-").isdecimal() or not part for part in parts):
            self.fail(f"{value!r} is not a span such as 10:20, 10: or :20", param, ctx)
        first, last = (int(part) if part else None for part in parts)
        if self._least is not None and any(number is not None and number < self._least for number in (first, last)):
            self.fail(f"{value!r} is not a span of lines, which count from {self._least}", param, ctx)
        return first, last


def _write_range(file: QczFile, span: tuple[int | None, int | None], write: Callable[[bytes], object]) -> None:
    """Write the bytes of the *span*, a block at most at a time."""
    if file.seekable():
        start, stop, _ = slice(*span).indices(file.content_size)
        file.seek(start)
    elif any(number is not None and number < 0 for number in span):
        raise QczError("bytes can be counted from the end of a file only, not of a stream")
    else:
        start, stop = span[0] or 0, sys.maxsize if span[1] is None else span[1]
        skipped = 0
        while skipped < start and (piece := file.read1(min(start - skipped, _PIECE_SIZE))):
            skipped += len(piece)
    left = stop - start
    while left > 0 and (piece := file.read1(min(left, _PIECE_SIZE))):
        write(piece)
        left -= len(piece)


def _write_lines(file: QczFile, span: tuple[int | None, int | None], write: Callable[[bytes], object]) -> None:
    """Write the lines of the *span*, which end in a line feed each, and stop reading behind them."""
    first, last = span[0] or 1, sys.maxsize if span[1] is None else span[1]
    if last >= first:
        for line in itertools.islice(file, first - 1, last):
            write(line)


@cli.command("cat")
@click.argument("name", metavar="[FILE]", default=STANDARD_STREAM)
@click.option(
    "--range",
    "span",
    type=Span(None),
    help="Only the bytes from number A up to, without, number B, counted from 0, or from the end if negative, as a Python slice.",
)
@click.option("--lines", type=Span(1), help="Only the lines from number A to number B, with both, counted from 1.")
@_limit_options
def cat_command(
    name: str,
    span: tuple[int | None, int | None] | None,
    lines: tuple[int | None, int | None] | None,
    threads: int,
    memlimit: int | None,
    max_length: int | None,
) -> None:
    """Decompress FILE.qcz, or a part of it, to standard output. For --range of a file only the blocks that it is in are decoded."""
    from .file_object import QczFile

    if span is not None and lines is not None:
        raise click.UsageError("--range and --lines exclude each other")
    with _reported(name), open_input(name) as file:
        out = sys.stdout.buffer
        with QczFile(file, max_length=max_length, memlimit=memlimit, threads=threads) as content:
            if lines is not None:
                _write_lines(content, lines, out.write)
            else:
                _write_range(content, span or (0, None), out.write)
        out.flush()


def _describe_damage(damage: Damage) -> str:
    where = f"bytes {damage.start:,} to {damage.end:,}: {damage.what}"
    if not damage.is_loss:
        return f"{where}; no content is lost"
    if damage.content_start is None:
        return f"{where}; content is lost, from where is not known"
    if damage.content_end is None:
        return f"{where}; content from byte {damage.content_start:,} is lost, how much is not known"
    return f"{where}; content bytes {damage.content_start:,} to {damage.content_end:,} are lost"


def _report_damages(damages: Iterable[Damage], as_json: bool, shown: str) -> None:
    if as_json:
        click.echo(json.dumps({"damages": [asdict(damage) for damage in damages]}, indent=2))
    else:
        for damage in damages:
            click.echo(f"{shown}: {_describe_damage(damage)}", err=True)


@cli.command("test")
@click.argument("name", metavar="[FILE]", default=STANDARD_STREAM)
@click.option("--quick", is_flag=True, help="Look at the tails only: finds what was cut off, without decoding. Not for streams.")
@click.option("--json", "as_json", is_flag=True, help="Print the damages as JSON.")
@_limit_options
def test_command(name: str, quick: bool, as_json: bool, threads: int, memlimit: int | None, max_length: int | None) -> None:
    """Check FILE.qcz to the last byte, and list every damage; exit status 1 if there is any."""
    from .file_object import QczFile
    from .salvage import restore

    with _reported(name), open_input(name) as file:
        if quick:
            with QczFile(file, max_length=max_length, memlimit=memlimit) as content:
                content.seek(0, os.SEEK_END)  # reads all tails
            return
        recovery = restore(file, len, max_length=max_length, memlimit=memlimit, threads=threads)
    _report_damages(recovery.damages, as_json, _shown_input(name))
    if recovery.damages:
        sys.exit(1)


@cli.command("recover")
@click.argument("name", metavar="[FILE]", default=STANDARD_STREAM)
@click.option("-o", "--output", metavar="OUTPUT", required=True, help="Write to the file OUTPUT (- for standard output).")
@click.option("-f", "--force", is_flag=True, help="Overwrite the output; follow a symbolic link.")
@click.option("--json", "as_json", is_flag=True, help="Print the damages as JSON, instead of lines on standard error.")
@_limit_options
def recover_command(
    name: str,
    output: str,
    force: bool,
    as_json: bool,
    threads: int,
    memlimit: int | None,
    max_length: int | None,
) -> None:
    """Write every intact block of the damaged FILE.qcz to OUTPUT, without what is lost, and list that.

    Exit status 0 if nothing is lost, 2 if something is, 1 if nothing was written.
    """
    from .salvage import Recovery, restore

    if as_json and output == STANDARD_STREAM:
        raise click.UsageError("--json needs standard output for itself; use -o OUTPUT")
    recoveries: list[Recovery] = []

    def write(file: BinaryIO, out: BinaryIO) -> None:
        recoveries.append(restore(file, out.write, max_length=max_length, memlimit=memlimit, threads=threads))

    _run(name, _choose_target(output, False, name, lambda: output), force, False, write)
    (recovery,) = recoveries
    _report_damages(recovery.damages, as_json, _shown_input(name))
    if not recovery.complete:
        sys.exit(2)


@cli.command("info")
@click.argument("name", metavar="[FILE]", default=STANDARD_STREAM)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info_command(name: str, as_json: bool) -> None:
    """Check FILE.qcz and print what is in it: frames, blocks, streams and their bytes, hits per hierarchy level."""
    from .info import describe, format_description

    with _reported(name), open_input(name) as file:
        frames = describe(file)
    if as_json:
        click.echo(json.dumps({"frames": frames}, indent=2))
    else:
        for line in format_description(frames):
            click.echo(line)


def _end_on_signal(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)  # unwinds, so that a half-written file is removed


def main() -> None:
    """Run the command."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, _end_on_signal)
    cli(prog_name="qcz")
