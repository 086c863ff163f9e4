"""A slow, plain decoder of mix blocks, written from quasicryth/FORMAT.md alone; reference_decoder.py calls it.

Numbers after a section sign (§) are sections of FORMAT.md. Tables are dictionaries that hold what was used.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from reference_decoder import MASK32, MASK64, ArithmeticDecoder, Fields, require


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


# §4.1, §4.2: payload and levels

FEW_WORDS, SOME_WORDS, MANY_WORDS = (0, 3, 15, 16), (0, 1, 2, 3, 5, 7, 15, 16), tuple(range(3, 19))
FEW_GAPS, SOME_GAPS, MANY_GAPS = (0, 1, 3, 8), (0, 1, 2, 3, 4, 8, 9, 11), tuple(range(16))
NO_CLASS = 65535


@dataclass(frozen=True)
class Level:
    word_contexts: tuple[int, ...]
    gap_contexts: tuple[int, ...]
    lean: bool
    word_limit: int
    gap_limit: int
    spelling_limit: int
    strong: int
    orders: tuple[int, ...]
    history_limit: int
    runs: int


LEVELS = {
    4: Level(FEW_WORDS, FEW_GAPS, True, 16, 14, 14, 5, (3,), 20, 0),
    5: Level(SOME_WORDS, FEW_GAPS, True, 20, 15, 16, 5, (3,), 20, 0),
    6: Level(SOME_WORDS, SOME_GAPS, True, 21, 17, 17, 5, (2, 3), 21, 0),
    7: Level(SOME_WORDS, SOME_GAPS, False, 21, 17, 18, 8, (2, 3, 5), 21, 1),
    8: Level(MANY_WORDS, MANY_GAPS, False, 22, 19, 19, 8, (2, 3, 5, 8, 13, 21), 22, 3),
    9: Level(MANY_WORDS, MANY_GAPS, False, 23, 20, 19, 8, (2, 3, 5, 8, 13, 21), 24, 3),
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


class Speller:
    def __init__(self, bits: BitDecoder, level: Level, content_size: int) -> None:
        self.lean = level.lean
        self.count = 4 if level.lean else 8
        make = LeanPredictor if level.lean else FullPredictor
        self.predictor = make(bits, self.count, table_bits(level.spelling_limit, content_size, 0), 14000)

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
        if self.lean:
            return Choice((kind,), (256 * kind + reached,))
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
        return [hashed(key, 256 + i) for i, key in enumerate(keys[: self.count])]

    def number(self, kind: int, keys: tuple[int, int, int, int]) -> int:
        self.predictor.contexts = [hashed(keys[i % 4], kind, 512 + i % 4) for i in range(self.count)]
        return self.byte(kind, 0, 0)


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
        if self.set_count == 1:
            return Choice(((mixed >> 21) + 2048 * (first.sign != 0),), (by_sign,))
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
        self.shift = 64 - min(22, history_bits)
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


class ItemDecoder:
    def __init__(self, header: Header, bits: BitDecoder, speller: Speller, books: tuple[Book, Book], content_size: int) -> None:
        level = header.level
        self.header = header
        self.level = level
        self.speller = speller
        self.words, self.gaps = books
        self.recent = Recent()
        history_bits = max(4, min(level.history_limit, log_of(header.item_count + 2)))
        self.match = MatchModel(history_bits, level.orders)
        self.runs = Runs(level.runs, table_bits(level.word_limit, content_size, -2))

        def token_decoder(book: Book, context_count: int, line_bits: int) -> TokenDecoder:
            make = LeanPredictor if level.lean else FullPredictor
            set_count, map_count = (1, 1) if level.lean else (3, 1) if context_count == 8 else (5, 2)
            return TokenDecoder(make(bits, context_count, line_bits, 6400), book, set_count, map_count)

        def flag_predictor() -> Predictor:
            return LeanPredictor(bits, 4, table_bits(15, content_size, -2), 6000)

        self.word_decoder = token_decoder(self.words, len(level.word_contexts), table_bits(level.word_limit, content_size, 0))
        self.gap_decoder = token_decoder(self.gaps, len(level.gap_contexts), table_bits(level.gap_limit, content_size, -1))
        self.case_predictor, self.line_end_predictor, self.expected_predictor = (flag_predictor() for _ in range(3))
        self.flag_trusts = make_trusts(58982)

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
        step, recent = self.match.step, self.recent
        if step < self.level.strong:
            return None
        past = self.match.expected
        if past.word >= self.words.escape or past.gap >= self.gaps.escape:
            return None
        predictor = self.expected_predictor
        keys = [self.match.length, past.word, hashed(past.word, past.gap, recent.words[0])]
        predictor.contexts = contexts_of([*keys, hashed(recent.line_start, recent.line_place, past.gap)])
        predictor.open(1)
        if not predictor.decide(0, Choice((step,), (self.words.rank(past.word),))):
            return None
        recent.note_gap(past)
        self.match.add(past)
        return past

    def item_by_parts(self) -> Item:
        step = self.match.step
        past = self.match.expected if step > 0 else Item()
        item = Item()
        self.read_gap(item, step, past)
        if step > 0 and past.gap != item.gap:
            step = 1
        self.recent.note_gap(item)
        self.read_word(item, step, past)
        if past.word != item.word:
            step = 0
        self.match.add(item)
        item.case = self.read_case(item, step, past.case)
        item.line_end = self.read_line_end(item, step, past.line_end)
        return item

    def read_gap(self, item: Item, step: int, past: Item) -> None:
        recent, decoder = self.recent, self.gap_decoder
        keys = recent.gap_keys()
        decoder.predictor.contexts = [hashed(keys[i], i) for i in self.level.gap_contexts]
        last_rank = self.words.rank(recent.word)
        token = decoder.decode(step, past.gap, last_rank, self.gaps.rank(recent.gap), None)
        item.gap, item.gap_bytes = self.complete(self.gaps, token)

    def read_word(self, item: Item, step: int, past: Item) -> None:
        recent, decoder = self.recent, self.word_decoder
        keys = recent.word_keys()
        decoder.predictor.contexts = [hashed(keys[i], i) for i in self.level.word_contexts]
        self.runs.seek(keys)
        last_rank = self.words.rank(recent.word)
        token = decoder.decode(step, past.word, last_rank, self.gaps.rank(item.gap), self.runs)
        self.runs.learn(token)
        item.word, item.word_bytes = self.complete(self.words, token)

    def complete(self, book: Book, token: int) -> tuple[int, bytes]:
        if token < book.escape:
            return token, book.tokens[token]
        spelt = self.speller.token(book.kind, b"", self.recent.words[0])
        return spelt_number(spelt), spelt

    def hint(self, question: int, step: int, sign: int) -> list[Hint]:
        return [Hint(self.flag_trusts, (question, step), sign if step > 0 else 0)]

    def read_case(self, item: Item, step: int, past: int) -> int:
        """Step 4."""
        letters = sum(upper_of(piece) is not None for piece in characters(item.word_bytes))
        if letters == 0:
            return 0
        predictor, recent = self.case_predictor, self.recent
        w0, g0 = recent.words[0], recent.gaps[0]
        predictor.contexts = contexts_of(
            [hashed(g0, *recent.cases), item.word, hashed(item.word, g0), hashed(item.word, w0)],
        )
        predictor.open(1)
        cases = 3 * recent.cases[0] + recent.cases[1]
        maps = (self.gaps.rank(item.gap),)
        if not predictor.decide(0, Choice((cases,), maps), self.hint(0, step, 1 if past > 0 else -1)):
            return 0
        if letters == 1:
            return 1
        return 1 + predictor.decide(1, Choice((48 + cases,), maps), self.hint(1, step, (0, -1, 1)[past]))

    def read_line_end(self, item: Item, step: int, past: int) -> int:
        """Step 5."""
        if not self.header.line_ends_apart or soft_space(item.gap_bytes) < 0:
            return 255
        predictor, recent = self.line_end_predictor, self.recent
        w0, g0 = recent.words[0], recent.gaps[0]
        end = min(255, recent.column + character_count(item.word_bytes))
        predictor.contexts = contexts_of(
            [hashed(end, recent.widest, recent.line_end), hashed(end, recent.width), hashed(end, g0), hashed(w0, item.word, g0)],
        )
        predictor.open(1)
        maps = (8 * end + recent.line_end,)
        sign = 0 if past == 255 else 1 if past > 0 else -1
        if not predictor.decide(0, Choice((end,), maps), self.hint(2, step, sign)):
            return 0
        high = predictor.decide(1, Choice((256,), maps))
        low = predictor.decide(2 + high, Choice((256 * (2 + high),), maps))
        return 1 + 2 * high + low


def decode_mix(payload: bytes, content_size: int) -> bytes:
    fields = Fields(payload)
    header = read_header(fields, content_size)
    bits = BitDecoder(payload[fields.pos :], content_size)
    speller = Speller(bits, header.level, content_size)
    words = read_book(speller, WORD, header.word_count, header.word_bytes, header.class_level)
    gaps = read_book(speller, GAP, header.gap_count, header.gap_bytes, header.class_level)
    for book in (words, gaps):
        book.build()
    items = ItemDecoder(header, bits, speller, (words, gaps), content_size)
    content = bytearray()
    for _ in range(header.item_count):
        content += items.decode()
        require(len(content) <= content_size, "the items are longer than the content")
    require(len(content) == content_size, "the items are shorter than the content")
    bits.finish()
    return bytes(content)
