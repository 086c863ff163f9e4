"""The published numbers, wherever the corpora are at hand: the same hits to the digit, and the same differences within 2 %."""

from __future__ import annotations

import pytest
from samples import corpus

from quasicryth.engines import _paper
from quasicryth.engines._engine import encode_paper
from quasicryth.tiling import parse_tiling

# Hits per level, 13-grams and longer, of all 36 tilings (paper, table of deep hits).
HITS = {"alice29.txt": [9, 0, 0, 0, 0, 0], "e3m": [2469, 489, 98, 65, 0, 0], "enwik7": [9400, 1553, 346, 131, 8, 5]}
# Bytes that 12 golden tilings save over Period-5.
ADVANTAGE = {"e3m": 36_243, "enwik7": 126_031}

needs = {
    name: pytest.mark.skipif(corpus(name) is None, reason=f"the corpus {name} is not at hand (python -m corpora)") for name in HITS
}


def encoded(name: str, tiling: str) -> bytes:
    return encode_paper(corpus(name), parse_tiling(tiling))


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs[name]) for name in HITS])
def test_deep_hits_are_those_published(name):
    statistics = _paper.inspect_block(encoded(name, "multi"), len(corpus(name)))
    assert statistics["events_per_level"][6:] == HITS[name]


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs[name]) for name in ADVANTAGE])
def test_fibonacci_against_period_5(name):
    advantage = len(encoded(name, "period5")) - len(encoded(name, "fibonacci"))
    assert advantage == pytest.approx(ADVANTAGE[name], rel=0.02)
