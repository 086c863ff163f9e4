"""What is in a .qcz file: frames, blocks, streams and their bytes, hits per hierarchy level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from ..base.limits import Limits
from ..engines import _fast, _mix, _paper
from .blocks import decoder_memory
from .decoder import decode_file
from .layout import FRAME_HEADER_SIZE, VERSION, Block, BlockKind, FrameStart

# Encoding level k > 0 stands for a phrase of so many words; level 0 is a word outside the codebook.
LEVEL_NAMES = ("escape", "unigram", "bigram", *(f"{words}-gram" for words in (3, 5, 8, 13, 21, 34, 55, 89, 144)))


def _describe_paper(block: Block) -> dict[str, Any]:
    statistics = _paper.inspect_block(block.payload, block.header.raw_size)
    book_sizes = statistics.pop("book_sizes")
    hits = statistics.pop("events_per_level")
    return {
        **statistics,
        "codebook_entries": dict(zip(LEVEL_NAMES[1:], book_sizes, strict=True)),
        "hits_per_level": dict(zip(LEVEL_NAMES, hits, strict=True)),
    }


def _describe_block(block: Block) -> dict[str, Any]:
    described = {
        "offset": block.position,
        "kind": block.header.kind.name.lower(),
        "compressed_bytes": block.header.payload_size,
        "content_bytes": block.header.raw_size,
        "decoder_memory_bytes": decoder_memory(block),
    }
    if block.header.kind == BlockKind.PAPER:
        return {**described, **_describe_paper(block)}
    if block.header.kind == BlockKind.MIX:
        return {**described, **_mix.inspect_block(block.payload, block.header.raw_size)}
    if block.header.kind == BlockKind.FAST:
        return {**described, **_fast.inspect_block(block.payload, block.header.raw_size)}
    return described


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
    for part, _ in decode_file(file, limits or Limits()):
        if isinstance(part, FrameStart):
            frames.append(_describe_start(part))
        elif isinstance(part, Block):
            frames[-1]["blocks"].append(_describe_block(part))
            frames[-1]["content_bytes"] += part.header.raw_size
        else:
            frames[-1]["compressed_bytes"] = part.position + part.size - frames[-1]["offset"]
            frames[-1]["content_checksum"] = f"{part.content_checksum:016x}"
            frames[-1]["tail_bytes"] = part.size
    return frames


def _describe_counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count) or "none"


def _paper_lines(block: dict[str, Any]) -> Iterator[str]:
    yield (
        f"    words {block['words']:,}, events {block['events']:,} ({block['literal_events']:,} literal, "
        f"{block['matches']:,} matches), words outside the codebook {block['escape_words']:,}"
    )
    yield f"    bytes by stream:  {_describe_counts(block['stream_bytes'])}"
    yield f"    codebook entries: {_describe_counts(block['codebook_entries'])}"
    yield f"    hits per level:   {_describe_counts(block['hits_per_level'])}"


def _mix_lines(block: dict[str, Any]) -> Iterator[str]:
    yield f"    level {block['level']}, items {block['items']:,}, line ends {'apart' if block['line_ends_apart'] else 'in gaps'}"
    yield f"    codebook entries: {_describe_counts(block['codebook_entries'])}"


def _fast_lines(block: dict[str, Any]) -> Iterator[str]:
    yield f"    level {block['level']}, items {block['items']:,}, coded as {block['events']:,} words, phrases and matches"
    yield f"    codebook entries: {_describe_counts(block['codebook_entries'])}"


def _block_lines(number: int, block: dict[str, Any]) -> Iterator[str]:
    yield (
        f"  block {number}: {block['kind']}, {block['content_bytes']:,} -> {block['compressed_bytes']:,} bytes, "
        f"at byte {block['offset']:,}, decoding takes {block['decoder_memory_bytes']:,} bytes"
    )
    if block["kind"] == "paper":
        yield from _paper_lines(block)
    elif block["kind"] == "mix":
        yield from _mix_lines(block)
    elif block["kind"] == "fast":
        yield from _fast_lines(block)


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
