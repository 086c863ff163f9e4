"""How the benchmarks judge what they measure."""

from __future__ import annotations

import re
import sys

import pytest
from libraries import need

import quasicryth
from bench import __main__ as command
from bench.attacks import soak
from bench.machine.description import RESULTS, ROOT, judge
from bench.machine.measuring import command_seconds, compare
from bench.measures import integrations, levels, memory
from bench.measures.mix import SIZE_BARS, measure_level
from bench.pages import picture
from bench.pages.readme import fill
from bench.pages.results_page import PAGE, make_page


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


def test_a_page_without_a_place_for_a_table_is_refused():
    with pytest.raises(ValueError, match="README.md has 0 places for levels"):
        fill("README.md", "# quasicryth\n")


@pytest.mark.slow
def test_a_soak_does_everything_and_sees_what_piles_up(tmp_path):
    user = soak._User(7, tmp_path)
    assert {user.step() for _ in range(60)} >= {"in_one_call", "in_pieces", "as_file", "damaged"}
    state = {"memory": 100, "open_files": 6, "threads": 1}
    more, less = {**state, "memory": 111}, {**state, "memory": 99}
    assert soak._has_not_grown([state, state, state, more, less, more, less, state])
    assert not soak._has_not_grown([state, less, state, state, more, more, more, state])
    assert not soak._has_not_grown([state, state, {**state, "open_files": 7}, state])


def test_levels_of_all_programs_are_measured_on_a_round_trip():
    text = b"some text to measure. " * 100
    libraries = {name: dict(list(levels.PROGRAMS[name].items())[:1]) for name in ("quasicryth", "xz", "zstd")}
    for program in levels.measure(text, libraries, runs=1).values():
        for result in program.values():
            assert 0 < result["bytes"] < len(text)
            assert min(result["compress_seconds"], result["decompress_seconds"]) >= 0


@pytest.mark.slow
def test_peaks_of_memory_are_those_of_a_round_trip():
    text = b"some text to measure. " * 100_000
    for peaks in (memory.measure_level(1, "text", text), memory.measure_rival("gzip -9", "text", text)):
        assert peaks.keys() == {"compress_bytes", "decompress_bytes"}
        assert all(1 << 22 < peak < 1 << 30 for peak in peaks.values())


def test_the_picture_is_of_the_kept_results():
    kept, drawn = picture.load_kept(), (RESULTS / "levels.svg").read_text(encoding="utf-8")
    assert set(kept["results"]) == set(levels.PROGRAMS) == set(picture.STYLES)
    assert kept["date"] in drawn
    labels = re.findall(r">([^<>]+)</text>", drawn)
    shown = {level for label in labels for level in label.split(", ")}
    assert shown >= {level for program in kept["results"].values() for level in program}
    assert shown >= set(kept["results"])


def test_readers_of_lines_are_verified(tmp_path):
    need("fsspec")
    need("dask.bag")
    log = integrations.make_log(b"one 1\r\ntwo 22\r\n", 5000)
    assert len(log) >= 5000
    assert log.startswith(b"one ")
    assert b"\r" not in log
    path = tmp_path / "made.log.qcz"
    path.write_bytes(quasicryth.compress(log, 1))
    integrations.register_fsspec()
    integrations.verify(str(path), log)
    with pytest.raises(AssertionError, match="other lines"):
        integrations.verify(str(path), log + b"more\n")


@pytest.mark.slow
def test_the_page_of_results_is_what_the_kept_numbers_make():
    assert PAGE.read_text(encoding="utf-8") == make_page()


# Every file with a function `run` is a command of its name.
SOURCES = {path.stem.removesuffix("_page"): path.read_text(encoding="utf-8") for path in ROOT.glob("bench/*/*.py")}


@pytest.mark.parametrize("name", [*(name for name, source in SOURCES.items() if "\ndef run(" in source), "all"])
def test_every_command_has_help(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench", name, "--help"])
    with pytest.raises(SystemExit) as end:
        command.main()
    assert end.value.code == 0
    assert f"python -m bench {name}" in capsys.readouterr().out
