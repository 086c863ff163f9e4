"""The command `qcz`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import click

from . import __version__
from .codec import DEFAULT_LEVEL, ENGINES, LEVELS, Options, decompress_blocks, make_options
from .encoder import FrameEncoder, encode_frame
from .errors import QczError
from .files import STANDARD_STREAM, is_special, open_input, open_output
from .frame import MAX_BLOCK_SIZE
from .tiling import TILING_NAMES

SUFFIX = ".qcz"
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


@contextlib.contextmanager
def _reported(name: str) -> Iterator[None]:
    """Turn what can go wrong with the file *name* into a message and exit status 1."""
    shown = "standard input" if name == STANDARD_STREAM else _shown(name)
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
@click.option("--engine", type=click.Choice(ENGINES), help="How blocks of text are coded, if not as the level or --tiling says.")
@click.option("--tiling", help=f"Where phrases are looked up; implies the engine paper. {', '.join(TILING_NAMES)}; default multi.")
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
        encoder = FrameEncoder(options)
        for piece in encode_frame(iter(lambda: file.read(options.block_size), b""), encoder):
            out.write(piece)
        if remove:
            out.flush()
            out.seek(0)
            encoder.verify(decompress_blocks(out))

    _run(name, target, force, remove, write)


@cli.command("decompress")
@_file_options
def decompress_command(name: str, output: str | None, to_stdout: bool, force: bool, keep: bool, remove: bool) -> None:
    """Decompress FILE.qcz to FILE; without FILE, or for -, standard input to standard output."""
    target = _choose_target(output, to_stdout, name, lambda: _name_decompressed(name))
    _check_removal(keep, remove, target)

    def write(file: BinaryIO, out: BinaryIO) -> None:
        for content in decompress_blocks(file):
            out.write(content)

    _run(name, target, force, remove, write)


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
