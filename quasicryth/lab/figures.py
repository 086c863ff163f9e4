"""Pictures of what was measured, each as SVG and PNG, with the words and the table that say the same. Needs matplotlib."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..tiling import _tokens
from ..tiling.tilings import LEVEL_WORDS, hierarchy
from .claims import Cell
from .conclusions import against_shuffled, drawn_sizes
from .designs import BUDGET_TARGETS, DRAWN_COUNTS, MATCHED_COUNT_ARMS, PERIODS_OF_TWELVE, Depths, make_designs, parse_design
from .experiment import count_positions
from .growth import Advantage
from .results import TextResults
from .statistics import Interval, interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that are told apart without seeing red from green (Okabe and Ito), and with each a marker.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#999999")
_DARK_COLOURS = ("#0072B2",)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_STYLE: Any = {
    "font.size": 12,
    "svg.fonttype": "none",
    "svg.hashsalt": "quasicryth",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_SHOWN_WORDS = 34
_LEVELS_OF_SHOWN = 7
_NAMED = ("fibonacci1", "period5", "fibonacci", "period5x8", "multi", "all")
_PHRASE_WORDS = tuple(str(words) for words in LEVEL_WORDS[1:])


class MissingMatplotlibError(ImportError):
    """Pictures were asked for, and matplotlib is not installed."""


@dataclass(frozen=True)
class Picture:
    """A picture called *name*: its *title*, what is to be seen in it (*description*), and the numbers in it as a table."""

    name: str
    title: str
    description: str
    svg: bytes
    png: bytes
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    wide: bool = False


def load_matplotlib() -> None:
    """Raise MissingMatplotlibError, which says how to get it, if matplotlib is not there."""
    if find_spec("matplotlib") is None:
        raise MissingMatplotlibError("pictures need matplotlib; install it with: pip install 'quasicryth[lab]'")


class _Canvas:
    """One figure with one pair of axes, drawn without a screen."""

    def __init__(self, width: float = 6.0, height: float = 4.2) -> None:
        import matplotlib as mpl
        from matplotlib.figure import Figure

        with mpl.rc_context(_STYLE):
            self.figure: Figure = Figure(figsize=(width, height), layout="constrained")
            self.axes: Axes = self.figure.add_subplot()

    def finish(self, name: str, title: str, description: str, header: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> Picture:
        wide = self.figure.get_figwidth() > 8
        return Picture(name, title, description, self._draw("svg", name), self._draw("png", name), tuple(header), tuple(rows), wide)

    def _draw(self, kind: str, name: str) -> bytes:
        import matplotlib as mpl

        buffer = io.BytesIO()
        stamps = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        with mpl.rc_context(_STYLE):
            self.figure.savefig(buffer, format=kind, dpi=150, metadata=stamps)
        return _make_ids_unique(buffer.getvalue(), name) if kind == "svg" else buffer.getvalue()

    def legend(self, **options: Any) -> None:
        self.figure.legend(loc="outside lower center", ncols=options.pop("ncols", 2), frameon=False, fontsize=11, **options)


def _make_ids_unique(svg: bytes, name: str) -> bytes:
    """Put *name* before every id, so that several pictures can be in one page."""
    prefix = name.encode() + b"-"
    svg = re.sub(rb'\bid="', b'id="' + prefix, svg)
    svg = re.sub(rb"url\(#", b"url(#" + prefix, svg)
    return re.sub(rb'href="#', b'href="#' + prefix, svg)


def _signed(value: float) -> str:
    return f"{value:+.3f} %"


def _bounds(value: Interval) -> str:
    return f"{value.mean:+.3f} ± {value.half_width:.3f} %"


# ---- the tiling over the text ------------------------------------------------------------------------------------------------


def _show_word(word: bytes) -> str:
    text = word.decode("utf-8", "replace").replace("\n", "⏎").replace("$", r"\$")
    shown = "".join(letter if letter.isprintable() else "·" for letter in text).rstrip(" ")
    return (shown or "␣")[:14]


def draw_tiling(data: bytes, design: str = "fibonacci1") -> Picture:
    """Return the tiling *design* and its hierarchy over the first words of *data*."""
    tokens = _tokens.Tokens(data[: 1 << 16])
    words = [_show_word(tokens.word(word_id)) for word_id in tokens.word_ids()[:_SHOWN_WORDS]]
    levels = hierarchy(parse_design(design).positions.tilings[0], len(words))[:_LEVELS_OF_SHOWN]
    canvas = _Canvas(12, 5)
    rows: list[tuple[Cell, ...]] = []
    for level, units in enumerate(levels):
        phrases = set(units.phrase_positions(LEVEL_WORDS[level]).tolist())
        for start, end, is_long in zip(units.starts.tolist(), units.ends.tolist(), units.is_long.tolist(), strict=True):
            colour = _COLOURS[level % 6] if start in phrases else "#dddddd"
            canvas.axes.barh(level, end - start - 0.08, left=start + 0.04, height=0.8, color=colour)
            letter_colour = "white" if colour in _DARK_COLOURS else "black"
            canvas.axes.text((start + end) / 2, level, "SL"[is_long], ha="center", va="center", color=letter_colour)
        shown = " | ".join(" ".join(words[start : start + LEVEL_WORDS[level]]) for start in sorted(phrases))
        rows.append((level, LEVEL_WORDS[level], len(phrases), shown or "-"))
    canvas.axes.set_xticks([i + 0.5 for i in range(len(words))], words, rotation=90)
    canvas.axes.set_yticks(range(len(levels)), [f"level {level} ({LEVEL_WORDS[level]} words)" for level in range(len(levels))])
    canvas.axes.set_xlim(0, max(len(words), 1))
    description = (
        f"The first {len(words)} words under the tiling {design}: tiles at the bottom, above them each level of the hierarchy. "
        "Coloured are the units at whose first word a phrase of that length is looked up."
    )
    header = ("level", "words of a phrase", "phrases looked up", "which")
    return canvas.finish("tiling", "The tiling and its hierarchy over the text", description, header, rows)


def draw_coverage(word_count: int) -> Picture:
    """Return how much of *word_count* words the phrases of each level of one tiling cover."""
    canvas = _Canvas()
    columns = {}
    for i, name in enumerate(("golden", "period:LLSLS", "approximant:89", "thue-morse")):
        depths: Depths = parse_design(name).depths(word_count)
        counts = count_positions(depths)
        columns[name] = [100 * count * words / word_count for count, words in zip(counts, LEVEL_WORDS[1:], strict=True)]
        canvas.axes.plot(_PHRASE_WORDS, columns[name], color=_COLOURS[i], marker=_MARKERS[i], label=name)
    canvas.axes.set(xlabel="words of a phrase", ylabel="covered words, %", ylim=(-5, 105))
    canvas.legend()
    rows = [(words, *(f"{columns[name][i]:.1f} %" for name in columns)) for i, words in enumerate(_PHRASE_WORDS)]
    description = "The share of the text that phrases of each length could cover, for one tiling of a kind. Zero means collapse."
    return canvas.finish("coverage", "Coverage by level", description, ("words of a phrase", *columns), rows)


# ---- what was coded ----------------------------------------------------------------------------------------------------------


def draw_hits(text: TextResults) -> Picture | None:
    """Return how many phrases of each length each design used; None for an engine that does not tell."""
    named = [name for name in _NAMED if name in text.measurements and text.measurements[name].hits]
    if not named:
        return None
    canvas = _Canvas()
    for i, name in enumerate(named):
        counted = [count or None for count in text.measurements[name].hits or ()]
        canvas.axes.plot(_PHRASE_WORDS, counted, color=_COLOURS[i], marker=_MARKERS[i], label=name)  # type: ignore[arg-type]  # None: a gap
    canvas.axes.set(xlabel="words of a phrase", ylabel="phrases used", yscale="log")
    canvas.legend(ncols=3)
    rows: list[tuple[Cell, ...]] = [
        (words, *((text.measurements[name].hits or ())[i] for name in named)) for i, words in enumerate(_PHRASE_WORDS)
    ]
    description = "How many phrases of each length the cover uses, by design; nothing is drawn where there is none."
    return canvas.finish("hits", "Hits by level", description, ("words of a phrase", *named), rows)


def draw_streams(text: TextResults) -> Picture | None:
    """Return the bytes of each part of the payload, by design; None for an engine that does not tell."""
    named = [
        name for name in ("none", "bigrams", *_NAMED, "costed") if name in text.measurements and text.measurements[name].streams
    ]
    if not named:
        return None
    canvas = _Canvas()
    streams = list(text.measurements[named[0]].streams)
    left = [0.0] * len(named)
    for i, stream in enumerate(streams):
        sizes = [text.measurements[name].streams[stream] for name in named]
        canvas.axes.barh(
            named, [size / 1000 for size in sizes], left=[size / 1000 for size in left], color=_COLOURS[i], label=stream
        )
        left = [before + size for before, size in zip(left, sizes, strict=True)]
    canvas.axes.set(xlabel="thousand bytes")
    canvas.axes.invert_yaxis()
    canvas.legend(ncols=3)
    rows: list[tuple[Cell, ...]] = [(name, *(text.measurements[name].streams[stream] for stream in streams)) for name in named]
    description = (
        "Where the bytes of each design go. Codebook, escapes and case are the same throughout: only levels and entries differ."
    )
    return canvas.finish("streams", "Bytes by stream", description, ("design", *streams), rows)


def draw_matched_count(text: TextResults, seeds: int) -> Picture | None:
    """Return size against the number of tilings, with error bars where they were drawn by lot; None if it was not measured."""
    designs = make_designs("matched-count", seeds)
    every = text.measurements.get("all")
    if every is None or not all(design.name in text.measurements for design in designs):
        return None
    canvas = _Canvas()
    rows: list[tuple[Cell, ...]] = []
    for i, arm in enumerate((*MATCHED_COUNT_ARMS, "random")):
        fixed = [(design.x, 100 * (text.size_of(design.name) / every.size - 1)) for design in designs if design.arm == arm]
        drawn = {count: drawn_sizes(text, designs, f"{arm}, drawn", count) for count in DRAWN_COUNTS}
        found = {
            count: interval([100 * (size / every.size - 1) for size in sizes]) for count, sizes in drawn.items() if len(sizes) > 2
        }
        if fixed:
            canvas.axes.plot([x for x, _ in fixed], [y for _, y in fixed], color=_COLOURS[i], linewidth=1, alpha=0.6)
        canvas.axes.errorbar(
            [count + 0.15 * i for count in found],
            [value.mean for value in found.values()],
            [value.half_width for value in found.values()],
            color=_COLOURS[i],
            marker=_MARKERS[i],
            linestyle="none",
            capsize=3,
            label=f"{arm}, drawn by lot",
        )
        rows.append((arm, *(_bounds(found[count]) if count in found else "-" for count in DRAWN_COUNTS)))
    canvas.axes.set(xlabel="number of tilings", ylabel="larger than every position, %", xscale="log")
    canvas.axes.set_xticks((1, 2, 4, 8, 12, 36), ("1", "2", "4", "8", "12", "36"))
    canvas.legend()
    description = (
        "How much larger the payload is than with every position, against the number of tilings. Points with 95 % error bars: "
        "phases or shifts drawn by lot. Lines: the published phases, and shifts by 0, 1, 2, ... words. Period-5 has eight shifts."
    )
    header = ("drawn by lot", *(f"{count} tilings" for count in DRAWN_COUNTS))
    return canvas.finish("matched-count", "As many tilings on either side", description, header, rows)


def draw_matched_budget(text: TextResults, seeds: int) -> Picture | None:
    """Return each design against its positions shuffled; None if it was not measured."""
    designs = make_designs("matched-budget", seeds)
    found = {name: value for name in BUDGET_TARGETS if (value := against_shuffled(text, designs, name)) is not None}
    if not found:
        return None
    canvas = _Canvas()
    canvas.axes.axvline(0, color="black", linewidth=1)
    names = list(found)
    canvas.axes.barh(names, [value for value, _ in found.values()], color=_COLOURS[4])
    canvas.axes.errorbar(
        [0] * len(names), range(len(names)), xerr=[around.half_width for _, around in found.values()], fmt="k.", capsize=4
    )
    canvas.axes.invert_yaxis()
    canvas.axes.set(xlabel="against its own positions shuffled, %")
    rows = [(name, _signed(value), f"± {around.half_width:.3f} %") for name, (value, around) in found.items()]
    description = (
        "How much smaller (to the left) or larger each design is than as many positions of each depth at words drawn by lot; the "
        "error bar at zero is the 95 % interval of the mean of the shuffles."
    )
    header = ("design", "against shuffled positions", "error bar")
    return canvas.finish("matched-budget", "As many positions, in order and at random", description, header, rows)


def draw_periods(text: TextResults) -> Picture | None:
    """Return size against the period; None if it was not measured."""
    designs = make_designs("periods")
    if not all(design.name in text.measurements for design in designs):
        return None
    canvas = _Canvas()
    rows: list[tuple[Cell, ...]] = []
    for i, (arm, golden) in enumerate((("one tiling", "golden"), ("twelve shifts", "12*golden"))):
        points = [(design.x, text.size_of(design.name)) for design in designs if design.arm == arm]
        line = "-" if i == 0 else "none"
        canvas.axes.plot(
            [x for x, _ in points],
            [size / 1000 for _, size in points],
            color=_COLOURS[i],
            marker=_MARKERS[i],
            markersize=4,
            linestyle=line,
            label=f"{arm} of the period",
        )
        canvas.axes.axhline(text.size_of(golden) / 1000, color=_COLOURS[i], linestyle="--", label=golden)
    for period in PERIODS_OF_TWELVE:
        shifts = next(design.name for design in designs if (design.arm, design.x) == ("twelve shifts", period))
        rows.append((period, text.size_of(f"approximant:{period}"), text.size_of(shifts)))
    rows.append(("golden", text.size_of("golden"), text.size_of("12*golden")))
    canvas.axes.set(xlabel="period, tiles", ylabel="thousand bytes")
    canvas.legend()
    description = "The payload against the period of the tiling, for one tiling and for twelve shifts; dashed, the golden tiling."
    return canvas.finish("periods", "Size against the period", description, ("period", "one tiling", "twelve shifts"), rows)


# ---- growth and rivals -------------------------------------------------------------------------------------------------------


def draw_growth(points: Sequence[Advantage]) -> Picture:
    """Return the advantage over Period-5 against the size of the text."""
    canvas = _Canvas()
    sizes = [point.size / 1e6 for point in points]
    canvas.axes.axhline(0, color="black", linewidth=1)
    canvas.axes.plot(sizes, [point.published for point in points], color=_COLOURS[0], marker="o", label="12 golden over 1 Period-5")
    canvas.axes.errorbar(
        sizes,
        [point.drawn.mean for point in points],
        [point.drawn.half_width for point in points],
        color=_COLOURS[1],
        marker="s",
        capsize=4,
        label="4 golden over 4 Period-5, drawn",
    )
    canvas.axes.plot(sizes, [point.free for point in points], color=_COLOURS[2], marker="^", label="12 golden over 8 Period-5")
    canvas.axes.set(xlabel="million bytes of the text", ylabel="saved, % of the payload", xscale="log")
    canvas.axes.set_xticks(sizes, [f"{size:.3g}" for size in sizes])
    canvas.axes.minorticks_off()
    canvas.legend(ncols=1)
    rows = [(point.size, _signed(point.published), _bounds(point.drawn), _signed(point.free)) for point in points]
    description = "What golden tilings save over Period-5 in prefixes of the text: above zero they win. Error bars: 95 %."
    header = ("bytes", "12 golden over 1 Period-5", "4 over 4, drawn by lot", "12 golden over all 8 shifts")
    return canvas.finish("growth", "Advantage against size", description, header, rows)


def draw_rivals(points: dict[str, tuple[float, int]], what: str) -> Picture:
    """Return size against speed: the speed of each program in multiples of xz, and bytes, as *what* says."""
    canvas = _Canvas()
    for name, (speed, size) in points.items():
        ours = name.startswith("-")
        canvas.axes.plot(speed, size / 1e6, color=_COLOURS[0 if ours else 1], marker=_MARKERS[0 if ours else 1])
        offset, side = ((-6, -14), "right") if ours else ((-6, 4), "right") if name.startswith("xz") else ((6, 4), "left")
        label = name if name.startswith("zpaq") else name.split()[0]  # the table has the options, for which there is no room
        canvas.axes.annotate(label, (speed, size / 1e6), textcoords="offset points", xytext=offset, ha=side, fontsize=11)
    canvas.axes.set(xlabel="compresses, times the speed of xz -9e", ylabel="million bytes", xscale="log")
    canvas.axes.xaxis.set_major_formatter("{x:g}")
    canvas.axes.margins(0.18)
    rows = [(name, f"{speed:.2f}", size) for name, (speed, size) in points.items()]
    description = f"Size against speed of compressing, {what}; to the right is faster, below is smaller. Circles are levels of qcz."
    return canvas.finish("rivals", "Size against speed", description, ("program", "times xz -9e", "bytes"), rows)


def draw_text(text: TextResults, seeds: int) -> Iterator[Picture]:
    """Yield the pictures there can be of what was measured of *text*."""
    for picture in (
        draw_hits(text),
        draw_streams(text),
        draw_matched_count(text, seeds),
        draw_matched_budget(text, seeds),
        draw_periods(text),
    ):
        if picture is not None:
            yield picture
