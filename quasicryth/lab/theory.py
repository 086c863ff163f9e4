"""The theory of the golden tiling, claim by claim: exact arithmetic and counting, and a verdict that follows from the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from math import log

import numpy as np

from ..tiling import _tiling
from ..tiling.tilings import DEEPEST_LEVEL, GOLDEN_SLOPE, LEVEL_WORDS, CutAndProject, Periodic
from .claims import Cell, Claim
from .experiment import count_positions
from .golden_field import PHI, ROOT_5, GoldenNumber, whole
from .sequences import TileSequence, approximant, count_words, spell

Tiles = np.ndarray[tuple[int], np.dtype[np.bool_]]

GOLDEN = CutAndProject(GOLDEN_SLOPE)
WORDS = 1_000_000
_LONGEST_PERIOD = 1000
_LONGEST_ANY_WORD = 12  # of all words of so many tiles the depth is found by trying
_FACTOR_LENGTHS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
_BOTH_AMONG = 3  # units of a golden tiling, of which two S or three L never follow each other
# Edges: the last unit of a level may be cut off, and so may what it would have been part of.
_EDGE = 2


def deflate(is_long: Tiles) -> Tiles:
    """Return the next level: an L with the S behind it makes an L, any other unit an S.

    Whose partner may lie beyond the ends of what is seen is left out: a first S, a last L.
    """
    inner = is_long[int(not is_long[0]) : len(is_long) - int(is_long[-1])]
    pairs = inner & np.append(~inner[1:], False)
    second = np.append(False, pairs)[: len(pairs)]
    next_level: Tiles = pairs[~second]
    return next_level


def lookup_counts(sequence: TileSequence, words: int) -> tuple[int, ...]:
    """Return at how many of *words* words a phrase of each level, 1 .. 9, may begin."""
    depths = bytearray(words)
    _tiling.mark_depths(depths, sequence.tiles(words))
    return count_positions(np.frombuffer(depths, np.uint8))


# ---- 1: never collapses ------------------------------------------------------------------------------------------------------


def _levels(tiles: Tiles) -> Iterator[tuple[int, int]]:
    """L and S of each level, as long as there are enough units that both must be among them; without L nothing changes any more."""
    longs = len(tiles)
    while len(tiles) >= _BOTH_AMONG and longs > 0:
        longs = int(tiles.sum())
        yield longs, len(tiles) - longs
        tiles = deflate(tiles)


def check_never_collapses(tile_count: int = WORDS) -> Claim:
    """Both tiles at every level, L : S = phi : 1."""
    share = PHI.inverse()
    rows: list[tuple[Cell, ...]] = []
    holds = PHI + whole(1) == PHI * PHI  # (phi, 1) is an eigenvector of the rule L -> LS, S -> L, with the eigenvalue phi
    tiles = np.frombuffer(GOLDEN.tiles(tile_count), np.uint8).astype(bool)
    for level, (longs, shorts) in enumerate(_levels(tiles)):
        off = abs(whole(longs) - share * whole(longs + shorts))
        holds = holds and off < whole(1) and shorts > 0 and longs > 0
        rows.append((level, longs, shorts, longs / shorts if shorts else "-", float(off)))
    verdict = (
        f"at all {len(rows)} levels that {tile_count:,} tiles have, the number of L is within 1 of N / phi (exactly compared), as "
        "it must be in any stretch of a tiling of this slope, and (phi, 1) is an eigenvector of the rule"
        if holds
        else "some level has other numbers than phi : 1"
    )
    header = ("level", "L", "S", "L / S", "|L - N / phi|")
    statement = "deflated again and again, the golden tiling keeps both tiles, L : S = phi : 1"
    return Claim("Non-collapse", statement, header, tuple(rows), holds, verdict)


# ---- 2: compensation ---------------------------------------------------------------------------------------------------------


def _coverage(level: int) -> GoldenNumber:
    """The share of the words that phrases of this level cover: F phi^-(m - 1), m = level + 3."""
    return whole(LEVEL_WORDS[level]) * PHI ** -(level + 2)


def check_compensation(words: int = WORDS) -> Claim:
    """Coverage by level, exactly."""
    counts = lookup_counts(GOLDEN, words)
    periodic = approximant(89)
    periodic_counts = lookup_counts(periodic, words)
    rows: list[tuple[Cell, ...]] = []
    holds = True
    for level, (count, other) in enumerate(zip(counts, periodic_counts, strict=True), start=1):
        m = level + 3
        formula = PHI * ROOT_5.inverse() * (whole(1) - whole((-1) ** m) * PHI ** (-2 * m))
        expected = whole(words) * PHI ** -(m - 1)
        holds = holds and formula == _coverage(level) and abs(whole(count) - expected) < whole(_EDGE)
        size = LEVEL_WORDS[level]
        rows.append((size, count, float(expected), count * size / words, float(formula), other * size / words))
    limit = float(PHI * ROOT_5.inverse())
    kept = min(other for other in periodic_counts) > 0
    verdict = (
        f"F / phi^(m-1) = phi / sqrt 5 (1 - (-1)^m phi^(-2m)) is an identity, and all counts are within {_EDGE} of it; "
        f"the limit is {limit:.4f}"
        if holds
        else "formula and counts differ"
    )
    if kept:
        deepest = periodic_counts[-1] * LEVEL_WORDS[-1] / words
        verdict += f". It takes no aperiodic tiling: one of period 89 covers {100 * deepest:.0f} % by phrases of 144 words"
    header = ("words of a phrase", "positions", "W / phi^(m-1)", "coverage", "formula", "coverage, period 89")
    statement = "positions fall as phi^-(m-1) while phrases grow as phi^m, so every level covers phi / sqrt 5 of the text"
    return Claim("Golden compensation", statement, header, tuple(rows), holds, verdict)


# ---- 3: collapse of periods --------------------------------------------------------------------------------------------------


def balanced_depth(longs: int, shorts: int) -> int:
    """Return how many levels above the tiles have phrases, of the balanced periodic tiling of so many L and S (not fewer L than S).

    L and S become S and L - S: Euclid's algorithm with subtractions. Where S are the more, they stay too short for the next level.
    """
    depth = 0
    while shorts > 0:
        depth += 1
        if longs < shorts:
            break
        longs, shorts = shorts, longs - shorts
    return depth


def counted_depth(period: str) -> int:
    """Return the deepest level, up to 9, at which phrases begin in the tiling *period*, repeated: laid, and seen off the edges."""
    edge = 2 * LEVEL_WORDS[-1]
    words = 2 * edge + 2 * LEVEL_WORDS[-1] + 2 * count_words(period)
    depths = bytearray(words)
    _tiling.mark_depths(depths, Periodic(period).tiles(words))
    return max(depths[edge:-edge])


def _balanced_word(longs: int, period: int) -> str:
    return spell(CutAndProject(Fraction(longs, period)).tiles(period))


def _deepest_balanced(period: int) -> int:
    return max(balanced_depth(longs, period - longs) for longs in range((period + 1) // 2, period))


def _deepest_of_any_word(period: int) -> int:
    return max(counted_depth("".join(word)) for word in product("LS", repeat=period))


def check_collapse(longest: int = _LONGEST_PERIOD) -> Claim:
    """How deep a period can go, and what that means for ten levels."""
    depths = {period: _deepest_balanced(period) for period in range(2, longest + 1)}
    bound = max(depth - log(period) / log(float(PHI)) for period, depth in depths.items())
    reached: dict[int, int] = {}
    for period, depth in depths.items():
        reached.setdefault(depth, period)
    confirmed = all(
        counted_depth(spell(CutAndProject(Fraction(longs, period)).tiles(period)))
        == min(balanced_depth(longs, period - longs), DEEPEST_LEVEL)
        for period in range(2, 35)
        for longs in range((period + 1) // 2, period)
    )
    # Two S merge into an L, so a word may be that of a shorter period.
    no_word_is_deeper = all(
        _deepest_of_any_word(period) == max(depths[shorter] for shorter in range(2, period + 1))
        for period in range(2, _LONGEST_ANY_WORD + 1)
    )
    rows = tuple((depth, period, log(period) / log(float(PHI))) for depth, period in sorted(reached.items()))
    five = counted_depth("LLSLS")
    enough = min(period for period, depth in depths.items() if depth >= DEEPEST_LEVEL)
    at_enough = counted_depth(approximant(enough).period)
    holds = bound < 1 and confirmed and no_word_is_deeper and five == 3
    verdict = (
        f"no balanced tiling of a period up to {longest:,} goes deeper than log_phi(period) {bound:+.2f} levels, and of up to "
        f"{_LONGEST_ANY_WORD} tiles no other word does; Period-5 has phrases up to level {five} (8 words). But the depth in use is "
        f"fixed: a period of {enough} tiles keeps all of the levels up to {at_enough}, so at ten levels being aperiodic gains "
        "nothing"
        if holds
        else f"counting and Euclid's algorithm differ, or a period of p tiles goes deeper than log_phi(p) + 1 (by {bound:.2f})"
    )
    header = ("deepest level with phrases", "shortest period, tiles", "log_phi(period)")
    statement = "a tiling of period p loses one of its tiles after O(log_phi p) deflations; Period-5 after level 3"
    return Claim("Collapse of periods", statement, header, rows, holds, verdict)


# ---- 4: factors --------------------------------------------------------------------------------------------------------------


def count_factors(tiles: Tiles, length: int) -> int:
    """Return how many different words of *length* tiles occur."""
    word = np.frombuffer(tiles.tobytes(), np.uint8)
    return len(np.unique(np.lib.stride_tricks.sliding_window_view(word, length), axis=0))


def check_complexity(tile_count: int = 5_000) -> Claim:
    """The number of factors of the golden tiling and of others."""
    other_slope = CutAndProject(Fraction(2**61 * 707106781186547 // 10**15, 2**61))  # near 1 / sqrt 2
    columns = {
        "golden": GOLDEN.tiles(tile_count),
        "slope 0.7071": other_slope.tiles(tile_count),
        "Period-5": Periodic("LLSLS").tiles(tile_count),
        "period 89": approximant(89).tiles(tile_count),
    }
    counts = {
        name: [count_factors(np.frombuffer(tiles, np.uint8).astype(bool), length) for length in _FACTOR_LENGTHS]
        for name, tiles in columns.items()
    }
    rows = tuple((length, *(counts[name][i] for name in columns)) for i, length in enumerate(_FACTOR_LENGTHS))
    sturmian = [length + 1 for length in _FACTOR_LENGTHS]
    holds = counts["golden"] == sturmian
    alike = counts["slope 0.7071"] == sturmian
    fewer = all(count <= wanted for count, wanted in zip(counts["period 89"], sturmian, strict=True))
    verdict = (
        "the golden tiling has n + 1 factors of every length n counted"
        if holds
        else "the golden tiling has other numbers of factors"
    )
    if alike and fewer:
        verdict += (
            ". So has the other slope, and no period has more; they are patterns of tiles, not of words, so nothing follows for "
            "the efficiency of a codebook"
        )
    return Claim(
        "Factor complexity", "the golden tiling has n + 1 factors of n tiles (Sturmian)", ("n", *columns), rows, holds, verdict
    )


# ---- 5: flags ----------------------------------------------------------------------------------------------------------------


def check_flag_overhead(words: int = WORDS) -> Claim:
    """One bit for each usable position."""
    counts = lookup_counts(GOLDEN, words)
    total, counted = whole(0), 0
    rows: list[tuple[Cell, ...]] = []
    holds = True
    for level, count in enumerate(counts, start=1):
        total = total + PHI ** -(level + 2)
        counted += count
        holds = holds and total == PHI.inverse() - PHI ** -(level + 1) and total < PHI.inverse()
        holds = holds and abs(whole(counted) - total * whole(words)) < whole(_EDGE * level)
        rows.append((level, float(total), counted / words))
    verdict = (
        f"the sum to level k is 1 / phi - phi^-(k+1), an identity, so below 1 / phi = {float(PHI.inverse()):.6f} bit a word at any "
        "depth. It counts a bit for every position of one tiling; the published coder 5.6 sends no such flags, but a level for "
        "every event"
        if holds
        else "sum and count differ"
    )
    header = ("levels", "sum of phi^-(k+2)", "positions a word, counted")
    return Claim(
        "Flag overhead", "a flag at every usable position costs at most 1 / phi bit a word", header, tuple(rows), holds, verdict
    )


CHECKS: tuple[Callable[[], Claim], ...] = (
    check_never_collapses,
    check_compensation,
    check_collapse,
    check_complexity,
    check_flag_overhead,
)


def check_claims() -> list[Claim]:
    """Return all claims that need no text, checked: some seconds of work."""
    return [check() for check in CHECKS]
