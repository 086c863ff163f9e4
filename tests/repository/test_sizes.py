"""No text grows unmentioned: sizes are compared with those that bench/results keeps."""

from __future__ import annotations

import hashlib
import json

import pytest

from bench.measures import guard

KEPT = json.loads(guard.KEPT.read_text(encoding="utf-8"))["texts"]
TEXTS = guard.texts()
ADVICE = "if that is meant, keep it by `python -m bench guard --write`, and say why in the commit"


@pytest.mark.parametrize("name", KEPT)
def test_nothing_has_grown(name):
    if name not in TEXTS:
        pytest.skip("not at hand")
    text = TEXTS[name]
    assert hashlib.sha256(text).hexdigest() == KEPT[name]["sha256"], "another text than was measured"
    sizes = guard.measure(text)
    assert not guard.growth(KEPT[name]["sizes"], sizes), ADVICE
    if name == "alice29.txt":
        assert not guard.growth(guard.kept_elsewhere(), sizes), ADVICE


def test_every_level_and_engine_is_kept():
    assert {"LICENSE", "LICENSE, spliced"} <= KEPT.keys()
    for text in KEPT.values():
        assert text["sizes"].keys() == guard.SETTINGS.keys()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"-1": 10_000, "-2": 9_000}, []),
        ({"-1": 10_020, "-2": 9_000}, []),
        ({"-1": 10_021, "-2": 8_000}, ["-1: 10,000 -> 10,021 bytes, +0.21 %"]),
        ({"-1": 10_000}, ["-2 is not measured any more"]),
    ],
)
def test_growth_is_noticed(now, expected):
    assert guard.growth({"-1": 10_000, "-2": 9_000}, now) == expected


def test_the_command_fails_where_something_has_grown(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(guard, "texts", lambda: {"LICENSE": TEXTS["LICENSE"]})
    monkeypatch.setattr(guard, "KEPT", tmp_path / "guard.json")
    assert guard.run()
    sizes = {title: size * 99 // 100 for title, size in KEPT["LICENSE"]["sizes"].items()}
    guard.KEPT.write_text(json.dumps({"texts": {"LICENSE": {"sizes": sizes}}}))
    assert not guard.run()
    assert f"LICENSE at -9: {sizes['-9']:,} ->" in capsys.readouterr().out
