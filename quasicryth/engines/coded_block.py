"""A block as an engine codes it: the head and the payloads of its segments, with phrases at the positions that were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._engine import BlockContent
from .registry import engine_of_name

if TYPE_CHECKING:
    from ._engine import BlockDecoder, BlockEncoder, Engine, Prepared
    from .options import EngineOptions

_PUBLISHED_TILING = "multi"  # of an engine that takes a parse, where nothing else is said


@dataclass(frozen=True)
class CodedBlock:
    """The *head*, and for each segment how many bytes of content it stands for and its payload."""

    head: bytes
    segments: tuple[tuple[int, bytes], ...]

    @property
    def size(self) -> int:
        """The bytes of the head and of all payloads."""
        return len(self.head) + sum(len(payload) for _, payload in self.segments)

    @property
    def content_size(self) -> int:
        """The bytes of content that all segments stand for."""
        return sum(size for size, _ in self.segments)


def _plan_by_parse(encoder: BlockEncoder, content: bytes | bytearray | memoryview, options: EngineOptions) -> bytes | None:
    """Tokens, codebooks, tiling, parse, in this order; a zero byte says that there are no words to be found."""
    from ..tiling import _codebooks, _parse, _tokens
    from ..tiling.tilings import parse_tiling

    if _tokens.is_binary(content):
        return None
    positions = options.positions if options.positions is not None else parse_tiling(_PUBLISHED_TILING)
    tokens = _tokens.Tokens(content)
    codebooks = _codebooks.build_codebooks(tokens)
    parse = _parse.parse_tokens(tokens, codebooks, positions.depths(len(tokens)), positions.bigrams)
    return encoder.plan(content, parse=parse.view())


def _plan(encoder: BlockEncoder, content: bytes | bytearray | memoryview, options: EngineOptions) -> bytes | None:
    if encoder.engine.takes_parse:
        return _plan_by_parse(encoder, content, options)
    if options.positions is None:
        return encoder.plan(content)
    depths = options.positions.depths(encoder.engine.count_positions(content))
    return encoder.plan(content, depths, options.positions.bigrams)


def encode(
    content: bytes | bytearray | memoryview, options: EngineOptions, prepared: Prepared | None = None, *, cpu_path: str = "fastest"
) -> CodedBlock | None:
    """Return *content* coded as *options* say; None where it is so unlike text that the engine does not take it.

    Raises QczLimitError where the engine cannot code so much.
    """
    engine = engine_of_name(options.engine)
    encoder = engine.encoder(options.level, prepared, cpu_path=cpu_path)
    head = _plan(encoder, content, options)
    if head is None:
        return None
    step = engine.segment_size or len(content)
    sizes = [min(step, len(content) - start) for start in range(0, len(content), max(step, 1))] or [0]
    return CodedBlock(head, tuple((size, encoder.segment(size)) for size in sizes))


def _decode_segments(block: CodedBlock, decoder: BlockDecoder) -> BlockContent:
    content = BlockContent(block.content_size)
    for size, payload in block.segments:
        content.decode(decoder, payload, size)
    return content


def decode(block: CodedBlock, engine: Engine, prepared: Prepared | None = None, *, cpu_path: str = "fastest") -> bytes:
    """Return the content of *block*, coded by *engine*. Raises QczCorruptError, and QczLimitError if it is too large."""
    return _decode_segments(block, engine.open(block.head, block.content_size, prepared, cpu_path=cpu_path)).take()


def describe(block: CodedBlock, engine: Engine, prepared: Prepared | None = None) -> dict[str, Any]:
    """Decode *block* and return what is in it: names and numbers, some of them in groups. Raises as `decode`."""
    decoder = engine.open(block.head, block.content_size, prepared, describe=True)
    _decode_segments(block, decoder)
    return decoder.facts()
