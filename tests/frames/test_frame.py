"""The container: hostile but correctly checksummed headers, and what newer versions may bring."""

from __future__ import annotations

import struct

import pytest
from paths import ALL, CommandFailedError
from samples import synthetic_text

import quasicryth
from quasicryth.base._checksum import xxh64
from quasicryth.frames.layout import BLOCK_HEADER_SIZE, FRAME_HEADER_SIZE, MAGIC

TEXT = synthetic_text(5000)
GOOD = quasicryth.compress(TEXT, engine="paper")


def low32(data: bytes, seed: int = 0) -> bytes:
    return struct.pack("<I", xxh64(data, seed) & 0xFFFFFFFF)


def frame_header(version: int = 1, flags: int = 0, block_size: int = 1 << 26) -> bytes:
    fields = struct.pack("<5sBBI", MAGIC, version, flags, block_size)
    return fields + low32(fields)


def block(payload: bytes, kind: int = 1, raw_size: int | None = None, ordinal: int = 0, **fields) -> bytes:
    """A block with correct checksums whatever it says, but for what *fields* name."""
    raw_size = len(payload) if raw_size is None else raw_size
    header = struct.pack("<2sBII", b"\x91B", kind, fields.get("payload_size", len(payload)), raw_size)
    header += fields.get("payload_checksum", low32(payload)) + fields.get("raw_checksum", low32(payload))
    return header + low32(header, ordinal) + payload


def varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def tail(content: bytes, index: bytes, **fields) -> bytes:
    start = b"\x91E" + struct.pack("<Q", fields.get("checksum", xxh64(content))) + index
    return start + low32(start) + struct.pack("<I", fields.get("size", len(start) + 12)) + fields.get("magic", b"ZCQ\x91")


def rejected(data: bytes, error: type[Exception], words: str) -> None:
    for path in ALL.values():
        with pytest.raises((error, CommandFailedError), match=words):
            path(data)


def test_a_frame_made_by_hand_decodes():
    content = b"stored by hand"
    data = frame_header() + block(content) + tail(content, varint(len(content)) * 2)
    assert quasicryth.decompress(data) == content
    assert quasicryth.decompress(frame_header() + tail(b"", b"")) == b""


@pytest.mark.parametrize("version", [0, 2, 255])
def test_other_versions(version):
    rejected(frame_header(version=version) + GOOD[FRAME_HEADER_SIZE:], quasicryth.QczVersionError, f"version {version}")


@pytest.mark.parametrize("flags", [1, 0x80, 0xFF])
def test_reserved_flags(flags):
    rejected(frame_header(flags=flags) + GOOD[FRAME_HEADER_SIZE:], quasicryth.QczVersionError, "unknown to this release")


@pytest.mark.parametrize("block_size", [0, (1 << 30) + 1, 0xFFFFFFFF])
def test_block_sizes_out_of_range(block_size):
    rejected(frame_header(block_size=block_size), quasicryth.QczCorruptError, "block size")


@pytest.mark.parametrize("kind", [0, 6, 255])
def test_unknown_kinds(kind):
    rejected(frame_header() + block(b"xyz", kind=kind), quasicryth.QczVersionError, f"kind {kind}")


def test_content_larger_than_the_frame_allows():
    rejected(frame_header(block_size=10) + block(b"x" * 11), quasicryth.QczCorruptError, "allows 1 to 10")
    rejected(frame_header() + block(b"x", kind=3, raw_size=0xFFFFFFFF), quasicryth.QczCorruptError, "4294967295 bytes of content")


def test_empty_blocks():
    rejected(frame_header() + block(b""), quasicryth.QczCorruptError, "0 bytes of content")
    rejected(frame_header() + block(b"", kind=3, raw_size=5), quasicryth.QczCorruptError, "payload of 0 bytes")


def test_payload_larger_than_content():
    rejected(frame_header() + block(b"xyz", kind=3, raw_size=2), quasicryth.QczCorruptError, "payload of 3 bytes")


def test_stored_sizes_that_differ():
    rejected(frame_header() + block(b"xyz", raw_size=9), quasicryth.QczCorruptError, "sizes differ")


def test_a_claimed_gigabyte_that_is_not_there():
    data = frame_header(block_size=1 << 30) + block(b"x", raw_size=1 << 30, payload_size=1 << 30)
    rejected(data, quasicryth.QczTruncatedError, "ends at byte")


def test_wrong_block_checksums():
    rejected(frame_header() + block(b"xyz", payload_checksum=b"\0\0\0\0"), quasicryth.QczCorruptError, "checksum of its payload")
    rejected(frame_header() + block(b"xyz", raw_checksum=b"\0\0\0\0"), quasicryth.QczCorruptError, "other content")


def test_a_block_with_the_number_of_another():
    rejected(frame_header() + block(b"xyz", ordinal=1), quasicryth.QczCorruptError, "header of block 0")


@pytest.mark.parametrize(
    "end",
    [
        tail(b"xyz", varint(3) + varint(4)),
        tail(b"xyz", varint(2) + varint(3)),
        tail(b"xyz", varint(3) * 4),
        tail(b"xyz", b""),
        tail(b"xyz", varint(3) * 2, checksum=0),
        tail(b"xyz", varint(3) * 2, size=25),
        tail(b"xyz", varint(3) * 2, magic=b"ZCQ\x92"),
        tail(b"xyz", b"\x83\x00" + varint(3)),
        tail(b"xyz", b"\xff\xff\xff\xff\x7f" + varint(3)),
    ],
)
def test_tails_that_do_not_match(end):
    rejected(frame_header() + block(b"xyz") + end, quasicryth.QczCorruptError, "tail|index|checksum|neither")


def test_neither_block_nor_tail():
    rejected(frame_header() + b"\x91C" + bytes(60), quasicryth.QczCorruptError, "neither a block nor the tail")


def payload_of(frame: bytes) -> bytes:
    """The payload of the first block."""
    start = FRAME_HEADER_SIZE + BLOCK_HEADER_SIZE
    return frame[start : start + int.from_bytes(frame[FRAME_HEADER_SIZE + 3 : FRAME_HEADER_SIZE + 7], "little")]


PAYLOADS = {3: payload_of(GOOD), 4: payload_of(quasicryth.compress(TEXT))}


@pytest.mark.parametrize("kind", PAYLOADS)
def test_engine_payloads_that_lie(kind):
    payload = PAYLOADS[kind]
    for position in range(0, len(payload), 3):
        for value in (0, 0x7F, 0x80, 0xFF):
            if payload[position] == value:
                continue
            lying = payload[:position] + bytes([value]) + payload[position + 1 :]
            with pytest.raises(quasicryth.QczError):
                quasicryth.decompress(frame_header() + block(lying, kind=kind, raw_size=len(TEXT)))


@pytest.mark.parametrize("kind", PAYLOADS)
@pytest.mark.parametrize("raw_size", [1, 4999, 5001, 1 << 26])
def test_engine_payload_of_another_size(kind, raw_size):
    data = frame_header() + block(PAYLOADS[kind], kind=kind, raw_size=max(raw_size, len(PAYLOADS[kind])))
    rejected(data, quasicryth.QczCorruptError, "block at byte 15 is malformed")


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
        rejected(frame_header() + block(payload, kind=2, raw_size=len(content)), quasicryth.QczCorruptError, "Zstandard")


def test_a_tiny_block_cannot_claim_full_codebooks():
    """Its header would make a decoder fill 84 MB; it is refused before anything is allocated."""
    claims = b"\0" + varint(1) + varint(1) + varint(65536) * 10 + varint(1) + varint(0) * 2
    sizes = [200, 0, 0, 0, 50, 50]
    payload = claims + b"".join(varint(size) for size in sizes) + bytes(sum(sizes))
    data = frame_header() + block(payload, kind=3, raw_size=len(payload))
    rejected(data, quasicryth.QczCorruptError, "more than the words of the block can fill")
