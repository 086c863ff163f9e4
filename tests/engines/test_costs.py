"""What tokens cost, as an encoder tells it for reports: all of them together are the segment."""

from __future__ import annotations

import pytest
from samples import CHINESE, english, synthetic_text

from quasicryth.engines.registry import engine_of_name
from quasicryth.tiling import _codebooks, _parse, _tokens

KINDS = {"codebook word", "codebook phrase", "escape word", "uses of an escape word", "escape", "case flag", "match"}
EVENTS = {"level of an event", "entry of an event"}


@pytest.mark.parametrize(
    "text", [english()[:60_000], synthetic_text(20_000), CHINESE[:9000]], ids=["english", "synthetic", "chinese"]
)
def test_the_costs_of_all_tokens_are_the_segment(text):
    tokens = _tokens.Tokens(text)
    parse = _parse.parse_tokens(tokens, _codebooks.build_codebooks(tokens), bytes([9]) * len(tokens))
    encoder = engine_of_name("paper").encoder(6, report=True)
    encoder.plan(text, parse=parse.view())
    payload = encoder.segment(len(text))
    assert set(encoder.costs) <= KINDS | EVENTS
    assert set(encoder.costs) >= EVENTS
    bits = sum(bits for _, bits in encoder.costs.values())
    assert bits / 8 == pytest.approx(len(payload), abs=6 * 8 + len(payload) * 0.002)
    assert encoder.costs["case flag"][0] == len(tokens)


def test_nobody_is_told_who_did_not_ask():
    encoder = engine_of_name("paper").encoder(6)
    tokens = _tokens.Tokens(b"a few words")
    parse = _parse.parse_tokens(tokens, _codebooks.build_codebooks(tokens), bytes(len(tokens)))
    encoder.plan(b"a few words", parse=parse.view())
    encoder.segment(11)
    assert encoder.costs == {}
