"""Sentences that follow from the sizes: no verdict is written down anywhere, each is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from .designs import BUDGET_TARGETS, DRAWN_COUNTS, Design, make_designs
from .results import TextResults
from .statistics import Interval, difference, interval, sign, sign_test

_SIGNIFICANT = 0.05
_FEW = 6  # of as many files or fewer than this no majority is significant


@dataclass(frozen=True)
class Comparison:
    """Sizes of two designs on the same texts: *differences* in percent of the second, negative where the first is smaller."""

    first: str
    second: str
    differences: tuple[float, ...]

    @property
    def wins(self) -> int:
        """On how many texts the first is smaller."""
        return sum(value < 0 for value in self.differences)

    @property
    def losses(self) -> int:
        """On how many texts the first is larger."""
        return sum(value > 0 for value in self.differences)

    @property
    def probability(self) -> float:
        """Of such a majority by chance (two-sided sign test)."""
        return sign_test(self.differences)

    def verdict(self) -> str:
        """Return which of the two the texts favour, or that they do not decide."""
        if self.probability < _SIGNIFICANT:
            better, worse = (self.first, self.second) if self.wins > self.losses else (self.second, self.first)
            return f"{better} is better than {worse}"
        return f"no decision between {self.first} and {self.second}"

    def sentence(self) -> str:
        """Return the comparison in words."""
        values = self.differences
        if not values:
            return f"{self.first} against {self.second}: not measured."
        if len(values) == 1:
            return f"{self.first} against {self.second}: {values[0]:+.2f} %."
        spread = f"median {median(values):+.2f} %, from {min(values):+.2f} to {max(values):+.2f} %"
        test = f", sign test p = {self.probability:.2g}: {self.verdict()}" if len(values) >= _FEW else ""
        counts = f"smaller on {self.wins} of {len(values)} texts, larger on {self.losses}"
        return f"{self.first} against {self.second}: {counts} ({spread}{test})."


def compare(first: str, second: str, texts: Iterable[TextResults]) -> Comparison:
    """Return the comparison of two designs on the *texts* where both were measured."""
    pairs = [
        (text.size_of(first), text.size_of(second)) for text in texts if first in text.measurements and second in text.measurements
    ]
    return Comparison(first, second, tuple(100 * (one / other - 1) for one, other in pairs))


# ---- the published comparison and its controls -----------------------------------------------------------------------------

# What is compared, and why.
PAIRS = (
    ("fibonacci", "period5", "The published comparison: twelve golden tilings against one Period-5 tiling."),
    ("fibonacci1", "period5", "One tiling each."),
    ("fibonacci", "period5x8", "All the freedom each has: twelve golden phases against all eight shifts of Period-5."),
    ("fibonacci", "12*approximant:89", "Twelve tilings each: the periodic one has a period of 89 tiles, and all ten levels."),
    ("multi", "period5x8", "All 36 published tilings against the eight shifts."),
    ("all", "multi", "Every position, without a tiling, against all 36."),
    ("fibonacci1", "bigrams", "One golden tiling against no tiling at all, bigrams only."),
    ("costed", "all", "The cheapest cover against the greedy one, both at every position."),
    ("costed-fixed", "all", "The same with the published table of bits."),
)


def share_of_bigrams(text: TextResults) -> float | None:
    """Return what the bigram pass saves alone, in percent of what twelve golden tilings save over no tiling; None if nothing."""
    if not {"none", "bigrams", "fibonacci"} <= set(text.measurements):
        return None
    saved = text.size_of("none") - text.size_of("fibonacci")
    return 100 * (text.size_of("none") - text.size_of("bigrams")) / saved if saved > 0 else None


def conclude_published(texts: Sequence[TextResults]) -> list[str]:
    """Return what the published designs and their controls say."""
    sentences = [
        f"{why} {compared.sentence()}" for one, other, why in PAIRS if (compared := compare(one, other, texts)).differences
    ]
    saved = [compare("fibonacci", "none", [text]) for text in texts if {"none", "fibonacci"} <= set(text.measurements)]
    shares = [share for text in texts if (share := share_of_bigrams(text)) is not None]
    if shares:
        useless = sum(comparison.losses for comparison in saved)
        sentences.append(
            "Of what twelve golden tilings save over no tiling, the bigram pass, which uses no tiling, saves by itself "
            f"{median(shares):.0f} % (median; from {min(shares):.0f} to {max(shares):.0f} %"
            + (f"; on {useless} of {len(saved)} texts the tilings save nothing" if useless else "")
            + ")."
        )
    return sentences


# ---- matched count -----------------------------------------------------------------------------------------------------------


def drawn_sizes(text: TextResults, designs: Iterable[Design], arm: str, x: int) -> list[int]:
    """Return the sizes of all draws of *arm* at *x* that were measured."""
    return [
        text.size_of(design.name)
        for design in designs
        if design.seed is not None and (design.arm, design.x) == (arm, x) and design.name in text.measurements
    ]


def compare_drawn(text: TextResults, designs: Sequence[Design], first: tuple[str, int], second: tuple[str, int]) -> Interval | None:
    """Return the difference in percent of the mean of the second of two arms; None where either was drawn less than three times."""
    samples = [drawn_sizes(text, designs, *arm) for arm in (first, second)]
    if min(map(len, samples)) < 3:
        return None
    scale = 100 / (sum(samples[1]) / len(samples[1]))
    return difference(*([size * scale for size in sample] for sample in samples))


def _count_signs(found: Sequence[Interval]) -> str:
    signs = [sign(value) for value in found]
    counts = [signs.count(value) for value in (-1, 1, 0)]
    return f"smaller beyond the error bar on {counts[0]} of {len(found)} texts, larger on {counts[1]}, undecided on {counts[2]}"


def conclude_matched_count(texts: Sequence[TextResults], designs: Sequence[Design]) -> list[str]:
    """Return what as many tilings on either side say, drawn by lot, with error bars."""
    sentences = []
    for rival in ("Period-5, drawn", "period 89, drawn", "random, drawn"):
        for count in DRAWN_COUNTS:
            found = [
                value
                for text in texts
                if (value := compare_drawn(text, designs, ("golden, drawn", count), (rival, count))) is not None
            ]
            if found:
                middle = median(value.mean for value in found)
                sentences.append(
                    f"{count} golden against {count} of {rival.removesuffix(', drawn')}, drawn by lot: {_count_signs(found)} "
                    f"(median {middle:+.2f} %)."
                )
    return sentences


# ---- matched budget ----------------------------------------------------------------------------------------------------------


def against_shuffled(text: TextResults, designs: Sequence[Design], target: str) -> tuple[float, Interval] | None:
    """Return *target* less the mean of its shuffles in percent of that, and that mean's interval; None if there are too few."""
    shuffled = drawn_sizes(text, designs, f"shuffled {target}", 1)
    if len(shuffled) < 3 or target not in text.measurements:
        return None
    mean = sum(shuffled) / len(shuffled)
    return 100 * (text.size_of(target) / mean - 1), interval([100 * (size / mean - 1) for size in shuffled])


def conclude_matched_budget(texts: Sequence[TextResults], designs: Sequence[Design]) -> list[str]:
    """Return what the same number of positions of each depth, at words drawn by lot, says."""
    sentences = []
    for target in BUDGET_TARGETS:
        found = [value for text in texts if (value := against_shuffled(text, designs, target)) is not None]
        if not found:
            continue
        smaller = sum(value < -around.half_width for value, around in found)
        larger = sum(value > around.half_width for value, around in found)
        sentences.append(
            f"{target} against as many positions of each depth at random words: smaller beyond the error bar on {smaller} of "
            f"{len(found)} texts, larger on {larger} (median {median(value for value, _ in found):+.2f} %)."
        )
    return sentences


# ---- periods and other sequences ---------------------------------------------------------------------------------------------


def conclude_periods(texts: Sequence[TextResults], designs: Sequence[Design]) -> list[str]:
    """Return where among the periods the golden tiling stands."""
    sentences = []
    for golden, arm in (("golden", "one tiling"), ("12*golden", "twelve shifts")):
        ranks, best = [], []
        periodic = [design for design in designs if design.arm == arm]
        for text in texts:
            if golden in text.measurements and all(design.name in text.measurements for design in periodic):
                sizes = sorted((text.size_of(design.name), design.x) for design in periodic)
                ranks.append(sum(size < text.size_of(golden) for size, _ in sizes))
                best.append(sizes[0][1])
        if ranks:
            sentences.append(
                f"Of {len(periodic)} periods, {arm} each, smaller than {golden} are, text by text: {', '.join(map(str, ranks))}. "
                f"The smallest of all has the period: {', '.join(map(str, best))}."
            )
    return sentences


def conclude_sequences(texts: Sequence[TextResults], designs: Sequence[Design]) -> list[str]:
    """Return where among random tilings each rule stands."""
    sentences = []
    for count in (1, 12):
        for design in (design for design in designs if design.seed is None and design.x == count):
            places = []
            for text in texts:
                random_sizes = drawn_sizes(text, designs, "random", count)
                if random_sizes and design.name in text.measurements:
                    places.append((sum(size < text.size_of(design.name) for size in random_sizes), len(random_sizes)))
            if places:
                wins = sum(below == 0 for below, _ in places)
                losses = sum(below == total for below, total in places)
                sentences.append(
                    f"{count} x {design.arm}: smaller than every random tiling of {places[0][1]} on {wins} of {len(places)} texts, "
                    f"larger than every one on {losses}."
                )
    return sentences


def conclude(experiment: str, texts: Sequence[TextResults], seeds: int) -> list[str]:
    """Return the sentences that *experiment* gives for *texts*, all of one engine, measured with so many *seeds*."""
    designs = make_designs(experiment, seeds)
    if experiment == "published":
        return conclude_published(texts)
    functions = {
        "matched-count": conclude_matched_count,
        "matched-budget": conclude_matched_budget,
        "periods": conclude_periods,
        "sequences": conclude_sequences,
    }
    return functions[experiment](texts, designs)
