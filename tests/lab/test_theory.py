"""The theory of the golden tiling: exact numbers, claims that hold, and checks that fail where they should."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import english

from quasicryth.command.interface import invoke
from quasicryth.lab import growth, theory
from quasicryth.lab.claims import print_lines
from quasicryth.lab.experiment import Measurement
from quasicryth.lab.golden_field import PHI, ROOT_5, GoldenNumber, whole
from quasicryth.lab.growth import Growth, check_activation, check_growth
from quasicryth.lab.results import ResultFile, TextResults
from quasicryth.tiling import CutAndProject

RATIONALS = st.fractions(-50, 50, max_denominator=99)
NUMBERS = st.builds(GoldenNumber, RATIONALS, RATIONALS)


# ---- arithmetic --------------------------------------------------------------------------------------------------------------


def test_constants():
    assert whole(5) == ROOT_5 * ROOT_5
    assert PHI.inverse() == PHI - whole(1)
    assert whole(1) == PHI**-3 * PHI**3


@given(NUMBERS, NUMBERS)
def test_the_field_agrees_with_floating_point(one, other):
    assert float(one * other) == pytest.approx(float(one) * float(other), abs=1e-6)
    assert float(one - other) == pytest.approx(float(one) - float(other), abs=1e-9)
    if abs(float(one) - float(other)) > 1e-6:
        assert (one < other) == (float(one) < float(other))
    if one != whole(0):
        assert one * one.inverse() == whole(1)


def test_order_is_exact_where_floating_point_is_not():
    """F(n) phi - F(n + 1) = -(-1/phi)^n: below the last digit of a float."""
    before, last = 0, 1
    for _ in range(199):
        before, last = last, before + last
    off = whole(before) * PHI - whole(last)
    assert off.sign() == 1
    assert (-off).sign() == -1
    assert (off - off).sign() == 0


# ---- claims that need no text ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def claims():
    return {claim.name: claim for claim in theory.check_claims()}


@pytest.mark.slow
def test_all_of_them_hold(claims):
    assert len(claims) == 5
    for claim in claims.values():
        assert claim.holds, "\n".join(print_lines(claim))


@pytest.mark.slow
def test_positions_are_those_measured_before(claims):
    counts = [row[1] for row in claims["Golden compensation"].rows]
    assert counts == [236_067, 145_898, 90_169, 55_728, 34_441, 21_286, 13_155, 8_130, 5_025]


@pytest.mark.slow
def test_ten_levels_take_a_period_of_89(claims):
    reached = {row[0]: row[1] for row in claims["Collapse of periods"].rows}
    assert (reached[3], reached[8], reached[9]) == (5, 55, 89)
    assert "a period of 89 tiles" in claims["Collapse of periods"].verdict


@pytest.mark.slow
@pytest.mark.parametrize(
    "check", [theory.check_never_collapses, theory.check_compensation, theory.check_complexity, theory.check_flag_overhead]
)
def test_another_tiling_does_not_pass_for_golden(check, monkeypatch):
    monkeypatch.setattr(theory, "GOLDEN", CutAndProject(Fraction(5, 8)))
    claim = check()
    assert not claim.holds
    assert any("DOES NOT HOLD" in line for line in print_lines(claim))


def test_a_wrong_depth_is_noticed(monkeypatch):
    monkeypatch.setattr(theory, "counted_depth", lambda period: 4)
    assert not theory.check_collapse(100).holds


def test_deflation_leaves_out_what_the_ends_hide():
    def deflated(word: str) -> str:
        tiles = np.array([letter == "L" for letter in word])
        return "".join("SL"[int(tile)] for tile in theory.deflate(tiles))

    assert deflated("LSLLS") == "LSL"
    assert deflated("SLSLLSL") == "LSL"


# ---- claims about texts --------------------------------------------------------------------------------------------------------


def prefixes(saved: list[int], rates: list[float] | None = None) -> Growth:
    """Made-up measurements of prefixes of 1, 2, 3, ... million bytes."""
    parts = []
    for i, bytes_saved in enumerate(saved, start=1):
        sizes = {"bigrams": 900_000, "period5": 900_000, "fibonacci": 900_000 - bytes_saved, "period5x8": 900_000}
        measured = {name: Measurement(name, size) for name, size in sizes.items()}
        hits = tuple(int(10_000 * i * rates[i - 1]) for _ in range(9)) if rates else (0,) * 9
        measured["fibonacci1"] = Measurement("fibonacci1", 900_000, (10_000 * i,) * 9, hits)
        parts.append(TextResults(f"t[:{i}]", i * 1_000_000, "", "paper", measured))
    return Growth("t", tuple(parts))


def test_convexity_is_computed(monkeypatch):
    monkeypatch.setattr(growth, "PUBLISHED_ADVANTAGE", ((1_000_000, 10), (2_000_000, 30)))
    assert check_growth([prefixes([100, 300, 600])]).holds
    assert not check_growth([prefixes([100, 300, 400])]).holds


def test_the_published_numbers_contradict_the_published_claim():
    claim = check_growth([])
    assert not claim.holds
    assert "published numbers are not convex" in claim.verdict


def test_a_hit_rate_is_constant_or_not():
    assert check_activation(prefixes([0, 0, 0], [0.1, 0.11, 0.1])).holds
    assert not check_activation(prefixes([0, 0, 0], [0.1, 0.2, 0.1])).holds
    assert "cannot tell" in check_activation(prefixes([0, 0, 0], [0.0, 0.0, 0.0])).verdict


def test_advantages_of_a_text_have_error_bars():
    found = growth.measure_advantage("text", english()[:50_000], 3)
    assert [point.size for point in found] == [25_000, 50_000]
    assert all(point.drawn.half_width > 0 for point in found)


def test_the_command_measures_once(tmp_path, monkeypatch):
    (tmp_path / "text").write_bytes(english()[:40_000])
    arguments = ["theory", str(tmp_path / "text"), "--size", "20000", "--size", "99999"]
    arguments += ["--keep", str(tmp_path / "kept"), "--json", str(tmp_path / "out")]
    monkeypatch.setattr(theory, "CHECKS", (theory.check_flag_overhead,))
    assert invoke(arguments) == 0
    claims = json.loads((tmp_path / "out").read_text())
    assert [claim["name"] for claim in claims] == ["Flag overhead", "Activation thresholds", "Growth of the advantage"]
    assert [text.size for text in ResultFile(tmp_path / "kept").texts()] == [20_000, 40_000]
    monkeypatch.setattr("quasicryth.lab.results.Subject", None)  # would be called
    assert invoke(arguments) == 0
