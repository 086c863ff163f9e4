"""The options of the command, each in its section of the help, and the types of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from ..engines.registry import ENGINE_NAMES, LEVELS, describe_level
from .names import DEFAULT_SUFFIX

Function = TypeVar("Function", bound=Callable[..., Any])

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_MOST_DIGITS = 18


# ---- types -----------------------------------------------------------------------------------------------------------------


class ByteCount(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4
    """A number of bytes, with k, m or g for powers of 1,024."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes that *value* stands for."""
        if isinstance(value, int):
            return value
        text = str(value).lower().removesuffix("ib").removesuffix("b")
        digits = text.rstrip("kmg")
        unit = text[len(digits) :]
        if not digits.isascii() or not digits.isdigit() or unit not in _UNITS or len(digits) > _MOST_DIGITS:
            self.fail(f"{value!r} is not a size such as 500000, 64k or 16m", param, ctx)
        return int(digits) * _UNITS[unit]


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS


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
        if len(parts) != 2 or not all(_is_number(part) or not part for part in parts):
            self.fail(f"{value!r} is not a span such as 10:20, 10: or :20", param, ctx)
        first, last = (int(part) if part else None for part in parts)
        if self._least is not None and any(number is not None and number < self._least for number in (first, last)):
            self.fail(f"{value!r} is not a span of what counts from {self._least}", param, ctx)
        return first, last


class SuffixText(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4
    """What file names end in."""

    name = "suffix"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return *value*, unless it is none or would lead elsewhere."""
        text = str(value)
        if not text or "/" in text or "\\" in text:
            self.fail(f"{value!r} is not a suffix such as {DEFAULT_SUFFIX}", param, ctx)
        return text


# ---- options in sections ---------------------------------------------------------------------------------------------------


class SectionOption(click.Option):
    """An option that is listed in a section of the help."""

    def __init__(self, *names: Any, section: str, **settings: Any) -> None:
        super().__init__(*names, **settings)
        self.section = section


def sections(parameters: Sequence[click.Parameter], ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
    """Return the names and help texts of the options among *parameters*, by section."""
    found: dict[str, list[tuple[str, str]]] = {}
    others: list[tuple[str, str]] = []
    for parameter in parameters:
        record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
        if record is not None:
            section = getattr(parameter, "section", None)
            (others if section is None else found.setdefault(section, [])).append(record)
    return {**found, "Other": others}


class SectionedCommand(click.Command):
    """A command whose help lists options by section, and gives examples."""

    def __init__(self, *names: Any, examples: Sequence[tuple[str, str]] = (), **settings: Any) -> None:
        super().__init__(*names, **settings)
        self.examples = tuple(examples)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, a definition list for each section, and the examples."""
        for title, records in sections(self.get_params(ctx), ctx).items():
            with formatter.section(title):
                formatter.write_dl(records)
        if self.examples:
            with formatter.section("Examples"):
                formatter.write_dl(list(self.examples))


def _option(section: str, *names: str, **settings: Any) -> Callable[[Function], Function]:
    return click.option(*names, cls=SectionOption, section=section, **settings)


def _all_of(*decorators: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """One decorator for several, which are listed in this order."""

    def decorate(function: Function) -> Function:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


# ---- what to compress and where to ---------------------------------------------------------------------------------------


class _FileArgument(click.Argument):
    """Names of files; at the beginning of a command line, those of the other commands come to mind as well."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin like *incomplete*, and a word to the shell to look for files."""
        commands = getattr(ctx.command, "commands_beside", {})
        first = not any(ctx.params.get(self.name or "") or ())
        found = [CompletionItem(name) for name in commands if first and incomplete and name.startswith(incomplete)]
        return [*found, CompletionItem(incomplete, type="file")]


def named_files(metavar: str, required: bool = False) -> Callable[[Function], Function]:
    """Decorate with names of files, any number or, if *required*, at least one."""
    return click.argument("names", metavar=metavar, nargs=-1, required=required, cls=_FileArgument)


files_argument = named_files("[FILE]...")
file_argument = click.argument("name", metavar="[FILE]", default="-", cls=_FileArgument)

output_option = _option("Files", "-o", "--output", metavar="OUTPUT", help="Write to the file OUTPUT (- for standard output).")
force_option = _option(
    "Files", "-f", "--force", is_flag=True, help="Overwrite; follow symbolic links; write compressed data to a terminal."
)
walk_options = _all_of(
    _option("Files", "-r", "--recursive", is_flag=True, help="Take all files in folders, but for symbolic links."),
    _option("Files", "-S", "--suffix", type=SuffixText(), default=DEFAULT_SUFFIX, help=f"Use this instead of {DEFAULT_SUFFIX}."),
)
output_options = _all_of(
    output_option,
    _option("Files", "-c", "--stdout", "to_stdout", is_flag=True, help="Write to standard output."),
    force_option,
    _option(
        "Files",
        "--rm/--keep",
        " /-k",
        "remove",
        help="Remove the FILEs when all outputs are on the disk and verified, none if anything failed; or keep them (the default).",
    ),
)

# ---- coding ----------------------------------------------------------------------------------------------------------------


def _level_names(level: int) -> list[str]:
    also = {LEVELS[0]: ["--fast"], LEVELS[-1]: ["--best"]}
    return [f"-{level}", *also.get(level, [])]


level_options = _all_of(
    *(
        _option(
            "Levels, from fast to small",
            *_level_names(level),
            "level",
            flag_value=level,
            type=int,
            help=describe_level(level),
        )
        for level in LEVELS
    )
)
levels_option = _option("Work", "--levels", type=Span(LEVELS[0]), help="The levels from A to B; all, if none is named.")
threads_option = _option(
    "Work",
    "-T",
    "--threads",
    metavar="N",
    type=click.IntRange(0),
    default=1,
    help="Work on N blocks at a time, with the memory of each; 0: as many as there are cores. The output is the same.",
)
block_size_option = _option(
    "Work",
    "--block-size",
    metavar="SIZE",
    type=ByteCount(),
    help="Bytes of content in a block, with k, m or g for powers of 1,024. Larger blocks compress better and take more memory.",
)
coding_options = _all_of(
    threads_option,
    block_size_option,
    _option("Work", "--verify/--no-verify", default=None, help="Decode what was written and compare. The default with --rm."),
    _option("Work", "--engine", type=click.Choice(ENGINE_NAMES), help="How text is coded, if not as the level or --tiling says."),
    _option(
        "Work",
        "--tiling",
        metavar="TILING",
        help="Where phrases are looked up; implies the engine paper if none is named. multi, fibonacci, fibonacci1, period5, "
        "period5x8, thue-morse, period-doubling, none, bigrams, all, period:WORD, random:SEED or cut:SLOPE:PHASE.",
    ),
)
limit_options = _all_of(
    _option(
        "Work",
        "-M",
        "--memlimit",
        metavar="SIZE",
        type=ByteCount(),
        help="Fail if decoding a block needs more memory than this; info says how much.",
    ),
    _option("Work", "--max-length", metavar="SIZE", type=ByteCount(), help="Fail if there is more content than this."),
)

# ---- messages --------------------------------------------------------------------------------------------------------------

json_option = _option("Messages", "--json", "as_json", is_flag=True, help="Print JSON.")
message_options = _all_of(
    _option("Messages", "-q", "--quiet", count=True, help="No progress and no warnings; twice: no errors either."),
    _option("Messages", "-v", "--verbose", count=True, help="Say what became of each file, and more in lists."),
    _option("Messages", "--no-progress", is_flag=True, help="Show no progress, which is shown on a terminal, not in a pipe."),
)

# ---- parts and checks ------------------------------------------------------------------------------------------------------

part_options = _all_of(
    _option(
        "Parts",
        "--range",
        "span",
        type=Span(None),
        help="Only the bytes from number A up to, without, B, counted from 0, or from the end if negative, as a Python slice.",
    ),
    _option("Parts", "--lines", type=Span(1), help="Only the lines from number A to number B, with both, counted from 1."),
)
quick_option = _option(
    "Work", "--quick", is_flag=True, help="Look at the tails only: finds what was cut off, without decoding. Not for streams."
)


def operation_options(function: Function) -> Function:
    """The options of the short form that say what to do; the last one counts."""
    described = (
        ("compress", ("-z", "--compress"), "Compress each FILE to FILE.qcz: what is done if nothing else is said."),
        ("decompress", ("-d", "--decompress", "--uncompress"), "Decompress each FILE.qcz to FILE."),
        ("test", ("-t", "--test"), "Check each FILE.qcz to the last byte."),
        ("list", ("-l", "--list"), "Print sizes, without decoding."),
    )
    options = (_option("What to do", *names, "operation", flag_value=value, help=text) for value, names, text in described)
    return _all_of(*options)(function)
