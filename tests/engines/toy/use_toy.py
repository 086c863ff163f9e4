"""What the toy engine shows of the interface, in a build that has it: test_toy_engine.py makes one and runs these tests there."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys

import pytest
from frames.writer import ENGINE, ZSTD, block, frame, segment
from samples import english

import quasicryth
from quasicryth.engines import coded_block
from quasicryth.engines.options import EngineOptions, Options
from quasicryth.engines.registry import ENGINE_NAMES, LEVELS, engine_of_name
from quasicryth.frames.blocks import Codebooks, encode_zstd
from quasicryth.frames.decoder import decode_file
from quasicryth.frames.encoder import FrameEncoder, encode_frame
from quasicryth.frames.index import skim
from quasicryth.frames.info import describe
from quasicryth.frames.layout import Block, CodebookReference

TOY = engine_of_name("toy")
SEGMENT_SIZE = 1000


def chain(first: int, size: int) -> bytes:
    """Bytes that look random, and that the toy engine tells by the first of them."""
    made = bytearray()
    for _ in range(size):
        made.append(first)
        first = (first * 77 + 55) % 256
    return bytes(made)


CHAIN = chain(3, 2 * SEGMENT_SIZE - 100)  # two segments
CODEBOOK = english()[10_000:40_000]
NAME = hashlib.sha256(CODEBOOK).digest()
KNOWN = CODEBOOK[700:8700]  # all of it in the codebook


# ---- the engine by itself ----------------------------------------------------------------------------------------------------


def test_the_table_and_the_registry_have_it():
    assert ENGINE_NAMES == ("fast", "mix", "paper", "toy")
    assert range(1, 10) == LEVELS  # it owns none
    assert (TOY.number, TOY.levels, TOY.segment_size) == (200, range(1, 2), SEGMENT_SIZE)
    assert TOY.takes_codebooks
    assert not TOY.takes_parse
    assert TOY.purpose(1) == "For tests"


@pytest.mark.parametrize("content", [CHAIN, english()[:2500], b"a", b""])
def test_segments_come_back(content):
    coded = coded_block.encode(content, EngineOptions("toy", 1))
    assert coded.head == b""
    assert len(coded.segments) == max(-(-len(content) // SEGMENT_SIZE), 1)
    assert coded_block.decode(coded, TOY) == content


def test_what_goes_on_from_segment_to_segment_begins_again_with_each_block():
    encoder = TOY.encoder(1)
    for _ in range(3):
        encoder.plan(CHAIN)
        assert [encoder.segment(size)[0] for size in (SEGMENT_SIZE, len(CHAIN) - SEGMENT_SIZE)] == [0, 1]


def test_calls_out_of_order_are_refused():
    encoder = TOY.encoder(1)
    with pytest.raises(ValueError, match="cannot|can be coded"):
        encoder.segment(1)
    encoder.plan(CHAIN)
    with pytest.raises(ValueError, match="can be coded"):
        encoder.segment(len(CHAIN) + 1)
    with pytest.raises(ValueError, match="takes no parse|looks nothing up"):
        encoder.plan(CHAIN, bytes(3))


def test_costs_are_reported():
    encoder = TOY.encoder(1, report=True)
    encoder.plan(CHAIN)
    payloads = [encoder.segment(size) for size in (SEGMENT_SIZE, len(CHAIN) - SEGMENT_SIZE)]
    assert encoder.costs == {"segment": (2, 8.0 * sum(map(len, payloads)))}


def test_a_prepared_state_is_shared_and_never_changes():
    prepared = TOY.prepare(1, CODEBOOK)
    assert TOY.prepare_memory(1, len(CODEBOOK)) > len(CODEBOOK)
    coded = [coded_block.encode(KNOWN, EngineOptions("toy", 1), prepared) for _ in range(2)]
    assert coded[0] == coded[1]
    assert coded[0].size == 8 * 6
    assert coded_block.decode(coded[0], TOY, prepared) == KNOWN
    with pytest.raises(quasicryth.QczCorruptError, match="form is unknown"):
        coded_block.decode(coded[0], TOY)
    with pytest.raises(quasicryth.QczCorruptError, match="no such piece"):
        coded_block.decode(coded[0], TOY, TOY.prepare(1, CODEBOOK[:800]))
    with pytest.raises(ValueError, match="takes no codebooks"):
        engine_of_name("mix").prepare(6, CODEBOOK)
    mix = engine_of_name("mix")
    other = coded_block.encode(KNOWN, EngineOptions("mix", 6))
    for call in (mix.open, mix.memory_needed):
        with pytest.raises(ValueError, match="prepared"):
            call(other.head, len(KNOWN), prepared)


def test_hostile_segments():
    coded = coded_block.encode(CHAIN, EngineOptions("toy", 1))
    sizes = [size for size, _ in coded.segments]
    payloads = [payload for _, payload in coded.segments]
    for wrong in (payloads[::-1], [payloads[0][:-1], payloads[1]], [b"", payloads[1]], [b"\0\x09x", payloads[1]]):
        broken = coded_block.CodedBlock(b"", tuple(zip(sizes, wrong, strict=True)))
        with pytest.raises(quasicryth.QczCorruptError, match=r"\(byte \d of the segment\)"):
            coded_block.decode(broken, TOY)
    with pytest.raises(quasicryth.QczCorruptError, match=r"not empty \(byte 0 of the head\)"):
        TOY.open(b"x", 10)


def test_memory_is_said_before_it_is_taken():
    assert TOY.plan_memory(1, len(CHAIN)) < 8192
    assert TOY.memory_needed(b"", len(CHAIN)) < 1024


# ---- frame, stream, file, command ------------------------------------------------------------------------------------------------


def two_segments(packed: bytes) -> bool:
    (described,) = describe(io.BytesIO(packed))
    return [(one["kind"], len(one["segments"])) for one in described["blocks"]] == [("toy", 2)]


def test_one_shot():
    packed = quasicryth.compress(CHAIN, engine="toy")
    assert two_segments(packed)
    assert len(packed) < 120
    assert quasicryth.decompress(packed) == CHAIN


def test_stream():
    compressor, decompressor = quasicryth.Compressor(engine="toy"), quasicryth.Decompressor()
    packed = b"".join(compressor.compress(CHAIN[place : place + 7]) for place in range(0, len(CHAIN), 7)) + compressor.flush()
    assert two_segments(packed)
    assert b"".join(decompressor.decompress(packed[place : place + 5]) for place in range(0, len(packed), 5)) == CHAIN


@pytest.mark.parametrize("threads", [1, 3])
def test_file(tmp_path, threads):
    with quasicryth.open(tmp_path / "file.qcz", "wb", engine="toy", threads=threads) as file:
        file.write(CHAIN)
    assert two_segments((tmp_path / "file.qcz").read_bytes())
    with quasicryth.open(tmp_path / "file.qcz", threads=threads) as file:
        assert file.read_range(900, 1100) == CHAIN[900:1100]
        assert file.read() == CHAIN


def test_command(tmp_path):
    (tmp_path / "file").write_bytes(CHAIN)

    def run(*arguments: str) -> bytes:
        command = [sys.executable, "-m", "quasicryth", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout

    run("--engine", "toy", "file")
    assert two_segments((tmp_path / "file.qcz").read_bytes())
    assert run("-dc", "file.qcz") == CHAIN
    assert b"block 0: toy" in run("info", "file.qcz")
    assert b"toy" in run("--help")


def test_what_the_engine_does_not_make_smaller_is_left_to_others():
    packed = quasicryth.compress(english()[:5000], engine="toy")
    assert {one["kind"] for one in describe(io.BytesIO(packed))[0]["blocks"]} == {"zstd"}
    assert quasicryth.decompress(packed) == english()[:5000]


def test_segments_of_all_kinds_in_one_block():
    coded = coded_block.encode(CHAIN, EngineOptions("toy", 1))
    (size, first), (second_size, second) = coded.segments
    content = CHAIN[:size] + b"stored" + bytes(1000) + CHAIN[size:]
    segments = [
        segment(CHAIN[:size], first, ENGINE),
        segment(b"stored", number=1),
        segment(bytes(1000), encode_zstd(bytes(1000)), ZSTD, number=2),
        segment(CHAIN[size : size + second_size], second, ENGINE, number=3),
    ]
    assert quasicryth.decompress(frame((block(content, segments, engine=200), content))) == content


# ---- codebooks in frames -----------------------------------------------------------------------------------------------------


def compress(codebook: bytes | None, threads: int = 1) -> bytes:
    encoder = FrameEncoder(Options(EngineOptions("toy", 1, codebook=codebook), 4000), threads)
    return b"".join(encode_frame((KNOWN[start : start + 4000] for start in range(0, len(KNOWN), 4000)), encoder))


def decompress(data: bytes, codebooks: dict[bytes, bytes], threads: int = 1) -> bytes:
    parts = decode_file(io.BytesIO(data), quasicryth.base.limits.Limits(), threads, codebooks=Codebooks(codebooks))
    return b"".join(content for _, content in parts if content is not None)


@pytest.mark.parametrize("threads", [1, 3])
def test_blocks_begin_from_the_codebook(threads):
    without, data = compress(None, threads), compress(CODEBOOK, threads)
    assert len(data) < 400 < len(without)
    assert quasicryth.decompress(without) == KNOWN
    assert decompress(data, {NAME: CODEBOOK}, threads) == KNOWN
    found = [part for part in skim(io.BytesIO(data)) if isinstance(part, Block)]
    assert [part.header.codebook for part in found] == [CodebookReference(NAME, 1)] * 2
    assert [part.header.head_size for part in found] == [0] * 2


def test_codebooks_that_are_not_known_or_not_right():
    data = compress(CODEBOOK)
    for codebooks in ({}, {b"x" * 32: CODEBOOK}):
        with pytest.raises(quasicryth.QczError, match=f"needs the codebook {NAME.hex()}"):
            decompress(data, codebooks)
    with pytest.raises(quasicryth.QczError, match=f"needs the codebook {NAME.hex()}"):
        quasicryth.decompress(data)
    with pytest.raises(quasicryth.QczError, match="another one than its name says"):
        decompress(data, {NAME: CODEBOOK[1:]})
