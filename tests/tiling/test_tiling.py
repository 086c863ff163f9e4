"""Tilings and hierarchies: exact arithmetic, and the counts that the paper proves or that were measured on it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quasicryth.tiling import (
    DEEPEST_LEVEL,
    GOLDEN_SLOPE,
    LEVEL_WORDS,
    CutAndProject,
    PeriodDoubling,
    Periodic,
    Random,
    ThueMorse,
    _tiling,
    hierarchy,
    parse_tiling,
)

GOLDEN = CutAndProject(GOLDEN_SLOPE)


def letters(tiles: bytes) -> str:
    return "".join("SL"[tile] for tile in tiles)


def expanded(axiom: str, rules: dict[str, str], length: int) -> str:
    while len(axiom) < length:
        axiom = "".join(rules[letter] for letter in axiom)
    return axiom[:length]


# ---- sequences -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", range(12))
def test_golden_tiles_are_exact(phase):
    """floor(m / phi) = (isqrt(5 m^2) - m) / 2 in whole numbers; the phase i/phi shifts the sequence by i."""
    tiles = parse_tiling("fibonacci").tilings[phase].tiles(20_000)
    floors = [(isqrt(5 * m * m) - m) // 2 for m in range(phase, phase + 20_001)]
    assert list(tiles) == [after - before for before, after in pairwise(floors)]


def test_golden_convergent_is_exact_for_as_many_words_as_a_block_can_have():
    """|slope - 1/phi| < 1/q^2, while |k/phi - integer| > 1/(sqrt5 k) - ...: no floor below 2^31 can differ."""
    q = GOLDEN_SLOPE.denominator
    assert Fraction(2**31, q * q) < Fraction(1, 3 * 2**31)


@pytest.mark.parametrize("tiling", parse_tiling("multi").tilings)
def test_published_tilings_follow_equation_1(tiling):
    floors = [int(k * tiling.slope + tiling.phase) for k in range(3001)]
    assert list(tiling.tiles(3000)) == [after - before for before, after in pairwise(floors)]


def test_there_are_36_published_tilings():
    tilings = parse_tiling("multi").tilings
    assert len(tilings) == len(set(tilings)) == 36
    assert [round(float(t.phase), 6) for t in tilings[:6]] == [0, 0.618034, 0.236068, 0.854102, 0.472136, 0.090170]
    assert [float(t.slope) for t in tilings[12:18:2]] == pytest.approx([0.6157731059, 0.6124299496, 0.6055512755], abs=1e-9)
    assert parse_tiling("fibonacci").tilings == tilings[:12]
    assert parse_tiling("fibonacci1").tilings == tilings[:1]


@given(st.fractions(0, 1, max_denominator=10**6), st.fractions(0, 1, max_denominator=10**6))
def test_any_rational_slope_and_phase(slope, phase):
    slope, phase = slope % 1, phase % 1
    floors = [int(k * slope + phase) for k in range(301)]
    assert list(CutAndProject(slope, phase).tiles(300)) == [after - before for before, after in pairwise(floors)]


def test_substitution_sequences():
    assert letters(ThueMorse().tiles(1000)) == expanded("L", {"L": "LS", "S": "SL"}, 1000)
    assert letters(PeriodDoubling().tiles(1000)) == expanded("L", {"L": "LS", "S": "LL"}, 1000)
    assert letters(GOLDEN.tiles(1000))[1:] == expanded("L", {"L": "LS", "S": "L"}, 999)
    assert letters(Periodic("LLSLS").tiles(12)) == "LLSLSLLSLSLL"


def test_random_tilings():
    tiles = letters(Random(1).tiles(100_000))
    assert tiles == letters(Random(1).tiles(100_000))
    assert tiles != letters(Random(2).tiles(100_000))
    assert "SS" not in tiles
    assert abs(tiles.count("L") / tiles.count("S") - 1.618) < 0.02


def test_slopes_out_of_range():
    for slope, phase, denominator in ((5, 0, 5), (0, 5, 5), (0, 0, 0), (1, 0, 1 << 63)):
        with pytest.raises(ValueError, match="slope and phase"):
            _tiling.cut_and_project_tiles(1, slope, phase, denominator)


# ---- laying ----------------------------------------------------------------------------------------------------------------


def test_laying_cuts_and_merges():
    def lay(tiles: str, words: int) -> str:
        return letters(_tiling.lay_tiles(bytes(letter == "L" for letter in tiles), words))

    assert lay("LLSLS", 3) == "LS"  # the second L does not fit
    assert lay("LLSLS", 5) == "LLS"
    assert lay("SSSSL", 4) == "LL"  # pairs from the left
    assert lay("LL", 0) == ""
    with pytest.raises(ValueError, match="too few"):
        lay("LL", 3)


@given(st.text("LS", min_size=200, max_size=400), st.integers(0, 200))
def test_laid_tiles_cover_the_words_without_adjacent_shorts(tiles, words):
    laid = letters(_tiling.lay_tiles(bytes(letter == "L" for letter in tiles), words))
    assert 2 * laid.count("L") + laid.count("S") == words
    assert "SS" not in laid


# ---- hierarchy -------------------------------------------------------------------------------------------------------------


def test_the_golden_hierarchy_never_collapses():
    """Theorems 2 and 9 with the numbers measured on a million words."""
    levels = hierarchy(GOLDEN, 1_000_000)
    assert len(levels) == 10
    longs = [int(level.is_long.sum()) for level in levels]
    shorts = [int((~level.is_long).sum()) for level in levels]
    assert (longs[0], shorts[0]) == (381_966, 236_068)
    assert (longs[9], shorts[9]) == (5_025, 3_107)
    positions = [len(level.phrase_positions(words)) for level, words in zip(levels, LEVEL_WORDS, strict=True)]
    assert positions[1:] == [236_067, 145_898, 90_169, 55_728, 34_441, 21_286, 13_155, 8_130, 5_025]
    for m, (count, words) in enumerate(zip(positions, LEVEL_WORDS, strict=True), start=3):
        coverage = 1.618033988749895 / 5**0.5 * (1 - (-1) ** m * 1.618033988749895 ** (-2 * m))
        assert abs(count * words / 1_000_000 - coverage) < 2e-4


def test_period_5_collapses_after_the_8_grams():
    levels = hierarchy(Periodic("LLSLS"), 80_000)
    coverage = [len(level.phrase_positions(words)) * words / 80_000 for level, words in zip(levels, LEVEL_WORDS, strict=False)]
    assert coverage[:5] == pytest.approx([0.75, 0.75, 0.625, 1.0, 0], abs=1e-3)


def test_a_period_of_89_tiles_keeps_all_ten_levels():
    word = letters(GOLDEN.tiles(90))[1:]
    levels = hierarchy(Periodic(word), 144 * 50)
    assert len(levels) == 10
    assert len(levels[9].phrase_positions(144)) * 144 >= 144 * 48


def test_sturmian_factor_counts():
    tiles = letters(GOLDEN.tiles(20_000))
    for n in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144):
        assert len({tiles[i : i + n] for i in range(len(tiles) - n)}) == n + 1


@pytest.mark.parametrize("words", [0, 1, 2, 3, 10, 1000])
def test_levels_tile_the_words(words):
    for level in hierarchy(Random(5), words):
        assert level.starts.dtype == np.uint32
        edges = [0, *level.ends.tolist()]
        assert edges[:-1] == level.starts.tolist()
        assert edges[-1] == words


# ---- lookup positions ------------------------------------------------------------------------------------------------------

ANY_TILING = st.one_of(
    st.builds(CutAndProject, st.fractions(0, "9/10", max_denominator=5000), st.fractions(0, "9/10", max_denominator=50)),
    st.builds(Periodic, st.text("LS", min_size=1, max_size=100), st.integers(0, 20)),
    st.builds(Random, st.integers(0, 1000)),
    st.sampled_from([GOLDEN, ThueMorse(), PeriodDoubling()]),
)


@given(ANY_TILING, st.integers(0, 3000))
def test_depths_agree_with_the_hierarchy(tiling, words):
    """The running deflation of the encoder marks what the level-by-level hierarchy says."""
    depths = bytearray(words)
    start = getattr(tiling, "start", 0)
    _tiling.mark_depths(depths, tiling.tiles(words), start)
    expected = np.zeros(words, np.uint8)
    levels = hierarchy(tiling, words) if start < words else []
    for k, level in enumerate(levels[1:], start=1):
        expected[level.phrase_positions(LEVEL_WORDS[k])] = k
    assert bytes(depths) == expected.tobytes()


def test_shares_of_positions_as_measured():
    """Shares of word positions open to a lookup, paper.md section 4.2."""
    measured = {
        "fibonacci1": [0.236, 0.146, 0.090, 0.056, 0.034, 0.021, 0.013, 0.008, 0.005],
        "fibonacci": [0.820, 0.730, 0.674, 0.605, 0.413, 0.255, 0.158, 0.098, 0.060],
        "multi": [1.000, 0.994, 0.968, 0.874, 0.720, 0.405, 0.194, 0.099, 0.060],
    }
    for name, shares in measured.items():
        depths = np.frombuffer(parse_tiling(name).depths(500_000), np.uint8)
        assert [float((depths >= level).mean()) for level in range(1, 10)] == pytest.approx(shares, abs=1.5e-3)


def test_modes_without_tilings():
    assert parse_tiling("all").depths(5) == bytes([DEEPEST_LEVEL] * 5)
    assert parse_tiling("none").depths(5) == parse_tiling("bigrams").depths(5) == bytes(5)
    assert not parse_tiling("none").bigrams
    assert parse_tiling("bigrams").bigrams
    assert [tiling.start for tiling in parse_tiling("period5x8").tilings] == list(range(8))


def test_unknown_names_list_the_known():
    with pytest.raises(ValueError, match="thue-morse"):
        parse_tiling("penrose")


def test_tiles_that_are_not_there():
    with pytest.raises(ValueError, match="the period is empty"):
        _tiling.periodic_tiles(5, b"")
    depths = bytearray(8)
    with pytest.raises(ValueError, match="too few tiles"):
        _tiling.mark_depths(depths, bytes(7))
    for start in (8, 9, 1 << 40):
        _tiling.mark_depths(depths, b"", start)
    assert depths == bytearray(8)
