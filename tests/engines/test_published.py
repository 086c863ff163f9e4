"""The published numbers, wherever the corpora are at hand: the same hits to the digit, and the same differences within 2 %."""

from __future__ import annotations

import pytest
from engines.coding import Codec
from samples import corpus

from quasicryth.tiling import parse_tiling

# Hits per level, 13-grams and longer, of all 36 tilings (paper, table of deep hits).
HITS = {"alice29.txt": [9, 0, 0, 0, 0, 0], "e3m": [2469, 489, 98, 65, 0, 0], "enwik7": [9400, 1553, 346, 131, 8, 5]}
# Bytes that 12 golden tilings save over Period-5.
ADVANTAGE = {"e3m": 36_243, "enwik7": 126_031}

needs = {
    name: pytest.mark.skipif(corpus(name) is None, reason=f"the corpus {name} is not at hand (python -m corpora)") for name in HITS
}


PAPER = Codec("paper")


def encoded(name: str, tiling: str) -> bytes:
    packed = PAPER.encode_block(corpus(name), positions=parse_tiling(tiling))
    assert packed is not None
    return packed


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=needs[name]) for name in HITS])
def test_deep_hits_are_those_published(name):
    facts = PAPER.inspect_block(encoded(name, "multi"), len(corpus(name)))
    assert list(facts["hits_per_level"].values())[6:] == HITS[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(name, marks=needs[name]) for name in ADVANTAGE])
def test_fibonacci_against_period_5(name):
    advantage = len(encoded(name, "period5")) - len(encoded(name, "fibonacci"))
    assert advantage == pytest.approx(ADVANTAGE[name], rel=0.02)
