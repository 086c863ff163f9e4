"""XXH64 against the one inside Zstandard."""

from __future__ import annotations

from itertools import pairwise

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from samples import random_bytes

from quasicryth.base._checksum import CHECKSUMS_ARE_CHECKED, Xxh64, matches, xxh64


def low_half_by_zstd(data: bytes) -> int:
    """The last four bytes of a Zstandard frame are the low half of the XXH64 of its content."""
    return int.from_bytes(zstandard.ZstdCompressor(write_checksum=True).compress(data)[-4:], "little")


def test_published_values():
    assert xxh64(b"") == 0xEF46DB3751D8E999
    assert xxh64(b"a") == 0xD24EC4F1A98C6E5B
    assert xxh64(b"abc") == 0x44BC2CF5AD770999


def test_every_length_to_300():
    data = random_bytes(300)
    for size in range(301):
        assert xxh64(data[:size]) & 0xFFFFFFFF == low_half_by_zstd(data[:size])


@given(st.binary(max_size=1000), st.lists(st.integers(0, 1000), max_size=10), st.integers(0, 2**64 - 1))
def test_pieces_give_the_same_as_the_whole(data, cuts, seed):
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    running = Xxh64(seed=seed)
    for start, end in pairwise(edges):
        running.update(data[start:end])
    assert running.digest() == xxh64(data, seed)


def test_large_input():
    data = random_bytes(3_000_001)
    assert xxh64(data) & 0xFFFFFFFF == low_half_by_zstd(data)


def test_this_build_refuses_what_is_wrong():
    assert CHECKSUMS_ARE_CHECKED
    assert matches(2**64 - 1, 2**64 - 1)
    assert not matches(2**64 - 1, 2**32 - 1)


def test_a_checksum_goes_on_after_an_error():
    checksum = Xxh64(b"a")
    for wrong in ("text", None, 1):
        with pytest.raises(TypeError):
            checksum.update(wrong)
    checksum.update(b"b")
    assert checksum.digest() == xxh64(b"ab")
