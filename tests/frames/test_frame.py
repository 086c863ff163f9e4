"""The container: hostile but correctly checksummed headers, and what newer versions may bring."""

from __future__ import annotations

import struct

import pytest
from frames.writer import ENGINE, ZSTD, block, entry, frame, frame_header, low32, segment, tail, varint
from paths import ALL, CommandFailedError
from samples import random_bytes, synthetic_text

import quasicryth
from quasicryth.base.limits import Limits
from quasicryth.engines import coded_block
from quasicryth.engines.options import EngineOptions, make_options
from quasicryth.engines.registry import engine_of_name
from quasicryth.frames import blocks
from quasicryth.frames.blocks import encode_zstd
from quasicryth.frames.decoder import FrameDecoder
from quasicryth.frames.encoder import FrameEncoder, encode_frame
from quasicryth.frames.layout import FRAME_HEADER_SIZE
from quasicryth.frames.varints import MalformedNumberError, read_varint

TEXT = synthetic_text(5000)
GOOD = quasicryth.compress(TEXT, engine="paper")
XYZ = block(b"xyz")


def rejected(data: bytes, error: type[Exception], words: str) -> None:
    for path in ALL.values():
        with pytest.raises((error, CommandFailedError), match=words):
            path(data)


def test_a_frame_made_by_hand_decodes():
    content = b"stored by hand"
    assert quasicryth.decompress(frame((block(content), content))) == content
    assert quasicryth.decompress(frame()) == b""


@pytest.mark.parametrize("version", [0, 1, 3, 255])
def test_other_versions(version):
    rejected(frame_header(version=version) + GOOD[FRAME_HEADER_SIZE:], quasicryth.QczVersionError, f"version {version}")


@pytest.mark.parametrize("flags", [1, 0x80, 0xFF])
def test_reserved_flags(flags):
    rejected(frame_header(flags=flags) + GOOD[FRAME_HEADER_SIZE:], quasicryth.QczVersionError, "unknown to this release")


@pytest.mark.parametrize("block_size", [0, (1 << 30) + 1, 0xFFFFFFFF])
def test_block_sizes_out_of_range(block_size):
    rejected(frame_header(block_size=block_size), quasicryth.QczCorruptError, "block size")


# ---- headers of blocks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [77, 255])
def test_unknown_engines(engine):
    data = frame_header() + block(b"xyz", [segment(b"xyz", b"xyz", ENGINE)], engine=engine)
    rejected(data, quasicryth.QczVersionError, f"engine {engine}")


@pytest.mark.parametrize("flags", [2, 0x80, 0xFF])
def test_reserved_flags_of_a_block(flags):
    rejected(frame_header() + block(b"xyz", flags=flags, more=bytes(33)), quasicryth.QczVersionError, f"flags {flags:#04x}")


def test_content_larger_than_the_frame_allows():
    rejected(frame_header(block_size=10) + block(b"x" * 11), quasicryth.QczCorruptError, "allows 1 to 10")
    rejected(frame_header() + block(b"x", content_size=0xFFFFFFFF), quasicryth.QczCorruptError, "4294967295 bytes of content")


def test_empty_blocks():
    rejected(frame_header() + block(b""), quasicryth.QczCorruptError, "0 bytes of content")
    rejected(frame_header() + block(b"xyz", segments=[]), quasicryth.QczCorruptError, "a body of 0 bytes")


@pytest.mark.slow
def test_bodies_of_sizes_that_cannot_be():
    for size in (0, 7, 68, 0xFFFFFFFF):
        rejected(frame_header() + block(b"xyz", body_size=size), quasicryth.QczCorruptError, f"a body of {size} bytes for 3")
    large = block(bytes(5120), body_size=5120 + 70)
    rejected(frame_header() + large, quasicryth.QczCorruptError, "a body of 5190 bytes")
    for size in (3, 0xFFFFFFFF):
        data = frame_header() + block(b"xyz", engine=engine_of_name("paper").number, head_size=size)
        rejected(data, quasicryth.QczCorruptError, "a body of 10 bytes")


def test_heads_and_codebooks_without_an_engine():
    rejected(frame_header() + block(b"xyz", head=b"h"), quasicryth.QczCorruptError, "no engine, yet a head or a codebook")
    rejected(frame_header() + block(b"xyz", codebook=bytes(33)), quasicryth.QczCorruptError, "no engine, yet a head or a codebook")


@pytest.mark.parametrize("size", [0, 1, 4, 51, 255])
def test_headers_that_cannot_have_their_size(size):
    rejected(frame_header() + block(b"xyz", fields_size=size), quasicryth.QczCorruptError, "header of block 0")


def test_headers_of_another_size_than_their_fields():
    for fields in ({"more": b"\0"}, {"more": bytes(33)}, {"flags": 1}, {"codebook": bytes(32)}, {"codebook": bytes(34)}):
        rejected(frame_header() + block(b"xyz", **fields), quasicryth.QczCorruptError, "another size than it states")


def test_malformed_numbers_in_headers():
    """The content size of 3 in two bytes, and one that does not end."""
    good = block(b"xyz")
    for number in (b"\x83\x00", b"\xff\xff\xff\xff\x7f", b"\x83\x80\x80\x80\x80\x00"):
        fields = good[3:5] + number + good[6:8]
        start = b"\x91B" + bytes([len(fields)]) + fields
        rejected(frame_header() + start + low32(start) + good[12:], quasicryth.QczCorruptError, "malformed number")


def test_a_claimed_gigabyte_that_is_not_there():
    data = frame_header(block_size=1 << 30) + block(b"x", content_size=1 << 30, body_size=1 << 30)
    rejected(data, quasicryth.QczTruncatedError, "ends at byte")


def test_a_block_with_the_number_of_another():
    rejected(frame_header() + block(b"xyz", ordinal=1), quasicryth.QczCorruptError, "header of block 0")
    rejected(frame_header() + XYZ + XYZ, quasicryth.QczCorruptError, "header of block 1")


@pytest.mark.parametrize(
    "end",
    [
        tail(b"xyz", entry(XYZ, b"wxyz")),
        tail(b"xyz", entry(XYZ[1:], b"xyz")),
        tail(b"xyz", entry(XYZ, b"xyz") * 2),
        tail(b"xyz", b""),
        tail(b"xyz", entry(XYZ, b"xyz"), checksum=0),
        tail(b"xyz", entry(XYZ, b"xyz"), size=25),
        tail(b"xyz", entry(XYZ, b"xyz"), magic=b"ZCQ\x92"),
        tail(b"xyz", varint(len(XYZ)) + b"\x83\x00"),
        tail(b"xyz", b"\xff\xff\xff\xff\x7f" + varint(3)),
    ],
)
def test_tails_that_do_not_match(end):
    rejected(frame_header() + XYZ + end, quasicryth.QczCorruptError, "tail|index|checksum|neither")


def test_neither_block_nor_tail():
    rejected(frame_header() + b"\x91C" + bytes(60), quasicryth.QczCorruptError, "neither a block nor the tail")


# ---- what engines say ------------------------------------------------------------------------------------------------------


def encode(name: str, level: int) -> tuple[int, bytes, bytes]:
    """The number of an engine, and the text as its head and payload."""
    block = coded_block.encode(TEXT, EngineOptions(name, level))
    return engine_of_name(name).number, block.head, block.segments[0][1]


ENGINES = {"fast": encode("fast", 1), "mix": encode("mix", 6), "paper": encode("paper", 1)}


def of_engine(name: str, head: bytes, payload: bytes, content: bytes = TEXT) -> bytes:
    return frame_header() + block(content, [segment(content, payload, ENGINE)], engine=ENGINES[name][0], head=head)


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_heads_and_payloads_that_lie(name):
    _, head, payload = ENGINES[name]
    for position in range(0, len(head) + len(payload), 3):
        for value in (0, 0x7F, 0x80, 0xFF):
            lying = bytearray(head + payload)
            if lying[position] == value:
                continue
            lying[position] = value
            with pytest.raises(quasicryth.QczError):
                quasicryth.decompress(of_engine(name, bytes(lying[: len(head)]), bytes(lying[len(head) :])))


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("size", [4999, 5001, 1 << 20])
def test_blocks_of_another_size(name, size):
    _, head, payload = ENGINES[name]
    rejected(of_engine(name, head, payload, (TEXT * 300)[:size]), quasicryth.QczCorruptError, "block at byte 15 is malformed")


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_heads_of_another_length(name):
    _, head, payload = ENGINES[name]
    for wrong in (head[:-1], head + b"\0", b"", head + payload[:1]):
        rejected(of_engine(name, wrong, payload), quasicryth.QczCorruptError, "block at byte 15 is malformed")


@pytest.mark.parametrize("level", [1, 3, 6])
def test_what_becomes_of_text_is_not_asked_of_zstd(level, monkeypatch):
    """Nor of an archive of texts: bytes do not depend on the release of zstandard, and nothing is coded to be thrown away."""
    text = synthetic_text(60_000)
    archive = b"".join(b"name".ljust(512, b"\0") + text[start : start + 700].ljust(1024, b"\0") for start in range(0, 60_000, 700))

    def unexpected(_content):
        raise AssertionError("zstandard was asked")

    monkeypatch.setattr(blocks, "encode_zstd", unexpected)
    for content in (text, archive):
        packed = quasicryth.compress(content, level)
        assert len(packed) < len(content) // 2
        assert quasicryth.decompress(packed) == content
    for other in (random_bytes(5000), random_bytes(5000).hex().encode(), struct.pack("<1000I", *range(1000))):
        with pytest.raises(AssertionError, match="zstandard was asked"):
            quasicryth.compress(other, level)


@pytest.mark.slow
def test_zstd_payloads_that_lie():
    import zstandard

    def zstd_frame(content: bytes, **options: bool) -> bytes:
        return zstandard.ZstdCompressor(**options).compress(content)

    content = b"content " * 50
    for payload in (
        zstd_frame(content[1:]),
        zstd_frame(content * 1000),
        zstd_frame(content, write_content_size=False),
        zstd_frame(content) + zstd_frame(b"more"),
        zstd_frame(content)[:-1],
        b"not zstd at all, but of some length",
    ):
        data = frame_header() + block(content, [segment(content, payload, ZSTD)])
        rejected(data, quasicryth.QczCorruptError, "Zstandard")


def test_a_tiny_block_cannot_claim_full_codebooks():
    """Its header would make a decoder fill 84 MB; it is refused before anything is allocated."""
    sizes = [200, 0, 0, 0, 50, 50]
    claims = b"\0" + varint(1) + varint(1) + varint(65536) * 10 + varint(1) + varint(0) * 2
    head = claims + b"".join(varint(size) for size in sizes)
    rejected(of_engine("paper", head, bytes(sum(sizes))), quasicryth.QczCorruptError, "more than the words of the block can fill")


@pytest.mark.parametrize(
    "encoded", [b"", b"\x80", b"\xff\xff\xff\xff", b"\xff\xff\xff\xff\x10", b"\x80\x80\x80\x80\x80\x01", b"\x80\0"]
)
def test_numbers_that_end_early_or_late(encoded):
    with pytest.raises(MalformedNumberError):
        read_varint(encoded, 0)
    assert read_varint(b"\xff\xff\xff\xff\x0f", 0) == ((1 << 32) - 1, 5)


@pytest.mark.parametrize("size", [0, 4, 51, 255])
def test_a_block_header_of_a_size_that_cannot_be_is_not_waited_for(size):
    with pytest.raises(quasicryth.QczCorruptError, match="cannot have the size"):
        quasicryth.Decompressor().decompress(frame_header() + b"\x91B" + bytes([size]))


def test_what_was_written_is_compared_with_what_was_compressed():
    encoder = FrameEncoder(make_options(1))
    assert quasicryth.decompress(b"".join(encode_frame([b"abc", b"def"], encoder))) == b"abcdef"
    encoder.verify([b"ab", b"cdef"])
    for contents in ([b"abc", b"deg"], [b"abc"], [b"def", b"abc"], []):
        with pytest.raises(quasicryth.QczCorruptError, match="does not decode to what was compressed"):
            encoder.verify(contents)


def test_a_block_that_does_not_decode_is_an_error_again_and_again():
    wrong = block(b"x" * 99, [segment(b"x" * 99, encode_zstd(b"y" * 99), ZSTD)])
    decoder = FrameDecoder(Limits())
    for piece in (frame_header(), wrong):
        while piece:
            size = decoder.wanted
            decoder.feed(piece[:size])
            piece = piece[size:]
    assert decoder.pop() is not None
    for _ in range(2):
        with pytest.raises(quasicryth.QczCorruptError, match="other content"):
            decoder.pop()
