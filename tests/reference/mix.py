"""A slow, plain decoder of mix blocks, written from quasicryth/frames/FORMAT.md alone; decoder.py calls it.

Numbers after a section sign (§) are sections of FORMAT.md. Tables are dictionaries that hold what was used.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from reference.decoder import MASK32, MASK64, ArithmeticDecoder, Fields, require


def hashed(first: int, *others: int) -> int:
    """§4: H."""
    value = first
    for other in others:
        value = (value + other + 1) * 0x9E3779B97F4A7C15 & MASK64
        value ^= value >> 29
    return value


def log_of(number: int) -> int:
    return (number - 1).bit_length() if number > 0 else 0


def clamp(value: int, least: int, most: int) -> int:
    return max(least, min(most, value))


def signed32(value: int) -> int:
    """What 32 bits with sign hold of a sum that wraps."""
    return (value + 2**31 & MASK32) - 2**31


def truncated(number: int, divisor: int) -> int:
    return number // divisor if number >= 0 else -(-number // divisor)


# §4.1, §4.2: head and levels

SOME_WORDS, MANY_WORDS = (0, 1, 2, 3, 5, 7, 15, 16), tuple(range(3, 19))
SOME_GAPS, MANY_GAPS = (0, 1, 2, 3, 4, 8, 9, 11), tuple(range(16))
NO_CLASS = 65535


@dataclass(frozen=True)
class Level:
    by_choices: bool
    word_contexts: tuple[int, ...]
    gap_contexts: tuple[int, ...]
    word_limit: int
    gap_limit: int
    spelling_limit: int
    flag_limit: int
    strong: int
    orders: tuple[int, ...]
    history_limit: int
    runs: int


LEVELS = {
    4: Level(True, (1, 4, 5), (0, 1, 3), 15, 13, 13, 13, 5, (3,), 20, 0),
    5: Level(True, (0, 1, 4, 5), (0, 1, 2, 3), 17, 15, 14, 14, 5, (3,), 20, 0),
    6: Level(True, (0, 1, 2, 3, 4, 5), (0, 1, 2, 3), 19, 16, 15, 14, 5, (2, 3), 21, 0),
    7: Level(False, SOME_WORDS, SOME_GAPS, 21, 17, 18, 15, 8, (2, 3, 5), 21, 1),
    8: Level(False, MANY_WORDS, MANY_GAPS, 22, 19, 19, 15, 8, (2, 3, 5, 8, 13, 21), 22, 3),
    9: Level(False, MANY_WORDS, MANY_GAPS, 23, 20, 19, 15, 8, (2, 3, 5, 8, 13, 21), 23, 3),
}


@dataclass(frozen=True)
class Header:
    level: Level
    line_ends_apart: bool
    item_count: int
    word_count: int
    word_bytes: int
    class_level: int
    gap_count: int
    gap_bytes: int


def read_header(fields: Fields, content_size: int) -> Header:
    number = fields.number(1)
    require(number in LEVELS, "an unknown level")
    flags = fields.number(1)
    require(flags <= 1, "unknown flags of a mix block")
    item_count, word_count, word_bytes = (fields.varint() for _ in range(3))
    class_level = fields.number(1)
    gap_count, gap_bytes = fields.varint(), fields.varint()
    require(item_count <= content_size, "too many items")
    for count, size in ((word_count, word_bytes), (gap_count, gap_bytes)):
        require(count <= item_count // 2 and count < 2**20, "too many tokens in a codebook")
        require(size <= content_size // 2, "too many bytes in a codebook")
    require(fields.pos == len(fields.data), "a head is longer than its fields")
    return Header(LEVELS[number], flags == 1, item_count, word_count, word_bytes, class_level, gap_count, gap_bytes)


def table_bits(limit: int, content_size: int, difference: int) -> int:
    return clamp(log_of(content_size) + difference, 12, limit)


class BitDecoder(ArithmeticDecoder):
    def __init__(self, stream: bytes, content_size: int) -> None:
        super().__init__(stream)
        self.decisions_left = 32 * content_size + 65536

    def bit(self, probability: int) -> int:
        self.decisions_left -= 1
        require(self.decisions_left > 0, "too many decisions")
        ones = (self.range >> 16) * probability
        if self.code < ones:
            self.take(0, ones)
            return 1
        self.take(ones, self.range - ones)
        return 0

    def choice(self, bounds: list[int]) -> int:
        """§4.15: bounds are the fourteen inner ones."""
        self.decisions_left -= 4
        require(self.decisions_left > 0, "too many decisions")
        unit = self.range >> 15
        value = min(32767, self.code // unit)
        choice = sum(bound <= value for bound in bounds)
        padded = [0, *bounds, 32768]
        self.take(unit * padded[choice], unit * (padded[choice + 1] - padded[choice]))
        return choice

    def finish(self) -> None:
        require(self.pos >= len(self.stream), "bytes follow the coded bits")


# §4.3: logistic tables

SQUASH_POINTS = [
    *(524288, 557013, 589485, 621456, 652696, 682995, 712170, 740069, 766570, 791586, 815058, 836959, 857289, 876068, 893337),
    *(909153, 923583, 936703, 948595, 959343, 969033, 977748, 985571, 992579, 998846, 1004444, 1009436, 1013883, 1017840, 1021358),
    *(1024482, 1027256, 1029716, 1031897, 1033829, 1035540, 1037055, 1038396, 1039582, 1040631, 1041558, 1042378, 1043102, 1043743),
    *(1044308, 1044808, 1045249, 1045639, 1045983, 1046287, 1046556, 1046793, 1047002, 1047187, 1047350, 1047494, 1047621, 1047733),
    *(1047832, 1047919, 1047996, 1048064, 1048125, 1048178, 1048224, 1048266, 1048302, 1048334, 1048363, 1048388, 1048410, 1048429),
    *(1048447, 1048462, 1048475, 1048487, 1048498, 1048507, 1048515, 1048522, 1048528, 1048534, 1048539, 1048543, 1048547, 1048551),
    *(1048554, 1048556, 1048558, 1048561, 1048562, 1048564, 1048565, 1048567, 1048568, 1048569, 1048570),
]
LEANINGS = [0, 10, 14, 18, 21, 22, 24, 26, 26, 26, 26, 26, 26, 26, 26, 26]
STRETCH_LIMIT, SQUASH_LIMIT = 2047, 3071


@cache
def squash(value: int) -> int:
    if value < 0:
        return 65536 - squash(-value)
    point, part = value >> 5, value & 31
    return min(65535, (SQUASH_POINTS[point] * (32 - part) + SQUASH_POINTS[point + 1] * part) >> 9)


def make_stretch() -> list[int]:
    table = []
    value = -STRETCH_LIMIT
    for step in range(4096):
        while value < STRETCH_LIMIT and squash(value) < 16 * step + 8:
            value += 1
        table.append(value)
    table[2048] = 0
    return table


STRETCH = make_stretch()
LEAN = [[truncated((2 * step - 63) * leaning, 2) for step in range(64)] for leaning in LEANINGS]


# §4.4: context lines

SLOW_RATES = [20480, 12603, 9102, 7123, 5851, 4965, 4312, 3810, 3413, 3091, 2825, 2601, 2101, 1517, 700, 200]
STEP_MASKS = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 7, 31, 63, 63]


class Node:
    def __init__(self) -> None:
        self.slow, self.fast, self.count = 32768, 2048, 0

    def learn(self, bit: int) -> None:
        self.turn(bit)
        self.slow -= (self.slow * SLOW_RATES[self.count] + 24576) >> 15
        self.fast -= (self.fast + 2) >> 2
        if self.slow & STEP_MASKS[self.count] == 0:
            self.count = min(15, self.count + 1)
        self.turn(bit)

    def turn(self, bit: int) -> None:
        if bit:
            self.slow = 65535 - self.slow
            self.fast = 4095 - self.fast


class Line:
    def __init__(self) -> None:
        self.claim(0)

    def claim(self, check: int) -> None:
        self.check = check
        self.nodes = defaultdict[int, Node](Node)


# §4.5: predictor


@dataclass
class Hint:
    trusts: defaultdict[tuple[int, ...], int]
    place: tuple[int, ...]
    sign: int

    @property
    def trust(self) -> int:
        return self.trusts[self.place]

    def learn(self, bit: int) -> None:
        if self.sign:
            self.trusts[self.place] = clamp(approached(self.trust, int((self.sign == 1) == (bit == 1)), 7), 64, 65471)


def make_trusts(start: int) -> defaultdict[tuple[int, ...], int]:
    return defaultdict(lambda: start)


def approached(probability: int, bit: int, shift: int) -> int:
    distance = 65535 - probability if bit else probability
    distance -= (distance + (1 << shift) - 1) >> shift
    return 65535 - distance if bit else distance


class WeightSet:
    def __init__(self, context_count: int) -> None:
        input_count = 3 * context_count + 6
        self.high = [32768 // (3 * context_count + 8)] * input_count
        self.low = [0] * input_count

    def output(self, inputs: list[int]) -> int:
        total = sum(value * weight for value, weight in zip(inputs, self.high, strict=False))
        return clamp(signed32(total) >> 13, -SQUASH_LIMIT, SQUASH_LIMIT)

    def learn(self, inputs: list[int], output: int, bit: int, rate: int) -> None:
        error = (bit * 65536 - squash(output)) * rate >> 16
        for i, value in enumerate(inputs):
            product = value * error
            low = self.low[i] + (product & 0xFFFF)
            high = clamp(self.high[i] + (product >> 16), -32768, 32767)
            self.low[i] = low & 0xFFFF
            self.high[i] = clamp(high + (low >> 16), -32768, 32767)


@dataclass(frozen=True)
class Choice:
    """Numbers of the sets and maps that a decision uses."""

    sets: tuple[int, ...]
    maps: tuple[int, ...]
    final_set: int = 0


class Predictor(ABC):
    def __init__(self, bits: BitDecoder, context_count: int, line_bits: int, rate: int) -> None:
        self.bits = bits
        self.line_count = 1 << line_bits
        self.rate = rate
        self.contexts: list[int] = []
        self.table: dict[int, Line] = defaultdict(Line)
        self.lines: list[Line] = []
        self.weights = defaultdict[tuple[int, int], WeightSet](lambda: WeightSet(context_count))

    def open(self, group: int, two_bits: int | None = None) -> None:
        self.lines = [self.find_line(context, group, two_bits) for context in self.contexts]

    def find_line(self, context: int, group: int, two_bits: int | None) -> Line:
        value = (context + group * 0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93 & MASK64
        value ^= value >> 32
        check = value >> 32 | 1
        place = (value if two_bits is None else value & ~3 | two_bits) % self.line_count
        first, second = self.table[place], self.table[place ^ 4]
        for line in (first, second):
            if line.check == check:
                return line
        line = first if first.nodes[0].count <= second.nodes[0].count else second
        line.claim(check)
        return line

    def pattern(self, node: int) -> int:
        return sum(1 << i for i, line in enumerate(self.lines[:8]) if line.nodes[node].count > 0)

    def decide(self, node: int, choice: Choice, hints: Sequence[Hint] = ()) -> int:
        inputs = self.read_inputs(node, hints)
        outputs = [self.weights[number, chosen].output(inputs) for number, chosen in enumerate(choice.sets)]
        bit = self.mix(outputs, choice)
        for number, (chosen, output) in enumerate(zip(choice.sets, outputs, strict=True)):
            self.weights[number, chosen].learn(inputs, output, bit, self.rate)
        for line in {id(line): line for line in self.lines}.values():
            line.nodes[node].learn(bit)
        for hint in hints:
            hint.learn(bit)
        return bit

    def read_inputs(self, node: int, hints: Sequence[Hint]) -> list[int]:
        inputs = []
        for line in self.lines:
            seen = line.nodes[node]
            inputs += [STRETCH[seen.slow >> 4], STRETCH[seen.fast], LEAN[seen.count][seen.slow >> 10]]
        inputs.append(77)
        for number, hint in enumerate(hints):
            inputs.append(hint.sign * STRETCH[hint.trust >> 4])
            if number == 0:
                inputs.append(hint.sign * truncated(hint.trust - 32768, 64))
        return inputs

    @abstractmethod
    def mix(self, outputs: list[int], choice: Choice) -> int:
        """Return the probability of a one."""


class LeanPredictor(Predictor):
    def __init__(self, bits: BitDecoder, context_count: int, line_bits: int, rate: int) -> None:
        super().__init__(bits, context_count, line_bits, rate)
        self.maps = defaultdict[int, list[int]](lambda: [squash(64 * i - 3040) for i in range(96)])

    def mix(self, outputs: list[int], choice: Choice) -> int:
        (output,) = outputs
        points = self.maps[choice.maps[0]]
        place = (output + 3072) >> 6
        bit = self.bits.bit(max(1, (squash(output) + points[place]) >> 1))
        points[place] = approached(points[place], bit, 6)
        return bit


class FullPredictor(Predictor):
    def __init__(self, bits: BitDecoder, context_count: int, line_bits: int, rate: int) -> None:
        super().__init__(bits, context_count, line_bits, rate)
        self.maps = defaultdict[tuple[int, int], list[int]](lambda: [squash(128 * (i - 16)) for i in range(33)])
        self.final_weights: dict[int, list[int]] = {}

    def mix(self, outputs: list[int], choice: Choice) -> int:
        count = len(outputs)
        final = self.final_weights.setdefault(choice.final_set, [65536 // count] * count)
        total = sum(output * (weight >> 2) for output, weight in zip(outputs, final, strict=True))
        stretched = clamp(signed32(total) >> 14, -SQUASH_LIMIT, SQUASH_LIMIT)
        squashed = squash(stretched)
        value = clamp(stretched, -STRETCH_LIMIT, STRETCH_LIMIT) + 2048
        place, part = value >> 7, value & 127
        maps = [self.maps[number, chosen] for number, chosen in enumerate(choice.maps)]
        mapped = sum((points[place] * (128 - part) + points[place + 1] * part) >> 7 for points in maps)
        bit = self.bits.bit(max(1, (len(maps) * squashed + mapped) >> len(maps)))
        for i, output in enumerate(outputs):
            final[i] += ((bit * 65536 - squashed) * output + 65536) >> 17
        for points in maps:
            near = place if part < 64 else place + 1
            points[near] = approached(points[near], bit, 6)
        return bit


# §4.7: spelling

WORD, GAP, KEPT, LEVEL, CLASS = range(5)
TOKEN_LIMIT = 64


class Speller(ABC):
    @abstractmethod
    def token(self, kind: int, known: bytes, word: int) -> bytes:
        """Return a token of which some first bytes are known."""

    @abstractmethod
    def number(self, kind: int, keys: tuple[int, int, int, int]) -> int:
        """Return a small number in four contexts."""


class BitSpeller(Speller):
    def __init__(self, bits: BitDecoder, level: Level, content_size: int) -> None:
        self.predictor = FullPredictor(bits, 8, table_bits(level.spelling_limit, content_size, 0), 14000)

    def byte(self, kind: int, place: int, last: int) -> int:
        reached = 1
        for _ in range(2):
            self.predictor.open(1 if reached == 1 else 256 + reached)
            node = 0
            for _ in range(4):
                bit = self.predictor.decide(node, self.choice(kind, place, last, reached))
                node = 2 * node + 1 + bit
                reached = 2 * reached + bit
        return reached % 256

    def choice(self, kind: int, place: int, last: int, reached: int) -> Choice:
        return Choice((reached, 32 * kind + place), (256 * kind + reached, 256 * (last & 31) + reached), reached)

    def token(self, kind: int, known: bytes, word: int) -> bytes:
        token = bytearray(known)
        end = b"a"[0] if kind == GAP else 0
        while True:
            self.predictor.contexts = self.token_contexts(kind, token, word)
            byte = self.byte(kind, min(31, len(token)), last_byte(token, 1))
            if byte == end:
                return bytes(token)
            require(len(token) < TOKEN_LIMIT, "a token is too long")
            token.append(byte)

    def token_contexts(self, kind: int, token: bytearray, word: int) -> list[int]:
        ends = [kind]
        for back in range(1, 6):
            ends.append(hashed(ends[-1], last_byte(token, back)))
        whole = hashed(kind, *token)
        keys = [ends[2], ends[3], whole, ends[1], ends[4], kind, ends[5], hashed(whole, word)]
        return [hashed(key, 256 + i) for i, key in enumerate(keys)]

    def number(self, kind: int, keys: tuple[int, int, int, int]) -> int:
        self.predictor.contexts = [hashed(keys[i % 4], kind, 512 + i % 4) for i in range(8)]
        return self.byte(kind, 0, 0)


class ChoiceSpeller(Speller):
    def __init__(self, bits: BitDecoder, level: Level, content_size: int) -> None:
        self.predictor = ChoicePredictor(bits, table_bits(level.spelling_limit, content_size, 0))
        self.bytes = Book(WORD, [bytes([byte]) for byte in range(256)], [level_of_byte(byte) for byte in range(256)] + [12])
        self.bytes.classes = [NO_CLASS] * 256
        self.bytes.build()
        self.tree = ChoiceTree(self.bytes)

    def token(self, kind: int, known: bytes, word: int) -> bytes:
        token = bytearray(known)
        while True:
            ends = [kind]
            for back in range(1, 4):
                ends.append(hashed(ends[-1], last_byte(token, back)))
            keys = [*ends[1:], hashed(kind, *token)]
            self.predictor.contexts = [hashed(key, 256 + i) for i, key in enumerate(keys)]
            byte = self.tree.decode(self.predictor)
            if byte == 256:
                return bytes(token)
            require(len(token) < TOKEN_LIMIT, "a token is too long")
            token.append(byte)

    def number(self, kind: int, keys: tuple[int, int, int, int]) -> int:
        self.predictor.contexts = [hashed(key, kind, 512 + i) for i, key in enumerate(keys)]
        return self.tree.decode(self.predictor)


def level_of_byte(byte: int) -> int:
    """§4.15."""
    letters = (13, 10, 11, 11, 13, 10, 10, 10, 13, 8, 9, 12, 11, 12, 12, 11, 8, 12, 12, 12, 11, 9, 9, 8, 9, 8)
    if 0x61 <= byte <= 0x7A:
        return letters[byte - 0x61]
    return 8 if 0x30 <= byte <= 0x39 else 9 if byte < 0x20 else 7 if byte >= 0x80 else 6


def last_byte(token: bytes | bytearray, back: int) -> int:
    return token[-back] if back <= len(token) else 0


# §4.8: codebooks


def suffix_of(token: bytes) -> int:
    value = min(len(token), 7)
    for byte in token[-3:]:
        value = value * 257 + byte & MASK32
    return value


@dataclass
class Book:
    kind: int
    tokens: list[bytes] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)

    def build(self) -> None:
        self.escape = len(self.tokens)
        by_rank = sorted(range(self.escape + 1), key=lambda number: (-self.levels[number], number))
        self.ranks = [1023] * (self.escape + 1)
        for rank, number in enumerate(by_rank[:1023]):
            self.ranks[number] = rank
        self.tree = Tree(self)

    def entry(self, number: int) -> int:
        """The token of the book, which is the escape for one that was spelt."""
        return min(number, self.escape)

    def rank(self, number: int) -> int:
        return self.ranks[self.entry(number)]

    def path(self, number: int) -> tuple[int, ...]:
        return self.tree.paths[self.entry(number)]

    def class_of(self, number: int) -> int:
        return self.classes[number] if number < self.escape else NO_CLASS


def read_book(speller: Speller, kind: int, count: int, byte_count: int, class_level: int) -> Book:
    book = Book(kind)
    kept, level, token = 0, 0, b""
    guesses: tuple[list[int], list[int]] = ([0] * 4096, [0] * 4096)
    bytes_left = byte_count
    for _ in range(count):
        before = token
        kept = speller.number(KEPT, (kept, len(before), hashed(kept, len(before)), 0))
        require(kept <= len(before), "a token keeps more than there is")
        token = speller.token(kind, before[:kept], 0)
        size = len(token)
        bytes_left -= size
        require(bytes_left >= 0, "a codebook has too many bytes")
        level = speller.number(LEVEL, (hashed(kind, size), hashed(kind, level), suffix_of(token), hashed(kind, kept, size)))
        book.tokens.append(token)
        book.levels.append(level)
        book.classes.append(read_class(speller, kind, token, guesses, level >= class_level))
    book.levels.append(speller.number(LEVEL, (0, 0, 0, 0)))
    require(max(book.levels) < 30, "a level out of range")
    require(bytes_left == 0, "a codebook has too few bytes")
    return book


def read_class(speller: Speller, kind: int, token: bytes, guesses: tuple[list[int], list[int]], has_class: bool) -> int:
    if kind == GAP:
        return 0
    if not has_class:
        return NO_CLASS
    by_two, by_three = guesses
    b1, b2, b3 = (last_byte(token, back) for back in (1, 2, 3))
    d, t = (31 * b2 + b1) % 4096, hashed(b2, b1, b3) % 4096
    number = speller.number(CLASS, (by_three[t], hashed(by_two[d], 300), hashed(by_two[d], by_three[t], 300), 1000))
    require(number < 128, "a class out of range")
    by_two[d] = by_three[t] = number
    return number


# §4.9: trees

LEVEL_WEIGHTS = [1, 3, 14, *(45 << level for level in range(27))]
HEIGHT_LIMIT = 22
OTHERS = 128


@dataclass(eq=False)
class TreeNode:
    """A leaf has a token; any other node a number and two children."""

    weight: int
    token: int = -1
    number: int = -1
    height: int = 0
    children: list[TreeNode] = field(default_factory=list)


class Tree:
    def __init__(self, book: Book) -> None:
        self.node_count = 0
        self.paths: list[tuple[int, ...]] = [()] * (book.escape + 1)
        groups = [OTHERS if group == NO_CLASS else group for group in book.classes] + [OTHERS]
        suffixes = [token[::-1][:8].ljust(8, b"\0") for token in book.tokens] + [bytes(8)]
        order = sorted(range(book.escape + 1), key=lambda token: (groups[token], book.levels[token], suffixes[token], token))
        subtrees = [self.subtree(list(tokens), book.levels) for _, tokens in groupby(order, key=lambda token: groups[token])]
        self.root = self.join(subtrees)
        self.find_paths(self.root, ())

    def subtree(self, tokens: list[int], levels: list[int]) -> TreeNode:
        first_number = self.node_count
        shift = 0
        while True:
            top = self.huffman(tokens, [max(1, LEVEL_WEIGHTS[levels[token]] >> shift) for token in tokens])
            if top.height <= HEIGHT_LIMIT:
                top.weight = sum(LEVEL_WEIGHTS[levels[token]] for token in tokens)
                return top
            self.node_count = first_number
            shift += 2

    def new_node(self, weight: int) -> TreeNode:
        self.node_count += 1
        return TreeNode(weight, number=self.node_count - 1)

    def huffman(self, tokens: list[int], weights: list[int]) -> TreeNode:
        leaves = deque(TreeNode(weight, token=token) for token, weight in zip(tokens, weights, strict=True))
        nodes: deque[TreeNode] = deque()

        def take() -> TreeNode:
            if leaves and (not nodes or nodes[0].weight >= leaves[0].weight):
                return leaves.popleft()
            return nodes.popleft()

        while len(leaves) + len(nodes) > 1:
            x, y = take(), take()
            node = self.new_node(x.weight + y.weight)
            node.children = [y, x]
            node.height = 1 + max(x.height, y.height)
            nodes.append(node)
        return take()

    def join(self, groups: list[TreeNode]) -> TreeNode:
        if len(groups) == 1:
            return groups[0]
        root = self.new_node(0)
        stack = [(root, 0, len(groups), 0)]
        while stack:
            node, start, end, depth = stack.pop()
            split = find_split(groups, start, end, depth)
            for a, e in ((start, split), (split, end)):
                if e - a == 1:
                    node.children.append(groups[a])
                else:
                    node.children.append(self.new_node(0))
                    stack.append((node.children[-1], a, e, depth + 1))
        return root

    def find_paths(self, node: TreeNode, path: tuple[int, ...]) -> None:
        if node.token >= 0:
            self.paths[node.token] = path
        for bit, child in enumerate(node.children):
            self.find_paths(child, (*path, bit))


def find_split(groups: list[TreeNode], start: int, end: int, depth: int) -> int:
    if depth >= 12:
        return (start + end) // 2
    total = sum(group.weight for group in groups[start:end])
    split, left = start + 1, groups[start].weight
    while split + 1 < end and 2 * left + groups[split].weight <= total:
        left += groups[split].weight
        split += 1
    return split


def sign_of(path: tuple[int, ...], taken: tuple[int, ...]) -> int:
    depth = len(taken)
    if len(path) <= depth or path[:depth] != taken:
        return 0
    return 1 if path[depth] else -1


def spelt_number(token: bytes) -> int:
    return 2**31 + (hashed(len(token), *token) >> 33)


# §4.15: choices

BOUND_COUNT = 14
Trusts = defaultdict[tuple, int]
ENTRY_RATES = [23406, 13653, 9638, 7447, 6068, 5120, 4428, 3901, 3486, 3151, 2874, 2643, 2445, 2275, 2128, 740]


def toward(bounds: list[int], other: list[int], rate: int) -> list[int]:
    return [a + ((b - a) * rate + 16384 >> 15) for a, b in zip(bounds, other, strict=True)]


def up_from(choice: int) -> list[int]:
    return [32767 if bound > choice else 0 for bound in range(1, BOUND_COUNT + 1)]


def part_of(bounds: list[int], choice: int) -> int:
    padded = [0, *bounds, 32767]
    return padded[choice + 1] - padded[choice]


class Weight:
    def __init__(self, value: int) -> None:
        self.value = value

    def learn(self, own: int, before: int, after: int) -> None:
        gain = (own - before) * (2**20 // (after // 64 * 64 + 32)) >> 10
        self.value = clamp(self.value + (gain >> 3), 300, 32500)


class Entry:
    def __init__(self) -> None:
        self.check = self.count = self.run = 0
        self.last = 15
        self.bounds = [0] * BOUND_COUNT

    def learn(self, check: int, known: bool, bounds: list[int], choice: int) -> None:
        count, run, last = (self.count, self.run, self.last) if known else (0, 0, 15)
        self.check = check
        self.bounds = toward(bounds, up_from(choice), ENTRY_RATES[count])
        self.count = min(15, count + 1)
        self.run = min(15, run + 1) if last == choice else 0
        self.last = choice


@dataclass
class Voice:
    """What a context has to say of a question; of a known one a copy, for its entry may be another context's by the end."""

    entry: Entry
    check: int
    known: bool
    before: list[int] = field(default_factory=list)
    weight: Weight | None = None

    def __post_init__(self) -> None:
        entry = self.entry
        self.bounds = list(entry.bounds)
        self.state = (entry.count, entry.run, entry.last) if self.known else (0, 0, 15)


@dataclass
class Expectation:
    """The choice that is expected, and how far it is trusted."""

    choice: int
    trusts: Trusts
    place: tuple

    def learn(self, choice: int) -> None:
        trust = self.trusts[self.place]
        self.trusts[self.place] = trust + (32704 - trust >> 6) if choice == self.choice else trust - (trust - 64 >> 6)


class ChoicePredictor:
    def __init__(self, bits: BitDecoder, bucket_bits: int) -> None:
        self.bits = bits
        self.shift = 64 - bucket_bits
        self.contexts: list[int] = []
        self.table = defaultdict[int, tuple[Entry, Entry]](lambda: (Entry(), Entry()))
        self.weights = defaultdict[tuple[int, ...], Weight](lambda: Weight(11000))
        self.repeat_weights = defaultdict[tuple[int, ...], Weight](lambda: Weight(300))

    def decide(self, base: list[int], node: int, depth: int, expectation: Expectation | None) -> int:
        voices = [self.find(context, node) for context in self.contexts]
        repeated, repeat_weight, place_before = 15, Weight(0), (0, 0, 15)
        for i, voice in enumerate(voices):
            if voice.known:
                neighbour = 2 if place_before[2] == 15 else int(place_before[2] == voice.state[2])
                place = (i, depth, neighbour, *voice.state[:2])
                voice.weight = self.weights[place]
                repeated, repeat_weight = voice.state[2], self.repeat_weights[place]
            place_before = voice.state
        mixed = list(base)
        for voice in voices:
            if voice.weight:
                mixed = toward(mixed, voice.bounds, voice.weight.value)
            else:
                voice.bounds = mixed
        mixed = toward(mixed, up_from(repeated), repeat_weight.value)
        if expectation:
            mixed = toward(mixed, up_from(expectation.choice), expectation.trusts[expectation.place])
        lifted = [(bound * 32751 + 16384 >> 15) + number for number, bound in enumerate(mixed, 1)]
        choice = self.bits.choice(lifted)
        self.learn_weights(base, voices, choice, repeated, repeat_weight)
        if expectation:
            expectation.learn(choice)
        base[:] = toward(base, up_from(choice), 120)
        for voice in voices:
            entry = voice.entry
            entry.count, entry.run, entry.last = voice.state
            entry.learn(voice.check, voice.known, voice.bounds, choice)
        return choice

    def find(self, context: int, node: int) -> Voice:
        value = (context + node * 0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93 & MASK64
        check = value & 0xFFFF | 1
        bucket = self.table[value >> self.shift]
        for entry in bucket:
            if entry.check == check:
                return Voice(entry, check, True)
        return Voice(min(bucket, key=lambda entry: entry.count), check, False)

    def learn_weights(self, base: list[int], voices: list[Voice], choice: int, repeated: int, repeat_weight: Weight) -> None:
        part = part_of(base, choice)
        for voice in voices:
            if voice.weight:
                own, before = part_of(voice.bounds, choice), part
                part += (own - part) * voice.weight.value >> 15
                voice.weight.learn(own, before, part)
        if repeated < 15:
            own = 32767 if choice == repeated else 0
            repeat_weight.learn(own, part, part + ((own - part) * repeat_weight.value >> 15))


@dataclass(eq=False)
class ChoiceNode:
    number: int
    base: list[int]
    children: list[ChoiceNode | int] = field(default_factory=list)


class ChoiceTree:
    """The binary tree of a book with its nodes taken together."""

    def __init__(self, book: Book) -> None:
        self.levels = book.levels
        self.nodes: list[ChoiceNode] = []
        self.paths: list[tuple[int, ...]] = [()] * (book.escape + 1)
        self.root = self.build(book.tree.root, ())

    def build(self, top: TreeNode, path: tuple[int, ...]) -> ChoiceNode | int:
        if top.token >= 0:
            self.paths[top.token] = path
            return top.token
        branches = self.gather(top, 3 * (13 - len(path)))
        node = ChoiceNode(len(self.nodes), start_bounds([weight_of(branch, self.levels) for branch in branches]))
        self.nodes.append(node)
        node.children = [self.build(branch, (*path, choice)) for choice, branch in enumerate(branches)]
        return node

    def gather(self, top: TreeNode, height_limit: int) -> list[TreeNode]:
        branches = [top]
        while len(branches) < 15:
            inner = [branch for branch in branches if branch.token < 0]
            if not inner:
                break
            split = max(inner, key=height_of)
            if height_of(split) <= height_limit:
                split = max(inner, key=lambda branch: weight_of(branch, self.levels))
            place = branches.index(split)
            branches[place : place + 1] = split.children
        return branches

    def decode(
        self, predictor: ChoicePredictor, expected: Sequence[int] = (), trusts: Trusts | None = None, place: tuple = ()
    ) -> int:
        """Return the token; the contexts are set. `expected` is a path, `place` what its trusts are by, beside the depth."""
        node = self.root
        depth = 0
        while isinstance(node, ChoiceNode):
            expects = trusts is not None and depth < len(expected)
            expectation = Expectation(expected[depth], trusts, (*place, depth)) if expects else None
            choice = predictor.decide(node.base, node.number, min(2, depth), expectation)
            if expectation and choice != expectation.choice:
                expected = ()
            node = node.children[min(choice, len(node.children) - 1)]
            depth += 1
        return node


def height_of(node: TreeNode) -> int:
    return 0 if node.token >= 0 else 1 + max(height_of(child) for child in node.children)


def weight_of(node: TreeNode, levels: list[int]) -> int:
    return LEVEL_WEIGHTS[levels[node.token]] if node.token >= 0 else sum(weight_of(child, levels) for child in node.children)


def start_bounds(weights: list[int]) -> list[int]:
    shift = max(0, sum(weights).bit_length() - 48)
    total = sum(weights) >> shift
    bounds = [(sum(weights[:number]) >> shift) * 32767 // total for number in range(1, len(weights))]
    return bounds + [32767] * (BOUND_COUNT - len(bounds))


# §4.10: contexts


@dataclass
class Item:
    gap: int = 0
    gap_bytes: bytes = b""
    word: int = 0
    word_bytes: bytes = b""
    case: int = 0
    line_end: int = 255


def character_count(token: bytes) -> int:
    return sum(byte & 0xC0 != 0x80 for byte in token)


class Recent:
    def __init__(self) -> None:
        self.words = [0, 0, 0]
        self.gaps = [0, 0, 0]
        self.word = self.gap = 0
        self.gap_is_empty = True
        self.suffix = 0
        self.classes = [0, 0]
        self.cases = [0, 0]
        self.line_start = self.items_in_line = 0
        self.capital = self.rare = 0
        self.column = self.width = self.widest = self.age = 0
        self.line_end = 0
        self.above, self.line = [0] * 64, [0] * 64
        self.stack: list[int] = []
        self.brackets = 0
        self.count = 0

    def note_gap(self, item: Item) -> None:
        for byte in item.gap_bytes:
            if byte == 0x0A:
                self.note_line_end()
            else:
                self.column += byte & 0xC0 != 0x80
            self.note_bracket(byte)
        if self.items_in_line < 2 and item.gap_bytes:
            self.line_start = hashed(self.line_start, item.gap)
        self.gaps = [item.gap + 1, *self.gaps[:2]]
        self.gap = item.gap
        self.gap_is_empty = not item.gap_bytes

    def note_bracket(self, byte: int) -> None:
        if byte in b"([{<":
            self.stack = [*self.stack[-15:], byte]
        elif byte in b")]}>":
            self.stack = self.stack[:-1]
        else:
            return
        top, below = [0, 0, *self.stack][-1], [0, 0, *self.stack][-2]
        self.brackets = 256 * top + below

    def note_line_end(self) -> None:
        self.width = self.column
        self.age += self.column <= self.widest
        if self.column > self.widest or self.age > 20:
            self.widest, self.age = self.column, 0
        self.above, self.line = self.line, [0] * 64
        self.column = 0
        self.line_start, self.items_in_line = 1, 0

    def note_word(self, item: Item, word_class: int, rank: int) -> None:
        if 1 <= item.line_end <= 4:
            self.note_line_end()
            self.gaps[0] = hashed(self.gaps[0], 1)
            self.line_end = item.line_end
        self.words = [item.word + 1, *self.words[:2]]
        self.word = item.word
        self.suffix = suffix_of(item.word_bytes)
        self.classes = [word_class, self.classes[0]]
        self.cases = [item.case, self.cases[0]]
        if item.case > 0:
            self.capital = self.words[0]
        if rank == 1023:
            self.rare = self.words[0]
        if self.items_in_line < 2:
            self.line_start = hashed(self.line_start, item.word)
        if self.items_in_line < 64:
            self.line[self.items_in_line] = self.words[0]
        self.items_in_line += 1
        self.column += character_count(item.word_bytes)
        self.count += 1

    @property
    def line_place(self) -> int:
        return min(self.items_in_line, 64)

    def word_keys(self) -> list[int]:
        w0, w1, w2 = self.words
        g0, g1, g2 = self.gaps
        c0, c1 = self.cases
        place, start = self.line_place, self.line_start
        above = self.above[place] if place < 64 else 0
        return [
            *(hashed(w0, w1), hashed(w0, w1, w2), w0, hashed(w0, g0), hashed(w0, w1, g0, g1), w1, hashed(self.suffix, g0)),
            *(int(self.gap_is_empty), hashed(g0, g1, g2), hashed(g0, c0, c1), start, hashed(self.capital, g0)),
            *(hashed(self.rare, g0), self.count >> 11, hashed(place, g0, start), g0, hashed(g0, *self.classes)),
            *(hashed(above, g0, w0), self.count >> 9),
        ]

    def word_choice_keys(self) -> list[int]:
        w0, g0 = self.words[0], self.gaps[0]
        return [self.count >> 11, g0, self.line_start, hashed(self.suffix, g0), hashed(g0, *self.classes), hashed(w0, g0)]

    def gap_choice_keys(self) -> list[int]:
        g0, g1, g2 = self.gaps
        return [hashed(self.brackets, g0, self.cases[0]), hashed(g0, g1), hashed(g0, g1, g2), self.words[0]]

    def gap_keys(self) -> list[int]:
        w0, w1, _ = self.words
        g0, g1, g2 = self.gaps
        c0, k0 = self.cases[0], self.classes[0]
        x = min(self.column, 255)
        return [
            *(w0, hashed(w0, g0), hashed(w0, w1), hashed(g0, g1), hashed(g0, g1, g2), hashed(self.suffix, c0, g0)),
            *(hashed(w0, w1, g0, g1), hashed(w0, g0, g1), hashed(self.line_start, g0), hashed(self.brackets, g0, c0), 0, x),
            *(hashed(x, self.widest), hashed(self.line_place, self.line_start, g0), hashed(*self.classes, g0), hashed(k0, g0, g1)),
        ]


def contexts_of(keys: Sequence[int]) -> list[int]:
    return [hashed(key, i) for i, key in enumerate(keys)]


# §4.11: tokens


@dataclass
class Run:
    check: int = 0
    word: int = 0
    length: int = 0


class Runs:
    """The tables of runs, by what words are coded after them."""

    def __init__(self, count: int, bits: int) -> None:
        self.shift = 64 - bits
        self.tables: list[defaultdict[int, Run]] = [defaultdict(Run) for _ in range(count)]
        self.trusts = make_trusts(52428)

    def seek(self, keys: list[int]) -> None:
        """Find the entries for word keys."""
        self.checks = [keys[i] & MASK32 | 1 for i in range(len(self.tables))]
        self.entries = [table[hashed(keys[i], i) >> self.shift] for i, table in enumerate(self.tables)]

    def hints(self, book: Book, taken: tuple[int, ...]) -> list[Hint]:
        hints = []
        for i, (entry, check) in enumerate(zip(self.entries, self.checks, strict=True)):
            known = entry.check == check
            place = (i, entry.length if known else 0, min(3, len(taken) // 3))
            hints.append(Hint(self.trusts, place, sign_of(book.path(entry.word), taken) if known else 0))
        return hints

    def learn(self, word: int) -> None:
        for entry, check in zip(self.entries, self.checks, strict=True):
            goes_on = (entry.check, entry.word) == (check, word)
            entry.length = min(15, entry.length + 1) if goes_on else 0
            entry.check, entry.word = check, word


class TokenDecoder:
    def __init__(self, predictor: Predictor, book: Book, set_count: int, map_count: int) -> None:
        self.predictor = predictor
        self.book = book
        self.set_count, self.map_count = set_count, map_count
        self.trusts = make_trusts(58982)

    def decode(self, step: int, expected: int, last_rank: int, gap_rank: int, runs: Runs | None) -> int:
        """Return the number in the book; the contexts are set."""
        expected_path = self.book.path(expected) if step > 0 else ()
        node = self.book.tree.root
        taken: tuple[int, ...] = ()
        group, place = node.number, 0
        while node.token < 0:
            depth = len(taken)
            if depth % 4 == 0:
                self.predictor.open(group, taken[-2] + 2 * taken[-1] if taken else None)
                place = 0
            if depth % 4 == 2:
                group = node.number
            sign = sign_of(expected_path, taken)
            hints = [Hint(self.trusts, (step, min(depth, 15)), sign), *(runs.hints(self.book, taken) if runs else [])]
            choice = self.choice(node.number, depth, step, hints[0], last_rank, min(255, gap_rank), place)
            bit = self.predictor.decide(place, choice, hints)
            place = 2 * place + 1 + bit
            taken = (*taken, bit)
            node = node.children[bit]
        return node.token

    def choice(self, number: int, depth: int, step: int, first: Hint, last_rank: int, gap_rank: int, place: int) -> Choice:
        mixed = number * 2654435761 & MASK32
        shown = min(depth, 15)
        by_sign = 16 * (first.sign + 1) + shown
        state = 0 if first.sign == 0 else 2 if first.trust > 60000 else 1
        sets = (
            16 * step * (first.sign != 0) + shown,
            3 * self.predictor.pattern(place) + state,
            mixed >> 20,
            last_rank,
            16 * gap_rank + shown,
        )
        maps = (by_sign, 64 * min(gap_rank, 63) + (mixed >> 26))
        return Choice(sets[: self.set_count], maps[: self.map_count], by_sign)


# §4.13: match model

STEPS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
BASE = 0x9E3779B97F4A7C15


class MatchModel:
    def __init__(self, history_bits: int, orders: tuple[int, ...]) -> None:
        self.ring = 1 << history_bits
        self.shift = 64 - min(21, history_bits)
        self.orders = orders
        self.items: list[Item] = []
        self.tables: list[defaultdict[int, int]] = [defaultdict(int) for _ in orders]
        self.places = [0] * len(orders)
        self.found = [0] * len(orders)
        self.length = self.candidate = 0

    @property
    def step(self) -> int:
        return sum(step <= self.length for step in STEPS)

    @property
    def expected(self) -> Item:
        return self.items[self.candidate]

    def add(self, item: Item) -> None:
        hit = self.length > 0 and self.expected.word == item.word
        self.items.append(item)
        if hit:
            self.length = min(144, self.length + 1)
            self.candidate += 1
        else:
            self.length = 0
            self.find_candidate()
        for number, order in enumerate(self.orders):
            table = self.tables[number]
            self.found[number] = table[self.places[number]]
            table[self.places[number]] = len(self.items) - 1
            self.places[number] = (self.hash_of(order) * 0xD6E8FEB86659FD93 & MASK64) >> self.shift

    def hash_of(self, order: int) -> int:
        words = [item.word for item in self.items[-order:]]
        return sum((word + 1) * pow(BASE, i, 2**64) for i, word in enumerate(reversed(words))) & MASK64

    def find_candidate(self) -> None:
        for number, order in enumerate(self.orders):
            place = self.found[number] + 2
            if self.found[number] == 0 or len(self.items) - place > self.ring - 2:
                return
            agreeing = self.agreeing_words(place)
            if agreeing < order:
                return
            if agreeing > self.length:
                self.candidate, self.length = place, agreeing

    def agreeing_words(self, place: int) -> int:
        count = len(self.items)
        oldest = max(0, count - self.ring + 1)
        most = min(144, place - oldest)
        agreeing = 0
        while agreeing < most and self.items[place - agreeing - 1].word == self.items[count - agreeing - 1].word:
            agreeing += 1
        return agreeing


# §4.14: letter case

CASE_RANGES = [
    *((0xC0, 0xD6, 1, 32), (0xD8, 0xDE, 1, 32), (0x410, 0x42F, 1, 32), (0x400, 0x40F, 1, 80), (0x391, 0x3A1, 1, 32)),
    *((0x3A3, 0x3AB, 1, 32), (0x386, 0x386, 1, 38), (0x388, 0x38A, 1, 37), (0x38C, 0x38C, 1, 64), (0x38E, 0x38F, 1, 63)),
    *((0x100, 0x12E, 2, 1), (0x132, 0x136, 2, 1), (0x139, 0x147, 2, 1), (0x14A, 0x176, 2, 1), (0x178, 0x178, 1, -121)),
    *((0x179, 0x17D, 2, 1), (0x490, 0x4BE, 2, 1), (0x460, 0x480, 2, 1), (0x48A, 0x48E, 2, 1), (0x4C0, 0x4C0, 1, 15)),
    *((0x4C1, 0x4CD, 2, 1), (0x4D0, 0x52E, 2, 1), (0x531, 0x556, 1, 48), (0x18F, 0x18F, 1, 202), (0x1A0, 0x1A4, 2, 1)),
    *((0x1AF, 0x1AF, 1, 1), (0x1CD, 0x1DB, 2, 1), (0x1DE, 0x1EE, 2, 1), (0x1F8, 0x21E, 2, 1), (0x222, 0x232, 2, 1)),
    *((0x1EA0, 0x1EFE, 2, 1), (0x1E00, 0x1E94, 2, 1), (0xFF21, 0xFF3A, 1, 32), (0x41, 0x5A, 1, 32)),
]
UPPER_OF = {chr(code + distance): chr(code) for first, last, by, distance in CASE_RANGES for code in range(first, last + 1, by)}


def characters(word: bytes) -> list[bytes]:
    """Split into characters, and bytes at which no valid character begins."""
    pieces = []
    position = 0
    while position < len(word):
        size = next((size for size in range(1, 5) if is_character(word[position : position + size])), 1)
        pieces.append(word[position : position + size])
        position += size
    return pieces


def is_character(piece: bytes) -> bool:
    try:
        return len(piece.decode()) == 1
    except UnicodeDecodeError:
        return False


def upper_of(character: bytes) -> bytes | None:
    """Return the upper-case letter of a lower-case one."""
    upper = UPPER_OF.get(character.decode()) if is_character(character) else None
    return upper.encode() if upper is not None else None


def apply_case(word: bytes, flag: int) -> bytes:
    pieces = characters(word)
    count = (0, 1, len(pieces))[flag]
    return b"".join([*(upper_of(piece) or piece for piece in pieces[:count]), *pieces[count:]])


# §4.12: items

LINE_ENDS = [b" ", b"\n", b"\r\n", b" \n", b" \r\n"]


def soft_space(gap: bytes) -> int:
    """Return the place of the only white space if that is a space, else -1."""
    places = [i for i, byte in enumerate(gap) if byte in b" \n\r\t"]
    return places[0] if len(places) == 1 and gap[places[0]] == 0x20 else -1


class ItemDecoder(ABC):
    """What is the same whether items are coded bit by bit or choice by choice."""

    def __init__(self, header: Header, speller: Speller, books: tuple[Book, Book]) -> None:
        self.header = header
        self.level = header.level
        self.speller = speller
        self.words, self.gaps = books
        self.recent = Recent()
        history_bits = max(4, min(self.level.history_limit, log_of(header.item_count + 2)))
        self.match = MatchModel(history_bits, self.level.orders)

    @abstractmethod
    def gap_token(self, step: int, past: Item) -> int:
        """Return the number in the book."""

    @abstractmethod
    def word_token(self, item: Item, step: int, past: Item) -> int:
        """Return the number in the book; the gap is known."""

    @abstractmethod
    def expected_flag(self, keys: list[int], past: Item) -> int:
        """Return 1 if the item is the one predicted."""

    @abstractmethod
    def case_flag(self, keys: list[int], item: Item, letters: int, step: int, past: int) -> int:
        """Return the case of a word with some letters."""

    @abstractmethod
    def line_end_flag(self, keys: list[int], end: int, step: int, past: int) -> int:
        """Return the form of the end of line, or 0."""

    def decode(self) -> bytes:
        """Return the content of the next item."""
        item = self.expected_item() or self.item_by_parts()
        self.recent.note_word(item, self.words.class_of(item.word), self.words.rank(item.word))
        gap = item.gap_bytes
        if item.line_end != 255:
            place = soft_space(gap)
            gap = gap[:place] + LINE_ENDS[item.line_end] + gap[place + 1 :]
        content = gap + apply_case(item.word_bytes, item.case)
        require(len(content) > 0, "an item without bytes")
        return content

    def expected_item(self) -> Item | None:
        """Step 1."""
        if self.match.step < self.level.strong:
            return None
        past, recent = self.match.expected, self.recent
        if past.word >= self.words.escape or past.gap >= self.gaps.escape:
            return None
        keys = [self.match.length, past.word, hashed(past.word, past.gap, recent.words[0])]
        if not self.expected_flag([*keys, hashed(recent.line_start, recent.line_place, past.gap)], past):
            return None
        recent.note_gap(past)
        self.match.add(past)
        return past

    def item_by_parts(self) -> Item:
        step = self.match.step
        past = self.match.expected if step > 0 else Item()
        item = Item()
        item.gap, item.gap_bytes = self.complete(self.gaps, self.gap_token(step, past))
        if step > 0 and past.gap != item.gap:
            step = 1
        self.recent.note_gap(item)
        item.word, item.word_bytes = self.complete(self.words, self.word_token(item, step, past))
        if past.word != item.word:
            step = 0
        self.match.add(item)
        item.case = self.read_case(item, step, past.case)
        item.line_end = self.read_line_end(item, step, past.line_end)
        return item

    def complete(self, book: Book, token: int) -> tuple[int, bytes]:
        if token < book.escape:
            return token, book.tokens[token]
        spelt = self.speller.token(book.kind, b"", self.recent.words[0])
        return spelt_number(spelt), spelt

    def read_case(self, item: Item, step: int, past: int) -> int:
        """Step 4."""
        letters = sum(upper_of(piece) is not None for piece in characters(item.word_bytes))
        if letters == 0:
            return 0
        w0, g0 = self.recent.words[0], self.recent.gaps[0]
        keys = [hashed(g0, *self.recent.cases), item.word, hashed(item.word, g0), hashed(item.word, w0)]
        return self.case_flag(keys, item, letters, step, past)

    def read_line_end(self, item: Item, step: int, past: int) -> int:
        """Step 5."""
        if not self.header.line_ends_apart or soft_space(item.gap_bytes) < 0:
            return 255
        recent = self.recent
        w0, g0 = recent.words[0], recent.gaps[0]
        end = min(255, recent.column + character_count(item.word_bytes))
        keys = [hashed(end, recent.widest, recent.line_end), hashed(end, recent.width), hashed(end, g0), hashed(w0, item.word, g0)]
        return self.line_end_flag(keys, end, step, past)


class BitItemDecoder(ItemDecoder):
    def __init__(self, header: Header, bits: BitDecoder, speller: Speller, books: tuple[Book, Book], content_size: int) -> None:
        super().__init__(header, speller, books)
        level = self.level
        self.runs = Runs(level.runs, table_bits(level.word_limit, content_size, -2))

        def token_decoder(book: Book, context_count: int, line_bits: int) -> TokenDecoder:
            set_count, map_count = (3, 1) if context_count == 8 else (5, 2)
            return TokenDecoder(FullPredictor(bits, context_count, line_bits, 6400), book, set_count, map_count)

        def flag_predictor() -> Predictor:
            return LeanPredictor(bits, 4, table_bits(level.flag_limit, content_size, -2), 6000)

        self.word_decoder = token_decoder(self.words, len(level.word_contexts), table_bits(level.word_limit, content_size, 0))
        self.gap_decoder = token_decoder(self.gaps, len(level.gap_contexts), table_bits(level.gap_limit, content_size, -1))
        self.case_predictor, self.line_end_predictor, self.expected_predictor = (flag_predictor() for _ in range(3))
        self.flag_trusts = make_trusts(58982)

    def gap_token(self, step: int, past: Item) -> int:
        recent, decoder = self.recent, self.gap_decoder
        keys = recent.gap_keys()
        decoder.predictor.contexts = [hashed(keys[i], i) for i in self.level.gap_contexts]
        last_rank = self.words.rank(recent.word)
        return decoder.decode(step, past.gap, last_rank, self.gaps.rank(recent.gap), None)

    def word_token(self, item: Item, step: int, past: Item) -> int:
        recent, decoder = self.recent, self.word_decoder
        keys = recent.word_keys()
        decoder.predictor.contexts = [hashed(keys[i], i) for i in self.level.word_contexts]
        self.runs.seek(keys)
        last_rank = self.words.rank(recent.word)
        token = decoder.decode(step, past.word, last_rank, self.gaps.rank(item.gap), self.runs)
        self.runs.learn(token)
        return token

    def hint(self, question: int, step: int, sign: int) -> list[Hint]:
        return [Hint(self.flag_trusts, (question, step), sign if step > 0 else 0)]

    def expected_flag(self, keys: list[int], past: Item) -> int:
        predictor = self.expected_predictor
        predictor.contexts = contexts_of(keys)
        predictor.open(1)
        return predictor.decide(0, Choice((self.match.step,), (self.words.rank(past.word),)))

    def case_flag(self, keys: list[int], item: Item, letters: int, step: int, past: int) -> int:
        predictor, recent = self.case_predictor, self.recent
        predictor.contexts = contexts_of(keys)
        predictor.open(1)
        cases = 3 * recent.cases[0] + recent.cases[1]
        maps = (self.gaps.rank(item.gap),)
        if not predictor.decide(0, Choice((cases,), maps), self.hint(0, step, 1 if past > 0 else -1)):
            return 0
        if letters == 1:
            return 1
        return 1 + predictor.decide(1, Choice((48 + cases,), maps), self.hint(1, step, (0, -1, 1)[past]))

    def line_end_flag(self, keys: list[int], end: int, step: int, past: int) -> int:
        predictor = self.line_end_predictor
        predictor.contexts = contexts_of(keys)
        predictor.open(1)
        maps = (8 * end + self.recent.line_end,)
        sign = 0 if past == 255 else 1 if past > 0 else -1
        if not predictor.decide(0, Choice((end,), maps), self.hint(2, step, sign)):
            return 0
        high = predictor.decide(1, Choice((256,), maps))
        low = predictor.decide(2 + high, Choice((256 * (2 + high),), maps))
        return 1 + 2 * high + low


CASE, LINE_END, EXPECTED = 1, 2, 3


class ChoiceItemDecoder(ItemDecoder):
    def __init__(self, header: Header, bits: BitDecoder, speller: Speller, books: tuple[Book, Book], content_size: int) -> None:
        super().__init__(header, speller, books)
        level = self.level
        self.word_predictor = ChoicePredictor(bits, table_bits(level.word_limit, content_size, 0))
        self.gap_predictor = ChoicePredictor(bits, table_bits(level.gap_limit, content_size, -1))
        self.flag_predictor = ChoicePredictor(bits, table_bits(level.flag_limit, content_size, -2))
        self.word_tree, self.gap_tree = ChoiceTree(self.words), ChoiceTree(self.gaps)
        self.trusts = make_trusts(20000)
        self.case_bases = [[23000, 31000, *[32767] * 12] for _ in range(64)]
        self.line_end_base = [29000, 32000, 32400, 32600, *[32767] * 10]
        self.expected_base = [4096, *[32767] * 13]

    def gap_token(self, step: int, past: Item) -> int:
        keys = self.recent.gap_choice_keys()
        self.gap_predictor.contexts = [hashed(keys[i], i) for i in self.level.gap_contexts]
        expected = self.gap_tree.paths[self.gaps.entry(past.gap)] if step > 0 else ()
        return self.gap_tree.decode(self.gap_predictor, expected, self.trusts, (GAP, step))

    def word_token(self, item: Item, step: int, past: Item) -> int:
        keys = self.recent.word_choice_keys()
        self.word_predictor.contexts = [hashed(keys[i], i) for i in self.level.word_contexts]
        expected = self.word_tree.paths[self.words.entry(past.word)] if step > 0 else ()
        return self.word_tree.decode(self.word_predictor, expected, self.trusts, (WORD, step))

    def flag(self, question: int, keys: list[int], base: list[int], expectation: Expectation | None, most: int) -> int:
        self.flag_predictor.contexts = contexts_of(keys)
        return min(most, self.flag_predictor.decide(base, question, 0, expectation))

    def expected_flag(self, keys: list[int], past: Item) -> int:
        return self.flag(EXPECTED, keys, self.expected_base, None, 1)

    def case_flag(self, keys: list[int], item: Item, letters: int, step: int, past: int) -> int:
        base = self.case_bases[min(63, self.gaps.rank(item.gap))]
        expectation = Expectation(past, self.trusts, ("case", step)) if step > 0 else None
        return self.flag(CASE, keys, base, expectation, min(2, letters))

    def line_end_flag(self, keys: list[int], end: int, step: int, past: int) -> int:
        expectation = Expectation(past, self.trusts, ("line end", step)) if step > 0 and past != 255 else None
        return self.flag(LINE_END, keys, self.line_end_base, expectation, 4)


def decode_mix(head: bytes, payload: bytes, content_size: int) -> bytes:
    header = read_header(Fields(head), content_size)
    bits = BitDecoder(payload, content_size)
    speller = (ChoiceSpeller if header.level.by_choices else BitSpeller)(bits, header.level, content_size)
    words = read_book(speller, WORD, header.word_count, header.word_bytes, header.class_level)
    gaps = read_book(speller, GAP, header.gap_count, header.gap_bytes, header.class_level)
    for book in (words, gaps):
        book.build()
    make_items = ChoiceItemDecoder if header.level.by_choices else BitItemDecoder
    items = make_items(header, bits, speller, (words, gaps), content_size)
    content = bytearray()
    for _ in range(header.item_count):
        content += items.decode()
        require(len(content) <= content_size, "the items are longer than the content")
    require(len(content) == content_size, "the items are shorter than the content")
    bits.finish()
    return bytes(content)
