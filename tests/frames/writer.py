"""Frames written by hand: with right checksums, whatever they say, but for the fields that are named. Nothing is the encoder's."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import zstandard

from quasicryth.base._checksum import xxh64
from quasicryth.frames.layout import MAGIC

STORED, ZSTD, ENGINE = 1, 2, 3


def low32(data: bytes, seed: int = 0) -> bytes:
    return struct.pack("<I", xxh64(data, seed) & 0xFFFFFFFF)


def varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def frame_header(version: int = 2, flags: int = 0, block_size: int = 1 << 26) -> bytes:
    fields = struct.pack("<5sBBI", MAGIC, version, flags, block_size)
    return fields + low32(fields)


def segment(content: bytes, payload: bytes | None = None, kind: int = STORED, number: int = 0, ordinal: int = 0, **fields) -> bytes:
    """Segment *number* of block *ordinal*: *content* is stored, or coded as *payload*."""
    encoded = bytes([kind, fields.get("filter", 0)]) + varint(fields.get("content_size", len(content)))
    if payload is not None:
        encoded += varint(fields.get("payload_size", len(payload))) + fields.get("content_checksum", low32(content))
    encoded += content if payload is None else payload
    return encoded + fields.get("checksum", low32(encoded, ordinal + (number << 32)))


def block(content: bytes, segments: Sequence[bytes] | None = None, ordinal: int = 0, engine: int = 0, head: bytes = b"", **fields):
    """Block *ordinal*: *segments*, or one stored segment of all of *content*."""
    body = head + fields.get("head_checksum", low32(head, ordinal) if head else b"")
    body += segment(content, ordinal=ordinal) if segments is None else b"".join(segments)
    codebook = fields.get("codebook", b"")
    sizes = fields.get("content_size", len(content)), fields.get("head_size", len(head)), fields.get("body_size", len(body))
    encoded = bytes([engine, fields.get("flags", 1 if codebook else 0)])
    encoded += b"".join(map(varint, sizes)) + codebook + fields.get("more", b"")
    encoded = fields.get("marker", b"\x91B") + bytes([fields.get("fields_size", len(encoded))]) + encoded
    return encoded + fields.get("checksum", low32(encoded, ordinal)) + body


def tail(content: bytes, index: bytes, **fields) -> bytes:
    start = b"\x91E" + struct.pack("<Q", fields.get("checksum", xxh64(content))) + index
    return start + low32(start) + struct.pack("<I", fields.get("size", len(start) + 12)) + fields.get("magic", b"ZCQ\x91")


def entry(written: bytes, content: bytes) -> bytes:
    """What the index has of the block *written*."""
    return varint(len(written)) + varint(len(content))


def frame(*blocks: tuple[bytes, bytes], block_size: int = 1 << 26) -> bytes:
    """The whole frame of blocks, each given with its content."""
    index = b"".join(entry(written, content) for written, content in blocks)
    content = b"".join(content for _, content in blocks)
    return frame_header(block_size=block_size) + b"".join(written for written, _ in blocks) + tail(content, index)


def many_segments(content: bytes, ordinal: int = 0) -> bytes:
    """Block *ordinal* of stored and zstd segments, in turns."""
    segments = []
    for number, start in enumerate(range(0, len(content), 40)):
        piece = content[start : start + 40]
        payload = zstandard.ZstdCompressor().compress(piece) if number % 2 else piece
        if number % 2 and len(payload) <= len(piece):
            segments.append(segment(piece, payload, ZSTD, number, ordinal))
        else:
            segments.append(segment(piece, number=number, ordinal=ordinal))
    return block(content, segments, ordinal)
