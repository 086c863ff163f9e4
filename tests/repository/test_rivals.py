"""Rivals: those that every Python has come back whole, and one that does not is said to have failed."""

from __future__ import annotations

import sys

import pytest
from samples import english

from bench.measures import rivals

TEXT = english()[:100_000]


@pytest.mark.slow
@pytest.mark.parametrize("title", rivals.RIVALS)
def test_rivals_come_back(title):
    rival = rivals.RIVALS[title]
    if not rivals.is_installed(rival):
        pytest.skip(f"{rival.needs} is not installed")
    outcome = rivals.run_once(rival, "text", TEXT)
    assert 0 < outcome.size < 50_000
    assert outcome.compress_seconds > 0


def test_the_yardstick_runs_beside_each():
    size, speeds = rivals.measure_beside_yardstick(rivals.RIVALS["gzip -9"], "text", TEXT)
    assert size == rivals.measure(rivals.RIVALS["gzip -9"], "text", TEXT)
    assert speeds["compress"]["speed_ratio"] > 1


def program(path, body: str) -> str:
    path.write_text(f"#!{sys.executable}\nimport sys\n_, mode, source, target = sys.argv\n{body}")
    path.chmod(0o755)
    return str(path)


@pytest.mark.slow
def test_the_published_program_takes_part_if_its_binary_is_named(tmp_path, monkeypatch, capsys):
    copying = program(tmp_path / "qtc", "open(target, 'wb').write(open(source, 'rb').read())")
    monkeypatch.setattr(rivals, "RIVALS", {title: rivals.RIVALS[title] for title in ("gzip -9", rivals.YARDSTICK)})
    (tmp_path / "text").write_bytes(TEXT)
    assert rivals.run([str(tmp_path / "text")], copying)
    assert f"{rivals.REFERENCE:28} {'text':16} {len(TEXT):>12,}   100.00" in capsys.readouterr().out


@pytest.mark.slow
def test_what_does_not_come_back_is_said(tmp_path, monkeypatch, capsys):
    forgetful = program(tmp_path / "qtc", "open(target, 'wb').write(b'something')")
    monkeypatch.setattr(rivals, "RIVALS", {rivals.YARDSTICK: rivals.RIVALS[rivals.YARDSTICK]})
    (tmp_path / "text").write_bytes(TEXT)
    assert not rivals.run([str(tmp_path / "text")], forgetful)
    assert "failed: the round trip of a rival failed" in capsys.readouterr().out


def test_what_is_not_installed_is_said(tmp_path, monkeypatch, capsys):
    absent = rivals.Rival("no-such-program", rivals.RIVALS["gzip -9"].pack, rivals.RIVALS["gzip -9"].unpack)
    monkeypatch.setattr(rivals, "RIVALS", {"absent": absent})
    (tmp_path / "text").write_bytes(TEXT)
    assert rivals.run([str(tmp_path / "text")])
    assert "is not installed (no-such-program)" in capsys.readouterr().out
