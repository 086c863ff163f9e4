"""One text coded with one design after another: the codebooks are built once, the coder is the same, only positions vary.

In the engine `paper` that is so to the letter: the bytes of the codebooks are the same in every payload. The engine `fast` sends
only phrases that its parse uses, so there the coder is the same and the books are what it makes of the positions. The engine `mix`
looks no phrases up, so there is nothing to vary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..engines import _fast, _paper
from ..tiling import _codebooks, _parse, _tokens
from ..tiling.tilings import DEEPEST_LEVEL
from .designs import Depths, LookupPlan, parse_design

ENGINES_WITH_POSITIONS = ("paper", "fast")
WHY_NOT_MIX = (
    "the engine mix has no lookup positions: it codes word by word and no phrases, so the question does not arise there "
    "(phrases as events made its prototype 3 to 4 % larger)"
)

_FAST_LEVEL = 3
_FIRST_LONG_EVENT = 3  # encoding levels: escape, unigram, bigram, then 3, 5, 8, ... words
Costs = np.ndarray[tuple[int], np.dtype[np.uint32]]

# Published bits of an event: escape, unigram, bigram, then 3, 5, 8, 13, 21, 34, 55, 89, 144 words.
FIXED_BITS = (40, 14, 13, 12, 14, 15, 15, 16, 16, 17, 17, 18)
_UNITS_PER_BIT = 256
_COST_ROUNDS = 4


@dataclass(frozen=True)
class Measurement:
    """What a design came to.

    *size* is the bytes of the payload; *positions* the words at which a phrase of 3, 5, 8, ... 144 words may begin; *hits* the
    phrases of these lengths in the cover (None for the engine fast, which does not tell); *streams* the bytes of each part.
    """

    design: str
    size: int
    positions: tuple[int, ...] = ()
    hits: tuple[int, ...] | None = None
    streams: dict[str, int] = field(default_factory=dict)


def count_positions(depths: Depths) -> tuple[int, ...]:
    """Return at how many words a phrase of each level, 1 .. 9, may begin."""
    counts = np.bincount(depths, minlength=DEEPEST_LEVEL + 1)
    return tuple(int(number) for number in counts[::-1].cumsum()[::-1][1:])


class _Engine(Protocol):
    word_count: int

    def encode(self, plan: LookupPlan, depths: Depths) -> bytes: ...
    def decode(self, payload: bytes, size: int) -> bytes: ...
    def inspect(self, payload: bytes, size: int) -> tuple[tuple[int, ...] | None, dict[str, int]]: ...


class _PaperEngine:
    def __init__(self, data: bytes) -> None:
        self._tokens = _tokens.Tokens(data)
        self._books = _codebooks.build_codebooks(self._tokens)
        self.word_count = len(self._tokens)

    def _adapt_costs(self, parse: _parse.Parse) -> Costs:
        """What each event would cost by its frequency in *parse*; what does not occur there counts as half an occurrence."""
        counts = np.asarray(parse.use_counts(self._books), np.float64) + 0.5
        costs: Costs = np.round(-np.log2(counts / counts.sum()) * _UNITS_PER_BIT).astype(np.uint32)
        return costs

    def _parse_by_costs(self, adapted: bool) -> _parse.Parse:
        """The cheapest cover by the published bits; or, *adapted*, by the frequencies of the last cover, a few times over."""
        if not adapted:
            costs = np.repeat(FIXED_BITS, [1, *self._books.book_sizes]).astype(np.uint32)
            return _parse.parse_by_costs(self._tokens, self._books, costs.data)
        parse = _parse.parse_tokens(self._tokens, self._books, bytes([DEEPEST_LEVEL]) * self.word_count)
        for _ in range(_COST_ROUNDS):
            parse = _parse.parse_by_costs(self._tokens, self._books, self._adapt_costs(parse).data)
        return parse

    def encode(self, plan: LookupPlan, depths: Depths) -> bytes:
        if plan.costs:
            parse = self._parse_by_costs(plan.costs == "adapted")
        else:
            parse = _parse.parse_tokens(self._tokens, self._books, depths.data, plan.positions.bigrams)
        return _paper.encode_block(self._tokens, self._books, parse)

    def decode(self, payload: bytes, size: int) -> bytes:
        return _paper.decode_block(payload, size)

    def inspect(self, payload: bytes, size: int) -> tuple[tuple[int, ...] | None, dict[str, int]]:
        statistics = _paper.inspect_block(payload, size)
        return tuple(statistics["events_per_level"][_FIRST_LONG_EVENT:]), statistics["stream_bytes"]


class _FastEngine:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.word_count = _fast.count_items(data)

    def encode(self, plan: LookupPlan, depths: Depths) -> bytes:
        if plan.costs:
            raise ValueError("the engine fast always takes the cheapest cover; there is no greedy one beside it")
        return _fast.encode_block(self._data, _FAST_LEVEL, depths.data, plan.positions.bigrams)

    def decode(self, payload: bytes, size: int) -> bytes:
        return _fast.decode_block(payload, size)

    def inspect(self, payload: bytes, size: int) -> tuple[tuple[int, ...] | None, dict[str, int]]:
        return None, {}


_ENGINES: dict[str, Callable[[bytes], _Engine]] = {"paper": _PaperEngine, "fast": _FastEngine}


def takes_design(engine: str, design: str) -> bool:
    """Return whether *design* means anything to *engine*."""
    return engine == "paper" or not parse_design(design).costs


class Subject:
    """The text *data*, called *name*, made ready for the *engine*, "paper" or "fast", as one block.

    Raises ValueError if there is no text, or the engine has no positions.
    """

    def __init__(self, name: str, data: bytes, engine: str = "paper") -> None:
        if engine == "mix":
            raise ValueError(WHY_NOT_MIX)
        if not data:
            raise ValueError(f"{name}: there is no text")
        self.name = name
        self.data = data
        self.engine = engine
        self._engine = _ENGINES[engine](data)
        self.word_count = self._engine.word_count

    def encode(self, design: str) -> bytes:
        """Return the payload with phrases looked up as *design* says."""
        plan = parse_design(design)
        return self._engine.encode(plan, plan.depths(self.word_count))

    def measure(self, design: str) -> Measurement:
        """Code the text as *design* says, check that it comes back, and return what was found.

        Raises ValueError for a design that there is not, AssertionError if something else comes back.
        """
        plan = parse_design(design)
        depths = plan.depths(self.word_count)
        payload = self._engine.encode(plan, depths)
        if self._engine.decode(payload, len(self.data)) != self.data:
            raise AssertionError(f"{self.name} does not come back from the design {design}")
        hits, streams = self._engine.inspect(payload, len(self.data))
        return Measurement(design, len(payload), count_positions(depths), hits, streams)
