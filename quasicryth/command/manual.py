"""The manual page `qcz.1`, made of what `--help` prints: `python -m quasicryth.command.manual` writes it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from ..base.version import __version__
from .interface import CLOSING, cli, short_form
from .options import SectionedCommand, sections

MANUAL = Path(__file__).with_name("qcz.1")


def _text(text: str) -> str:
    """Return *text* so that roff takes no letter of it for a command."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return rf"\&{escaped}" if escaped.startswith(".") else escaped


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield ".PP"
        yield _text(" ".join(paragraph.split()))


def _definitions(records: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in records:
        yield ".TP"
        yield rf"\fB{_text(name)}\fR"
        yield _text(text)


def _context(command: click.Command, name: str) -> click.Context:
    """As at a call: a context without the settings would change what the command calls its help from then on."""
    return click.Context(command, info_name=name, **command.context_settings)


def _options(command: click.Command, already: set[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The options of *command* by section, without those whose names are *already* described."""
    context = _context(command, "qcz")
    for title, records in sections(command.get_params(context), context).items():
        wanted = [record for record in records if record[0] not in already]
        if wanted:
            yield title, wanted


def _short_form() -> Iterator[str]:
    yield ".SH OPTIONS"
    for title, records in _options(short_form, set()):
        yield f".SS {_text(title)}"
        yield from _definitions(records)


def _commands() -> Iterator[str]:
    described = {name for _, records in _options(short_form, set()) for name, _ in records}
    yield ".SH COMMANDS"
    yield ".PP"
    yield "The options of commands that are not listed here are those above."
    for name, command in cli.commands.items():
        operands = " ".join(command.collect_usage_pieces(_context(command, name)))
        yield f".SS qcz {name} {_text(operands)}"
        yield from _paragraphs(command.help or "")
        for _, records in _options(command, described):
            yield from _definitions(records)
        if isinstance(command, SectionedCommand):
            yield from _definitions(command.examples)


def make_manual() -> str:
    """Return the manual page as roff."""
    lines = [
        f'.TH QCZ 1 "" "quasicryth {__version__}" "User Commands"',
        ".SH NAME",
        r"qcz, unqcz, qczcat \- compress text losslessly into .qcz files, and back",
        ".SH SYNOPSIS",
        ".B qcz",
        r"[\fIOPTIONS\fR] [\fIFILE\fR]...",
        ".br",
        ".B qcz",
        r"\fICOMMAND\fR [\fIOPTIONS\fR] [\fIFILE\fR]...",
        ".PP",
        r"\fBunqcz\fR is \fBqcz decompress\fR, and \fBqczcat\fR is \fBqcz cat\fR.",
        ".SH DESCRIPTION",
        *_paragraphs(short_form.help or ""),
        *_short_form(),
        *_commands(),
        ".SH EXAMPLES",
        *_definitions(short_form.examples if isinstance(short_form, SectionedCommand) else ()),
    ]
    for title, text in CLOSING:
        lines += [f".SH {title.upper()}", *_paragraphs(text)]
    lines += [".SH SEE ALSO", ".BR xz (1),", ".BR zstd (1)"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    MANUAL.write_text(make_manual(), encoding="ascii")
