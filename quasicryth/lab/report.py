"""One HTML file that says and shows what was measured: no network, no script, readable on a phone and with a screen reader."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ..base.version import __version__
from .claims import Cell, show
from .conclusions import conclude
from .designs import EXPERIMENTS, make_designs
from .experiment import Subject
from .figures import Picture, draw_coverage, draw_growth, draw_rivals, draw_text, draw_tiling
from .growth import measure_advantage
from .results import TextResults

# Where a checkout keeps what its benchmarks measured; not part of an installed package.
_BENCHMARKS = Path(__file__).parents[2] / "bench" / "results"
_RIVAL_FILE = "enwik7"
_YARDSTICK = "xz -9e"

_METHOD = (
    "The text was coded again and again with phrases looked up at the positions of different tilings: the same codebooks, built "
    "once (engine paper), and the same coder. Every payload was decoded and compared. Percentages are of the payload."
)
_QUESTIONS = {
    "published": "The published comparison, and its controls",
    "matched-count": "As many tilings on either side",
    "matched-budget": "As many positions on either side",
    "periods": "Periods from 2 to 144",
    "sequences": "Other sequences",
}

_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto; max-width: 52rem; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc; }
h2, h3, figcaption, summary, li { overflow-wrap: anywhere; }
a { color: #00539b; }
figure { margin: 1.5rem 0; }
figcaption { margin-top: .5rem; color: #444; }
figure svg { width: 100%; height: auto; }
.scroll { overflow-x: auto; }
.wide svg { width: 60rem; max-width: none; }
table { border-collapse: collapse; font-size: .9rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { border: 1px solid #ccc; padding: .2rem .5rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { background: #f2f2f2; white-space: normal; }
summary { cursor: pointer; padding: .25rem 0; }
:focus-visible { outline: 3px solid #00539b; outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
@media print { .scroll { overflow: visible; } }
"""


# ---- pictures ----------------------------------------------------------------------------------------------------------------


def _load_benchmark(name: str) -> dict[str, Any]:
    path = _BENCHMARKS / f"{name}.json"
    if not path.exists():
        return {}
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _rival_points() -> dict[str, tuple[float, int]]:
    """Speed of compressing, as multiples of xz, and bytes of our levels and their rivals, as far as the benchmarks kept them.

    Speeds are compared within a run only; a level that ran beside another rival is compared through that.
    """
    fast, mix, rivals = _load_benchmark("fast"), _load_benchmark("mix"), _load_benchmark("rivals")
    speeds = {name: speed[_RIVAL_FILE] for name, speed in rivals.get("speeds", {}).get("of", {}).items() if _RIVAL_FILE in speed}
    ratios = {name: speed["compress"]["speed_ratio"] for name, speed in speeds.items()} | {_YARDSTICK: 1.0}
    points = {name: (ratios[name], found[_RIVAL_FILE]) for name, found in rivals.get("bytes", {}).items() if name in ratios}
    sizes = dict(fast.get("sizes", {}).get(_RIVAL_FILE, {}))
    sizes |= {f"-{level}": found["bytes"] for level, found in mix.get("sizes", {}).get(_RIVAL_FILE, {}).items()}
    timed = {level: {**times, "rival": _YARDSTICK} for level, times in fast.get("speeds", {}).items()}
    timed |= {f"-{level}": times for level, times in mix.get("cost", {}).items()}
    for level, times in timed.items():
        if level in sizes and times["rival"] in ratios:
            points[level] = (times["compress"]["speed_ratio"] * ratios[times["rival"]], sizes[level])
    return points


def make_pictures(texts: dict[str, bytes], measured: dict[str, list[TextResults]], seeds: int) -> list[Picture]:
    """Return all pictures there can be: of the first of *texts*, measured with the first engine, and of the benchmarks at hand."""
    name, data = next(iter(texts.items()))
    pictures = [draw_tiling(data), draw_coverage(Subject(name, data).word_count)]
    if measured:
        engine_texts = next(iter(measured.values()))
        pictures += draw_text(engine_texts[0], seeds)
    pictures.append(draw_growth(measure_advantage(name, data, seeds)))
    points = _rival_points()
    if points:
        pictures.append(draw_rivals(points, f"{_RIVAL_FILE}, as this checkout's benchmarks measured it"))
    return pictures


# ---- page --------------------------------------------------------------------------------------------------------------------


def _table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], label: str) -> Iterator[str]:
    """A table that scrolls by itself where the screen is narrow, and by keyboard."""
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
    yield f"<table><caption>{escape(caption)}</caption>"
    yield "<thead><tr>" + "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header) + "</tr></thead><tbody>"
    for first, *others in rows:
        cells = "".join(f"<td>{escape(show(cell))}</td>" for cell in others)
        yield f'<tr><th scope="row">{escape(show(first))}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _inline_svg(picture: Picture) -> str:
    """The picture as an element of the page, with its description for who cannot see it."""
    svg = picture.svg.decode("utf-8")
    element = svg[svg.index("<svg") :].strip()
    label = f'<svg role="img" aria-label="{escape(picture.title)}: {escape(picture.description)}" '
    return label + element.removeprefix("<svg ")


def _figure(picture: Picture) -> Iterator[str]:
    yield f'<section aria-labelledby="{picture.name}"><h3 id="{picture.name}">{escape(picture.title)}</h3><figure>'
    if picture.wide:
        yield f'<div class="scroll wide" tabindex="0" role="region" aria-label="{escape(picture.title)}, scrolls sideways">'
    yield _inline_svg(picture)
    if picture.wide:
        yield "</div>"
    yield f"<figcaption>{escape(picture.description)}</figcaption></figure>"
    yield "<details><summary>The numbers as a table</summary>"
    yield from _table(picture.title, picture.header, picture.rows, f"Table: {picture.title}")
    yield "</details></section>"


def _experiments(text: TextResults, seeds: int) -> Iterator[str]:
    """The experiments that were measured whole."""
    for experiment in EXPERIMENTS:
        designs = make_designs(experiment, seeds)
        if sum(design.name in text.measurements for design in designs) >= len(designs) - 2:  # costed ones are for one engine only
            yield experiment


def _findings(measured: dict[str, list[TextResults]], seeds: int) -> Iterator[str]:
    for engine, texts in measured.items():
        for experiment in _experiments(texts[0], seeds):
            yield f"<h3>{escape(_QUESTIONS[experiment])} (engine {escape(engine)})</h3><ul>"
            yield from (f"<li>{escape(sentence)}</li>" for sentence in conclude(experiment, texts, seeds))
            yield "</ul>"


def _sizes(measured: dict[str, list[TextResults]]) -> Iterator[str]:
    for engine, texts in measured.items():
        designs = [design.name for design in make_designs("published") if design.name in texts[0].measurements]
        if designs:
            rows = [
                (name, *(text.measurements[name].size if name in text.measurements else "-" for text in texts)) for name in designs
            ]
            header = ("design", *(f"{text.name} ({text.size:,} bytes)" for text in texts))
            yield from _table(f"Bytes of the payload, engine {engine}", header, rows, f"Table: sizes, engine {engine}")


def write_report(pictures: Sequence[Picture], measured: dict[str, list[TextResults]], seeds: int) -> str:
    """Return the page: findings, sizes, and *pictures* of the first text."""
    names = list(dict.fromkeys(text.name for texts in measured.values() for text in texts))
    title = f"What is a tiling worth on {', '.join(names) or 'this text'}?"
    lines = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<link rel="icon" href="data:,">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        '<a class="skip" href="#findings">To the findings</a>',
        f"<header><h1>{escape(title)}</h1>",
        f"<p>{_METHOD} What was drawn by lot was drawn {seeds} times. quasicryth {escape(__version__)}.</p></header><main>",
        '<section aria-labelledby="findings"><h2 id="findings">Findings</h2>',
        *_findings(measured, seeds),
        '</section><section aria-labelledby="sizes"><h2 id="sizes">Sizes</h2>',
        *_sizes(measured),
        '</section><section aria-labelledby="pictures"><h2 id="pictures">Pictures</h2>',
        *(line for picture in pictures for line in _figure(picture)),
        "</section></main></body></html>",
    ]
    return "\n".join(lines) + "\n"
