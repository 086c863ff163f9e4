"""The engine interface over the old modules, until the compiled one takes its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import QczCorruptError
from ..tiling import _codebooks, _parse, _tokens
from ..tiling.tilings import Positions, parse_tiling
from . import _fast, _mix, _paper

Content = bytes | bytearray | memoryview
Report = Callable[[str | None, str, int], None]

PAPER_TILING = "multi"  # where nothing else is said
_LEVEL_NAMES = ("escape", "unigram", "bigram", *(f"{words}-gram" for words in (3, 5, 8, 13, 21, 34, 55, 89, 144)))


class Prepared:
    """What an engine makes of a codebook: none of these does."""


def encode_paper(data: Content, positions: Positions) -> bytes:
    """Return *data* as head and payload: tokens, codebooks, tiling, parse, events, in this order."""
    tokens = _tokens.Tokens(data)
    codebooks = _codebooks.build_codebooks(tokens)
    parse = _parse.parse_tokens(tokens, codebooks, positions.depths(len(tokens)), positions.bigrams)
    return _paper.encode_block(tokens, codebooks, parse)


def encode_fast(data: Content, level: int, positions: Positions | None) -> bytes:
    """Return *data* as head and payload; phrases may begin anywhere if *positions* is None."""
    if positions is None:
        return _fast.encode_block(data, level)
    return _fast.encode_block(data, level, positions.depths(_fast.count_items(data)), positions.bigrams)


def _encode_paper(data: Content, _level: int, positions: Positions | None) -> bytes | None:
    return None if _tokens.is_binary(data) else encode_paper(data, positions or parse_tiling(PAPER_TILING))


def _encode_mix(data: Content, level: int, _positions: Positions | None) -> bytes | None:
    return _mix.encode_block(data, level)


# A letter for each field of a head: a byte, a varint, or a varint that is the size of something in the payload.
_FIELDS = {"fast": "uu" + 9 * "v" + "s", "mix": "uuvvvuvv", "paper": "u" + 15 * "v" + 6 * "s"}
_MODULES: dict[str, Any] = {"fast": _fast, "mix": _mix, "paper": _paper}
_ENCODERS: dict[str, Callable[[Content, int, Positions | None], bytes | None]] = {
    "fast": encode_fast,
    "mix": _encode_mix,
    "paper": _encode_paper,
}


def _read_head(name: str, data: bytes) -> tuple[int, int]:
    """Return the size of the head that *data* begins with, and how much payload it promises."""
    place = promised = 0
    for field in _FIELDS[name]:
        value = shift = 0
        while True:
            if place == len(data):
                raise QczCorruptError(f"the header is malformed or cut short (byte {place} of the head)")
            byte = data[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if field == "u" or byte < 0x80 or shift > 35:
                break
        promised += value if field == "s" else 0
    return place, promised


class BlockDecoder:
    """Decodes the one segment of a block."""

    def __init__(self, name: str, head: bytes, content_size: int, report: Report | None) -> None:
        self._name = name
        self._head = head
        self._content_size = content_size
        self._report = report

    def decode(self, payload: Content, size: int) -> bytes:
        if size != self._content_size:
            raise QczCorruptError("the engine codes a block in one segment (byte 0 of the segment)")
        whole = self._head + bytes(payload)
        content: bytes = _MODULES[self._name].decode_block(whole, size)
        if self._report is not None:
            self._tell(_MODULES[self._name].inspect_block(whole, size))
        return content

    def _tell(self, facts: dict[str, Any]) -> None:
        assert self._report is not None
        if self._name == "paper":
            facts["codebook_entries"] = dict(zip(_LEVEL_NAMES[1:], facts.pop("book_sizes"), strict=True))
            facts["hits_per_level"] = dict(zip(_LEVEL_NAMES, facts.pop("events_per_level"), strict=True))
        for name, value in facts.items():
            for key, number in value.items() if isinstance(value, dict) else ():
                self._report(name, key, number)
            if not isinstance(value, dict):
                self._report(None, name, value)


class Engine:
    """One of the engines."""

    takes_codebooks = False
    segment_size = 0

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self.number = number

    def encode(
        self, content: Content, level: int, positions: Positions | None = None, prepared: Prepared | None = None
    ) -> tuple[bytes, list[tuple[int, bytes]]] | None:
        del prepared
        coded = _ENCODERS[self.name](content, level, positions)
        if coded is None:
            return None
        size, _ = _read_head(self.name, coded)
        return coded[:size], [(len(content), coded[size:])]

    def memory_needed(self, head: Content, content_size: int, prepared: Prepared | None = None) -> int:
        del prepared
        size, promised = _read_head(self.name, bytes(head))
        if size != len(head) or promised > content_size:
            raise QczCorruptError("the head is of another size, or promises too much (byte 0 of the head)")
        needed: int = _MODULES[self.name].memory_needed(bytes(head) + bytes(promised), content_size)
        return needed

    def open(
        self, head: Content, content_size: int, prepared: Prepared | None = None, report: Report | None = None
    ) -> BlockDecoder:
        self.memory_needed(head, content_size, prepared)
        return BlockDecoder(self.name, bytes(head), content_size, report)

    def prepare(self, level: int, codebook: bytes) -> Prepared | None:
        del level, codebook
        return None


class BlockContent:
    """The content of one block while it is decoded."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pieces: list[bytes] = []
        self.filled = 0

    def append(self, data: Content) -> None:
        self._pieces.append(bytes(data))
        self.filled += len(data)

    def decode(self, decoder: BlockDecoder, payload: Content, size: int) -> None:
        self.append(decoder.decode(payload, size))

    def view(self, start: int, end: int) -> memoryview:
        if self._pieces and (start, end) == (self.filled - len(self._pieces[-1]), self.filled):
            return memoryview(self._pieces[-1])
        return memoryview(b"".join(self._pieces))[start:end]

    def take(self) -> bytes:
        if self.filled != self.size:
            raise ValueError("the content is not complete")
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
