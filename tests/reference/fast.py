"""A slow, plain decoder of fast blocks, written from quasicryth/frames/FORMAT.md alone; decoder.py calls it.

Numbers after a section sign (§) are sections of FORMAT.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from reference.decoder import MASK32, Fields, require
from reference.mix import apply_case

# §5.1: head and bits


@dataclass(frozen=True)
class Header:
    item_count: int
    event_count: int
    word_count: int
    word_bytes: int
    gap_count: int
    gap_bytes: int
    phrase_count: int
    phrase_items: int
    phrase_bytes: int
    bits_size: int


def read_header(fields: Fields, content_size: int) -> Header:
    require(1 <= fields.number(1) <= 3, "an unknown level")
    require(fields.number(1) == 0, "unknown flags of a fast block")
    header = Header(*(fields.varint() for _ in range(10)))
    require(header.item_count <= content_size and header.event_count <= header.item_count, "too many items")
    require(header.word_count < 2**16 and header.gap_count <= 4096, "a codebook is too large")
    require(max(header.word_count, header.gap_count) <= header.item_count, "a codebook is too large")
    require(max(header.word_bytes, header.gap_bytes, header.phrase_bytes) <= content_size, "a codebook has too many bytes")
    require(header.phrase_count < 2**16 and header.phrase_count <= header.phrase_items <= header.item_count, "too many phrases")
    require(fields.pos == len(fields.data), "a head is longer than its fields")
    return header


class Bits:
    def __init__(self, data: bytes) -> None:
        self.value = int.from_bytes(data, "little")
        self.size = 8 * len(data)
        self.place = 0

    def take(self, count: int) -> int:
        number = self.value >> self.place & ((1 << count) - 1)
        self.place += count
        return number

    def gamma(self) -> int:
        width = 0
        while self.take(1):
            width += 1
            require(width < 31, "a gamma number is too great")
        return (1 << width) + self.take(width) - 1

    def align(self) -> None:
        self.place = -(-self.place // 8) * 8

    def is_done(self) -> bool:
        return -(-self.place // 8) * 8 == self.size


# §5.2, §5.3: symbols and tables

EVENTS, GAPS, CASES, DISTANCES, LETTERS, KEPT, TIERS, TENDENCIES, CLASSES, DEPTHS = range(10)
# Contexts, symbols, the most tables, bits.
SHAPES = {
    GAPS: (400, 73, 64, 10),
    CASES: (64, 3, 64, 9),
    DISTANCES: (4, 43, 4, 11),
    LETTERS: (200, 257, 64, 10),
    KEPT: (16, 65, 16, 9),
    TIERS: (16, 40, 16, 10),
    TENDENCIES: (16, 8, 16, 9),
    CLASSES: (1, 129, 1, 10),
    DEPTHS: (10, 10, 10, 9),
}


def read_table(bits: Bits, symbol_count: int, table_bits: int) -> list[tuple[int, int, int]]:
    """Return symbol, start and frequency of each range."""
    if not bits.take(1):
        quarter = 1 << (table_bits - 2)
        return [(0, part * quarter, quarter) for part in range(4)]
    ranges = []
    start, symbol = 0, -1
    while start < 1 << table_bits:
        symbol += 1 + bits.gamma()
        frequency = 1 + bits.gamma()
        require(symbol < symbol_count and frequency <= 2047, "a table is malformed")
        ranges.append((symbol, start, frequency))
        start += frequency
    require(start == 1 << table_bits, "a table is malformed")
    require(bits.place <= bits.size, "the bits end early")
    return ranges


class Symbols:
    def __init__(self, data: bytes) -> None:
        require(len(data) >= 16, "the symbols are cut short")
        self.states = [int.from_bytes(data[4 * i : 4 * i + 4], "little") for i in range(4)]
        self.data = data
        self.place = 16
        self.slots: dict[int, list[list[tuple[int, int, int]]]] = {}
        self.table_bits: dict[int, int] = {}

    def read_tables(self, bits: Bits, model: int, shape: tuple[int, int, int, int]) -> None:
        context_count, symbol_count, most_tables, table_bits = shape
        self.table_bits[model] = table_bits
        count = 1 + bits.gamma() if context_count > 1 else 1
        require(count <= most_tables, "too many tables")
        numbers = [bits.take((count - 1).bit_length()) for _ in range(context_count)]
        require(max(numbers) < count, "there is no such table")
        tables = [read_table(bits, symbol_count, table_bits) for _ in range(count)]
        slots = [[entry for entry in table for _ in range(entry[2])] for table in tables]
        self.slots[model] = [slots[number] for number in numbers]

    def decode(self, model: int, context: int) -> int:
        state = self.states[model % 4]
        rest = state % (1 << self.table_bits[model])
        symbol, start, frequency = self.slots[model][context][rest]
        state = frequency * (state >> self.table_bits[model]) + rest - start & MASK32
        if state < 1 << 16:
            require(self.place + 2 <= len(self.data), "the symbols end early")
            state = state << 16 | int.from_bytes(self.data[self.place : self.place + 2], "little")
            self.place += 2
        self.states[model % 4] = state
        return symbol

    def is_done(self) -> bool:
        return self.states == [1 << 16] * 4 and self.place == len(self.data)


# §5.4: codebooks

NO_CLASS, UNKNOWN = 128, 129
LENGTHS = (2, 3, 5, 8, 13, 21, 34, 55, 89, 144)


def letter_context(is_gap: bool, token: bytes | bytearray) -> int:
    last = token[-1] if token else -1
    if last < 0:
        kind = 0
    elif 0x61 <= last <= 0x7A:
        kind = last - 0x60
    elif 0x30 <= last <= 0x39:
        kind = 27
    elif last >= 0xC0:
        kind = 28 + last % 8
    elif last >= 0x80:
        kind = 36 + (last >> 4 & 1)
    else:
        kind = 38 if last < 0x30 else 39
    if is_gap:
        return 160 + kind
    before = token[-2] if len(token) > 1 else 0
    return 40 * (1 if before in b"aeiou" else 2 if 0x61 <= before <= 0x7A else 0 if before == 0 else 3) + kind


@dataclass(frozen=True)
class Word:
    letters: bytes
    tier: int
    tendency: int
    word_class: int


@dataclass(frozen=True)
class Item:
    data: bytes  # of a phrase's first item the word alone
    word_class: int
    gap_number: int


def group_of(word_class: int) -> int:
    return 16 if word_class == NO_CLASS else word_class >> 3


class Decoder:
    def __init__(self, head: bytes, payload: bytes, content_size: int) -> None:
        self.header = read_header(Fields(head), content_size)
        fields = Fields(payload)
        self.bits = Bits(fields.take(self.header.bits_size))
        self.symbols = Symbols(payload[fields.pos :])
        self.content_size = content_size

    def token(self, is_gap: bool, known: bytes = b"") -> bytes:
        token = bytearray(known)
        while (letter := self.symbols.decode(LETTERS, letter_context(is_gap, token))) != 256:
            require(len(token) < 64, "a token is too long")
            token.append(letter)
        return bytes(token)

    def read_words(self) -> list[Word]:
        words: list[Word] = []
        kept, letters, size = 0, b"", 0
        for _ in range(self.header.word_count):
            kept = self.symbols.decode(KEPT, min(15, kept))
            require(kept <= len(letters), "a word keeps more than there is")
            letters = self.token(False, letters[:kept])
            size += len(letters)
            require(size <= self.header.word_bytes, "a codebook has too many bytes")
            tier = self.symbols.decode(TIERS, min(15, len(letters)))
            tendency = self.symbols.decode(TENDENCIES, min(15, tier))
            words.append(Word(letters, tier, tendency, self.symbols.decode(CLASSES, 0) if tier >= 9 else NO_CLASS))
        require(size == self.header.word_bytes, "a codebook has too few bytes")
        return words

    def read_gaps(self) -> list[bytes]:
        gaps = [self.token(True) for _ in range(self.header.gap_count)]
        require(sum(map(len, gaps)) == self.header.gap_bytes, "a codebook has another number of bytes")
        return gaps

    def read_codebooks(self) -> None:
        for model in (LETTERS, KEPT, TIERS, TENDENCIES, CLASSES, DEPTHS):
            self.symbols.read_tables(self.bits, model, SHAPES[model])
        bins: dict[tuple[int, int], list[Word]] = {}
        for word in self.read_words():
            bins.setdefault((word.word_class, word.tier), []).append(word)
        self.bins = [bins[key] for key in sorted(bins)]
        self.gaps = self.read_gaps()
        counts = self.read_phrase_counts()
        self.event_count = len(self.bins) + 1 + len(counts)
        require(self.event_count <= 1009, "too many bins")
        self.symbols.read_tables(self.bits, EVENTS, (67, self.event_count + 15, 32, 12))
        for model in (GAPS, CASES, DISTANCES):
            self.symbols.read_tables(self.bits, model, SHAPES[model])
        self.bits.align()
        self.phrases: list[list[list[Item]]] = []
        self.read_phrases(counts)
        self.bits.align()

    def read_phrase_counts(self) -> list[tuple[int, int]]:
        """Return (group, number of phrases) of each bin of phrases."""
        counts = []
        left = self.header.phrase_count
        for group in range(17):
            counts += [(group, self.bits.gamma()) for _ in range(40 if left > 0 else 0)]
            require(sum(count for _, count in counts) <= self.header.phrase_count, "too many phrases")
            left = self.header.phrase_count - sum(count for _, count in counts)
        require(left == 0, "too few phrases")
        return [(group, count) for group, count in counts if count > 0]

    def read_phrases(self, counts: list[tuple[int, int]]) -> None:
        depth = 0
        for group, count in counts:
            words = [word for words in self.bins for word in words if group_of(word.word_class) == group]
            width = (len(words) // count).bit_length() - 1 if len(words) > count else 0
            place = 0
            phrases = []
            for _ in range(count):
                place += (self.bits.gamma() << width) + self.bits.take(width)
                require(place < len(words), "a phrase begins with no word")
                depth = self.symbols.decode(DEPTHS, depth)
                phrases.append(self.phrase(words[place], LENGTHS[depth]))
            self.phrases.append(phrases)
        items = [item for phrases in self.phrases for phrase in phrases for item in phrase]
        require(len(items) == self.header.phrase_items, "phrases have another number of items")
        require(sum(len(item.data) for item in items) == self.header.phrase_bytes, "phrases have another number of bytes")

    def phrase(self, first: Word, length: int) -> list[Item]:
        items = [Item(apply_case(first.letters, self.case(first, 7)), first.word_class, 7)]
        while len(items) < length:
            last = items[-1]
            event = self.symbols.decode(EVENTS, self.event_context(last.word_class))
            require(event < len(self.bins), "a phrase with something else than words")
            word = self.place(self.bins[event])
            gap, number = self.gap(last.word_class, last.gap_number, word.word_class, escape=False)
            items.append(Item(gap + apply_case(word.letters, self.case(word, number)), word.word_class, number))
        return items

    # §5.6: events

    def decode(self) -> bytes:
        self.read_codebooks()
        self.items: list[Item] = []
        self.distances = [0, 0, 0]
        size = 0
        self.classes: list[int] = []  # of the items whose events are known
        left = self.header.event_count
        while left > 0:
            events = [self.event() for _ in range(min(left, 1024))]
            left -= len(events)
            for event in events:
                size += self.write(event)
                require(size <= self.content_size, "too many bytes")
        require(len(self.items) == self.header.item_count and size == self.content_size, "too few items")
        require(self.symbols.is_done() and self.bits.is_done(), "the symbols or bits do not end as they should")
        return b"".join(item.data for item in self.items)

    def event_context(self, word_class: int) -> int:
        return {NO_CLASS: 64, UNKNOWN: 65}.get(word_class, word_class >> 1)

    def event(self) -> tuple[int, int] | Word | list[Item]:
        """Return a match as length and distance, or a word, or the items of a phrase."""
        event = self.symbols.decode(EVENTS, self.event_context(self.classes[-1]) if self.classes else 66)
        if event >= self.event_count:
            return self.match(event - self.event_count)
        result = self.entry(event)
        self.classes += [item.word_class for item in result] if isinstance(result, list) else [result.word_class]
        require(len(self.classes) <= self.header.item_count, "too many items")
        return result

    def entry(self, event: int) -> Word | list[Item]:
        if event == len(self.bins):
            return Word(b"", 0, 7, UNKNOWN)
        return self.place(self.bins[event] if event < len(self.bins) else self.phrases[event - len(self.bins) - 1])

    def match(self, symbol: int) -> tuple[int, int]:
        length = 2 + symbol if symbol < 8 else 8 + (1 << (symbol - 7)) + self.bits.take(symbol - 7)
        distance = self.distance(self.symbols.decode(DISTANCES, min(length, 5) - 2))
        require(1 <= distance <= min(len(self.classes), 2**20 - 2), "a match reaches too far back")
        require(length <= self.header.item_count - len(self.classes), "too many items")
        for _ in range(length):
            self.classes.append(self.classes[-distance])
        return length, distance

    def place(self, entries: list) -> Word | list[Item]:
        width = len(entries).bit_length() - 1
        short = (2 << width) - len(entries)
        place = self.bits.take(width)
        return entries[place if place < short else 2 * place + self.bits.take(1) - short]

    def write(self, event: tuple[int, int] | Word | list[Item]) -> int:
        """Append the items of an event; return how many bytes they have."""
        first = len(self.items)
        if isinstance(event, tuple):
            length, distance = event
            for _ in range(length):
                self.items.append(self.items[-distance])
        else:
            before = self.items[-1] if self.items else Item(b"", UNKNOWN, 7)
            self.items += self.phrase_items(event, before) if isinstance(event, list) else [self.item(event, before)]
        return sum(len(item.data) for item in self.items[first:])

    def phrase_items(self, phrase: list[Item], before: Item) -> list[Item]:
        gap, number = self.gap(before.word_class, before.gap_number, phrase[0].word_class)
        require(len(gap) + sum(len(item.data) for item in phrase) > 0, "a phrase without bytes")
        return [Item(gap + phrase[0].data, phrase[0].word_class, number), *phrase[1:]]

    def item(self, word: Word, before: Item) -> Item:
        gap, number = self.gap(before.word_class, before.gap_number, word.word_class)
        flag = self.case(word, number)
        letters = self.token(False) if word.word_class == UNKNOWN else word.letters
        require(len(gap + letters) > 0, "an item without bytes")
        return Item(gap + apply_case(letters, flag), word.word_class, number)

    def case(self, word: Word, gap_number: int) -> int:
        flag = {0: 0, 5: 1, 6: 2}.get(word.tendency)
        return self.symbols.decode(CASES, 8 * word.tendency + min(7, gap_number)) if flag is None else flag

    def gap(self, class_before: int, gap_before: int, word_class: int, escape: bool = True) -> tuple[bytes, int]:
        q, r = ({NO_CLASS: 8, UNKNOWN: 9}.get(c, c >> 4) for c in (class_before, word_class))
        symbol = self.symbols.decode(GAPS, (min(3, gap_before) * 10 + q) * 10 + r)
        if symbol == 72:
            require(escape, "a phrase with a gap outside the codebook")
            return self.token(True), 7
        number = symbol if symbol < 60 else 59 + (1 << (symbol - 60)) + self.bits.take(symbol - 60)
        require(number < len(self.gaps), "there is no such gap")
        return self.gaps[number], number

    def distance(self, symbol: int) -> int:
        last, second, third = self.distances
        if symbol < 3:
            distance = self.distances[symbol]
        else:
            width, lead = divmod(symbol - 3, 2)
            distance = 1 if width == 0 else ((2 + lead) << (width - 1)) + self.bits.take(width - 1)
        if symbol == 1:
            self.distances = [second, last, third]
        elif symbol != 0:
            self.distances = [distance, last, second]
        return distance


def decode_fast(head: bytes, payload: bytes, content_size: int) -> bytes:
    return Decoder(head, payload, content_size).decode()
