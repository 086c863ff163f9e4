"""The harness of the Large Text Compression Benchmark."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from conftest import ROOT
from samples import english

from bench.measures import enwik


@pytest.mark.slow
def test_a_run_goes_on_where_it_was(tmp_path, monkeypatch, capsys):
    (tmp_path / "text").write_bytes(english()[:50_000])
    calls = []
    measure = enwik.measure
    monkeypatch.setattr(enwik, "measure", lambda text, options: calls.append((len(text), options)) or measure(text, options))
    kept = tmp_path / "kept.json"
    assert enwik.run(str(tmp_path / "text"), 40_000, ("-1",), kept)
    assert enwik.run(str(tmp_path / "text"), 40_000, ("-1", "--tiling multi"), kept)
    assert calls == [(40_000, ("-1",)), (40_000, ("--tiling", "multi"))]
    runs = list(json.loads(kept.read_text())["runs"].values())
    assert [run["options"] for run in runs] == ["-1", "--tiling multi"]
    for run in runs:
        assert 0 < run["bytes"] < 20_000 < run["decoder_bytes"]
        assert run["compress_memory"] > 1 << 20
        assert run["machine"]["quasicryth"]
    assert capsys.readouterr().out.count("\n-1 ") == 2
    monkeypatch.setattr(enwik, "zip_of_decoder", lambda: b"another source")
    enwik.run(str(tmp_path / "text"), 40_000, ("-1",), kept)
    assert len(calls) == 3


def test_a_failed_round_trip_is_not_a_result(monkeypatch):
    monkeypatch.setattr(enwik.Path, "read_bytes", lambda path: b"something else")
    with pytest.raises(AssertionError, match="round trip with -1 failed"):
        enwik.measure(b"some words", ("-1",))


def test_the_decoder_is_all_that_builds_it():
    archive = zipfile.ZipFile(io.BytesIO(enwik.zip_of_decoder()))
    names = set(archive.namelist())
    assert {"setup.py", "pyproject.toml", "LICENSE", "quasicryth/frames/layout.py", "quasicryth/engines/_engine.pyx"} <= names
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "csrc").rglob("*.c")} <= names
    assert enwik.zip_of_decoder() == enwik.zip_of_decoder()


def test_published_numbers_stand_beside_enwik_only():
    assert len(enwik.describe_published(1_000_000_000)) == 2
    assert "1,476" in enwik.describe_published(1_000_000_000)[0]
    assert enwik.describe_published(999) == []
    assert [enwik.is_beginning_of_enwik9(name) for name in ("enwik9", "e3m", "dickens", "some/file")] == [True, True, False, False]


def test_what_is_not_there_is_said(tmp_path, monkeypatch, capsys):
    assert not enwik.run(str(tmp_path / "missing"))
    monkeypatch.setattr("corpora.folders", list)
    monkeypatch.setitem(enwik.MANIFEST["enwik8"], "url", "http://127.0.0.1:9/enwik8.zip")
    monkeypatch.setattr(enwik, "FETCHED", tmp_path)
    assert not enwik.run("enwik8")
    out = capsys.readouterr().out
    assert "No such file" in out
    assert "--prefix takes a beginning" in out
