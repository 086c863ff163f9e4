"""Any bytes in, the same bytes out; drawn small and large."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import quasicryth

TILINGS = ["multi", "fibonacci", "period5x8", "none", "bigrams", "all", "random:3", "period:LS"]
OPTIONS = st.sampled_from([{"engine": "paper", "tiling": name} for name in TILINGS] + [{"level": level} for level in range(1, 10)])


def comes_back(data: bytes, **options) -> None:
    compressed = quasicryth.compress(data, **options)
    assert quasicryth.decompress(compressed) == data
    blocks = -(-len(data) // options.get("block_size", 1 << 26))
    assert len(compressed) <= len(data) * 1.001 + 64 + 33 * max(blocks - 1, 0)


@given(st.binary(max_size=5000), OPTIONS)
def test_bytes(data, options):
    comes_back(data, **options)


@given(st.text(max_size=3000), OPTIONS, st.integers(1, 50))
def test_unicode_in_small_blocks(text, options, block_count):
    data = text.encode("utf-8", "surrogatepass")
    comes_back(data, **options, block_size=max(len(data) // block_count, 1))


@given(
    st.lists(
        st.sampled_from([b"the ", b"The ", b"THE ", b"of\n", b"a", b"McX ", b"1", b", ", b"\xc3\xa9t\xc3\xa9 ", b"  "]),
        max_size=4000,
    ),
    OPTIONS,
)
def test_words_that_repeat(words, options):
    comes_back(b"".join(words), **options)


@st.composite
def large_data(draw) -> bytes:
    """Up to 4 MB made of few drawn choices: passages of a drawn alphabet, repeated, mutated and cut."""
    generator = random.Random(draw(st.integers(0, 2**32)))
    alphabet = draw(st.binary(min_size=1, max_size=60))
    words = [bytes(generator.choices(alphabet, k=generator.randint(1, 12))) + b" " for _ in range(draw(st.integers(1, 3000)))]
    passage = b"".join(generator.choices(words, k=draw(st.integers(1, 20_000))))
    data = bytearray(passage * draw(st.integers(1, 12)))[: 4 << 20]
    for _ in range(draw(st.integers(0, 200))):
        data[generator.randrange(len(data))] = generator.randrange(256)
    return bytes(data)


@pytest.mark.slow
@given(large_data(), OPTIONS)
def test_large_inputs(data, options):
    comes_back(data, **options)
