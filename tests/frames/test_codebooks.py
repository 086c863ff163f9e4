"""Codebooks through frames, with a toy engine that takes them: Deflate, which goes on from segment to segment."""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import dataclass, field

import pytest
from frames.writer import ENGINE, ZSTD, block, frame, segment
from samples import english

import quasicryth
from quasicryth.base.limits import Limits
from quasicryth.engines import registry
from quasicryth.engines.options import EngineOptions, Options
from quasicryth.errors import QczCorruptError
from quasicryth.frames import blocks
from quasicryth.frames.blocks import Codebooks, encode_zstd
from quasicryth.frames.decoder import decode_file
from quasicryth.frames.encoder import FrameEncoder, encode_frame
from quasicryth.frames.index import skim
from quasicryth.frames.info import describe
from quasicryth.frames.layout import Block, CodebookReference

TEXT = english()[:20_000]
CODEBOOK = english()[10_000:40_000]
NAME = hashlib.sha256(CODEBOOK).digest()
LEVEL = 7
MEMORY = 50_000


class ToyContent:
    """What BlockContent is, for engines in Python."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.data = bytearray()

    @property
    def filled(self) -> int:
        return len(self.data)

    def append(self, data) -> None:
        self.data += data

    def decode(self, decoder, payload, size: int) -> None:
        try:
            piece = decoder.inflate.decompress(bytes(payload), size)
        except zlib.error as error:
            raise QczCorruptError(f"{error} (byte 0 of the segment)") from None
        if len(piece) != size:
            raise QczCorruptError("another size (byte 0 of the segment)")
        decoder.report_segment()
        self.data += piece

    def view(self, start: int, end: int) -> memoryview:
        return memoryview(bytes(self.data))[start:end]

    def take(self) -> bytes:
        assert self.filled == self.size
        return bytes(self.data)


@dataclass
class ToyDecoder:
    inflate: object
    report: object
    count: int = 0

    def report_segment(self) -> None:
        self.count += 1
        if self.report is not None:
            self.report(None, "toy_segments", self.count)


@dataclass
class ToyEngine:
    """Deflate at a level that the head says, or without a head at that of the codebook."""

    name: str = "toy"
    number: int = 200
    segment_size: int = 3000
    takes_codebooks: bool = True
    prepared: list[tuple[int, bytes]] = field(default_factory=list)

    def encode(self, content, level, positions=None, prepared=None):
        deflate = zlib.compressobj(level, wbits=-15, zdict=prepared or b"")
        pieces = [bytes(content[start : start + self.segment_size]) for start in range(0, len(content), self.segment_size)]
        segments = [(len(piece), deflate.compress(piece) + deflate.flush(zlib.Z_SYNC_FLUSH)) for piece in pieces]
        return (b"" if prepared else bytes([level])), segments

    def memory_needed(self, head, content_size, prepared=None) -> int:
        if len(head) != (0 if prepared else 1):
            raise QczCorruptError("a head of another size (byte 0 of the head)")
        return MEMORY

    def open(self, head, content_size, prepared=None, report=None) -> ToyDecoder:
        self.memory_needed(head, content_size, prepared)
        return ToyDecoder(zlib.decompressobj(-15, zdict=prepared or b""), report)

    def prepare(self, level: int, codebook: bytes) -> bytes:
        self.prepared.append((level, codebook))
        return codebook


@pytest.fixture
def toy(monkeypatch):
    engine = ToyEngine()
    of_number, of_name = registry.engine_of_number, registry.engine_of_name
    monkeypatch.setattr(registry, "engine_of_number", lambda number: engine if number == 200 else of_number(number))
    monkeypatch.setattr(registry, "engine_of_name", lambda name: engine if name == "toy" else of_name(name))
    monkeypatch.setattr(blocks, "BlockContent", ToyContent)
    return engine


def compress(codebook: bytes | None, block_size: int = 8000, threads: int = 1) -> bytes:
    encoder = FrameEncoder(Options(EngineOptions("toy", LEVEL, codebook=codebook), block_size), threads)
    return b"".join(encode_frame((TEXT[start : start + block_size] for start in range(0, len(TEXT), block_size)), encoder))


def decompress(data: bytes, codebooks: dict[bytes, bytes], threads: int = 1, limits: Limits = Limits()) -> bytes:  # noqa: B008
    parts = decode_file(io.BytesIO(data), limits, threads, codebooks=Codebooks(codebooks))
    return b"".join(content for _, content in parts if content is not None)


@pytest.mark.parametrize("threads", [1, 3])
def test_blocks_begin_from_the_codebook(toy, threads):
    without, data = compress(None, threads=threads), compress(CODEBOOK, threads=threads)
    assert len(data) < len(without) - 1000
    assert toy.prepared == [(LEVEL, CODEBOOK)]
    assert quasicryth.decompress(without) == TEXT
    assert decompress(data, {NAME: CODEBOOK}, threads) == TEXT
    assert toy.prepared == [(LEVEL, CODEBOOK)] * 2
    found = [part for part in skim(io.BytesIO(data)) if isinstance(part, Block)]
    assert [part.header.codebook for part in found] == [CodebookReference(NAME, LEVEL)] * 3
    assert [part.header.head_size for part in found] == [0] * 3
    assert sum(part.header.block_size for part in found) + 15 + 22 + 3 * 4 == len(data)


def test_codebooks_that_are_not_known_or_not_right(toy):
    data = compress(CODEBOOK)
    for codebooks in ({}, {b"x" * 32: CODEBOOK}):
        with pytest.raises(quasicryth.QczError, match=f"needs the codebook {NAME.hex()}"):
            decompress(data, codebooks)
    with pytest.raises(quasicryth.QczError, match=f"needs the codebook {NAME.hex()}"):
        quasicryth.decompress(data)
    with pytest.raises(quasicryth.QczError, match="another one than its name says"):
        decompress(data, {NAME: CODEBOOK[1:]})


def test_an_engine_that_takes_no_codebooks(toy):
    data = compress(CODEBOOK)
    toy.takes_codebooks = False
    with pytest.raises(quasicryth.QczCorruptError, match="the engine toy takes none"):
        decompress(data, {NAME: CODEBOOK})


def test_segments_go_on_from_each_other_and_are_described(toy):
    data = compress(None)
    (described,) = describe(io.BytesIO(data))
    assert [len(one["segments"]) for one in described["blocks"]] == [3, 3, 2]
    assert [one["toy_segments"] for one in described["blocks"]] == [3, 3, 2]
    assert {one["kind"] for one in described["blocks"]} == {"toy"}
    assert {segment["kind"] for one in described["blocks"] for segment in one["segments"]} == {"engine"}


def test_segments_of_all_kinds_in_one_block(toy):
    head, [(size, first), (second_size, second)] = toy.encode(TEXT[:5000], LEVEL)
    content = TEXT[:size] + b"stored" + bytes(1000) + TEXT[size:5000]
    segments = [
        segment(TEXT[:size], first, ENGINE),
        segment(b"stored", number=1),
        segment(bytes(1000), encode_zstd(bytes(1000)), ZSTD, number=2),
        segment(TEXT[size : size + second_size], second, ENGINE, number=3),
    ]
    data = frame((block(content, segments, engine=200, head=head), content))
    assert quasicryth.decompress(data) == content
    needed = len(data) - 15 - 22 - 4 - (3 + 2 + 2 + 1 + 2 + 4) + len(content) + MEMORY + (1 << 20) + 1000
    assert quasicryth.decompress(data, memlimit=needed) == content
    with pytest.raises(quasicryth.QczLimitError, match=f"needs {needed} bytes"):
        quasicryth.decompress(data, memlimit=needed - 1)


def test_a_segment_that_grows_is_left_to_others(toy):
    toy.segment_size = 4
    encoded = compress(None)
    assert quasicryth.decompress(encoded) == TEXT
    assert {one["kind"] for one in describe(io.BytesIO(encoded))[0]["blocks"]} == {"zstd"}
