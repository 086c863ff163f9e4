"""One text coded with one design after another: the codebooks are built once, the coder is the same, only positions vary.

In the engine `paper` that is so to the letter: the bytes of the codebooks are the same in every payload. The engine `fast` sends
only phrases that its parse uses, so there the coder is the same and the books are what it makes of the positions. The engine `mix`
looks no phrases up, so there is nothing to vary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ..engines.coded_block import CodedBlock, decode, describe
from ..engines.registry import engine_of_name
from ..tiling import _codebooks, _parse, _tokens
from ..tiling.tilings import DEEPEST_LEVEL
from .designs import Depths, LookupPlan, parse_design

if TYPE_CHECKING:
    from ..engines._engine import BlockEncoder

WHY_NOT_MIX = (
    "the engine mix has no lookup positions: it codes word by word and no phrases, so the question does not arise there "
    "(phrases as events made its prototype 3 to 4 % larger)"
)

_FAST_LEVEL = 3
_PAPER_LEVEL = 6  # all are alike
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


class _Coder(Protocol):
    """The text ready to be coded with phrases at one design's positions after another's."""

    word_count: int

    def encode(self, plan: LookupPlan, depths: Depths) -> CodedBlock: ...


def _take_block(encoder: BlockEncoder, head: bytes | None, size: int) -> CodedBlock:
    if head is None:
        raise ValueError("the engine does not take such a text")
    return CodedBlock(head, ((size, encoder.segment(size)),))


class _PaperCoder:
    def __init__(self, data: bytes) -> None:
        self._data = data
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

    def encode(self, plan: LookupPlan, depths: Depths) -> CodedBlock:
        if plan.costs:
            parse = self._parse_by_costs(plan.costs == "adapted")
        else:
            parse = _parse.parse_tokens(self._tokens, self._books, depths.data, plan.positions.bigrams)
        encoder = engine_of_name("paper").encoder(_PAPER_LEVEL)
        return _take_block(encoder, encoder.plan(self._data, parse=parse.view()), len(self._data))


class _FastCoder:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.word_count = engine_of_name("fast").count_positions(data)

    def encode(self, plan: LookupPlan, depths: Depths) -> CodedBlock:
        if plan.costs:
            raise ValueError("the engine fast always takes the cheapest cover; there is no greedy one beside it")
        encoder = engine_of_name("fast").encoder(_FAST_LEVEL)
        return _take_block(encoder, encoder.plan(self._data, depths.data, plan.positions.bigrams), len(self._data))


_CODERS: dict[str, Callable[[bytes], _Coder]] = {"paper": _PaperCoder, "fast": _FastCoder}


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
        self._coder = _CODERS[engine](data)
        self.word_count = self._coder.word_count

    def encode(self, design: str) -> CodedBlock:
        """Return the text coded with phrases looked up as *design* says."""
        plan = parse_design(design)
        return self._coder.encode(plan, plan.depths(self.word_count))

    def measure(self, design: str) -> Measurement:
        """Code the text as *design* says, check that it comes back, and return what was found.

        Raises ValueError for a design that there is not, AssertionError if something else comes back.
        """
        plan = parse_design(design)
        depths = plan.depths(self.word_count)
        block = self._coder.encode(plan, depths)
        engine = engine_of_name(self.engine)
        if decode(block, engine) != self.data:
            raise AssertionError(f"{self.name} does not come back from the design {design}")
        facts = describe(block, engine)
        hits = tuple(facts["hits_per_level"].values())[_FIRST_LONG_EVENT:] if "hits_per_level" in facts else None
        return Measurement(design, block.size, count_positions(depths), hits, facts.get("stream_bytes", {}))
