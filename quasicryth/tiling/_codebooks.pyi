from typing_extensions import disjoint_base

from ._tokens import Tokens

SIZE_TIERS: tuple[tuple[int | None, tuple[int, ...]], ...]
PRUNE_INTERVALS: tuple[int, ...]
PRUNE_SHORT_FROM: int

def size_tier(word_count: int) -> tuple[int, ...]: ...

@disjoint_base
class Codebooks:
    @property
    def book_sizes(self) -> list[int]: ...
    def unigram_ids(self) -> list[int]: ...
    def entries(self, book: int) -> list[tuple[int, ...]]: ...

def build_codebooks(tokens: Tokens) -> Codebooks: ...
