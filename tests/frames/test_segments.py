"""Blocks of many segments: whatever is legal is read alike by every path, and whatever is broken in them is refused."""

from __future__ import annotations

import contextlib
import hashlib
import io
import tracemalloc
from collections.abc import Iterable

import pytest
from frames.writer import ENGINE, STORED, ZSTD, block, frame, frame_header, segment
from hypothesis import given
from hypothesis import strategies as st
from paths import ALL, IN_PROCESS, CommandFailedError
from reference import decoder as reference_decoder
from samples import random_bytes, synthetic_text

import quasicryth
from quasicryth.base.limits import Limits
from quasicryth.engines.coded_block import CodedBlock, encode
from quasicryth.engines.options import EngineOptions
from quasicryth.engines.registry import engine_of_name
from quasicryth.frames import blocks
from quasicryth.frames.blocks import Codebooks, decoder_memory, encode_block, encode_zstd
from quasicryth.frames.info import describe
from quasicryth.frames.layout import (
    READING_MEMORY,
    Block,
    BlockHeader,
    CodebookReference,
    FrameHeader,
    block_header_size,
    parse_block_header,
)
from quasicryth.frames.parser import FrameParser
from quasicryth.frames.segments import BodyInMemory, check_body

TEXT = synthetic_text(3000)
# Kind and content of each segment of a block. Zstandard is of no use below some size: then the segment is stored.
Plan = list[tuple[int, bytes]]

contents = st.binary(min_size=1, max_size=80) | st.sampled_from([b"again " * 20, TEXT[:900], bytes(2000), b"\x91B" * 30])
plans = st.lists(st.tuples(st.sampled_from([STORED, ZSTD]), contents), min_size=1, max_size=8)


def coded(content: bytes, kind: int, number: int, ordinal: int) -> bytes:
    payload = encode_zstd(content) if kind == ZSTD else None
    if payload is None or len(payload) > len(content):
        return segment(content, number=number, ordinal=ordinal)
    return segment(content, payload, ZSTD, number, ordinal)


def write(plan: Plan, ordinal: int) -> tuple[bytes, bytes]:
    """The block of *plan*, and its content."""
    content = b"".join(piece for _, piece in plan)
    segments = [coded(piece, kind, number, ordinal) for number, (kind, piece) in enumerate(plan)]
    return block(content, segments, ordinal), content


def fits(plan: Plan) -> bool:
    """Whether the body is no longer than the format allows."""
    content = sum(len(piece) for _, piece in plan)
    return len(write(plan, 0)[0]) <= content + content // 1024 + 64


def outcomes(data: bytes) -> Iterable[bytes]:
    return (path(data) for path in IN_PROCESS.values())


@given(st.lists(plans.filter(fits), max_size=4))
def test_any_segments_are_read_alike(all_plans):
    blocks = [write(plan, ordinal) for ordinal, plan in enumerate(all_plans)]
    content = b"".join(content for _, content in blocks)
    data = frame(*blocks)
    assert all(result == content for result in outcomes(data))
    assert reference_decoder.decode(data) == content
    target = io.BytesIO()
    assert quasicryth.recover(io.BytesIO(data), target).damages == ()
    assert target.getvalue() == content


@given(plans.filter(fits), st.data())
def test_any_bit_of_them_counts(plan, data):
    damaged = bytearray(frame(write(plan, 0)))
    position = data.draw(st.integers(0, len(damaged) - 1))
    damaged[position] ^= 1 << data.draw(st.integers(0, 7))
    for path in IN_PROCESS.values():
        with pytest.raises(quasicryth.QczError):
            path(bytes(damaged))
    with pytest.raises(reference_decoder.FormatError):
        reference_decoder.decode(bytes(damaged))


MIXED: Plan = [(STORED, b"stored"), (ZSTD, TEXT), (STORED, b"\x91B and more"), (ZSTD, bytes(5000)), (ZSTD, b"x")]


def test_segments_that_are_moved_repeated_or_lost():
    content = write(MIXED, 0)[1]
    segments = [coded(piece, kind, number, 0) for number, (kind, piece) in enumerate(MIXED)]
    for order in ([1, 0, 2, 3, 4], [0, 1, 2, 3], [0, 1, 2, 4], [0, 0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 4], [4], []):
        wrong = block(content, [segments[number] for number in order])
        with pytest.raises(CORRUPT):
            quasicryth.decompress(frame((wrong, content)))


def test_bodies_that_are_exchanged():
    """Two blocks of the same sizes: each body is right by itself, and is not in its place."""
    contents = [random_bytes(300), random_bytes(300)[::-1]]
    segments = [segment(content, ordinal=ordinal) for ordinal, content in enumerate(contents)]
    blocks = [(block(content, [segments[1 - ordinal]], ordinal), content) for ordinal, content in enumerate(contents)]
    data = frame(*blocks)
    with quasicryth.open(io.BytesIO(data)) as file, pytest.raises(quasicryth.QczCorruptError, match="checksum of its segment 0"):
        file.read_range(350, 360)


# ---- fields that are broken, with right checksums --------------------------------------------------------------------------

CODED = encode_zstd(TEXT)
MALFORMED = [b"\x83\x00", b"\xff\xff\xff\xff\x7f", b"\x80\x80\x80\x80\x80\x01"]


def fields_of(raw: bytes, payload: bytes) -> bytes:
    """A segment whose fields are *raw*."""
    stored = raw + payload
    return stored + reference_decoder.xxh32low(stored).to_bytes(4, "little")


CORRUPT, VERSION = quasicryth.QczCorruptError, quasicryth.QczVersionError
BROKEN = {
    "kind 0": ([segment(TEXT, CODED, 0)], "kind 0, unknown", VERSION),
    "kind 4": ([segment(TEXT, CODED, 4)], "kind 4, unknown", VERSION),
    "filter": ([segment(TEXT, CODED, ZSTD, filter=9)], "filter 9, unknown", VERSION),
    "a kind that is damaged": (
        [segment(TEXT, CODED, 4, checksum=bytes(4))],
        "checksum of its segment 0",
        quasicryth.QczCorruptError,
    ),
    "no content": ([segment(b"", content_size=0), segment(TEXT, number=1)], "0 bytes of content", CORRUPT),
    "too much content": (
        [segment(TEXT, CODED, ZSTD, content_size=3001)],
        "3001 bytes of content; 3000",
        quasicryth.QczCorruptError,
    ),
    "too little content": ([segment(TEXT[1:])], "1 bytes less content", CORRUPT),
    "no payload": ([segment(TEXT, b"", ZSTD)], "payload of 0 bytes", CORRUPT),
    "a payload above the content": ([segment(TEXT, TEXT + b"x", ZSTD)], "payload of 3001 bytes", CORRUPT),
    "a payload above the body": (
        [segment(TEXT, CODED, ZSTD, payload_size=2999)],
        "payload of 2999 bytes",
        quasicryth.QczCorruptError,
    ),
    "bytes behind": ([segment(TEXT, CODED, ZSTD), b"x"], "malformed fields", CORRUPT),
    "a segment behind": ([segment(TEXT, CODED, ZSTD), segment(b"x", number=1)], "0 are left", CORRUPT),
    "segment checksum": ([segment(TEXT, CODED, ZSTD, checksum=b"oops")], "checksum of its segment 0", CORRUPT),
    "content checksum": ([segment(TEXT, CODED, ZSTD, content_checksum=b"oops")], "other content", CORRUPT),
    "its number": ([segment(TEXT, CODED, ZSTD, number=1)], "checksum of its segment 0", CORRUPT),
    "its block": ([segment(TEXT, CODED, ZSTD, ordinal=1)], "checksum of its segment 0", CORRUPT),
    "an engine": ([segment(TEXT, CODED, ENGINE)], "yet the block names none", CORRUPT),
    **{
        f"a number that is {number.hex()}": (
            [fields_of(b"\x01\x00" + number, TEXT)],
            "malformed fields|content",
            quasicryth.QczCorruptError,
        )
        for number in MALFORMED
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
def test_broken_fields(name):
    segments, words, error = BROKEN[name]
    data = frame((block(TEXT, segments), TEXT))
    for path in ALL.values():
        with pytest.raises((error, CommandFailedError), match=words):
            path(data)
    with pytest.raises(reference_decoder.FormatError):
        reference_decoder.decode(data)


def test_engines_and_heads():
    engine = engine_of_name("mix")
    coded = encode(TEXT, EngineOptions("mix", 6))
    head, ((_, payload),) = coded.head, coded.segments
    coded_text = segment(TEXT, payload, ENGINE)
    good = {"content": TEXT, "segments": [coded_text], "engine": engine.number, "head": head}
    assert quasicryth.decompress(frame((block(**good), TEXT))) == TEXT
    for wrong, words in (
        ({"head_checksum": b"oops"}, "checksum of its head"),
        ({"head": head + b"x"}, "malformed"),
        ({"segments": [segment(TEXT)]}, "none of its segments"),
        ({"segments": [segment(TEXT[:9]), segment(TEXT[9:], payload, ENGINE, number=1)]}, "malformed"),
        ({"codebook": bytes(33)}, "needs the codebook " + "00" * 32),
    ):
        with pytest.raises(quasicryth.QczError, match=words):
            quasicryth.decompress(frame((block(**{**good, **wrong}), TEXT)))


# ---- sizes and memory ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 100, 120, 127, 128, 200, 16_383, 16_384, 40_000, 1 << 21])
def test_what_is_stored_hardly_grows(size):
    data = quasicryth.compress(random_bytes(size), block_size=size)
    assert len(data) <= size + 15 + 24 + 6 + (23 if size < 16_384 else 28)
    assert len(data) <= size + size // 1000 + 64
    assert quasicryth.decompress(data) == random_bytes(size)


def read_block(written: bytes) -> Block:
    parser = FrameParser(Limits())
    parser.take(frame_header())
    part = None
    place = 0
    while part is None:
        size = parser.wanted
        part = parser.take(written[place : place + size])
        place += size
    assert isinstance(part, Block)
    return part


def test_memory_counts_body_content_zstandard_and_reading():
    content = b"word " * 1000
    stored, zstd = block(content), block(content, [segment(content, encode_zstd(content), ZSTD)])
    both = block(content * 2, [segment(content, encode_zstd(content), ZSTD), segment(content, number=1)])
    assert decoder_memory(read_block(stored)) == 5000 + 5000 + 8 + READING_MEMORY
    assert decoder_memory(read_block(zstd)) == read_block(zstd).header.body_size + 5000 + READING_MEMORY + (256 << 10)
    assert decoder_memory(read_block(both)) == read_block(both).header.body_size + 10_000 + READING_MEMORY + (256 << 10) + 5000
    for written, size in ((stored, 5000), (zstd, 5000), (both, 10_000)):
        needed = decoder_memory(read_block(written))
        data = frame((written, (content * 2)[:size]))
        assert len(quasicryth.decompress(data, memlimit=needed)) == size
        with pytest.raises(quasicryth.QczLimitError, match=f"needs .*{needed} bytes|needs at least"):
            quasicryth.decompress(data, memlimit=needed - 1)


def test_segments_are_described():
    (described,) = describe(io.BytesIO(frame(write(MIXED, 0))))
    (one,) = described["blocks"]
    assert one["kind"] == "zstd"
    assert [part["kind"] for part in one["segments"]] == ["stored", "zstd", "stored", "zstd", "stored"]
    assert [part["content_bytes"] for part in one["segments"]] == [len(piece) for _, piece in MIXED]
    assert one["compressed_bytes"] == len(write(MIXED, 0)[0])


def test_a_body_that_ends_early_is_damaged():
    """As where a file is cut while it is looked at."""
    head, payload = (coded := encode(TEXT, EngineOptions("fast", 1))).head, coded.segments[0][1]
    for written in (block(b"xyz"), block(TEXT, [segment(TEXT, payload, ENGINE)], engine=engine_of_name("fast").number, head=head)):
        header = parse_block_header(written[: block_header_size(written)], FrameHeader(1 << 26), 0, 0)
        body = written[header.size :]
        assert check_body(BodyInMemory(body), header, 0, 0) is not None
        for size in range(len(body)):
            with pytest.raises(quasicryth.QczCorruptError):
                check_body(BodyInMemory(body[:size]), header, 0, 0)


@pytest.mark.parametrize(("known", "message"), [(None, "not there"), (TEXT, "another one"), (b"book", "takes none")])
def test_codebooks_that_cannot_be_used(known, message):
    name = hashlib.sha256(b"book").digest()
    named = Block(0, 0, BlockHeader(engine_of_name("fast").number, 3, 0, 12, CodebookReference(name, 1)), b"")
    with pytest.raises(quasicryth.QczError, match=message):
        Codebooks({} if known is None else {name: known}).prepare_for(named)


def test_a_segment_that_its_engine_made_larger_is_not_written(monkeypatch):
    """Though the block would be smaller: the format has no such segments."""
    made = CodedBlock(b"", ((10, TEXT[:11]), (len(TEXT) - 10, b"much smaller")))
    monkeypatch.setattr(blocks, "encode", lambda *_: made)
    assert encode_block(TEXT, EngineOptions("fast", 1), 0).header.engine == 0
    made = CodedBlock(b"", ((10, TEXT[:10]), (len(TEXT) - 10, b"much smaller")))
    assert encode_block(TEXT, EngineOptions("fast", 1), 0).header.engine != 0


def test_content_of_segments_that_is_not_what_was_compressed():
    """The checksums of the segments are right; alone in a block, or one of several."""
    engine = engine_of_name("fast")
    coded = encode(TEXT, EngineOptions("fast", 1))
    by_engine = segment(TEXT, coded.segments[0][1], ENGINE, content_checksum=b"oops")
    zstd = segment(TEXT, encode_zstd(TEXT), ZSTD, content_checksum=b"oops")
    for written, content in (
        (block(TEXT, [by_engine], engine=engine.number, head=coded.head), TEXT),
        (block(TEXT, [zstd]), TEXT),
        (block(TEXT + b"x", [zstd, segment(b"x", number=1)]), TEXT + b"x"),
    ):
        with pytest.raises(quasicryth.QczCorruptError, match="decodes to other content"):
            quasicryth.decompress(frame((written, content)))


def test_memory_is_not_taken_for_bytes_that_are_not_there():
    data = frame_header(block_size=1 << 30) + block(random_bytes(1000), content_size=1 << 26, body_size=1 << 26)
    tracemalloc.start()
    try:
        for path in (
            quasicryth.decompress,
            quasicryth.Decompressor().decompress,
            lambda data: quasicryth.recover(io.BytesIO(data), io.BytesIO()),
        ):
            with contextlib.suppress(quasicryth.QczTruncatedError):
                path(data)
        assert tracemalloc.get_traced_memory()[1] < 1 << 23
    finally:
        tracemalloc.stop()
