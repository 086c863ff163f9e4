"""`qcz test` and `qcz recover`: every damage of a file, and what is left of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, BinaryIO

from ..files.recovery import restore
from ..frames.salvage import Recovery
from ..frames.survey import Damage
from .decompressing import DecodingChoices, measure_content
from .names import Suffix, expand
from .progress import progress_on
from .reports import Reporter, shown
from .transfer import FileChoices, Source, StandardOutput, Totals, Transfers, open_source, refuse_terminal_input


def describe_damage(damage: Damage) -> str:
    """Return a line about *damage*."""
    where = f"bytes {damage.start:,} to {damage.end:,}: {damage.what}"
    if not damage.is_loss:
        return f"{where}; no content is lost"
    if damage.content_start is None:
        return f"{where}; content is lost, from where is not known"
    if damage.content_end is None:
        return f"{where}; content from byte {damage.content_start:,} is lost, how much is not known"
    return f"{where}; content bytes {damage.content_start:,} to {damage.content_end:,} are lost"


def _as_dicts(damages: Iterable[Damage]) -> list[dict[str, Any]]:
    return [asdict(damage) for damage in damages]


def _look_at_tails(source: Source, choices: DecodingChoices) -> None:
    with choices.open(source.file) as content:
        choices.limits.check_length(content.seek(0, os.SEEK_END))


def _decode(source: Source, write: Any, choices: DecodingChoices, reporter: Reporter) -> Recovery:
    total = measure_content(source) if reporter.shows_progress else None
    with progress_on(source.name, total, reporter) as progress:
        return restore(
            source.file,
            write,
            max_length=choices.max_length,
            memlimit=choices.memlimit,
            threads=choices.threads,
            progress=progress,
        )


def test_files(
    names: tuple[str, ...], files: FileChoices, choices: DecodingChoices, quick: bool, as_json: bool, reporter: Reporter
) -> None:
    """Check the files *names*, or standard input, and report every damage as an error."""
    tested: list[dict[str, Any]] = []
    for name in expand(names, files.recursive, True, Suffix(files.suffix), reporter):
        with reporter.reported(name), open_source(name) as source:
            refuse_terminal_input(name)
            damages: tuple[Damage, ...] = ()
            if quick:
                _look_at_tails(source, choices)
            else:
                damages = _decode(source, len, choices, reporter).damages
            tested.append({"name": name, "damages": _as_dicts(damages)})
            for damage in damages:
                reporter.error(None if as_json else f"{shown(name)}: {describe_damage(damage)}")
            if not damages and reporter.verbose:
                reporter.say(f"{shown(name)}: intact{' by its tail' if quick else ''}")
    if as_json:
        _write_json({"files": tested})


def _write_json(value: dict[str, Any]) -> None:
    output = StandardOutput()
    output.write_text(json.dumps(value, indent=2) + "\n")
    output.flush()


def recover_file(name: str, files: FileChoices, choices: DecodingChoices, as_json: bool, reporter: Reporter) -> None:
    """Write every intact block of the file *name* to the output, and report what is lost as a warning."""
    recoveries: list[Recovery] = []

    def work(source: Source, output: BinaryIO) -> Totals:
        refuse_terminal_input(name)
        recoveries.append(_decode(source, output.write, choices, reporter))
        return Totals(recoveries[0].recovered_size, source.size or 0)

    Transfers(files, reporter).run((name,), True, str, work)
    for recovery in recoveries:
        if as_json:
            _write_json({"damages": _as_dicts(recovery.damages)})
        for damage in recovery.damages:
            message = None if as_json else f"{shown(name)}: {describe_damage(damage)}"
            if damage.is_loss:
                reporter.warn(message)
            elif message is not None:
                reporter.say(message)
