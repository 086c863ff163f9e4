"""The decoder written from FORMAT.md alone reads what the package writes."""

# Letters of other scripts are what the engine mix is for.
# ruff: noqa: RUF001

from __future__ import annotations

import random
import textwrap

import pytest
from reference import decoder as reference_decoder
from reference import fast as reference_fast_decoder
from reference import mix as reference_mix_decoder
from samples import SMALL, english, source_code, synthetic_text

import quasicryth
from quasicryth.engines import coded_block
from quasicryth.engines.coded_block import CodedBlock
from quasicryth.engines.options import EngineOptions
from quasicryth.engines.registry import engine_of_name
from quasicryth.frames.varints import write_varint

MIX, FAST, PAPER = map(engine_of_name, ("mix", "fast", "paper"))


def encode(engine, data: bytes, level: int) -> tuple[bytes, bytes]:
    """The head and the payload of the one segment."""
    block = coded_block.encode(data, EngineOptions(engine.name, level))
    ((size, payload),) = block.segments
    assert size == len(data)
    return block.head, payload


def decode(engine, head: bytes, payload: bytes, size: int) -> bytes:
    return coded_block.decode(CodedBlock(head, ((size, payload),)), engine)


@pytest.mark.parametrize("name", SMALL)
def test_small_inputs(name):
    assert reference_decoder.decode(quasicryth.compress(SMALL[name], engine="paper")) == SMALL[name]


@pytest.mark.slow
@pytest.mark.parametrize("tiling", ["multi", "fibonacci", "period5x8", "none", "bigrams", "all", "random:1"])
def test_tilings(tiling):
    data = english()[:40_000]
    assert reference_decoder.decode(quasicryth.compress(data, engine="paper", tiling=tiling, block_size=30_000)) == data


@pytest.mark.slow
def test_large_books():
    """More than 4,096 unigrams (two tiers) and phrases of up to 34 words."""
    data = synthetic_text(1_300_000, vocabulary=9000) + english()[:5000] * 3
    assert reference_decoder.decode(quasicryth.compress(data, engine="paper")) == data


@pytest.mark.parametrize("position", range(0, 400, 7))
def test_damage_is_found(position):
    data = bytearray(quasicryth.compress(SMALL["case"], engine="paper"))
    data[position % len(data)] ^= 1
    with pytest.raises(reference_decoder.FormatError):
        reference_decoder.decode(bytes(data))


# Damaged blocks of the engine paper: both decoders take one for the same content, or both refuse it


class PaperBlock:
    """A block cut into the fields of its head and its streams, so that some of it can be changed and the rest stay right."""

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        ((_, payload),) = (block := coded_block.encode(data, EngineOptions("paper", 6))).segments
        fields = reference_decoder.Fields(block.head)
        self.fields = [fields.number(1), *(fields.varint() for _ in range(15))]
        rest = reference_decoder.Fields(payload)
        self.streams = [rest.take(fields.varint()) for _ in range(6)]

    def head(self, fields: list[int], sizes: list[int]) -> bytes:
        return bytes([fields[0]]) + b"".join(map(write_varint, fields[1:] + sizes))

    def assert_same(self, fields: list[int], streams: list[bytes]) -> None:
        self.assert_same_bytes(self.head(fields, list(map(len, streams))), b"".join(streams))

    def assert_same_bytes(self, head: bytes, payload: bytes) -> None:
        """What a head asks for is refused before memory is taken for it, and not only when there is too little in the payload."""
        is_refused = content_or_none(reference_decoder.read_paper_header, head, self.size) is None
        assert is_refused == (content_or_none(PAPER.memory_needed, head, self.size) is None)
        assert content_or_none(decode, PAPER, head, payload, self.size) == (
            None if is_refused else content_or_none(reference_decoder.decode_paper, head, payload, self.size)
        )


PAPER_TEXTS = {
    "word": b"word",
    "small": b"one two THREE, one two three. Zwei",
    "phrases": b"the same line, again and again and once more. The same line! " * 6 + b"Ended by UNIQUE words of no book, x",
    "repeats": b"the cat sat on the mat and the dog sat on the log; " * 60,
}


@pytest.fixture(scope="module", params=PAPER_TEXTS)
def paper_block(request):
    return PaperBlock(PAPER_TEXTS[request.param])


def test_paper_blocks_with_wrong_fields(paper_block):
    fields, streams = paper_block.fields, paper_block.streams
    for place, value in enumerate(fields):
        for wrong in {0, 1, value - 1, value + 1, 2 * value, 65_537, paper_block.size, paper_block.size + 1, (1 << 32) - 1} - {-1}:
            if place > 0 or wrong < 256:
                paper_block.assert_same([*fields[:place], wrong, *fields[place + 1 :]], streams)


def test_paper_blocks_with_large_books(paper_block):
    """The largest books, and one entry more; nothing but the head is looked at."""
    words = [0, 200_000, 65_536, *[0] * 10, 200_000, 0, 0]
    phrases = [0, 1000, 1, *[0] * 9, 16 * 1000 // 144, 1, 0, 0]
    for fields, place in ((words, 2), (phrases, 12)):
        for more in range(2):
            head = paper_block.head([*fields[:place], fields[place] + more, *fields[place + 1 :]], [0] * 6)
            read = [content_or_none(call, head, 1 << 20) for call in (reference_decoder.read_paper_header, PAPER.memory_needed)]
            assert [one is None for one in read] == [more == 1] * 2


def test_paper_blocks_with_wrong_heads(paper_block):
    paper_block.assert_same([0] * 16, paper_block.streams)
    head, payload = paper_block.head(paper_block.fields, list(map(len, paper_block.streams))), b"".join(paper_block.streams)
    for wrong in (head[:-1], head + b"\0", head[:-1] + bytes([head[-1] | 0x80, 0]), head[:-1] + bytes([head[-1] ^ 1])):
        paper_block.assert_same_bytes(wrong, payload)
    overlong = head[:1] + bytes([byte | 0x80 for byte in write_varint(paper_block.fields[1]).ljust(4, b"\0")]) + b"\x10"
    paper_block.assert_same_bytes(overlong + head[1 + len(write_varint(paper_block.fields[1])) :], payload)
    for wrong in (payload[:-1], payload + b"\0"):
        paper_block.assert_same_bytes(head, wrong)


def test_paper_blocks_with_cut_streams(paper_block):
    for number, stream in enumerate(paper_block.streams):
        for size in range(max(len(stream) - 12, 0), len(stream) + 2):
            streams = [*paper_block.streams[:number], stream[:size].ljust(size, b"\0"), *paper_block.streams[number + 1 :]]
            paper_block.assert_same(paper_block.fields, streams)


def test_paper_blocks_with_changed_streams(paper_block):
    generator = random.Random(8)
    for number, stream in enumerate(paper_block.streams):
        for _ in range(15 if stream else 0):
            wrong = changed(stream, generator.randrange(min(len(stream), 40)), 1 << generator.randrange(8))
            paper_block.assert_same(paper_block.fields, [*paper_block.streams[:number], wrong, *paper_block.streams[number + 1 :]])


# Blocks of the engine mix


def shuffled(words: str, size: int) -> bytes:
    generator = random.Random(7)
    text = ""
    while len(text.encode()) < size:
        text += " ".join(generator.choices(words.split(), k=12)) + generator.choice([". ", ", ", "\n"])
    return text.encode()


def wrapped(line_end: str, size: int) -> bytes:
    """Prose filled to a width, so that its line ends are coded apart."""
    words = english()[:size].decode().split()
    return line_end.join(textwrap.wrap(" ".join(words), 60)).encode()


MIX_TEXTS = {
    "english": english()[5000:6200],
    "latin": shuffled("Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich ÊTRE ou Être ne pas être", 700),
    "cyrillic": shuffled("Съешь же ЕЩЁ этих мягких Французских булок, да выпей (чаю) Ґанок", 700),
    "greek": shuffled("Ξεσκεπάζω ΤΗΝ ψυχοφθόρα Ἄνδρα μοι ἔννεπε, Μοῦσα Άγιος Έτος Ώρα Ϊός", 700),
    "other capitals": shuffled("Ÿes ÿes Ալիք ալիք Ằn ằn ẰN Əli əli ƠN ơn ＡＢ ａｂ Ӏa ӏa ꙮ ſ ß", 700),
    "chinese": SMALL["chinese"][:900],
    "hindi": shuffled("ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश करने वाले", 600),
    "emoji": shuffled("Well 😀 done 👩‍👩‍👧‍👦! é and é, ﬁ and fi", 600),
    "wrapped": wrapped("\n", 2500),
    "wrapped with returns": wrapped("\r\n", 2000),
    "wrapped after spaces": wrapped(" \n", 1500) + wrapped(" \r\n", 700),
    "repeated": english()[:600] * 3,
    "code": source_code()[3000:4200],
    "brackets": shuffled("( [ { < > } ] ) ((x)) <<<< [[[[ {{{{ ((((", 600),
    "classes": synthetic_text(3000, vocabulary=40),
}


@pytest.mark.slow("wrapped", "classes", "english", "code", "repeated", "brackets", "-7", "-9")
@pytest.mark.parametrize("level", [4, 6, 7, 9])
@pytest.mark.parametrize("name", MIX_TEXTS)
def test_mix_blocks(name, level):
    data = MIX_TEXTS[name]
    assert reference_mix_decoder.decode_mix(*encode(MIX, data, level), len(data)) == data


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SMALL if SMALL[name]])
def test_small_mix_blocks(name):
    data = SMALL[name][:600]
    assert reference_mix_decoder.decode_mix(*encode(MIX, data, 8), len(data)) == data


@pytest.mark.slow
def test_mix_files():
    data = english()[:3000]
    compressed = quasicryth.compress(data, 5, engine="mix", block_size=2000)
    assert compressed[15 + 3] == reference_decoder.MIX
    assert reference_decoder.decode(compressed) == data


@pytest.mark.slow
@pytest.mark.parametrize("level", [4, 7])
def test_damaged_mix_blocks(level):
    """Both decoders take a damaged block for the same content, or both refuse it."""
    data = wrapped("\n", 600)
    head, payload = encode(MIX, data, level)
    for position in range(len(head)):
        assert_same_mix(changed(head, position, 1), payload, len(data))
    for position in range(0, len(payload), 47):
        assert_same_mix(head, changed(payload, position, 1), len(data))


def changed(data: bytes, position: int, difference: int) -> bytes:
    return data[:position] + bytes([data[position] ^ difference]) + data[position + 1 :]


def assert_same_mix(head: bytes, payload: bytes, size: int) -> None:
    assert content_or_none(reference_mix_decoder.decode_mix, head, payload, size) == content_or_none(
        decode, MIX, head, payload, size
    )


@pytest.mark.parametrize("change", [-9, -8, -5, -2, -1, 1, 4, 8])
def test_mix_blocks_of_another_length(change):
    data = MIX_TEXTS["english"][:500]
    head, payload = encode(MIX, data, 6)
    assert_same_mix(head, payload[:change] if change < 0 else payload + bytes(change), len(data))


FAST_TEXTS = {**MIX_TEXTS, "repeats": english()[:900] * 2 + b"again " * 400 + english()[200:800], "prose": english()[:9000]}


@pytest.mark.parametrize("level", [1, 3])
@pytest.mark.parametrize("name", FAST_TEXTS)
def test_fast_blocks(name, level):
    data = FAST_TEXTS[name]
    assert reference_fast_decoder.decode_fast(*encode(FAST, data, level), len(data)) == data


@pytest.mark.parametrize("name", [name for name in SMALL if SMALL[name]])
def test_small_fast_blocks(name):
    data = SMALL[name]
    assert reference_fast_decoder.decode_fast(*encode(FAST, data, 2), len(data)) == data


@pytest.mark.parametrize("name", ["repeats", "chinese"])
def test_damaged_fast_blocks(name):
    data = FAST_TEXTS[name]
    head, payload = encode(FAST, data, 3)
    for position in range(len(head)):
        assert_same_fast(changed(head, position, 1 << position % 8), payload, len(data))
    for position in [*range(40), *range(40, len(payload), 23)]:
        assert_same_fast(head, changed(payload, position, 1 << position % 8), len(data))


def assert_same_fast(head: bytes, payload: bytes, size: int) -> None:
    assert content_or_none(reference_fast_decoder.decode_fast, head, payload, size) == content_or_none(
        decode, FAST, head, payload, size
    )


def content_or_none(decode, *arguments):
    try:
        return decode(*arguments)
    except (reference_decoder.FormatError, quasicryth.QczError):
        return None
