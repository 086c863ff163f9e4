"""The commands `qcz ab` and `qcz theory`. Only click is imported here; numpy and the rest when a command runs."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options
from .reports import CommandError, Reporter, shown

if TYPE_CHECKING:
    from ..lab.claims import Claim
    from ..lab.designs import Design
    from ..lab.results import ResultFile, TextResults

# Spelled out here so that --help needs no numpy; a test compares them.
EXPERIMENT_NAMES = ("published", "matched-count", "matched-budget", "periods", "sequences")
_ENGINES = ("paper", "fast", "mix")
_DEFAULT_EXPERIMENTS = ("published", "matched-budget")
_DEFAULT_SIZES = (1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000)
_SAVE_INTERVAL = 5.0  # seconds
_OUTPUT = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


def _read(name: str, prefix: int | None) -> bytes:
    try:
        with open(name, "rb") as file:
            data = file.read(-1 if prefix is None else prefix)
    except OSError as error:
        raise CommandError(f"{shown(name)}: {error.strerror}") from None
    if not data:
        raise CommandError(f"{shown(name)}: there is no text in it")
    return data


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{shown(str(path))}: {error.strerror}") from None


def _open_results(path: Path | None) -> ResultFile:
    from ..lab.results import ResultFile

    try:
        return ResultFile(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{shown(str(path))}: not a file of results ({error})") from None


def _need_numpy() -> None:
    try:
        import numpy  # noqa: F401
    except ImportError:
        raise CommandError("the laboratory needs numpy; install it with: pip install 'quasicryth[lab]'") from None


def _option(section: str, *names: str, **settings: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(*names, cls=options.SectionOption, section=section, **settings)


def _command(name: str, examples: tuple[tuple[str, str], ...] = ()) -> Callable[[Callable[..., None]], click.Command]:
    return click.command(name, cls=options.SectionedCommand, context_settings=options.HELP, examples=examples)


_needed_files = options.named_files("FILE...", required=True)


# ---- qcz ab ------------------------------------------------------------------------------------------------------------------


def _choose_designs(experiments: Sequence[str], tilings: Sequence[str], seeds: int) -> dict[str, list[Design]]:
    from ..lab.designs import Design, make_designs, parse_design

    names = EXPERIMENT_NAMES if "all" in experiments else experiments or (() if tilings else _DEFAULT_EXPERIMENTS)
    chosen = {name: make_designs(name, seeds) for name in names}
    if tilings:
        for name in tilings:
            try:
                parse_design(name)
            except ValueError as error:
                raise click.UsageError(str(error)) from None
        controls = [name for name in ("bigrams", "all") if name not in tilings]
        chosen["yours"] = [Design(name, name) for name in (*tilings, *controls)]
    return chosen


@contextlib.contextmanager
def _steps(title: str, total: int, kept: ResultFile, reporter: Reporter) -> Iterator[Callable[[int], None]]:
    """Give what is to be called after each step of *total*: it shows progress, and saves now and then, as a signal ends all."""
    saved = time.monotonic()
    with contextlib.ExitStack() as shown_meanwhile:
        shows = reporter.shows_progress
        bar = shown_meanwhile.enter_context(click.progressbar(length=total, label=title, file=sys.stderr)) if shows else None

        def advance(steps: int) -> None:
            nonlocal saved
            if bar is not None:
                bar.update(steps)
            if time.monotonic() - saved > _SAVE_INTERVAL:
                kept.save()
                saved = time.monotonic()

        yield advance
    kept.save()


def _measure(
    texts: dict[str, bytes], engine: str, experiments: dict[str, list[Design]], kept: ResultFile, reporter: Reporter
) -> list[TextResults]:
    from ..lab.results import fill

    measured = []
    total = len(texts) * sum(map(len, experiments.values()))
    with _steps(f"engine {engine}", total, kept, reporter) as advance:
        for name, data in texts.items():
            results = kept.text(name, data, engine)
            for designs in experiments.values():
                fill(results, data, designs, advance=advance)
            measured.append(results)
    return measured


def _table_lines(text: TextResults, designs: Sequence[Design]) -> Iterator[str]:
    """The named designs of *text*, smallest first, and how far each is from every position."""
    named = sorted(
        {text.measurements[d.name].size: d.name for d in designs if d.seed is None and d.name in text.measurements}.items()
    )
    every = text.measurements.get("all")
    yield f"{text.name}, {text.size:,} bytes, engine {text.engine}"
    for size, name in named:
        against = f"{100 * (size / every.size - 1):+8.2f} % of every position" if every is not None else ""
        yield f"    {size:>13,}  {name:32}{against}".rstrip()


def _lines(measured: dict[str, list[TextResults]], experiments: dict[str, list[Design]], seeds: int) -> Iterator[str]:
    from ..lab.conclusions import conclude

    for engine, texts in measured.items():
        for experiment, designs in experiments.items():
            if experiment in {"published", "yours"}:
                for text in texts:
                    yield from _table_lines(text, designs)
            if experiment in EXPERIMENT_NAMES:
                yield f"What {experiment} says, engine {engine}:"
                for sentence in conclude(experiment, texts, seeds):
                    yield f"  * {sentence}"
            yield ""


@_command("ab", (("qcz ab notes.txt --report out.html", "the published comparison and its controls, with pictures"),))
@_needed_files
@_option("Work", "--engine", "engines", type=click.Choice(_ENGINES), multiple=True, default=("paper",), help="Also several times.")
@_option(
    "Work",
    "--experiment",
    "experiments",
    type=click.Choice([*EXPERIMENT_NAMES, "all"]),
    multiple=True,
    help=f"What to compare; also several times. Default: {', '.join(_DEFAULT_EXPERIMENTS)}.",
)
@_option(
    "Work",
    "--tiling",
    "tilings",
    multiple=True,
    metavar="NAME",
    help="Tilings of yours beside bigrams and all: rule:L->LS,S->L, cut:0.618:1/2, 12*golden, shuffled:1:fibonacci, ...",
)
@_option(
    "Work",
    "--seeds",
    metavar="N",
    type=click.IntRange(3, 1000),
    default=8,
    show_default=True,
    help="Draws wherever something is by lot.",
)
@_option("Work", "--prefix", type=click.IntRange(1), metavar="BYTES", help="Only so many bytes of each FILE.")
@_option("Files", "--keep", type=_OUTPUT, metavar="FILE", help="Keep what is measured here, and go on from what is there.")
@_option("Files", "--json", "json_path", type=_OUTPUT, metavar="FILE", help="Write everything as JSON.")
@_option("Files", "--csv", "csv_path", type=_OUTPUT, metavar="FILE", help="Write a row for each text and design as CSV.")
@_option(
    "Files", "--report", "report_path", type=_OUTPUT, metavar="FILE", help="Write one HTML file with pictures. Needs matplotlib."
)
@_option(
    "Files",
    "--figures",
    "figure_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the pictures as SVG and PNG.",
)
@options.message_options
def ab_command(
    names: tuple[str, ...],
    engines: tuple[str, ...],
    experiments: tuple[str, ...],
    tilings: tuple[str, ...],
    seeds: int,
    prefix: int | None,
    keep: Path | None,
    json_path: Path | None,
    csv_path: Path | None,
    report_path: Path | None,
    figure_folder: Path | None,
    **messages: Any,
) -> None:
    """Compare tilings on each FILE: sizes, pictures, and what they show.

    The text is coded again and again with phrases at the positions of another tiling, and nothing else changed: the
    codebooks are built once for all designs. Every result is decoded again. Each FILE is one block.
    """
    reporter = Reporter.of(click.get_current_context(), **messages)
    _need_numpy()
    from ..lab.results import to_csv, to_json

    chosen = _choose_designs(experiments, tilings, seeds)
    texts = {Path(name).name: _read(name, prefix) for name in names}
    if report_path or figure_folder:
        _need_matplotlib()
    kept = _open_results(keep)
    measured = {}
    for engine in dict.fromkeys(engines):
        if engine == "mix":
            from ..lab.experiment import WHY_NOT_MIX

            click.echo(f"{WHY_NOT_MIX[0].upper()}{WHY_NOT_MIX[1:]}.\n")
        else:
            measured[engine] = _measure(texts, engine, chosen, kept, reporter)
    for line in _lines(measured, chosen, seeds):
        click.echo(line)
    everything = [text for found in measured.values() for text in found]
    if json_path:
        _write(json_path, to_json(everything))
    if csv_path:
        _write(csv_path, to_csv(everything, chosen))
    if report_path or figure_folder:
        _write_pictures(texts, measured, seeds, report_path, figure_folder)


def _need_matplotlib() -> None:
    from ..lab.figures import MissingMatplotlibError, load_matplotlib

    try:
        load_matplotlib()
    except MissingMatplotlibError as error:
        raise CommandError(str(error)) from None


def _write_pictures(
    texts: dict[str, bytes],
    measured: dict[str, list[TextResults]],
    seeds: int,
    report_path: Path | None,
    figure_folder: Path | None,
) -> None:
    from ..lab.report import make_pictures, write_report

    pictures = make_pictures(texts, measured, seeds)
    if figure_folder:
        figure_folder.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            (figure_folder / f"{picture.name}.svg").write_bytes(picture.svg)
            (figure_folder / f"{picture.name}.png").write_bytes(picture.png)
    if report_path:
        _write(report_path, write_report(pictures, measured, seeds))


# ---- qcz theory --------------------------------------------------------------------------------------------------------------


def _plain_claim(claim: Claim) -> dict[str, Any]:
    rows = [dict(zip(claim.header, row, strict=True)) for row in claim.rows]
    return {"name": claim.name, "statement": claim.statement, "numbers": rows, "holds": claim.holds, "verdict": claim.verdict}


def _measure_growth(names: Sequence[str], sizes: Sequence[int], keep: Path | None, reporter: Reporter) -> Iterator[Claim]:
    from ..lab.growth import GROWTH_DESIGNS, check_activation, check_growth, measure_growth

    kept = _open_results(keep)
    texts = []
    for name in names:
        data = _read(name, max(sizes))
        steps = len(GROWTH_DESIGNS) * len({min(size, len(data)) for size in sizes})
        with _steps(Path(name).name, steps, kept, reporter) as advance:
            texts.append(measure_growth(Path(name).name, data, sizes, kept, advance))
    for text in texts:
        yield check_activation(text)
    yield check_growth(texts)


def _echo(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


@_command("theory")
@options.files_argument
@_option(
    "Work",
    "--size",
    "sizes",
    type=click.IntRange(1),
    multiple=True,
    default=_DEFAULT_SIZES,
    metavar="BYTES",
    help="Prefixes of FILE to measure; also several times. Default: 1, 3, 10, 30 and 100 million, as far as FILE goes.",
)
@_option("Files", "--keep", type=_OUTPUT, metavar="FILE", help="Keep what is measured here, and go on from what is there.")
@_option("Files", "--json", "json_path", type=_OUTPUT, metavar="FILE", help="Write everything as JSON.")
@options.message_options
def theory_command(
    names: tuple[str, ...], sizes: tuple[int, ...], keep: Path | None, json_path: Path | None, **messages: Any
) -> None:
    """Check what is claimed of the golden tiling.

    With texts, FILE, also what depends on them: when levels come into use, and how the advantage over a period grows.
    """
    reporter = Reporter.of(click.get_current_context(), **messages)
    _need_numpy()
    from ..lab.claims import print_lines
    from ..lab.theory import check_claims

    claims = check_claims()
    for claim in claims:
        _echo(print_lines(claim))
    for claim in _measure_growth(names, sizes, keep, reporter) if names else ():
        claims.append(claim)
        _echo(print_lines(claim))
    if json_path:
        _write(json_path, json.dumps([_plain_claim(claim) for claim in claims], indent=2) + "\n")


COMMANDS = (ab_command, theory_command)
