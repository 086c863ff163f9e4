"""Words, case flags and numbering, against a few lines of Python that say the same."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import SMALL, english, random_bytes, synthetic_text

from quasicryth.tiling._tokens import NOISE, NUMBERS, TEXT, Tokens, is_binary, kind_of

WORD = re.compile(rb"[A-Za-z\x80-\xff]+[ \n\r\t]*|[\s\S][ \n\r\t]*")
UPPER = re.compile(rb"[A-Z]")
LOWER = re.compile(rb"[a-z]")


def fold(word: bytes) -> tuple[bytes, int]:
    """The rule of the paper, section 1.4, said with regular expressions."""
    letters = word.rstrip(b" \n\r\t")
    if not UPPER.search(letters):
        return word, 0
    folded = bytes(byte | 0x20 if 65 <= byte <= 90 else byte for byte in word)
    if not LOWER.search(letters) and len(letters) > 1:
        return folded, 2
    if UPPER.match(letters) and len(UPPER.findall(letters)) == 1:
        return folded, 1
    return word, 0


def check(data: bytes) -> None:
    tokens = Tokens(data)
    pieces = WORD.findall(data)
    folded = [fold(piece) for piece in pieces] if not is_binary(data) else [(piece, 0) for piece in pieces]
    assert len(tokens) == len(pieces)
    assert [tokens.word(i) for i in tokens.word_ids()] == [word for word, _ in folded]
    assert tokens.case_flags() == (b"" if is_binary(data) else bytes(flag for _, flag in folded))
    first_seen = list(dict.fromkeys(word for word, _ in folded))
    assert [tokens.word(i) for i in range(tokens.distinct_count)] == first_seen


@pytest.mark.parametrize("name", SMALL)
def test_small_inputs(name):
    check(SMALL[name])


def test_english():
    check(english()[:200_000])


@given(st.binary(max_size=2000))
def test_any_bytes(data):
    check(data)


@given(st.text(alphabet="aAbBzZé \n.0", max_size=500))
def test_cases(text):
    check(text.encode())


def test_a_zero_byte_counts_among_the_first_8192_only():
    assert is_binary(b"a" * 8191 + b"\0")
    assert not is_binary(b"a" * 8192 + b"\0")
    assert not is_binary(b"")
    assert not Tokens(b"\0A").has_case_flags


def test_what_a_block_is():
    words, noise = synthetic_text(40_000), random_bytes(40_000)
    header = b"name".ljust(100, b"\0") + b"0000644\0" * 10 + bytes(332)
    table = b"".join(number.to_bytes(4, "little") for number in range(10_000))
    for text in (
        b"",
        b"a",
        words,
        words[:5000].decode().encode("utf-16"),
        header + words + bytes(10_240),
        b"\x1b[1mred\x1b[0m" * 1000,
    ):
        assert kind_of(text) == TEXT
    for numbers in (table, table + words, b"\x01", header + table):
        assert kind_of(numbers) == NUMBERS
    assert kind_of(noise) == kind_of(noise[:4096]) == kind_of(bytes(range(256)) * 16) == NOISE
    for other in (noise[:4095], noise + words, noise.hex().encode(), base64.encodebytes(noise)):
        assert kind_of(other) != NOISE


def test_of_large_blocks_pieces_from_end_to_end_are_looked_at():
    words = synthetic_text(20_000) * 50
    noise = random_bytes(500_000)
    assert kind_of(words) == kind_of(words[:999_983]) == TEXT
    for mixed in (noise + words, words + noise, words + noise + words):
        assert kind_of(mixed) == NUMBERS
    assert kind_of(noise * 3) == NOISE


def test_word_numbers_out_of_range():
    with pytest.raises(IndexError):
        Tokens(b"one").word(1)
