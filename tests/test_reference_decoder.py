"""The decoder written from FORMAT.md alone reads what the package writes."""

from __future__ import annotations

import pytest
import reference_decoder
from samples import SMALL, english, synthetic_text

import quasicryth


@pytest.mark.parametrize("name", SMALL)
def test_small_inputs(name):
    assert reference_decoder.decode(quasicryth.compress(SMALL[name])) == SMALL[name]


@pytest.mark.parametrize("tiling", ["multi", "fibonacci", "period5x8", "none", "bigrams", "all", "random:1"])
def test_tilings(tiling):
    data = english()[:40_000]
    assert reference_decoder.decode(quasicryth.compress(data, tiling=tiling, block_size=30_000)) == data


def test_large_books():
    """More than 4,096 unigrams (two tiers) and phrases of up to 34 words."""
    data = synthetic_text(1_300_000, vocabulary=9000) + english()[:5000] * 3
    assert reference_decoder.decode(quasicryth.compress(data)) == data


@pytest.mark.parametrize("position", range(0, 400, 7))
def test_damage_is_found(position):
    data = bytearray(quasicryth.compress(SMALL["case"]))
    data[position % len(data)] ^= 1
    with pytest.raises(reference_decoder.FormatError):
        reference_decoder.decode(bytes(data))
