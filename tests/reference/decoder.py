"""A slow, plain decoder of the .qcz format, written from quasicryth/frames/FORMAT.md alone.

Numbers after a section sign (§) are sections of FORMAT.md.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import zstandard

MASK32 = 2**32 - 1
MASK64 = 2**64 - 1

Context = TypeVar("Context")


class FormatError(ValueError):
    """The data violate a MUST of FORMAT.md."""


def require(condition: bool, message: str) -> None:
    if not condition:
        raise FormatError(message)


# XXH64, the public xxHash function

PRIME_1 = 0x9E3779B185EBCA87
PRIME_2 = 0xC2B2AE3D27D4EB4F
PRIME_3 = 0x165667B19E3779F9
PRIME_4 = 0x85EBCA77C2B2AE63
PRIME_5 = 0x27D4EB2F165667C5


def rotate(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & MASK64


def xxh64_round(lane: int, word: int) -> int:
    return rotate((lane + word * PRIME_2) & MASK64, 31) * PRIME_1 & MASK64


def xxh64_stripes(data: bytes, seed: int, end: int) -> int:
    """Digest the whole 32-byte stripes of data[:end]."""
    a, b, c, d = ((seed + start) & MASK64 for start in (PRIME_1 + PRIME_2, PRIME_2, 0, -PRIME_1))
    for w, x, y, z in struct.iter_unpack("<4Q", memoryview(data)[:end]):
        a = xxh64_round(a, w)
        b = xxh64_round(b, x)
        c = xxh64_round(c, y)
        d = xxh64_round(d, z)
    value = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) & MASK64
    for lane in (a, b, c, d):
        value = ((value ^ xxh64_round(0, lane)) * PRIME_1 + PRIME_4) & MASK64
    return value


def xxh64(data: bytes, seed: int = 0) -> int:
    size = len(data)
    pos = size - size % 32
    value = xxh64_stripes(data, seed, pos) if pos else (seed + PRIME_5) & MASK64
    value = (value + size) & MASK64
    while size - pos >= 8:
        value ^= xxh64_round(0, int.from_bytes(data[pos : pos + 8], "little"))
        value = (rotate(value, 27) * PRIME_1 + PRIME_4) & MASK64
        pos += 8
    if size - pos >= 4:
        value ^= int.from_bytes(data[pos : pos + 4], "little") * PRIME_1 & MASK64
        value = (rotate(value, 23) * PRIME_2 + PRIME_3) & MASK64
        pos += 4
    for byte in data[pos:]:
        value = rotate(value ^ byte * PRIME_5 & MASK64, 11) * PRIME_1 & MASK64
    value = (value ^ value >> 33) * PRIME_2 & MASK64
    value = (value ^ value >> 29) * PRIME_3 & MASK64
    return value ^ value >> 32


def xxh32low(data: bytes, seed: int = 0) -> int:
    return xxh64(data, seed) & MASK32


class Fields:
    """Reads the fields of a structure one after the other."""

    def __init__(self, data: bytes, pos: int = 0) -> None:
        self.data = data
        self.pos = pos

    def take(self, size: int) -> bytes:
        require(len(self.data) - self.pos >= size, "the data end early")
        self.pos += size
        return self.data[self.pos - size : self.pos]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def varint(self) -> int:
        value = 0
        for shift in range(0, 35, 7):
            byte = self.number(1)
            value |= (byte & 127) << shift
            if byte < 128:
                require(byte > 0 or shift == 0, "a varint is longer than it needs to be")
                require(value <= MASK32, "a varint is 2^32 or more")
                return value
        raise FormatError("a varint has more than five bytes")


# §1, §2: file and frame

FRAME_MAGIC = bytes.fromhex("9151435A00")
BLOCK_MARKER = bytes.fromhex("9142")
TAIL_MARKER = bytes.fromhex("9145")
FOOTER_MAGIC = bytes.fromhex("5A435191")
BLOCK_SIZE_LIMIT = 2**30
PAPER, MIX, FAST = 1, 2, 3
STORED, ZSTD, ENGINE = 1, 2, 3


def decode(data: bytes) -> bytes:
    """Return the content of a .qcz file; raise FormatError if it is not a good one (§1)."""
    require(len(data) > 0, "a file has one frame or more")
    fields = Fields(data)
    contents = []
    while fields.pos < len(data):
        contents.append(decode_frame(fields))
    return b"".join(contents)


def decode_frame(fields: Fields) -> bytes:
    """§2."""
    block_size = read_frame_header(fields)
    contents: list[bytes] = []
    index: list[tuple[int, int]] = []
    while True:
        start = fields.pos
        marker = fields.take(2)
        if marker == TAIL_MARKER:
            content = b"".join(contents)
            read_tail(fields, start, content, index)
            return content
        require(marker == BLOCK_MARKER, "neither a block nor a tail")
        content = decode_block(fields, start, len(contents), block_size)
        contents.append(content)
        index.append((fields.pos - start, len(content)))


def read_frame_header(fields: Fields) -> int:
    """§2.1: return the block size."""
    start = fields.pos
    require(fields.take(5) == FRAME_MAGIC, "not a .qcz frame")
    version = fields.number(1)
    flags = fields.number(1)
    block_size = fields.number(4)
    checked = fields.data[start : fields.pos]
    require(fields.number(4) == xxh32low(checked), "the frame header is damaged")
    require(version == 2, "another version of the format")
    require(flags == 0, "a frame with flags of a newer version")
    require(1 <= block_size <= BLOCK_SIZE_LIMIT, "block size out of range")
    return block_size


def decode_block(fields: Fields, start: int, number: int, block_size: int) -> bytes:
    """§2.2: return the content of a block whose marker, at start, has been read."""
    header = read_block_header(fields, start, number)
    require(1 <= header.content_size <= block_size, "content size out of range")
    bound = header.content_size + header.content_size // 1024 + 64
    require(header.head_size + 4 * (header.head_size > 0) < header.body_size <= bound, "body size out of range")
    require(header.engine > 0 or (header.head_size == 0 and header.codebook is None), "a head or a codebook without an engine")
    require(header.codebook is None, "a codebook that is not known")
    body = Fields(fields.take(header.body_size))
    head = body.take(header.head_size)
    require(header.head_size == 0 or body.number(4) == xxh32low(head, number), "a head is damaged")
    return decode_segments(body, header, head, number)


@dataclass(frozen=True)
class BlockHeader:
    engine: int
    content_size: int
    head_size: int
    body_size: int
    codebook: tuple[bytes, int] | None


def read_block_header(fields: Fields, start: int, number: int) -> BlockHeader:
    size = fields.number(1)
    own = Fields(fields.take(size))
    checked = fields.data[start : fields.pos]
    require(fields.number(4) == xxh32low(checked, number), "a block header is damaged")
    engine, flags = own.number(1), own.number(1)
    require(flags <= 1, "a block with flags of a newer version")
    content_size, head_size, body_size = own.varint(), own.varint(), own.varint()
    codebook = (own.take(32), own.number(1)) if flags == 1 else None
    require(own.pos == size, "a block header is longer than its fields")
    return BlockHeader(engine, content_size, head_size, body_size, codebook)


# §2.3: segments


def decode_segments(body: Fields, header: BlockHeader, head: bytes, number: int) -> bytes:
    content = b""
    kinds = set()
    count = 0
    while body.pos < len(body.data):
        kind, piece = decode_segment(body, header, head, number + (count << 32), header.content_size - len(content))
        content += piece
        kinds.add(kind)
        count += 1
    require(len(content) == header.content_size, "the segments have less content than the block")
    require((ENGINE in kinds) == (header.engine > 0), "a block of an engine without its segments, or the other way round")
    return content


def decode_segment(body: Fields, header: BlockHeader, head: bytes, seed: int, left: int) -> tuple[int, bytes]:
    """Return the kind and the content of a segment."""
    start = body.pos
    kind, applied_filter, content_size = body.number(1), body.number(1), body.varint()
    require(1 <= content_size <= left, "content size of a segment out of range")
    payload_size = content_size if kind == STORED else body.varint()
    require(1 <= payload_size <= content_size, "payload size out of range")
    content_checksum = None if kind == STORED else body.number(4)
    payload = body.take(payload_size)
    checked = body.data[start : body.pos]
    require(body.number(4) == xxh32low(checked, seed), "a segment is damaged")
    require(kind in (STORED, ZSTD, ENGINE), "a segment of a kind of a newer version")
    require(applied_filter == 0, "a segment with a filter of a newer version")
    content = decode_payload(kind, payload, content_size, header, head)
    require(len(content) == content_size, "a segment has not the stated content size")
    require(content_checksum is None or xxh32low(content) == content_checksum, "the content of a segment is damaged")
    return kind, content


def decode_payload(kind: int, payload: bytes, content_size: int, header: BlockHeader, head: bytes) -> bytes:
    if kind == STORED:
        return payload
    if kind == ZSTD:
        return decode_zstd(payload, content_size)
    # All engines there are code a block in one segment.
    require(content_size == header.content_size, "a segment is not all of its block")
    if header.engine == MIX:
        from reference.mix import decode_mix

        return decode_mix(head, payload, content_size)
    if header.engine == FAST:
        from reference.fast import decode_fast

        return decode_fast(head, payload, content_size)
    require(header.engine == PAPER, "a block of an engine of a newer version")
    return decode_paper(head, payload, content_size)


def decode_zstd(payload: bytes, content_size: int) -> bytes:
    """Exactly one Zstandard frame that states its size, without dictionary (§2.3)."""
    require(payload.startswith(zstandard.FRAME_HEADER), "not a Zstandard frame")
    try:
        parameters = zstandard.get_frame_parameters(payload)
        require(parameters.dict_id == 0, "a Zstandard frame with a dictionary")
        require(parameters.content_size == content_size, "a Zstandard frame does not state the content size")
        return zstandard.ZstdDecompressor().decompress(payload, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise FormatError("a Zstandard frame is damaged") from error


def read_tail(fields: Fields, start: int, content: bytes, index: list[tuple[int, int]]) -> None:
    """§2.4."""
    require(fields.number(8) == xxh64(content), "the content of the frame is damaged")
    for block_size, content_size in index:
        require(fields.varint() == block_size, "the index does not match the size of a block")
        require(fields.varint() == content_size, "the index does not match a content size")
    checked = fields.data[start : fields.pos]
    require(fields.number(4) == xxh32low(checked), "the tail is damaged")
    tail_size = fields.number(4)
    require(fields.take(4) == FOOTER_MAGIC, "no footer")
    require(tail_size == fields.pos - start, "wrong tail size")


# §3.2, §3.3: arithmetic coder and adaptive models


class FrequencyModel:
    """§3.3: adaptive counts, kept in a Fenwick tree (tree[i] is the sum of the lowbit(i) counts that end with number i - 1)."""

    def __init__(self, size: int, increment: int = 1) -> None:
        self.increment = increment
        self.set_counts([1] * size)

    def set_counts(self, counts: list[int]) -> None:
        self.counts = counts
        self.total = sum(counts)
        self.tree = [0, *counts]
        for i in range(1, len(self.tree)):
            parent = i + (i & -i)
            if parent < len(self.tree):
                self.tree[parent] += self.tree[i]

    def locate(self, target: int) -> tuple[int, int]:
        """Return the symbol whose interval holds target, and the sum C of the counts before it."""
        symbol = 0
        rest = target
        step = 1 << len(self.counts).bit_length()
        while step:
            probe = symbol + step
            if probe < len(self.tree) and self.tree[probe] <= rest:
                symbol = probe
                rest -= self.tree[probe]
            step >>= 1
        return symbol, target - rest

    def add(self, symbol: int, amount: int) -> None:
        self.counts[symbol] += amount
        self.total += amount
        i = symbol + 1
        while i < len(self.tree):
            self.tree[i] += amount
            i += i & -i

    def update(self, symbol: int) -> None:
        self.add(symbol, self.increment)
        if self.total >= 2**20:
            self.set_counts([c >> 1 | 1 for c in self.counts])


class OccurrenceModel(FrequencyModel):
    """§3.8: starts from occurrences, which fall as they are used up; never halved."""

    def __init__(self, occurrences: list[int]) -> None:
        self.set_counts(list(occurrences))

    def update(self, symbol: int) -> None:
        self.add(symbol, -1)


class Models(Generic[Context]):
    """One frequency model for each context ("by x", §3.3), made at its first use."""

    def __init__(self, make: Callable[[Context], FrequencyModel]) -> None:
        self.make = make
        self.models: dict[Context, FrequencyModel] = {}

    def __getitem__(self, context: Context) -> FrequencyModel:
        if context not in self.models:
            self.models[context] = self.make(context)
        return self.models[context]


class ArithmeticDecoder:
    """§3.2."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.pos = 0
        self.code = self.next_bytes(8)
        self.range = MASK64

    def next_bytes(self, size: int) -> int:
        part = self.stream[self.pos : self.pos + size]
        self.pos += size
        require(self.pos <= len(self.stream) + 8, "a stream ends early")
        return int.from_bytes(part.ljust(size, b"\0"), "big")

    def take(self, start: int, size: int) -> None:
        self.code -= start
        self.range = size
        if self.range < 2**32:
            self.code = (self.code << 32 | self.next_bytes(4)) & MASK64
            self.range <<= 32

    def symbol(self, model: FrequencyModel) -> int:
        """Decode a symbol; a bit from a two-symbol model is the same."""
        require(model.total > 0, "a model has nothing left to code")
        unit = self.range // model.total
        target = min(self.code // unit, model.total - 1)
        symbol, before = model.locate(target)
        self.take(unit * before, unit * model.counts[symbol])
        model.update(symbol)
        return symbol

    def even_bit(self) -> int:
        half = self.range // 2
        bit = int(self.code >= half)
        self.take(half * bit, half)
        return bit

    def decision(self, probability: int) -> int:
        ones = (self.range >> 12) * probability
        if self.code < ones:
            self.take(0, ones)
            return 1
        self.take(ones, self.range - ones)
        return 0


class LengthModel:
    """§3.4."""

    def __init__(self) -> None:
        self.small = FrequencyModel(32)
        self.bits = FrequencyModel(33)

    def decode(self, coder: ArithmeticDecoder) -> int:
        small = coder.symbol(self.small)
        if small < 31:
            return small
        bits = coder.symbol(self.bits)
        excess = min(bits, 1)
        for _ in range(bits - 1):
            excess = excess << 1 | coder.even_bit()
        number = 31 + excess
        require(number <= MASK32, "a number is 2^32 or more")
        return number


# §3.1: head of a paper block

PHRASE_LENGTHS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
BOOK_SIZE_LIMIT = 65536
COMMON = 4096


@dataclass(frozen=True)
class PaperHeader:
    """The fields of §3.1 before the streams."""

    folded: bool
    word_count: int
    book_sizes: tuple[int, ...]
    codebook_bytes: int
    escape_count: int
    escape_bytes: int
    stream_sizes: tuple[int, ...]


def read_paper_header(head: bytes, content_size: int) -> PaperHeader:
    fields = Fields(head)
    flags = fields.number(1)
    header = PaperHeader(
        folded=flags == 1,
        word_count=fields.varint(),
        book_sizes=tuple(fields.varint() for _ in PHRASE_LENGTHS),
        codebook_bytes=fields.varint(),
        escape_count=fields.varint(),
        escape_bytes=fields.varint(),
        stream_sizes=tuple(fields.varint() for _ in range(6)),
    )
    require(flags <= 1, "unknown flags of a paper block")
    require(1 <= header.word_count <= content_size, "word count out of range")
    require(max(header.book_sizes) <= BOOK_SIZE_LIMIT, "a book is too large")
    require(header.book_sizes[0] > 0 or not any(header.book_sizes), "phrases without a unigram codebook")
    places = [header.word_count - length + 1 for length in PHRASE_LENGTHS]
    require(all(size in range(places[book] + 1) or size == 0 for book, size in enumerate(header.book_sizes)), "a book is too large")
    phrase_words = sum(size * length for size, length in zip(header.book_sizes[1:], PHRASE_LENGTHS[1:], strict=True))
    require(phrase_words <= 16 * header.word_count, "the books of phrases are too large")
    require(header.codebook_bytes >= header.book_sizes[0], "more unigrams than bytes")
    require(header.escape_bytes >= header.escape_count, "more escape words than bytes")
    require(header.codebook_bytes + header.escape_bytes <= content_size, "the word lists are larger than the content")
    require(fields.pos == len(head), "a head is longer than its fields")
    return header


def decode_paper(head: bytes, payload: bytes, content_size: int) -> bytes:
    """§3."""
    header = read_paper_header(head, content_size)
    require(sum(header.stream_sizes) == len(payload), "the streams do not fill the payload")
    fields = Fields(payload)
    codebook, escape_words, escapes, case, levels, entries = (fields.take(size) for size in header.stream_sizes)
    spelling = SpellingModel()
    books = read_codebook(codebook, header, spelling)
    escape_list, occurrences = read_escape_words(escape_words, header, spelling)
    events = EventDecoder(levels, entries, header.book_sizes).decode(header.word_count)
    words = words_of_events(events, books, EscapeDecoder(escapes, escape_list, occurrences))
    if header.folded:
        words = restore_case(words, case)
    return join_words(words, content_size)


# §3.5: word lists

RATES = (43691, 26214, 18725, 14564, 11916, 10082, 8738, 7710, 6899, 6242, 5699, 5243, 4855, 4520, 4228, 3972)


class SpellingModel:
    """The model of the spelling of words, one in a block."""

    def __init__(self) -> None:
        self.kept = LengthModel()
        self.probabilities = [2048] * (2**15 * 16)
        self.ages = [0] * (2**15 * 16)

    def decision(self, coder: ArithmeticDecoder, slot: int) -> int:
        """Decision with slot."""
        p = self.probabilities[slot]
        n = self.ages[slot]
        bit = coder.decision(p)
        distance = 4095 - p if bit else p - 1
        step = distance * RATES[n] >> 16
        self.probabilities[slot] = p + step if bit else p - step
        self.ages[slot] = min(n + 1, 15)
        return bit

    def half_byte(self, coder: ArithmeticDecoder, line: int) -> int:
        node = 1
        for _ in range(4):
            node = node * 2 + self.decision(coder, line * 16 + node)
        return node - 16

    def byte(self, coder: ArithmeticDecoder, context: int) -> int:
        high = self.half_byte(coder, line_of(context, 0))
        low = self.half_byte(coder, line_of(context, 16 + high))
        return high << 4 | low

    def is_complete(self, coder: ArithmeticDecoder, context: int) -> int:
        return self.decision(coder, line_of(context, 0) * 16)

    def next_word(self, coder: ArithmeticDecoder, previous: bytes, longest: int) -> bytes:
        kept = self.kept.decode(coder)
        require(kept <= len(previous), "a word keeps more bytes than there are")
        word = bytearray(previous[:kept])
        before = previous[kept - 1] if kept > 0 else 0
        after = previous[kept] if kept < len(previous) else 0
        context = context_of(before, after, 1)
        while True:
            word.append(self.byte(coder, context))
            require(len(word) <= longest, "a word list has more bytes than stated")
            context = context_of(word[-1], word[-2] if len(word) > 1 else 0, 0)
            if self.is_complete(coder, context):
                return bytes(word)

    def word_list(self, coder: ArithmeticDecoder, count: int, byte_limit: int) -> list[bytes]:
        words = []
        word = b""
        for _ in range(count):
            word = self.next_word(coder, word, byte_limit)
            byte_limit -= len(word)
            words.append(word)
        return words


def context_of(a: int, b: int, kind: int) -> int:
    return ((a << 8 | b) << 1 | kind) * 0x9E3779B1 & MASK32


def line_of(context: int, path: int) -> int:
    return ((context + path) * 0x85EBCA6B & MASK32) >> 17


def total_bytes(words: list[bytes]) -> int:
    return sum(map(len, words))


def read_codebook(stream: bytes, header: PaperHeader, spelling: SpellingModel) -> list[list[tuple[bytes, ...]]]:
    """Return the books 0 to 10; an entry of a book is a tuple of words (§3.5, §3.6)."""
    coder = ArithmeticDecoder(stream)
    count = header.book_sizes[0]
    common = spelling.word_list(coder, min(count, COMMON), header.codebook_bytes)
    rare = spelling.word_list(coder, count - len(common), header.codebook_bytes - total_bytes(common))
    unigrams = common + rare
    require(total_bytes(unigrams) == header.codebook_bytes, "the unigrams have fewer bytes than stated")
    books: list[list[tuple[bytes, ...]]] = [[(word,) for word in unigrams]]
    if count > 0:
        phrase_decoder = PhraseDecoder(coder, count)
        for book in range(1, len(PHRASE_LENGTHS)):
            phrases = phrase_decoder.read_book(book, header.book_sizes[book])
            books.append([tuple(unigrams[index] for index in phrase) for phrase in phrases])
    return books


def read_escape_words(stream: bytes, header: PaperHeader, spelling: SpellingModel) -> tuple[list[bytes], list[int]]:
    """Return the escape words and how often each of them occurs."""
    coder = ArithmeticDecoder(stream)
    words = spelling.word_list(coder, header.escape_count, header.escape_bytes)
    require(total_bytes(words) == header.escape_bytes, "the escape words have fewer bytes than stated")
    less_one = LengthModel()
    occurrences = [less_one.decode(coder) + 1 for _ in words]
    require(sum(occurrences) <= header.word_count, "more escapes than words")
    return words, occurrences


# §3.6: phrases

SLOT_T, SLOT_O = 0, 1


class PhraseDecoder:
    def __init__(self, coder: ArithmeticDecoder, unigram_count: int) -> None:
        self.coder = coder
        self.unigram_count = unigram_count
        self.kept = Models[int](lambda book: FrequencyModel(PHRASE_LENGTHS[book]))
        self.step = LengthModel()
        self.outcome = Models[tuple[int, bool]](lambda _: FrequencyModel(3, increment=8))
        self.index = FrequencyModel(unigram_count, increment=32)
        self.after_two = [0] * 2**16
        self.after_one = [0] * unigram_count

    def read_book(self, book: int, size: int) -> list[list[int]]:
        phrases = []
        phrase = [0] * PHRASE_LENGTHS[book]
        for _ in range(size):
            phrase = self.next_phrase(book, phrase)
            phrases.append(phrase)
        return phrases

    def next_phrase(self, book: int, previous: list[int]) -> list[int]:
        kept = self.coder.symbol(self.kept[book])
        phrase = previous[:kept]
        if kept == 0:
            first = previous[0] + self.step.decode(self.coder)
            require(first < self.unigram_count, "the first word of a phrase is no unigram")
            phrase.append(first)
        while len(phrase) < len(previous):
            phrase.append(self.next_index(phrase, self.outcome[book, len(phrase) == kept]))
        return phrase

    def next_index(self, phrase: list[int], outcome_model: FrequencyModel) -> int:
        """Decode the unigram index that follows in a phrase."""
        a = phrase[-1]
        if len(phrase) > 1:
            slots, place = self.after_two, ((phrase[-2] << 16 | a) * 0x9E3779B1 & MASK32) >> 16
        else:
            slots, place = self.after_one, a
        outcome = self.coder.symbol(outcome_model)
        if outcome == SLOT_T:
            index = slots[place]
        elif outcome == SLOT_O:
            index = self.after_one[a]
        else:
            index = self.coder.symbol(self.index)
        slots[place] = index
        self.after_one[a] = index
        return index


# §3.7: events

ESCAPE, UNIGRAM = 0, 1
CACHE_SIZE = 64
Event = tuple[int, int]


class EventDecoder:
    def __init__(self, levels: bytes, entries: bytes, book_sizes: tuple[int, ...]) -> None:
        self.book_sizes = book_sizes
        self.events: list[Event] = []
        self.before = UNIGRAM
        self.before_that = UNIGRAM
        self.caches: list[list[int]] = [[] for _ in range(12)]
        self.levels = ArithmeticDecoder(levels)
        self.match = FrequencyModel(2)
        self.distance_bits = FrequencyModel(32)
        self.distance_bit = [FrequencyModel(2) for _ in range(8)]
        self.match_length = FrequencyModel(253)
        self.level = Models[tuple[int, int]](lambda _: FrequencyModel(12))
        self.entries = ArithmeticDecoder(entries)
        self.miss = Models[int](lambda _: FrequencyModel(2))
        self.position = Models[int](lambda _: FrequencyModel(CACHE_SIZE))
        self.index = Models[tuple[int, int]](lambda context: FrequencyModel(self.alphabet(context[0])))
        self.rare = Models[int](lambda _: FrequencyModel(2))
        self.rare_index = Models[int](lambda _: FrequencyModel(book_sizes[0] - COMMON))

    def alphabet(self, level: int) -> int:
        size = self.book_sizes[level - 1]
        return min(size, COMMON) if level == UNIGRAM else size

    def decode(self, word_count: int) -> list[Event]:
        self.words_left = word_count
        while self.words_left > 0:
            if self.levels.symbol(self.match):
                self.decode_match()
            else:
                self.decode_literal()
        return self.events

    def decode_match(self) -> None:
        top = self.levels.symbol(self.distance_bits)
        distance = 1
        for number in reversed(range(top)):
            distance = distance << 1 | self.levels.symbol(self.distance_bit[min(number, 7)])
        require(distance <= len(self.events), "a match begins before the first event")
        for _ in range(self.levels.symbol(self.match_length) + 3):
            level, entry = self.events[-distance]
            self.append(level, entry)
            self.update_cache(level, entry)

    def decode_literal(self) -> None:
        level = self.levels.symbol(self.level[self.before, self.before_that])
        if level == ESCAPE:
            self.append(ESCAPE, 0)
            return
        require(self.book_sizes[level - 1] > 0, "an event of an empty book")
        if self.entries.symbol(self.miss[level]):
            entry = self.decode_entry(level)
        else:
            position = self.entries.symbol(self.position[level])
            require(position < len(self.caches[level]), "a position behind the end of the cache")
            entry = self.caches[level].pop(position)
        self.append(level, entry)
        self.put_in_front(level, entry)

    def decode_entry(self, level: int) -> int:
        if level == UNIGRAM and self.book_sizes[0] > COMMON and self.entries.symbol(self.rare[self.before]):
            return COMMON + self.entries.symbol(self.rare_index[self.before])
        return self.entries.symbol(self.index[level, self.before])

    def append(self, level: int, entry: int) -> None:
        """Note an event, with the history of levels."""
        self.words_left -= 1 if level == ESCAPE else PHRASE_LENGTHS[level - 1]
        require(self.words_left >= 0, "the events stand for too many words")
        self.events.append((level, entry))
        self.before, self.before_that = level, self.before

    def update_cache(self, level: int, entry: int) -> None:
        """Cache update for an event of a match."""
        if level == ESCAPE:
            return
        if entry in self.caches[level]:
            self.caches[level].remove(entry)
        self.put_in_front(level, entry)

    def put_in_front(self, level: int, entry: int) -> None:
        self.caches[level].insert(0, entry)
        del self.caches[level][CACHE_SIZE:]


# §3.8: words and case


class EscapeDecoder:
    def __init__(self, stream: bytes, words: list[bytes], occurrences: list[int]) -> None:
        self.coder = ArithmeticDecoder(stream)
        self.words = words
        self.model = OccurrenceModel(occurrences)

    def next_word(self) -> bytes:
        return self.words[self.coder.symbol(self.model)]

    def finish(self) -> None:
        require(self.model.total == 0, "escape words are left over")


def words_of_events(events: list[Event], books: list[list[tuple[bytes, ...]]], escapes: EscapeDecoder) -> Iterator[bytes]:
    for level, entry in events:
        if level == ESCAPE:
            yield escapes.next_word()
        else:
            yield from books[level - 1][entry]
    escapes.finish()


def restore_case(words: Iterator[bytes], stream: bytes) -> Iterator[bytes]:
    coder = ArithmeticDecoder(stream)
    flag = Models[tuple[int, int]](lambda _: FrequencyModel(3))
    before_last, last = 0, 0
    for word in words:
        before_last, last = last, coder.symbol(flag[before_last, last])
        yield raise_case(word, last)


def raise_case(word: bytes, flag: int) -> bytes:
    if flag == 1:
        first = next((i for i, byte in enumerate(word) if byte in b"abcdefghijklmnopqrstuvwxyz"), len(word))
        return word[:first] + word[first : first + 1].upper() + word[first + 1 :]
    return word.upper() if flag == 2 else word


def join_words(words: Iterator[bytes], content_size: int) -> bytes:
    content = bytearray()
    for word in words:
        content += word
        require(len(content) <= content_size, "the words are longer than the content")
    require(len(content) == content_size, "the words are shorter than the content")
    return bytes(content)
