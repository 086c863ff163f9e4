"""Claims that take a text: when levels come into use, and how the advantage over a period grows. Measured, kept, and judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..tiling.tilings import LEVEL_WORDS
from .claims import Cell, Claim
from .designs import PERIOD_5, Design
from .results import ResultFile, TextResults, fill
from .statistics import Interval, difference

# Bytes of the text, and bytes that twelve golden tilings save over one of Period-5.
PUBLISHED_ADVANTAGE = (
    (152_089, 999),
    (3_000_000, 36_243),
    (10_000_000, 126_031),
    (100_000_000, 1_251_973),
    (1_000_000_000, 11_089_469),
)
GROWTH_DESIGNS = tuple(Design(name, name) for name in ("bigrams", "period5", "fibonacci1", "fibonacci", "period5x8"))
_CONSTANT_WITHIN = 1.25  # a rate whose largest value is at most so many times the smallest passes for constant
_FEWEST_HITS = 20  # below that a rate says nothing


@dataclass(frozen=True)
class Growth:
    """Prefixes of one text in rising order, all measured with GROWTH_DESIGNS."""

    name: str
    prefixes: tuple[TextResults, ...]


def prefix_name(name: str, size: int) -> str:
    """Return what the first *size* bytes of the text *name* are called in results."""
    return f"{name}[:{size}]"


def measure_growth(
    name: str, data: bytes, sizes: Sequence[int], kept: ResultFile, advance: Callable[[int], None] = lambda _: None
) -> Growth:
    """Measure the prefixes of *data* of these *sizes*, as far as there are so many bytes, each as one block; save after each."""
    prefixes = []
    for size in sorted({min(size, len(data)) for size in sizes}):
        part = data[:size]
        results = kept.text(prefix_name(name, size), part, "paper")
        fill(results, part, GROWTH_DESIGNS, advance=advance)
        kept.save()
        prefixes.append(results)
    return Growth(name, tuple(prefixes))


# ---- growth of the advantage -------------------------------------------------------------------------------------------------


def _slopes(points: Sequence[tuple[int, int]]) -> list[float]:
    """Bytes saved for each million bytes of text, from each point to the next; the first from nothing."""
    return [1e6 * (b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise([(0, 0), *points])]


def _is_convex(points: Sequence[tuple[int, int]]) -> bool:
    slopes = _slopes(points)
    return all(later >= earlier for earlier, later in pairwise(slopes))


def _describe_convexity(points: Sequence[tuple[int, int]]) -> str:
    return "convex" if _is_convex(points) else "not convex"


def check_growth(texts: Sequence[Growth]) -> Claim:
    """Whether the advantage over a period is convex in the size of the text."""
    rows: list[tuple[Cell, ...]] = []
    published = list(PUBLISHED_ADVANTAGE)
    for (size, saved), slope in zip(published, _slopes(published), strict=True):
        rows.append(("published", size, saved, 100 * saved / size, slope, "-", "-"))
    shapes = [f"the published numbers are {_describe_convexity(published)}"]
    all_convex = _is_convex(published)
    fair_losses, fair_count = 0, 0
    for text in texts:
        points = [(part.size, part.size_of("period5") - part.size_of("fibonacci")) for part in text.prefixes]
        for part, (size, saved), slope in zip(text.prefixes, points, _slopes(points), strict=True):
            fair = part.size_of("period5x8") - part.size_of("fibonacci")
            over_bigrams = part.size_of("bigrams") - part.size_of("fibonacci")
            fair_losses += fair < 0
            fair_count += 1
            rows.append((text.name, size, saved, 100 * saved / size, slope, fair, over_bigrams))
        shapes.append(f"those of {text.name} are {_describe_convexity(points)}")
        all_convex = all_convex and _is_convex(points)
    verdict = "; ".join(shapes)
    if fair_count:
        verdict += f". Against all eight shifts of Period-5 twelve golden tilings lose on {fair_losses} of {fair_count} prefixes"
    header = ("text", "bytes", "fibonacci saves over period5", "% of text", "per MB since", "over period5x8", "over bigrams")
    statement = "the advantage over a periodic tiling is convex in the size of the text, its slope rising as levels come into use"
    return Claim("Growth of the advantage", statement, header, tuple(rows), all_convex, verdict)


_DRAWN = 4  # of the eight shifts of Period-5, and as many golden phases
_SMALLEST_PREFIX = 20_000


@dataclass(frozen=True)
class Advantage:
    """What golden tilings save over Period-5 in the first *size* bytes, in percent: positive where they are smaller.

    *published*: twelve over one; *drawn*: four over four, by lot, with an error bar; *free*: twelve over all eight shifts.
    """

    size: int
    published: float
    drawn: Interval
    free: float


def measure_advantage(name: str, data: bytes, seeds: int) -> list[Advantage]:
    """Measure the prefixes of *data* that are an eighth, a quarter, a half and all of it, as far as they are not too small."""
    golden = [Design(f"{_DRAWN}*golden@{seed}", "golden", _DRAWN, seed) for seed in range(seeds)]
    periodic = [Design(f"{_DRAWN}*{PERIOD_5}@{seed}", "Period-5", _DRAWN, seed) for seed in range(seeds)]
    found = []
    for size in (len(data) // share for share in (8, 4, 2, 1)):
        if size < _SMALLEST_PREFIX and size < len(data):
            continue
        part = ResultFile(None).text(prefix_name(name, size), data[:size], "paper")
        fill(part, data[:size], [*GROWTH_DESIGNS, *golden, *periodic])
        scale = 100 * len(periodic) / sum(part.sizes(periodic))
        drawn = difference([size * scale for size in part.sizes(periodic)], [size * scale for size in part.sizes(golden)])
        saved = (100 * (1 - part.size_of("fibonacci") / part.size_of(other)) for other in ("period5", "period5x8"))
        found.append(Advantage(size, next(saved), drawn, next(saved)))
    return found


# ---- activation --------------------------------------------------------------------------------------------------------------


def _hit_rate(part: TextResults, level: int) -> float:
    found = part.measurements["fibonacci1"]
    positions = found.positions[level - 1]
    return (found.hits or ())[level - 1] / positions if positions else 0.0


def _hits(part: TextResults, level: int) -> int:
    return (part.measurements["fibonacci1"].hits or ())[level - 1]


def check_activation(text: Growth) -> Claim:
    """Whether the hit rate of a level is a constant, from which the size follows at which it comes into use."""
    rows: list[tuple[Cell, ...]] = []
    ratios = []
    for level, words in enumerate(LEVEL_WORDS[1:], start=1):
        rates = [_hit_rate(part, level) for part in text.prefixes]
        counted = [rate for part, rate in zip(text.prefixes, rates, strict=True) if _hits(part, level) >= _FEWEST_HITS]
        ratio = max(counted) / min(counted) if len(counted) > 1 else 0.0
        if ratio:
            ratios.append(ratio)
        first = next((part.size for part in text.prefixes if _hits(part, level)), 0)
        expected = (1.618033988749895 ** (level + 2)) / rates[-1] if rates[-1] else 0.0
        rows.append((words, *rates, ratio or "-", round(expected) if expected else "-", first or "never"))
    holds = bool(ratios) and max(ratios) <= _CONSTANT_WITHIN
    if not ratios:
        verdict = f"too few hits (below {_FEWEST_HITS} at all sizes but one): {text.name} cannot tell"
    else:
        verdict = (
            f"between the prefixes of {text.name} the hit rate of a level changes by a factor of up to {max(ratios):.2f} "
            f"(levels with at least {_FEWEST_HITS} hits), so a threshold computed from one size "
            + ("holds at another" if holds else "does not hold at another")
        )
    verdict += ". Which levels can have hits at all is up to the tiers of codebook sizes, steps in the number of words"
    header = (
        "words of a phrase",
        *(f"hit rate, {part.size:,} bytes" for part in text.prefixes),
        "largest / smallest",
        "words for one hit",
        "first hit at, bytes",
    )
    statement = "a level comes into use at W* = T phi^(m-1) / r words, its hit rate r a constant (one golden tiling)"
    return Claim("Activation thresholds", statement, header, tuple(rows), holds, verdict)
