"""Tilings by name, and their hierarchies as arrays (paper, sections 1.7 to 1.9).

A tiling only chooses the word positions at which the encoder may look up long phrases; the decoder never learns of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm
from typing import TYPE_CHECKING

from . import _tiling

if TYPE_CHECKING:
    import numpy as np

LEVEL_COUNT = 10
LEVEL_WORDS = (2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
DEEPEST_LEVEL = LEVEL_COUNT - 1

_MAX_DENOMINATOR = 2**61
_PRECISION_BITS = 256


def _square_root(number: int) -> Fraction:
    """The square root of *number* to more bits than any convergent below needs."""
    return Fraction(isqrt(number << 2 * _PRECISION_BITS), 1 << _PRECISION_BITS)


def _convergent(number: Fraction) -> Fraction:
    return number.limit_denominator(_MAX_DENOMINATOR)


GOLDEN_SLOPE = _convergent((_square_root(5) - 1) / 2)


@dataclass(frozen=True)
class CutAndProject:
    """Tile k is L where floor((k + 1) *slope* + *phase*) > floor(k *slope* + *phase*), both in [0, 1)."""

    slope: Fraction
    phase: Fraction = Fraction(0)

    def tiles(self, count: int) -> bytearray:
        """Return the first *count* tiles, 1 for L and 0 for S."""
        denominator = lcm(self.slope.denominator, self.phase.denominator)
        return _tiling.cut_and_project_tiles(count, int(self.slope * denominator), int(self.phase * denominator), denominator)


@dataclass(frozen=True)
class Periodic:
    """A word of L and S, repeated from word *start* of the text."""

    period: str
    start: int = 0

    def tiles(self, count: int) -> bytearray:
        """Return the first *count* tiles, 1 for L and 0 for S."""
        return _tiling.periodic_tiles(count, bytes(letter == "L" for letter in self.period))


@dataclass(frozen=True)
class ThueMorse:
    """Tile k is L where the number of ones in the binary k is even."""

    def tiles(self, count: int) -> bytearray:
        """Return the first *count* tiles, 1 for L and 0 for S."""
        return _tiling.thue_morse_tiles(count)


@dataclass(frozen=True)
class PeriodDoubling:
    """The fixed point of L -> LS, S -> LL."""

    def tiles(self, count: int) -> bytearray:
        """Return the first *count* tiles, 1 for L and 0 for S."""
        return _tiling.period_doubling_tiles(count)


@dataclass(frozen=True)
class Random:
    """Random tiles without adjacent S, L : S = phi : 1; the same for the same *seed* on every machine."""

    seed: int

    def tiles(self, count: int) -> bytearray:
        """Return the first *count* tiles, 1 for L and 0 for S."""
        return _tiling.random_tiles(count, self.seed)


Tiling = CutAndProject | Periodic | ThueMorse | PeriodDoubling | Random


@dataclass(frozen=True)
class Positions:
    """What the encoder may look up: long phrases where one of *tilings* allows (or *everywhere*), and bigrams or not."""

    name: str
    tilings: tuple[Tiling, ...] = ()
    everywhere: bool = False
    bigrams: bool = True

    def depths(self, word_count: int) -> bytearray:
        """Return for every word the deepest hierarchy level (1 .. 9; 0 for none) at which a phrase may begin there."""
        if self.everywhere:
            return bytearray([DEEPEST_LEVEL]) * word_count
        depths = bytearray(word_count)
        for tiling in self.tilings:
            _tiling.mark_depths(depths, tiling.tiles(word_count), getattr(tiling, "start", 0))
        return depths


def _golden_phases(count: int) -> Iterator[CutAndProject]:
    for i in range(count):
        yield CutAndProject(GOLDEN_SLOPE, i * GOLDEN_SLOPE % 1)


def _other_published() -> Iterator[CutAndProject]:
    slopes = [
        _convergent(_square_root(58) - 7),
        _convergent(62 * (99 - _square_root(5)) / 9796),
        _convergent(_square_root(13) - 3),
    ]
    slopes += [Fraction(thousandths, 1000) for thousandths in (502, 619, 617, 616, 620, 614, 621, 622, 612)]
    for slope in slopes:
        yield CutAndProject(slope)
        yield CutAndProject(slope, Fraction(1, 2))


PERIOD_5 = "LLSLS"
_PERIOD_5_WORDS = 8

_NAMED = {
    "multi": lambda: Positions("multi", (*_golden_phases(12), *_other_published())),
    "fibonacci": lambda: Positions("fibonacci", tuple(_golden_phases(12))),
    "fibonacci1": lambda: Positions("fibonacci1", tuple(_golden_phases(1))),
    "period5": lambda: Positions("period5", (Periodic(PERIOD_5),)),
    "period5x8": lambda: Positions("period5x8", tuple(Periodic(PERIOD_5, start) for start in range(_PERIOD_5_WORDS))),
    "thue-morse": lambda: Positions("thue-morse", (ThueMorse(),)),
    "period-doubling": lambda: Positions("period-doubling", (PeriodDoubling(),)),
    "none": lambda: Positions("none", bigrams=False),
    "bigrams": lambda: Positions("bigrams"),
    "all": lambda: Positions("all", everywhere=True),
}

TILING_NAMES = (*_NAMED, "period:WORD", "random:SEED", "cut:SLOPE:PHASE")


def _parse_period(argument: str, name: str) -> Positions:
    if not argument or set(argument) - set("LS"):
        raise ValueError(f"tiling {name!r}: a period is a word of L and S, such as period:LLSLS")
    return Positions(name, (Periodic(argument),))


def _parse_random(argument: str, name: str) -> Positions:
    if not argument.isascii() or not argument.isdigit() or int(argument) >= 2**64:
        raise ValueError(f"tiling {name!r}: a seed is a whole number from 0 to 2^64 - 1, such as random:1")
    return Positions(name, (Random(int(argument)),))


def _parse_cut(argument: str, name: str) -> Positions:
    try:
        slope, _, phase = argument.partition(":")
        tiling = CutAndProject(Fraction(slope), Fraction(phase or 0))
        tiling.tiles(0)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"tiling {name!r}: slope and phase are fractions or decimals in [0, 1), such as cut:0.618:1/2") from None
    return Positions(name, (tiling,))


_WITH_ARGUMENT = {"period": _parse_period, "random": _parse_random, "cut": _parse_cut}


def parse_tiling(name: str) -> Positions:
    """Return the lookup positions that *name* stands for.

    Raises ValueError, with the names there are, for any other.
    """
    if name in _NAMED:
        return _NAMED[name]()
    kind, colon, argument = name.partition(":")
    if colon and kind in _WITH_ARGUMENT:
        return _WITH_ARGUMENT[kind](argument, name)
    raise ValueError(f"unknown tiling {name!r}; there are {', '.join(TILING_NAMES)}")


@dataclass(frozen=True)
class Level:
    """One level of a hierarchy as numpy arrays, one entry a unit: first word, one past the last, and whether it is a (super-)L."""

    starts: np.ndarray
    ends: np.ndarray
    is_long: np.ndarray

    def phrase_positions(self, words: int) -> np.ndarray:
        """Return the first words of the super-Ls that cover exactly *words* words: where a phrase of this level may begin."""
        positions: np.ndarray = self.starts[self.is_long & (self.ends - self.starts == words)]
        return positions


def hierarchy(tiling: Tiling, word_count: int) -> list[Level]:
    """Return the levels of the substitution hierarchy over *word_count* words, tiles first, up to ten.

    Each level is the deflation of the one before: L S becomes a super-L, any other unit a super-S. A level of one unit is the last.
    Needs numpy.
    """
    import numpy as np

    start = getattr(tiling, "start", 0)
    kinds = _tiling.lay_tiles(tiling.tiles(word_count), max(word_count - start, 0))
    edges = start + np.cumsum([0, *(1 + kind for kind in kinds)])
    units: tuple[Iterable[int], Iterable[int], Iterable[int]] = (edges[:-1], edges[1:], kinds)
    levels: list[Level] = []
    while len(levels) < LEVEL_COUNT and (not levels or len(levels[-1].starts) > 1):
        levels.append(Level(np.array(units[0], np.uint32), np.array(units[1], np.uint32), np.array(units[2], bool)))
        units = _tiling.deflate(*units)
    return levels
