"""Tile sequences beside those of `quasicryth.tiling`: substitution rules, shifts, approximants of the golden slope."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

from ..tiling.tilings import GOLDEN_SLOPE, CutAndProject, Periodic, Random

# Shifts of what has no period are spread over as many words as the longest phrase has.
_APERIODIC_SHIFTS = 144
_MOST_GENERATIONS = 4096


class TileSequence(Protocol):
    """What makes tiles: those of `quasicryth.tiling`, and those here."""

    def tiles(self, count: int) -> bytearray:
        """Return the first *count* tiles, 1 for L and 0 for S."""
        ...


@dataclass(frozen=True)
class Substitution:
    """What the rules L -> *long_image*, S -> *short_image* make of L, applied as often as is needed.

    Raises ValueError for images that are empty or have other letters than L and S, or where L does not grow.
    """

    long_image: str
    short_image: str

    def __post_init__(self) -> None:
        images = (self.long_image, self.short_image)
        if not all(images) or any(set(image) - set("LS") for image in images):
            raise ValueError("the images of L and S are words of L and S")
        # From some word on, L and S alike, nothing becomes longer: two letters are seen within two steps.
        word = self.long_image
        if len(self._substitute(self._substitute(word))) == len(word):
            raise ValueError("L does not grow under the rule")

    def _substitute(self, word: str) -> str:
        return word.translate({ord("L"): self.long_image, ord("S"): self.short_image})

    def tiles(self, count: int) -> bytearray:
        """Return the first *count* tiles, 1 for L and 0 for S."""
        word = "L"
        for _ in range(_MOST_GENERATIONS):
            if len(word) >= count:
                break
            word = self._substitute(word)
        if len(word) < count:
            raise ValueError(f"the rule L->{self.long_image}, S->{self.short_image} grows too slowly for {count:,} tiles")
        return bytearray(word[:count].translate({ord("L"): 1, ord("S"): 0}), "latin-1")


@dataclass(frozen=True)
class Shifted:
    """The tiles of *sequence*, laid from word *start* of the text."""

    sequence: TileSequence
    start: int

    def tiles(self, count: int) -> bytearray:
        """Return the first *count* tiles, 1 for L and 0 for S."""
        return self.sequence.tiles(count)


def approximant(period: int) -> Periodic:
    """Return the word of *period* tiles, repeated, whose share of L is nearest to the golden one: a cut-and-project word.

    For Fibonacci numbers (2, 3, 5, ... 89, 144) these are the Fibonacci approximants. Raises ValueError for a *period* below 2.
    """
    if period < 2:
        raise ValueError(f"a period has at least 2 tiles, not {period}")
    slope = Fraction(round(period * GOLDEN_SLOPE), period)
    return Periodic(spell(CutAndProject(slope).tiles(period)))


def spell(tiles: bytes | bytearray) -> str:
    """Return *tiles* as a word of L and S."""
    return "".join("SL"[tile] for tile in tiles)


def count_words(period: str) -> int:
    """Return how many words of text the tiles of *period* span: two for an L, one for an S."""
    return len(period) + period.count("L")


# ---- several tilings of one kind ---------------------------------------------------------------------------------------------


def shift_count(sequence: TileSequence) -> int:
    """Return how many different shifts there are of *sequence* (as many as are of use, where it has no period)."""
    return count_words(sequence.period) if isinstance(sequence, Periodic) else _APERIODIC_SHIFTS


def _shifted(sequence: TileSequence, start: int) -> TileSequence:
    return replace(sequence, start=start) if isinstance(sequence, Periodic) else Shifted(sequence, start)


def spread(sequence: TileSequence, count: int) -> tuple[TileSequence, ...]:
    """Return *count* tilings of the kind of *sequence*: phases i * slope (as published), shifts by 0, 1, 2, ... words, or seeds.

    The first is *sequence*, and fewer tilings are the first ones of more. There are no more than there are shifts.
    """
    if isinstance(sequence, CutAndProject):
        return tuple(replace(sequence, phase=(sequence.phase + i * sequence.slope) % 1) for i in range(count))
    if isinstance(sequence, Random):
        generator = random.Random(sequence.seed)  # noqa: S311  # the same on every machine, not a secret
        return (sequence, *(Random(generator.getrandbits(64)) for _ in range(count - 1)))
    return tuple(_shifted(sequence, start) for start in range(min(count, shift_count(sequence))))


def draw(sequence: TileSequence, count: int, seed: int) -> tuple[TileSequence, ...]:
    """Return *count* tilings of the kind of *sequence* by lot: phases, different shifts, or seeds; the same for the same *seed*."""
    generator = random.Random(f"{count}/{seed}")  # noqa: S311  # the same on every machine, not a secret
    if isinstance(sequence, CutAndProject):
        q = sequence.slope.denominator
        return tuple(replace(sequence, phase=Fraction(generator.randrange(q), q)) for _ in range(count))
    if isinstance(sequence, Random):
        return tuple(Random(generator.getrandbits(64)) for _ in range(count))
    shifts = range(shift_count(sequence))
    return tuple(_shifted(sequence, start) for start in generator.sample(shifts, min(count, len(shifts))))
