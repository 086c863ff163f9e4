"""How the benchmarks judge what they measure."""

from __future__ import annotations

import pytest

from bench.machine import judge
from bench.measure import command_seconds, compare
from bench.mix import SIZE_BARS, measure_level
from bench.readme import fill
from bench.results_page import PAGE, make_page


@pytest.mark.parametrize(
    ("value", "bar", "at_most", "words"),
    [
        (99, 100, True, "met"),
        (100, 100, True, "met"),
        (110, 100, True, "MISSED by 10.0 %"),
        (8.0, 8, False, "met"),
        (6.0, 8, False, "MISSED by 25.0 %"),
    ],
)
def test_a_missed_bar_is_said_plainly(value, bar, at_most, words):
    assert judge(value, bar, at_most) == words


def test_speeds_are_compared_pair_by_pair():
    result = compare([(1.0, 2.0), (2.0, 8.0), (1.0, 3.0)])
    assert (result["speed_ratio"], result["speed_ratio_range"], result["runs"]) == (3.0, [2.0, 4.0], 3)
    assert (result["seconds"], result["rival_seconds"]) == (1.0, 3.0)


def test_only_commands_are_counted():
    seconds, result = command_seconds(lambda: sum(range(3_000_000)))
    assert seconds == pytest.approx(0, abs=1e-6)  # sums of floating-point times
    assert result == 4_499_998_500_000


@pytest.mark.parametrize("level", SIZE_BARS)
def test_levels_are_measured_on_a_round_trip(level):
    result = measure_level(b"some text to measure. " * 100, level)
    assert 0 < result["bytes"] < 200 < result["decoder_memory_bytes"]


def test_a_readme_without_a_place_for_a_table_is_refused():
    with pytest.raises(ValueError, match="0 places for sizes"):
        fill("# quasicryth\n")


def test_the_page_of_results_is_what_the_kept_numbers_make():
    assert PAGE.read_text(encoding="utf-8") == make_page()
