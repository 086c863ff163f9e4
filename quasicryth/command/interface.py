"""What the command understands: its options, its commands, and the short form of zstd and xz, `qcz [-dtl] FILE`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from ..frames.version import describe_release
from . import options
from .laboratory import COMMANDS as LABORATORY_COMMANDS
from .reports import STANDARD_STREAM, CommandError, Reporter, Verbosity, masked

_OVERVIEW = """Compress text losslessly into .qcz files, and back.

Each FILE is kept, and becomes FILE.qcz beside it. Without FILE, or for -, standard input goes to standard output.
"""

_OVERVIEW_EXAMPLES = (
    ("qcz notes.txt", "writes notes.txt.qcz"),
    ("qcz -d notes.txt.qcz", "writes notes.txt"),
    ("qcz -9 --rm -r texts", "replaces all files in a folder, as small as can be"),
    ("qcz -l *.qcz", "lists sizes"),
    ("qcz cat --lines 10:19 notes.txt.qcz", "prints ten lines"),
    ("tar -I qcz -cf source.tar.qcz source", "works with -x too"),
    ("qcz -- list", "compresses a file that has the name of a command; so does ./list"),
)

# Exit status and environment: for the help and the manual.
CLOSING = (
    ("Exit status", "0 if all went well; 1 after an error, also in the command line; 2 after a warning and no error."),
    ("Environment", "QCZ_LEVEL: the level, 1 to 9, where the command line names no level, engine or tiling."),
)


# ---- from options to work --------------------------------------------------------------------------------------------------


def _reporter(given: dict[str, Any]) -> Reporter:
    return Reporter.of(click.get_current_context(), **asdict(_pick(Verbosity, given)))


def _pick(kind: Any, given: dict[str, Any]) -> Any:
    """Make a dataclass of those of the *given* options that it has."""
    return kind(**{name: given[name] for name in kind.__dataclass_fields__ if name in given})


def _files(given: dict[str, Any]) -> Any:
    """The choices of files, with what a command does not have an option for."""
    from .transfer import FileChoices

    absent = {"output": None, "to_stdout": False, "force": False, "remove": False, "recursive": False, "suffix": ""}
    files = _pick(FileChoices, {**absent, **given})
    if files.output is not None and files.to_stdout:
        raise click.UsageError("-o and -c exclude each other")
    if files.remove and files.stdout_only:
        raise click.UsageError("--rm needs an output file for each FILE")
    if files.output is not None and (len(given.get("names", ())) > 1 or files.recursive):
        raise click.UsageError("-o takes one FILE; -c writes the outputs of several one after the other")
    return files


def _compress(given: dict[str, Any]) -> None:
    from .compressing import CodingChoices, compress_files

    compress_files(given["names"], _files(given), _pick(CodingChoices, given), _reporter(given))


def _decompress(given: dict[str, Any]) -> None:
    from .decompressing import DecodingChoices, decompress_files

    decompress_files(given["names"], _files(given), _pick(DecodingChoices, given), _reporter(given))


def _cat(given: dict[str, Any]) -> None:
    from .decompressing import DecodingChoices, write_parts

    if given["span"] is not None and given["lines"] is not None:
        raise click.UsageError("--range and --lines exclude each other")
    write_parts(given["names"], given["span"], given["lines"], _files(given), _pick(DecodingChoices, given), _reporter(given))


def _test(given: dict[str, Any]) -> None:
    from .decompressing import DecodingChoices
    from .testing import test_files

    test_files(given["names"], _files(given), _pick(DecodingChoices, given), given["quick"], given["as_json"], _reporter(given))


def _list(given: dict[str, Any]) -> None:
    from .listing import list_files

    list_files(given["names"], given["recursive"], given["suffix"], given["as_json"], _reporter(given))


# ---- the short form --------------------------------------------------------------------------------------------------------


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(describe_release())
        ctx.exit()


_OPERATIONS = {"compress": _compress, "decompress": _decompress, "test": _test, "list": _list}
_ONLY_FOR = {
    "quick": ("--quick", ("test",)),
    "memlimit": ("-M", ("decompress", "test")),
    "max_length": ("--max-length", ("decompress", "test")),
    "as_json": ("--json", ("test", "list")),
}


class _ShortForm(options.SectionedCommand):
    """The command without the name of a command; its help is that of the whole, and names the commands."""

    @property
    def commands_beside(self) -> list[str]:
        """The names of the commands."""
        return list(cli.commands)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how it is called, also with a command."""
        program = ctx.command_path.strip()
        formatter.write_usage(program, "[OPTIONS] [FILE]...")
        formatter.write_usage(program, "COMMAND [OPTIONS] [FILE]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, the options, examples and exit status."""
        with formatter.section("Commands (each has its own --help)"):
            formatter.write_dl([(name, command.get_short_help_str(100)) for name, command in cli.commands.items()])
        super().format_options(ctx, formatter)
        for title, text in CLOSING:
            with formatter.section(title):
                formatter.write_text(text)


@click.command(cls=_ShortForm, context_settings=options.HELP, help=_OVERVIEW, examples=_OVERVIEW_EXAMPLES)
@options.files_argument
@options.operation_options
@options.output_options
@options.walk_options
@options.level_options
@options.coding_options
@options.limit_options
@options.quick_option
@options.message_options
@options.json_option
@click.option(
    "-V",
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Print the versions of program and format, the engines, and what of the processor they use.",
)
def short_form(**given: Any) -> None:
    """Do what -z, -d, -t or -l say."""
    operation = given["operation"] or "compress"
    for name, (option, operations) in _ONLY_FOR.items():
        if given[name] is not None and given[name] is not False and operation not in operations:
            raise click.UsageError(f"{option} is not for {operation}, but for {' and '.join(operations)}")
    _OPERATIONS[operation](given)


class _CommandLine(click.Group):
    """A command line that begins with the name of a command is its own; every other is of the short form."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave all arguments to the command."""
        return super().parse_args(ctx, args if args and args[0] in self.commands else ["", *args])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command and its arguments."""
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return None, short_form, args[1:]


cli = _CommandLine("qcz", context_settings={"allow_interspersed_args": False}, add_help_option=False)


# ---- commands --------------------------------------------------------------------------------------------------------------


def _command(name: str, examples: tuple[tuple[str, str], ...] = ()) -> Callable[[Callable[..., None]], click.Command]:
    return cli.command(name, cls=options.SectionedCommand, context_settings=options.HELP, examples=examples)


@_command("compress")
@options.files_argument
@options.output_options
@options.walk_options
@options.level_options
@options.coding_options
@options.message_options
def compress_command(**given: Any) -> None:
    """Compress each FILE to FILE.qcz.

    Without FILE, or for -, standard input to standard output. -1 to -9 choose between speed and size; the last one counts.
    """
    _compress(given)


@_command("decompress")
@options.files_argument
@options.output_options
@options.walk_options
@options.threads_option
@options.limit_options
@options.message_options
def decompress_command(**given: Any) -> None:
    """Decompress each FILE.qcz to FILE.

    Without FILE, or for -, standard input to standard output. Frames end to end give their contents end to end.
    """
    _decompress(given)


@_command("cat", (("qcz cat --range -100: log.qcz", "prints the last 100 bytes; only their block is decoded"),))
@options.files_argument
@options.walk_options
@options.part_options
@options.threads_option
@options.limit_options
@options.message_options
def cat_command(**given: Any) -> None:
    """Decompress each FILE.qcz, or a part of it, to standard output.

    For --range of a file only the blocks that it is in are decoded.
    """
    _cat(given)


@_command("list")
@options.files_argument
@options.walk_options
@options.message_options
@options.json_option
def list_command(**given: Any) -> None:
    """Print the sizes of each FILE.qcz and of its content, without decoding.

    They are read from the tails of a file, or from all of a pipe. -v adds a line for each frame.
    """
    _list(given)


@_command("test")
@options.files_argument
@options.walk_options
@options.quick_option
@options.threads_option
@options.limit_options
@options.message_options
@options.json_option
def test_command(**given: Any) -> None:
    """Check each FILE.qcz to the last byte, and print every damage."""
    _test(given)


@_command("info")
@options.file_argument
@options.limit_options
@options.json_option
@options.message_options
def info_command(**given: Any) -> None:
    """Check FILE.qcz and print what is in it: frames, blocks, streams.

    With their bytes, and the memory that decoding takes.
    """
    from ..base.limits import Limits
    from .listing import print_info

    print_info(given["name"], Limits(given["max_length"], given["memlimit"]), given["as_json"], _reporter(given))


@_command("recover")
@options.file_argument
@options.output_option
@options.force_option
@options.threads_option
@options.limit_options
@options.message_options
@options.json_option
def recover_command(**given: Any) -> None:
    """Write every intact block of the damaged FILE.qcz to OUTPUT.

    What is lost is left out and printed. Exit status 0 if nothing is lost, 2 if something is, 1 if nothing was written.
    """
    from .decompressing import DecodingChoices
    from .testing import recover_file

    if given["output"] is None:
        raise click.UsageError("-o OUTPUT is needed")
    if given["as_json"] and given["output"] == STANDARD_STREAM:
        raise click.UsageError("--json needs standard output for itself; use -o OUTPUT")
    recover_file(given["name"], _files(given), _pick(DecodingChoices, given), given["as_json"], _reporter(given))


@_command("bench")
@options.file_argument
@options.level_options
@options.levels_option
@options.threads_option
@options.block_size_option
@options.message_options
@options.json_option
def bench_command(**given: Any) -> None:
    """Compress and decompress FILE in memory at all levels; print sizes and speeds on the clock.

    What comes back is compared with FILE. -1 to -9 take one level, --levels A:B several.
    """
    from .benchmark import bench_file, choose_levels

    levels = choose_levels(given["level"], given["levels"])
    if not levels:
        raise click.UsageError("--levels names none")
    bench_file(given["name"], levels, given["threads"], given["block_size"], given["as_json"], _reporter(given))


# The commands of the laboratory: their module imports numpy and the rest only when one of them runs.
for _laboratory_command in LABORATORY_COMMANDS:
    cli.add_command(_laboratory_command)


# ---- running ---------------------------------------------------------------------------------------------------------------

PROGRAMS: dict[str, click.Command] = {"qcz": cli, "unqcz": decompress_command, "qczcat": cat_command}


def _report_usage_error(program: str, error: click.ClickException) -> None:
    context = getattr(error, "ctx", None)
    path = program if context is None else context.command_path.strip()
    Reporter(program, Verbosity()).error(f"{masked(error.format_message())} ('{path} --help' says more)")


def invoke(arguments: list[str], program: str = "qcz") -> int:
    """Run the command line *arguments* of *program*, and return the exit status."""
    command = PROGRAMS[program]
    try:
        with command.make_context(program, list(arguments)) as context:
            command.invoke(context)
            return context.obj.status if isinstance(context.obj, Reporter) else 0
    except click.exceptions.Exit as request:
        return request.exit_code
    except CommandError as error:
        Reporter(program, Verbosity()).error(masked(str(error)))
    except click.ClickException as error:
        _report_usage_error(program, error)
    return 1
