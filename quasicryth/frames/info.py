"""What is in a .qcz file: frames, blocks, their segments, and what the engines tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from ..base.limits import Limits
from ..engines import registry
from .blocks import FactReport, decoder_memory, segments_of
from .decoder import decode_file
from .layout import FRAME_HEADER_SIZE, Block, FrameStart, Segment
from .segments import SegmentKind
from .version import VERSION

# Facts of an engine: numbers, and groups of numbers, by name.
_Facts = dict[str, Any]


def _kind_of(segments: list[Segment], engine: str | None) -> str:
    """What a block is, in a word: its engine, or how its content is coded without one."""
    if engine is not None:
        return engine
    return "zstd" if any(segment.kind == SegmentKind.ZSTD for segment in segments) else "stored"


def _describe_segment(segment: Segment) -> dict[str, Any]:
    return {
        "kind": SegmentKind(segment.kind).name.lower(),
        "payload_bytes": segment.payload_size,
        "content_bytes": segment.content_size,
    }


def _describe_block(block: Block, facts: _Facts) -> dict[str, Any]:
    engine = registry.engine_of_number(block.header.engine)
    segments = list(segments_of(block))
    return {
        "offset": block.position,
        "kind": _kind_of(segments, None if engine is None else engine.name),
        "compressed_bytes": block.header.block_size,
        "content_bytes": block.header.content_size,
        "head_bytes": block.header.head_size,
        "decoder_memory_bytes": decoder_memory(block),
        "segments": [_describe_segment(segment) for segment in segments],
        **facts,
    }


class _FactsOfBlocks:
    """Keeps what engines tell of blocks, by where they begin."""

    def __init__(self) -> None:
        self._facts: dict[int, _Facts] = {}

    def reporting(self, block: Block) -> FactReport:
        """Return what keeps the facts of *block*."""
        return self._facts.setdefault(block.position, {}).update

    def take(self, block: Block) -> _Facts:
        """Return the facts of *block*, once."""
        return self._facts.pop(block.position)


def _describe_start(start: FrameStart) -> dict[str, Any]:
    return {
        "offset": start.position,
        "version": VERSION,
        "block_size": start.header.block_size,
        "compressed_bytes": 0,
        "content_bytes": 0,
        "content_checksum": "",
        "header_bytes": FRAME_HEADER_SIZE,
        "tail_bytes": 0,
        "blocks": [],
    }


def describe(file: BinaryIO, limits: Limits | None = None) -> list[dict[str, Any]]:
    """Return a description of every frame of the binary *file*, made of plain dicts, lists, strings and numbers.

    All blocks are decoded, within *limits*, and checked. Raises as `decompress` does.
    """
    frames: list[dict[str, Any]] = []
    facts = _FactsOfBlocks()
    for part, content in decode_file(file, limits or Limits(), reporting=facts.reporting):
        del content
        if isinstance(part, FrameStart):
            frames.append(_describe_start(part))
        elif isinstance(part, Block):
            frames[-1]["blocks"].append(_describe_block(part, facts.take(part)))
            frames[-1]["content_bytes"] += part.header.content_size
        else:
            frames[-1]["compressed_bytes"] = part.position + part.size - frames[-1]["offset"]
            frames[-1]["content_checksum"] = f"{part.content_checksum:016x}"
            frames[-1]["tail_bytes"] = part.size
        del part  # the next block may take its memory
    return frames


def _describe_counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count) or "none"


_COMMON = ("offset", "kind", "compressed_bytes", "content_bytes", "head_bytes", "decoder_memory_bytes", "segments")


def _facts_lines(block: dict[str, Any]) -> Iterator[str]:
    """What the engine tells: numbers on one line, each group of numbers on a line of its own."""
    facts = {name.replace("_", " "): value for name, value in block.items() if name not in _COMMON}
    numbers = {name: value for name, value in facts.items() if not isinstance(value, dict)}
    if numbers:
        yield "    " + ", ".join(f"{name} {value:,}" for name, value in numbers.items())
    for name, value in facts.items():
        if name not in numbers:
            yield f"    {name}: {_describe_counts(value)}"


def _segments_line(segments: list[dict[str, Any]]) -> str:
    kinds = [segment["kind"] for segment in segments]
    counts = {kind.name.lower(): kinds.count(kind.name.lower()) for kind in SegmentKind}
    return f"    {len(segments):,} segments: {_describe_counts(counts)}"


def _block_lines(number: int, block: dict[str, Any]) -> Iterator[str]:
    yield (
        f"  block {number}: {block['kind']}, {block['content_bytes']:,} -> {block['compressed_bytes']:,} bytes, "
        f"at byte {block['offset']:,}, decoding takes {block['decoder_memory_bytes']:,} bytes"
    )
    if len(block["segments"]) > 1:
        yield _segments_line(block["segments"])
    yield from _facts_lines(block)


def format_description(frames: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines that `qcz info` prints for what `describe` returned."""
    for number, frame in enumerate(frames):
        ratio = 100 * frame["compressed_bytes"] / frame["content_bytes"] if frame["content_bytes"] else 100
        yield (
            f"frame {number}: version {frame['version']}, {frame['content_bytes']:,} -> {frame['compressed_bytes']:,} bytes "
            f"({ratio:.2f} %), blocks of up to {frame['block_size']:,} bytes, XXH64 {frame['content_checksum']}"
        )
        for block_number, block in enumerate(frame["blocks"]):
            yield from _block_lines(block_number, block)
