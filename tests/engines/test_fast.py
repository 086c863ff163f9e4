"""The fast engine: everything comes back, at every level, in the memory it states, and no payload does harm."""

from __future__ import annotations

import random

import pytest
from engines.coding import Codec
from engines.test_mix import block_of
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import CHINESE, SENTENCES, SMALL, english, log_lines, random_bytes, shuffled, source_code, synthetic_text, wrapped

import quasicryth
from quasicryth.tiling import parse_tiling

FAST = Codec("fast")
LEVELS = FAST.LEVELS
TEXTS = {
    **SMALL,
    **{script: shuffled(sentence, 3000) for script, sentence in SENTENCES.items()},
    "english": english()[:60_000],
    "code": source_code()[:40_000],
    "wrapped": wrapped("\r\n")[:20_000],
    "logs": log_lines(300),
    "chinese": CHINESE,
    "one letter": b"a" * 5000,
    "one word": b"word " * 5000,
    "no spaces": b"x9" * 3000,
    "long words": (b"abcdefghij" * 30 + b" ") * 40,
    "random": random_bytes(5000),
    "all bytes": bytes(range(256)) * 20,
    "matches within matches": b"to be or not to be, that is " * 30 + english()[:2000] * 3,
}


def round_trip(data: bytes, level: int) -> bytes:
    payload = FAST.encode_block(data, level)
    assert FAST.decode_block(payload, len(data)) == data
    return payload


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", TEXTS)
def test_round_trip(name, level):
    round_trip(TEXTS[name], level)


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=3000), st.sampled_from(LEVELS))
def test_any_bytes(data, level):
    round_trip(data, level)


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1 << 32), st.sampled_from([10_000, 300_000, 2_000_000]), st.sampled_from(LEVELS))
def test_large_texts(seed, size, level):
    generator = random.Random(seed)
    words = [generator.randbytes(generator.randrange(1, 9)).hex().encode() for _ in range(generator.choice([3, 300, 20_000]))]
    joints = [b" ", b", ", b"\n", b".\r\n", b"", b" (", b"<" * 100]
    pieces = [generator.choice(words) + generator.choices(joints, [40, 5, 3, 1, 1, 1, 0.01])[0] for _ in range(size // 10)]
    round_trip(b"".join(pieces), level)


def test_levels_make_text_smaller():
    sizes = [len(round_trip(english()[:200_000], level)) for level in LEVELS]
    assert sizes[-1] < min(sizes[:2]) < 0.25 * 200_000


@pytest.mark.parametrize(
    "tiling", ["multi", "fibonacci1", "period5", "thue-morse", "none", "bigrams", "all", "random:3", "cut:0.3:1/2"]
)
def test_tilings_only_choose_what_the_encoder_may_look_up(tiling):
    data = english()[:50_000] * 2
    packed = quasicryth.compress(data, 3, engine="fast", tiling=tiling)
    assert quasicryth.decompress(packed) == data


def phrases_of(data: bytes, tiling: str | None) -> int:
    positions = parse_tiling(tiling) if tiling is not None else None
    payload = FAST.encode_block(data, 3, positions=positions)
    assert FAST.decode_block(payload, len(data)) == data
    return FAST.inspect_block(payload, len(data))["codebook_entries"]["phrases"]


def test_the_more_positions_the_more_phrases():
    counts = [phrases_of(english()[:300_000], tiling) for tiling in ("none", "bigrams", "period5", "all")]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[1] > 100
    assert phrases_of(english()[:300_000], None) == counts[-1]


@pytest.mark.slow
def test_phrases_of_all_lengths_come_back():
    """Each repeats often, but never twice in the same place between others: a match is no better than a phrase."""
    generator = random.Random(5)
    vocabulary = [generator.randbytes(4).hex().encode() for _ in range(3000)]
    phrases = [generator.sample(vocabulary, length) for length in (2, 3, 5, 8, 13, 21, 34, 55, 89, 144) for _ in range(8)]
    words = [word for _ in range(4000) for word in (*generator.choice(phrases), *generator.sample(vocabulary, 1))]
    data = b" ".join(words)
    assert phrases_of(data, None) > 40


def test_another_number_of_depths_than_items():
    data = english()[:1000]
    with pytest.raises(ValueError, match="depths"):
        FAST.engine.encoder(2).plan(data, bytes(FAST.engine.count_positions(data) + 1))


@pytest.mark.parametrize(("engine", "level"), [("fast", 1), ("mix", 6)])
def test_where_there_are_no_phrases_there_is_no_tiling(engine, level):
    with pytest.raises(ValueError, match="takes no tiling"):
        quasicryth.compress(b"text", level, engine=engine, tiling="multi")


@pytest.mark.slow
def test_a_match_reaches_back_as_far_as_the_ring_and_no_further():
    far = b" ".join(b"%d" % (number % 9000) for number in range(1_100_000))
    round_trip(english()[:3000] + far + english()[:3000], 1)


def test_arguments_out_of_range():
    for level in (0, 4):
        with pytest.raises(ValueError, match="has the levels 1 to 3"):
            FAST.encode_block(b"text", level)


def test_text_becomes_a_fast_block_and_noise_does_not():
    for data, kind in ((english()[:100_000], "fast"), (random_bytes(5000), "stored")):
        assert block_of(quasicryth.compress(data, 2))["kind"] == kind


# ---- hostile payloads --------------------------------------------------------------------------------------------------

HOSTILE = {"text": synthetic_text(900) + "Zoë ÉCOLE\r\n".encode() * 5, "repeats": english()[:700] * 3}


def decode_or_refuse(payload: bytes, data: bytes) -> None:
    """Whatever comes back has the size that was asked for: its content is for the checksums."""
    try:
        assert len(FAST.decode_block(payload, len(data))) == len(data)
    except quasicryth.QczError:
        return


@pytest.mark.parametrize("name", HOSTILE)
def test_cut_at_any_byte(name):
    data = HOSTILE[name]
    payload = FAST.encode_block(data, 3)
    for end in range(len(payload)):
        with pytest.raises(quasicryth.QczCorruptError):
            FAST.decode_block(payload[:end], len(data))


@pytest.mark.parametrize("name", HOSTILE)
def test_bytes_after_the_end(name):
    data = HOSTILE[name]
    for size in (1, 2, 3, 100):
        with pytest.raises(quasicryth.QczCorruptError):
            FAST.decode_block(FAST.encode_block(data, 3) + bytes(size), len(data))


@pytest.mark.parametrize("name", HOSTILE)
def test_any_bit_flipped(name):
    data = HOSTILE[name]
    payload = FAST.encode_block(data, 3)
    for place in range(8 * len(payload)):
        damaged = bytearray(payload)
        damaged[place // 8] ^= 1 << place % 8
        decode_or_refuse(bytes(damaged), data)


@pytest.mark.parametrize("difference", [-500, -1, 1, 500, 1 << 20])
def test_another_size_than_was_compressed(difference):
    for data in HOSTILE.values():
        with pytest.raises(quasicryth.QczCorruptError):
            FAST.decode_block(FAST.encode_block(data, 3), max(0, len(data) + difference))


def test_random_payloads():
    generator = random.Random(3)
    payload = FAST.encode_block(HOSTILE["text"], 2)
    for _ in range(3000):
        start = generator.randrange(len(payload))
        decode_or_refuse(payload[:start] + generator.randbytes(generator.randrange(200)), HOSTILE["text"])


def test_memory_is_stated_and_bounded():
    """16 MiB of text take no more than 64 MiB beside it (the items that matches reach are 8 MiB of them)."""
    data = english()[:100_000]
    assert FAST.memory_needed(FAST.encode_block(data, 3), len(data)) < 8 << 20
    with pytest.raises(quasicryth.QczLimitError):
        FAST.memory_needed(FAST.encode_block(data, 3), (1 << 30) + 1)
