"""Draws "Which level?" of the kept results of `levels`, size against speed: bench/results/levels.svg (needs matplotlib)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from ..machine.description import RESULTS
from ..measures.levels import BASE

TITLE = "Which level? Size against speed"
WIDTH, HEIGHT = 11, 6.2  # inches
OWN = "quasicryth"
# Colours that are told apart by those who see red and green alike, and marks for those who see none.
STYLES = {
    OWN: ("#000000", "o"),
    "xz": ("#0072b2", "s"),
    "zstd": ("#d55e00", "^"),
    "brotli": ("#009e73", "v"),
    "bzip3": ("#cc79a7", "D"),
    "PPMd": ("#b8860b", "P"),
    "zpaq": ("#56b4e9", "X"),
}
# Levels nearer to each other than this, in per cent of the text and in powers of ten, have one label.
NEAR_SIZE, NEAR_SPEED = 0.35, 0.15
PANELS = {"compress_seconds": "compresses", "decompress_seconds": "decompresses"}


def load_kept() -> dict[str, Any]:
    """Return what `python -m bench levels` has kept."""
    kept: dict[str, Any] = json.loads((RESULTS / "levels.json").read_text(encoding="utf-8"))
    return kept


def _group(names: list[str], points: list[tuple[float, float]]) -> list[tuple[str, tuple[float, float]]]:
    """Return labels and their places: levels that come to nearly the same share one."""
    labels: list[tuple[str, tuple[float, float]]] = []
    for name, (speed, size) in zip(names, points, strict=True):
        if labels and abs(size - labels[-1][1][1]) < NEAR_SIZE and abs(math.log10(speed / labels[-1][1][0])) < NEAR_SPEED:
            labels[-1] = (f"{labels[-1][0]}, {name}", labels[-1][1])
        else:
            labels.append((name, (speed, size)))
    return labels


def _draw_program(axes: Any, kept: dict[str, Any], program: str, key: str) -> None:
    levels = kept["results"][program]
    base = kept["results"][BASE[0]][BASE[1]][key]
    points = [(base / level[key], 100 * level["bytes"] / kept["bytes"]) for level in levels.values()]
    colour, mark = STYLES[program]
    own = program == OWN
    speeds, sizes = zip(*points, strict=True)
    axes.plot(speeds, sizes, color=colour, marker=mark, markersize=7 if own else 5, linewidth=2.2 if own else 1, label=program)
    style = {"va": "top", "weight": "bold"} if own else {}
    for label, place in _group(list(levels), points):
        offset = (5, -5) if own else (4, 4)
        axes.annotate(label, place, offset, textcoords="offset points", fontsize=8, color=colour, **style)


def _draw_panel(axes: Any, kept: dict[str, Any], key: str, verb: str) -> None:
    for program in kept["results"]:
        _draw_program(axes, kept, program, key)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} x")
    axes.set_xlabel(f"{verb} so many times as fast as {' '.join(BASE)} (log scale)")
    axes.grid(color="#dddddd", which="major")
    axes.margins(0.08)


def draw(kept: dict[str, Any]) -> Any:
    """Return the figure of the results *kept*."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (key, verb) in zip(panels, PANELS.items(), strict=True):
        _draw_panel(axes, kept, key, verb)
    panels[0].set_ylabel("size, per cent of the text (lower is better)")
    panels[0].legend(loc="upper left", ncols=2, fontsize=9)
    machine = kept["machine"]
    figure.suptitle(f"{TITLE}: {kept['file']}, {kept['bytes']:,} bytes of Wikipedia")
    figure.supxlabel(
        f"One thread, CPU time; speeds are ratios in one run, {kept['date']}, on {machine['processor']}. "
        f"Lower and further to the right is better.",
        fontsize=8,
    )
    return figure


def write(figure: Any, path: Path) -> None:
    """Write *figure* to *path*, the same bytes each time."""
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "quasicryth", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=100)


def run() -> bool:
    """Draw the picture of the kept results."""
    path = RESULTS / "levels.svg"
    write(draw(load_kept()), path)
    print("drawn in", path)
    return True
