"""The mixing engine: everything comes back, at every level and on every kind of processor, and no payload does harm."""

# Letters of other scripts are what this engine is for.
# ruff: noqa: RUF001

from __future__ import annotations

import io
import json
import random
import time
from itertools import pairwise

import pytest
from conftest import ROOT
from engines.coding import Codec, pack
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import CHINESE, SENTENCES, SMALL, english, log_lines, random_bytes, shuffled, source_code, synthetic_text, wrapped

import quasicryth
from quasicryth.frames import blocks
from quasicryth.frames.info import describe
from quasicryth.frames.layout import READING_MEMORY

MIX = Codec("mix")
LEVELS = MIX.LEVELS
MIB = 1 << 20


def csv_lines(count: int) -> bytes:
    generator = random.Random(7)
    rows = (f'{i},{generator.choice(["Ann", "Bob", "Zoë"])},{generator.randrange(100)},"a, b",\r\n' for i in range(count))
    return "".join(["id,name,age,note,empty\r\n", *rows]).encode()


def json_text(count: int) -> bytes:
    generator = random.Random(8)
    return json.dumps(
        [{"id": i, "userName": "Ann", "scores": generator.choices(range(9), k=3)} for i in range(count)], indent=2
    ).encode()


TEXTS = {
    "english": english()[:60_000],
    "code": source_code()[:60_000],
    "synthetic": synthetic_text(30_000),
    "csv": csv_lines(1500),
    "json": json_text(400),
    "log": log_lines(400),
    "wrapped": wrapped("\n"),
    "wrapped, crlf": wrapped("\r\n"),
    "wrapped, trailing spaces": wrapped(" \n"),
    "wrapped, trailing spaces, crlf": wrapped(" \r\n"),
    "wrapped, of all kinds": wrapped("\n")[:9000] + wrapped(" \r\n")[:9000] + wrapped("\r")[:9000] + wrapped("\t\n")[:9000],
    **{name: shuffled(sentence, 8000) for name, sentence in SENTENCES.items()},
    "all scripts": shuffled("\n".join(SENTENCES.values()), 30_000),
    "utf-16": english()[:5000].decode().encode("utf-16"),
}

ODD = {
    **SMALL,
    "a word of a megabyte": b"start " + b"q" * MIB + b" end",
    "a gap of a megabyte": b"start" + b" " * MIB + b"end",
    "different letters without an end": bytes(random.Random(1).choices(b"abcdefghij", k=200_000)),
    "a megabyte of zeros": bytes(MIB),
    "words and zeros": b"some text\0" * 5000,
    "cut within a character": "ü".encode() * 3000 + b"\xc3",
    "surrogates and overlong forms": b"\xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80\xe2\x82 " * 300,
    "capitals": "STRASSE ǅ ŉ İstanbul ıſ ΑΣ ᾼ Ꭰꭰ ﬁ ß ẞ Ὀδυσσεύς ΜΟΥΣΑ\n".encode() * 30,
    "random": random_bytes(100_000),
}


def payload_of(data: bytes, level: int = 6, cpu_path: str = "fastest") -> bytes:
    payload = MIX.encode_block(data, level, cpu_path)
    assert payload is not None
    return payload


def comes_back(data: bytes, level: int = 6) -> bytes:
    payload = payload_of(data, level)
    assert MIX.decode_block(payload, len(data)) == data
    return payload


# ---- round trips -----------------------------------------------------------------------------------------------------


@pytest.mark.slow("-7", "-8", "-9")
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", TEXTS)
def test_text_comes_back_smaller(name, level):
    payload = comes_back(TEXTS[name], level)
    assert len(payload) < len(TEXTS[name]) * 0.55


@pytest.mark.slow("megabyte", "-9", "-7", "-8")
@pytest.mark.parametrize("level", [4, 6, 9])
@pytest.mark.parametrize("name", ODD)
def test_odd_bytes_come_back(name, level):
    comes_back(ODD[name], level)


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_real_text_at_every_level(level):
    data = english() + source_code()
    assert len(comes_back(data, level)) < len(data) // 5


@pytest.mark.slow
def test_a_higher_level_is_not_larger_on_real_text():
    sizes = [len(payload_of(english(), level)) for level in LEVELS]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.slow("-7", "-8", "-9")
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("line", [b"the same line again and again\n", b"a", "слово ".encode(), b"ab\n", CHINESE[:30]])
def test_repeats_are_fast_and_small(line, level):
    data = (line * (MIB // len(line) + 1))[:MIB]
    start = time.process_time()
    assert len(comes_back(data, level)) < 300
    assert time.process_time() - start < 5


@pytest.mark.slow
@pytest.mark.parametrize("name", TEXTS)
def test_every_cpu_path_writes_the_same_and_reads_the_others(name):
    data = TEXTS[name]
    for level in (4, 7, 9):
        payloads = {payload_of(data, level, path) for path in ("fastest", *MIX.CPU_PATHS)}
        (payload,) = payloads
        assert {MIX.decode_block(payload, len(data), path) for path in MIX.CPU_PATHS} == {data}


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
def test_every_cpu_path_writes_the_same_for_odd_bytes(name):
    data = ODD[name][:40_000]
    (payload,) = {payload_of(data, 9, path) for path in MIX.CPU_PATHS}
    assert {MIX.decode_block(payload, len(data), path) for path in MIX.CPU_PATHS} == {data}


def test_arguments_out_of_range():
    assert "portable" in MIX.CPU_PATHS
    assert "fastest" not in MIX.CPU_PATHS
    for level in (0, 3, 10, 99):
        with pytest.raises(ValueError, match="4 to 9"):
            MIX.encode_block(b"text", level)
    with pytest.raises(ValueError, match="portable"):
        MIX.encode_block(b"text", 6, "abacus")
    with pytest.raises(ValueError, match="portable"):
        MIX.decode_block(payload_of(b"text"), 4, "abacus")


PIECES = ["the", "The", "THE", " ", "  ", "\n", "\r\n", " \n", ", ", "ß", "Éa", "x1", "9", "中", "\0", "camelCase"]
ANY_TEXT = st.one_of(
    st.binary(max_size=5000),
    st.text(max_size=2000).map(str.encode),
    st.lists(st.sampled_from(PIECES)).map("".join).map(str.encode),
    st.builds(lambda piece, times: piece * times, st.binary(min_size=1, max_size=60), st.integers(1, 500)),
)


@given(ANY_TEXT, st.sampled_from(LEVELS), st.sampled_from(MIX.CPU_PATHS), st.sampled_from(MIX.CPU_PATHS))
def test_anything_comes_back(data, level, writer, reader):
    payload = payload_of(data, level, writer)
    assert MIX.decode_block(payload, len(data), reader) == data


@pytest.mark.slow
@settings(max_examples=10)
@given(st.integers(50_000, 300_000), st.integers(2, 20_000), st.integers(), st.sampled_from(LEVELS), st.lists(ANY_TEXT, max_size=5))
def test_large_texts_with_anything_in_them(size, vocabulary, seed, level, strewn):
    text = synthetic_text(size, vocabulary, seed)
    places = [0, *sorted(random.Random(seed).choices(range(size), k=len(strewn))), size]
    data = b"".join(text[start:end] + odd for (start, end), odd in zip(pairwise(places), [*strewn, b""], strict=True))
    comes_back(data, level)


# ---- hostile payloads --------------------------------------------------------------------------------------------------

# All varints but one, which is a byte below 128.
HEADER_NUMBERS = ("item_count", "word_count", "word_bytes", "class_level", "gap_count", "gap_bytes")


def varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def split_header(payload: bytes) -> tuple[bytes, dict[str, int], bytes]:
    """The level and the flags, the numbers, and what follows."""
    position = 3
    numbers = {}
    for name in HEADER_NUMBERS:
        end = next(end for end in range(position, len(payload)) if payload[end] < 0x80) + 1
        numbers[name] = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(payload[position:end]))
        position = end
    return payload[1:3], numbers, payload[position:]


def refused_or_exact(payload: bytes, data: bytes) -> None:
    """A payload with an error in it is refused, or its wrong content is for the checksum to find: never anything else."""
    try:
        assert len(MIX.decode_block(payload, len(data))) == len(data)
    except quasicryth.QczError:
        return


HOSTILE_TEXT = synthetic_text(600) + "Zoë ÉCOLE\r\n".encode() * 5


@pytest.mark.parametrize("level", [4, 6, 9])
def test_cut_at_any_byte(level):
    """The last bytes can go unmissed here, for a decoder reads zeros behind the end: the payload's checksum misses them."""
    payload = payload_of(HOSTILE_TEXT, level)
    for end in range(len(payload) - 8):
        with pytest.raises(quasicryth.QczCorruptError):
            MIX.decode_block(payload[:end], len(HOSTILE_TEXT))
    for end in range(len(payload) - 8, len(payload)):
        refused_or_exact(payload[:end], HOSTILE_TEXT)


def test_bytes_after_the_end():
    """The decoder reads ahead eight bytes, so it cannot tell whether an encoder wrote fewer: the payload's checksum can."""
    payload = payload_of(HOSTILE_TEXT)
    for size in range(1, 8):
        refused_or_exact(payload + random_bytes(size), HOSTILE_TEXT)
    for size in (8, 9, 100):
        with pytest.raises(quasicryth.QczCorruptError, match="bytes follow"):
            MIX.decode_block(payload + bytes(size), len(HOSTILE_TEXT))


@pytest.mark.parametrize("difference", [-500, -1, 1, 500, 1 << 20])
def test_another_size(difference):
    with pytest.raises(quasicryth.QczCorruptError):
        MIX.decode_block(payload_of(HOSTILE_TEXT), len(HOSTILE_TEXT) + difference)


@pytest.mark.parametrize("level", [4, 6, 9])
def test_flipped_bits(level):
    generator = random.Random(level)
    payload = payload_of(HOSTILE_TEXT, level)
    start = time.process_time()
    for _ in range(400):
        damaged = bytearray(payload)
        for _ in range(generator.choice([1, 1, 2, 8])):
            damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
        refused_or_exact(bytes(damaged), HOSTILE_TEXT)
    assert time.process_time() - start < 60


def test_random_payloads():
    generator = random.Random(4)
    for _ in range(2000):
        payload = bytes([generator.randrange(3, 11), generator.choice([0, 1, 2])])
        payload += b"".join(varint(generator.choice([0, 1, 5, 30, 10**6])) for _ in HEADER_NUMBERS)
        refused_or_exact(pack(payload, generator.randbytes(generator.randrange(200))), bytes(generator.choice([0, 1, 10, 1000])))


@settings(max_examples=300)
@given(st.binary(max_size=300), st.integers(0, 5000))
def test_any_bytes_as_a_payload(payload, size):
    refused_or_exact(payload, bytes(size))


@pytest.mark.parametrize("content", [1, 1000, 100_000])
@pytest.mark.parametrize(
    "bits", [bytes(1), bytes(400), b"\xff" * 400, random_bytes(400)], ids=["a zero", "zeros", "ones", "random"]
)
def test_a_full_size_claimed_by_few_bytes_takes_bounded_time(bits, content):
    """As many items as there are bytes, all of them in the codebooks: the most that a header can ask for."""
    start = time.process_time()
    for counts in ([content, 0, 0, 0, 0, 0], [content] * 3 + [0] + [content] * 2):
        payload = pack(b"\x09\x01" + b"".join(map(varint, counts)), bits)
        refused_or_exact(payload, bytes(content))
    assert time.process_time() - start < 2 + content / 20_000


@pytest.mark.parametrize("name", [name for name in HEADER_NUMBERS if name != "class_level"])
@pytest.mark.parametrize("claim", [10**6, 1 << 20, 1 << 30, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 34, 1 << 70])
def test_claims_of_the_header_are_refused_before_memory_is_taken(name, claim):
    start, numbers, rest = split_header(payload_of(HOSTILE_TEXT))
    payload = pack(start + b"".join(map(varint, {**numbers, name: claim}.values())), rest)
    for function in (MIX.memory_needed, MIX.inspect_block, MIX.decode_block):
        with pytest.raises(quasicryth.QczCorruptError, match="header"):
            function(payload, len(HOSTILE_TEXT))


@pytest.mark.parametrize(
    "level_and_flags", [b"\x00\x00", b"\x03\x01", b"\x0a\x01", b"\xff\x01", b"\x06\x02", b"\x06\x80", b"\x06\xff"]
)
def test_unknown_levels_and_flags(level_and_flags):
    _, numbers, rest = split_header(payload_of(HOSTILE_TEXT))
    payload = pack(level_and_flags + b"".join(map(varint, numbers.values())), rest)
    with pytest.raises(quasicryth.QczCorruptError, match="unknown level or flag"):
        MIX.decode_block(payload, len(HOSTILE_TEXT))


@pytest.mark.parametrize("level", LEVELS)
def test_memory_is_bounded_by_the_size_of_the_content(level):
    """No header makes a decoder take more than its tables and 500 bytes for a byte of content."""
    for size in (1, 1000, MIB):
        limits = {"item_count": size, "class_level": 0}
        most = b"".join(varint(limits.get(name, size // 2)) for name in HEADER_NUMBERS)
        assert MIX.memory_needed(pack(bytes([level, 1]) + most, b""), size) <= 128 * MIB + 500 * size
        more = b"".join(varint(limits.get(name, size // 2 + 1)) for name in HEADER_NUMBERS)
        with pytest.raises(quasicryth.QczCorruptError, match="more than the block can hold"):
            MIX.memory_needed(pack(bytes([level, 1]) + more, b""), size)
    with pytest.raises(quasicryth.QczLimitError):
        MIX.memory_needed(payload_of(HOSTILE_TEXT), (1 << 30) + 1)


def peak_memory(program: str) -> int:
    import subprocess
    import sys

    report = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    run = subprocess.run([sys.executable, "-c", f"{program}\n{report}"], capture_output=True, check=True)
    return int(run.stdout) << 10


@pytest.mark.slow
@pytest.mark.parametrize("level", [4, 9])
def test_a_decoder_takes_no_more_memory_than_it_said(tmp_path, level):
    payload = payload_of(english(), level)
    (tmp_path / "payload").write_bytes(payload)
    start = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]; from engines.coding import Codec; "
        f"mix = Codec('mix'); payload = open({str(tmp_path / 'payload')!r}, 'rb').read()"
    )
    idle = peak_memory(start)
    busy = peak_memory(f"{start}; mix.decode_block(payload, {len(english())})")
    assert busy - idle <= MIX.memory_needed(payload, len(english())) + len(english()) + MIB


def test_the_header_tells_what_is_in_the_block():
    inspected = MIX.inspect_block(payload_of(english(), 5), len(english()))
    assert inspected["level"] == 5
    assert inspected["line_ends_apart"] in (True, False)
    assert 50_000 < inspected["items"] < len(english())
    assert 1000 < inspected["codebook_entries"]["words"] < inspected["items"]
    assert 10 < inspected["codebook_entries"]["gaps"] < inspected["items"]


# ---- the engine in the package ---------------------------------------------------------------------------------------


def block_of(compressed: bytes) -> dict:
    (block,) = describe(io.BytesIO(compressed))[0]["blocks"]
    return block


@pytest.mark.parametrize("level", LEVELS)
def test_levels_choose_the_engine_and_the_level_of_the_block(level):
    data = english()[:50_000]
    compressed = quasicryth.compress(data, level)
    assert block_of(compressed)["kind"] == "mix"
    assert compressed == quasicryth.compress(data, level, engine="mix")
    assert block_of(compressed)["level"] == level
    assert quasicryth.decompress(compressed) == data


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"zero \0 byte " * 3, "zstd"),
        (random_bytes(1_000_000), "stored"),
        (random_bytes(5000) * 40, "zstd"),
        (english()[:30_000] + b"\0" + english()[:30_000], "mix"),
        (english()[:8000] + b"\0" + english()[:30_000], "mix"),
    ],
    ids=["binary", "random", "random repeated", "text with a late zero", "text with a zero"],
)
def test_what_is_not_text_takes_another_way(data, kind):
    compressed = quasicryth.compress(data)
    assert block_of(compressed)["kind"] == kind
    assert quasicryth.decompress(compressed) == data


@pytest.mark.slow
def test_noise_does_not_reach_the_engine(monkeypatch):
    def refuse(*_arguments):
        raise AssertionError

    monkeypatch.setattr(blocks, "encode", refuse)
    for data in (random_bytes(4096), random_bytes(70_000), random_bytes(3_000_000)):
        assert quasicryth.decompress(quasicryth.compress(data)) == data


def test_a_block_that_the_engine_declines_is_coded_otherwise(monkeypatch):
    monkeypatch.setattr(blocks, "encode", lambda *_arguments: None)
    compressed = quasicryth.compress(english()[:5000])
    assert block_of(compressed)["kind"] == "zstd"
    assert quasicryth.decompress(compressed) == english()[:5000]


@pytest.mark.slow
def test_memlimit_is_respected():
    compressed = quasicryth.compress(english())
    needed = MIX.memory_needed(payload_of(english()), len(english()))
    with pytest.raises(quasicryth.QczLimitError, match=r"needs \d+ bytes to decode; the limit is"):
        quasicryth.decompress(compressed, memlimit=needed)
    assert quasicryth.decompress(compressed, memlimit=needed + 2 * len(english()) + READING_MEMORY) == english()
