"""Designs: what is looked up where. Each has a name that says all of it; experiments are lists of designs that belong together.

A name is one of `quasicryth.tiling` (multi, fibonacci, period5x8, cut:0.618:1/2, ...), or one of a kind of tiling:

* golden, approximant:PERIOD, rule:L->LS,S->L, thue-morse, period-doubling, period:WORD, random:SEED, cut:SLOPE:PHASE;
* 12*KIND: twelve of this kind (phases i * slope, shifts by 0, 1, 2, ... words, or seeds); 12*KIND@SEED: twelve drawn by lot;
* shuffled:SEED:NAME: as many positions of each depth as NAME has, at words drawn by lot;
* costed, costed-fixed: every position, and the cheapest cover instead of the greedy one (engine paper only).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..tiling.tilings import GOLDEN_SLOPE, CutAndProject, Positions, parse_tiling
from .sequences import Substitution, TileSequence, approximant, draw, shift_count, spread

Depths = np.ndarray[tuple[int], np.dtype[np.uint8]]

PERIOD_5 = "period:LLSLS"
PERIOD_89 = "approximant:89"  # 144 words: keeps all ten levels, and has as many shifts
MOST_TILINGS = 36

_SEVERAL = re.compile(r"(\d+)\*(.+?)(?:@(\d+))?")
_SHUFFLED = re.compile(r"shuffled:(\d+):(.+)")
_RULE = re.compile(r"rule:L->([LS]*),S->([LS]*)")
_APPROXIMANT = re.compile(r"approximant:(\d+)")


@dataclass(frozen=True)
class LookupPlan:
    """What a design comes to: *positions* of phrases, shuffled by *shuffle_seed* if that is not None, or a cover by *costs*.

    *costs* is "fixed" (the published table of bits), "adapted" (to the text, step by step) or "" for the greedy cover.
    """

    positions: Positions
    shuffle_seed: int | None = None
    costs: str = ""

    def depths(self, word_count: int) -> Depths:
        """Return for each of *word_count* words the deepest level (1 .. 9; 0 for none) at which a phrase may begin there."""
        depths = np.frombuffer(self.positions.depths(word_count), np.uint8)
        if self.shuffle_seed is None:
            return depths
        return np.random.default_rng(self.shuffle_seed).permutation(depths)


# ---- names -------------------------------------------------------------------------------------------------------------------


def _parse_kind(name: str) -> TileSequence:
    """The tiling that the *name* of a kind stands for."""
    if name == "golden":
        return CutAndProject(GOLDEN_SLOPE)
    if found := _RULE.fullmatch(name.replace(" ", "")):
        return Substitution(found[1], found[2])
    if found := _APPROXIMANT.fullmatch(name):
        return approximant(int(found[1]))
    tilings = parse_tiling(name).tilings
    if len(tilings) != 1:
        raise ValueError(f"{name!r} is not one tiling")
    return tilings[0]


def _parse_several(count: int, kind: str, seed: str | None, name: str) -> Positions:
    if not 1 <= count <= MOST_TILINGS:
        raise ValueError(f"{name!r}: there may be 1 to {MOST_TILINGS} tilings")
    try:
        sequence = _parse_kind(kind)
    except ValueError as error:
        raise ValueError(f"{name!r}: {error}") from None
    if not isinstance(sequence, CutAndProject) and "random" not in kind and count > shift_count(sequence):
        raise ValueError(f"{name!r}: there are only {shift_count(sequence)} different shifts")
    tilings = spread(sequence, count) if seed is None else draw(sequence, count, int(seed))
    return Positions(name, tilings)  # type: ignore[arg-type]  # any sequence of tiles will do


def parse_design(name: str) -> LookupPlan:
    """Return what the design *name* stands for (see above). Raises ValueError, saying what is wrong, for any other name."""
    if name in {"costed", "costed-fixed"}:
        return LookupPlan(parse_tiling("all"), costs="fixed" if name == "costed-fixed" else "adapted")
    if found := _SHUFFLED.fullmatch(name):
        inner = parse_design(found[2])
        if inner.costs or inner.shuffle_seed is not None:
            raise ValueError(f"{name!r}: only positions can be shuffled, and only once")
        return LookupPlan(inner.positions, int(found[1]))
    if found := _SEVERAL.fullmatch(name):
        return LookupPlan(_parse_several(int(found[1]), found[2], found[3], name))
    if name == "golden" or name.startswith(("rule:", "approximant:")):
        try:
            return LookupPlan(Positions(name, (_parse_kind(name),)))  # type: ignore[arg-type]  # any sequence of tiles will do
        except ValueError as error:
            raise ValueError(f"{name!r}: {error}; such as rule:L->LS,S->L or approximant:89") from None
    return LookupPlan(parse_tiling(name))


# ---- experiments -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Design:
    """A *name*, and its place in an experiment: *arm*, *x* (how many tilings, or the period), and the *seed* if drawn by lot."""

    name: str
    arm: str
    x: int = 1
    seed: int | None = None


PUBLISHED = ("none", "bigrams", "period5", "fibonacci1", "fibonacci", "multi")
CONTROLS = ("period5x8", "12*approximant:89", "all", "costed-fixed", "costed")

MATCHED_COUNT_ARMS = {"golden": "golden", "Period-5": PERIOD_5, "period 89": PERIOD_89}
DRAWN_COUNTS = (1, 2, 4, 8, 12)
BUDGET_TARGETS = ("period5", "fibonacci1", "period5x8", "fibonacci", "12*approximant:89", "multi")
PERIODS = range(2, 145)
PERIODS_OF_TWELVE = (2, 3, 4, 5, 6, 7, 8, 10, 13, 16, 21, 27, 34, 44, 55, 72, 89, 116, 144)
RULES = {
    "golden": "golden",
    "silver, L->LLS, S->L": "rule:L->LLS,S->L",
    "Thue-Morse": "thue-morse",
    "period doubling": "period-doubling",
}


def _published(_seeds: int) -> Iterator[Design]:
    for name in (*PUBLISHED, *CONTROLS):
        yield Design(name, name)


def _name_several(count: int, kind: str, seed: int | None = None) -> str:
    by_lot = "" if seed is None else f"@{seed}"
    return f"{count}*{kind}{by_lot}"


def _matched_count(seeds: int) -> Iterator[Design]:
    for arm, kind in MATCHED_COUNT_ARMS.items():
        most = shift_count(_parse_kind(kind)) if arm != "golden" else MOST_TILINGS
        for count in range(1, min(most, MOST_TILINGS) + 1):
            yield Design(_name_several(count, kind), arm, count)
        for count in DRAWN_COUNTS:
            if count <= most:
                yield from (Design(_name_several(count, kind, seed), f"{arm}, drawn", count, seed) for seed in range(seeds))
    for count in DRAWN_COUNTS:
        yield from (Design(_name_several(count, f"random:{seed}"), "random, drawn", count, seed) for seed in range(seeds))


def _matched_budget(seeds: int) -> Iterator[Design]:
    for name in BUDGET_TARGETS:
        yield Design(name, name)
        yield from (Design(f"shuffled:{seed}:{name}", f"shuffled {name}", seed=seed) for seed in range(seeds))


def _periods(_seeds: int) -> Iterator[Design]:
    for period in PERIODS:
        yield Design(f"approximant:{period}", "one tiling", period)
    for period in PERIODS_OF_TWELVE:
        count = min(12, shift_count(approximant(period)))
        yield Design(_name_several(count, f"approximant:{period}"), "twelve shifts", period)
    yield Design("golden", "one golden tiling", 0)
    yield Design("12*golden", "twelve golden tilings", 0)


def _sequences(seeds: int) -> Iterator[Design]:
    for count in (1, 12):
        for arm, kind in RULES.items():
            yield Design(_name_several(count, kind), arm, count)
        yield from (Design(_name_several(count, f"random:{seed}"), "random", count, seed) for seed in range(seeds))


EXPERIMENTS: dict[str, Callable[[int], Iterator[Design]]] = {
    "published": _published,
    "matched-count": _matched_count,
    "matched-budget": _matched_budget,
    "periods": _periods,
    "sequences": _sequences,
}


def make_designs(experiment: str, seeds: int = 8) -> list[Design]:
    """Return the designs of *experiment*, one of EXPERIMENTS, with so many *seeds* wherever something is drawn by lot.

    Raises KeyError for an experiment that there is not.
    """
    return list(EXPERIMENTS[experiment](seeds))
