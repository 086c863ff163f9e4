"""Codebooks and parse, against slow Python that follows the paper's words."""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import pairwise, product

import pytest
from samples import SMALL, english, synthetic_text

from quasicryth.tiling import _codebooks, _parse, parse_tiling
from quasicryth.tiling._codebooks import build_codebooks, size_tier
from quasicryth.tiling._tokens import Tokens

LENGTHS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
TEXTS = {
    **SMALL,
    "english": english()[:60_000],
    "synthetic": synthetic_text(40_000, vocabulary=300),
    "long repeats": english()[:3000] * 4,
}


def scatter(word_ids: tuple[int, ...]) -> int:
    """20 bits of the FNV-1a hash of the word ids as 32-bit little-endian numbers."""
    value = 0xCBF29CE484222325
    for byte in b"".join(word_id.to_bytes(4, "little") for word_id in word_ids):
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value >> 32 & 0xFFFFF


def expected_phrases(ids: list[int], index: dict[int, int], length: int, limit: int) -> list[tuple[int, ...]]:
    counts = Counter(tuple(ids[i : i + length]) for i in range(len(ids) - length + 1))
    first = {}
    for i in range(len(ids) - length + 1):
        first.setdefault(tuple(ids[i : i + length]), i)
    known = [phrase for phrase in counts if all(word in index for word in phrase)]
    ranked = sorted((p for p in known if counts[p] >= 2), key=lambda p: (-counts[p], scatter(p), first[p]))
    if length == 2:
        ranked += sorted((p for p in known if counts[p] == 1), key=lambda p: first[p])
    return sorted(tuple(index[word] for word in phrase) for phrase in ranked[:limit])


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_books_hold_the_commonest_entries(name):
    tokens = Tokens(TEXTS[name])
    books = build_codebooks(tokens)
    ids = tokens.word_ids()
    limits = size_tier(len(ids))
    counts = Counter(ids)
    top = sorted(counts, key=lambda word: (-counts[word], word))[: limits[0]]
    by_bytes = sorted(top[:4096], key=tokens.word) + sorted(top[4096:], key=tokens.word)
    assert books.unigram_ids() == by_bytes
    index = {word: i for i, word in enumerate(by_bytes)}
    for book in range(1, 11):
        assert books.entries(book) == expected_phrases(ids, index, LENGTHS[book], limits[book]), f"{LENGTHS[book]}-grams"


@pytest.mark.slow
def test_counting_in_many_passes_gives_the_same_books():
    """More different pairs than the table holds (65,536 here) make it count in passes over parts of the hash range."""
    letters = ["".join(pair) for pair in product("abcdefghijklmnopqrst", repeat=3)]
    text = " ".join(letters[i * i % 3001] + " x" + letters[i % 601] for i in range(90_000)).encode() * 2
    tokens = Tokens(text)
    ids = tokens.word_ids()
    assert len(set(pairwise(ids))) > 65_536
    books = build_codebooks(tokens)
    index = {word: i for i, word in enumerate(books.unigram_ids())}
    limits = size_tier(len(ids))
    for book in (1, 2, 3):
        assert books.entries(book) == expected_phrases(ids, index, LENGTHS[book], limits[book])


def test_size_tiers():
    assert size_tier(0)[0] == size_tier(4_999)[0] == 509
    assert size_tier(5_000)[:3] == (1_000, 509, 500)
    assert size_tier(2_815_388) == (32_000, 16_000, 8_000, 4_000, 2_000, 2_000, 1_000, 500, 200, 200, 100)
    assert size_tier(10_000_000)[-1] == 500
    assert all(len(sizes) == 11 for _, sizes in _codebooks.SIZE_TIERS)


# ---- parse -----------------------------------------------------------------------------------------------------------------


class SlowCover:
    """The three passes of the paper, section 1.10, word by word."""

    def __init__(self, tokens: Tokens, books: _codebooks.Codebooks) -> None:
        index = {word: i for i, word in enumerate(books.unigram_ids())}
        self.words = [index.get(word) for word in tokens.word_ids()]
        self.entries = [{phrase: i for i, phrase in enumerate(books.entries(book))} if book else {} for book in range(11)]
        self.covered = [False] * len(self.words)
        self.placed: dict[int, tuple[int, int]] = {}

    def hit(self, position: int, book: int) -> int | None:
        return self.entries[book].get(tuple(self.words[position : position + LENGTHS[book]]))

    def deepest_hits(self, depths: bytes) -> dict[int, int]:
        hits = {}
        for position, depth in enumerate(depths):
            for book in range(2, depth + 2):
                if self.hit(position, book) is not None:
                    hits[position] = book
        return hits

    def place(self, position: int, book: int) -> None:
        end = position + LENGTHS[book]
        if not any(self.covered[position:end]):
            self.placed[position] = (book + 1, self.hit(position, book))
            self.covered[position:end] = [True] * LENGTHS[book]

    def events(self, depths: bytes, bigrams: bool) -> list[tuple[int, int]]:
        hits = self.deepest_hits(depths)
        for book in range(10, 1, -1):
            for position in sorted(position for position in hits if hits[position] == book):
                self.place(position, book)
        for position in range(len(self.words) if bigrams else 0):
            if self.hit(position, 1) is not None:
                self.place(position, 1)
        for position, word in enumerate(self.words):
            if not self.covered[position]:
                self.placed[position] = (0, 0) if word is None else (1, word)
        return [self.placed[position] for position in sorted(self.placed)]


@pytest.mark.parametrize("tiling", ["multi", "fibonacci1", "period5", "none", "bigrams", "all", "random:2"])
@pytest.mark.parametrize("name", ["english", "synthetic", "long repeats", "two words", "empty", "case"])
def test_greedy_cover(name, tiling):
    tokens = Tokens(TEXTS[name])
    books = build_codebooks(tokens)
    positions = parse_tiling(tiling)
    depths = positions.depths(len(tokens))
    parse = _parse.parse_tokens(tokens, books, depths, positions.bigrams)
    assert parse.events() == SlowCover(tokens, books).events(depths, positions.bigrams)
    known = set(books.unigram_ids())
    assert parse.escapes() == [word for word in tokens.word_ids() if word not in known]


def test_depths_must_fit_the_words():
    tokens = Tokens(b"three short words")
    with pytest.raises(ValueError, match="one depth"):
        _parse.parse_tokens(tokens, build_codebooks(tokens), b"\0\0")


def test_parts_of_different_blocks_are_refused():
    """Numbers of one block's words would lead out of the other's memory."""
    from quasicryth.engines.registry import engine_of_name
    from quasicryth.tiling._codebooks import Codebooks, build_codebooks
    from quasicryth.tiling._parse import Parse, parse_tokens
    from quasicryth.tiling._tokens import Tokens

    one, two = Tokens(b"the cat and the dog " * 50), Tokens(b"a")
    books = build_codebooks(one)
    parse = parse_tokens(one, books, bytes(len(one)))
    for wrong in (Codebooks(), build_codebooks(two)):
        with pytest.raises(ValueError, match="codebooks"):
            parse_tokens(one, wrong, bytes(len(one)))
    with pytest.raises(ValueError, match="no block"):
        Parse().view()
    encoder = engine_of_name("paper").encoder(6)
    with pytest.raises(ValueError, match="another block"):
        encoder.plan(b"the cat and the dog " * 50, parse=parse_tokens(two, build_codebooks(two), bytes(1)).view())
    assert encoder.plan(b"the cat and the dog " * 50, parse=parse.view())


def test_books_and_costs_that_there_are_not():
    tokens = Tokens(english()[:5000])
    books = build_codebooks(tokens)
    for book in (-1, 0, 11):
        with pytest.raises(IndexError, match="no such book"):
            books.entries(book)
    count = len(_parse.parse_tokens(tokens, books, parse_tiling("all").depths(len(tokens)), True).use_counts(books))
    for wrong in (0, count - 1, count + 1):
        with pytest.raises(ValueError, match="a cost for an escape and one for each entry"):
            _parse.parse_by_costs(tokens, books, array("I", bytes(4 * wrong)))
