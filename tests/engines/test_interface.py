"""What the compiled interface of the engines refuses before an engine sees it, and what it keeps in being."""

from __future__ import annotations

import mmap

import pytest
from samples import english

from quasicryth import QczCorruptError, QczLimitError
from quasicryth.engines._engine import MAX_BLOCK_SIZE, BlockContent
from quasicryth.engines.registry import engine_of_name

FAST, MIX, PAPER = map(engine_of_name, ("fast", "mix", "paper"))
TEXT = english()[:3000]


@pytest.fixture(scope="module")
def coded() -> tuple[bytes, bytes]:
    """The head and the segment of TEXT."""
    encoder = FAST.encoder(1)
    return encoder.plan(TEXT), encoder.segment(len(TEXT))


def test_paths_and_levels_that_are_not_there(coded):
    with pytest.raises(ValueError, match="cpu path 'steam'"):
        FAST.encoder(1, cpu_path="steam")
    with pytest.raises(ValueError, match="cpu path 'steam'"):
        FAST.open(coded[0], len(TEXT), cpu_path="steam")
    for level in (0, 4):
        for ask in (FAST.block_size, FAST.purpose, FAST.encoder):
            with pytest.raises(ValueError, match="has the levels 1 to 3"):
                ask(level)


def test_blocks_larger_than_the_format_allows():
    for ask in (PAPER.memory_needed, PAPER.open):
        with pytest.raises(QczLimitError, match="larger than the format allows"):
            ask(b"", MAX_BLOCK_SIZE + 1)
    with pytest.raises(ValueError, match="larger than the format allows"):
        PAPER.plan_memory(1, MAX_BLOCK_SIZE + 1)
    with mmap.mmap(-1, MAX_BLOCK_SIZE + 1) as block, memoryview(block) as view:
        with pytest.raises(ValueError, match="larger than the format allows"):
            PAPER.encoder(1).plan(view)
        with pytest.raises(ValueError, match="larger than the format allows"):
            FAST.count_positions(view)


def test_what_an_engine_does_not_take():
    with pytest.raises(ValueError, match="looks nothing up at positions"):
        MIX.encoder(4).plan(TEXT, bytes(len(TEXT)))
    with pytest.raises(ValueError, match="looks nothing up at positions"):
        MIX.count_positions(TEXT)
    with pytest.raises(ValueError, match="needs a parse"):
        PAPER.encoder(1).plan(TEXT)
    for ask in (lambda: FAST.prepare(1, TEXT), lambda: FAST.prepare_memory(1, 10)):
        with pytest.raises(ValueError, match="takes no codebooks"):
            ask()


@pytest.mark.parametrize("size", [len(TEXT) - 1, len(TEXT) + 1])
def test_parts_of_a_block_that_is_one_segment(coded, size):
    encoder = FAST.encoder(1)
    encoder.plan(TEXT)
    with pytest.raises(ValueError, match="not a part of the block"):
        encoder.segment(size)
    with pytest.raises(QczCorruptError if size < len(TEXT) else ValueError, match=r"one segment|can be decoded now"):
        BlockContent(len(TEXT) + 1).decode(FAST.open(coded[0], len(TEXT)), coded[1], size)


def test_a_decoder_decodes_each_segment_once(coded):
    decoder = FAST.open(coded[0], len(TEXT))
    content = BlockContent(len(TEXT))
    content.decode(decoder, coded[1], len(TEXT))
    assert content.take() == TEXT
    with pytest.raises(ValueError, match="can be decoded now"):
        BlockContent(len(TEXT)).decode(decoder, coded[1], len(TEXT))


def test_a_decoder_that_failed_does_not_go_on(coded):
    decoder = FAST.open(coded[0], len(TEXT))
    with pytest.raises(QczCorruptError):
        BlockContent(len(TEXT)).decode(decoder, coded[1][:-10], len(TEXT))
    with pytest.raises(ValueError, match="can be decoded now"):
        BlockContent(len(TEXT)).decode(decoder, coded[1], len(TEXT))


def test_content_is_given_when_it_is_there(coded):
    content = BlockContent(10)
    with pytest.raises(ValueError, match="not there yet"):
        content.take()
    content.append(b"1234")
    for start, end in ((0, 5), (3, 2), (5, 5)):
        with pytest.raises(ValueError, match="not there yet"):
            content.view(start, end)
    assert content.view(1, 4) == b"234"
    with pytest.raises(ValueError, match="larger than what is left"):
        content.append(b"1234567")
    with pytest.raises(ValueError, match="larger than what is left"):
        content.decode(FAST.open(coded[0], len(TEXT)), coded[1], 7)
    content.append(b"567890")
    assert content.take() == b"1234567890"


def test_a_block_stays_as_it_is_until_its_last_segment():
    """An engine may look at the block, and at what says where phrases begin, whenever it codes a segment."""
    block = bytearray(TEXT)
    depths = bytearray(FAST.count_positions(block))
    encoder = FAST.encoder(3)
    encoder.plan(block, depths)
    for kept in (block, depths):
        with pytest.raises(BufferError):
            kept.clear()
    assert encoder.segment(len(block))
