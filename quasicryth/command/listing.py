"""`qcz list` and `qcz info`: what files say of themselves, read from tails or from a pipe as it goes by, and all that is in one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

from ..base.file_bytes import read_at_most
from ..base.limits import Limits
from ..frames.index import FrameInfo, read_index
from ..frames.info import describe, format_description
from ..frames.layout import Block, FrameStart, Part
from ..frames.parser import FrameParser
from .names import Suffix, expand
from .reports import Reporter, shown
from .transfer import Source, StandardOutput, open_source, refuse_terminal_input

_PIECE_SIZE = 1 << 20
_HEADINGS = f"{'Frames':>7} {'Blocks':>8} {'Compressed':>17} {'Content':>17} {'Ratio':>8}  Name\n"


def _parts_of_stream(file: BinaryIO) -> Iterator[Part]:
    parser = FrameParser(Limits())
    while piece := read_at_most(file, min(parser.wanted, _PIECE_SIZE)):
        part = parser.take(piece)
        if part is not None:
            yield part
    parser.end()


def _frames_of_stream(file: BinaryIO) -> Iterator[FrameInfo]:
    start = block_size = content = blocks = 0
    for part in _parts_of_stream(file):
        if isinstance(part, FrameStart):
            start, block_size, content, blocks = part.position, part.header.block_size, 0, 0
        elif isinstance(part, Block):
            content += part.header.content_size
            blocks += 1
        else:
            yield FrameInfo(content, part.position + part.size - start, block_size, blocks, part.content_checksum)


def find_frames(source: Source) -> tuple[FrameInfo, ...]:
    """Return what is known of every frame of *source*. Raises a QczError as `quasicryth.decompress` does."""
    if source.file.seekable():
        return read_index(source.file, source.file.tell()).frames
    return tuple(_frames_of_stream(source.file))


def _describe_frame(frame: FrameInfo) -> dict[str, Any]:
    return {**asdict(frame), "content_checksum": f"{frame.content_checksum:016x}"}


def _describe(name: str, frames: tuple[FrameInfo, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "block_count": sum(frame.block_count for frame in frames),
        "compressed_size": sum(frame.compressed_size for frame in frames),
        "decompressed_size": sum(frame.decompressed_size for frame in frames),
        "frames": [_describe_frame(frame) for frame in frames],
    }


def _row(described: dict[str, Any], frame_count: int, name: str) -> str:
    compressed, content = described["compressed_size"], described["decompressed_size"]
    ratio = f"{100 * compressed / content:.2f} %" if content else "-"
    return f"{frame_count:>7,} {described['block_count']:>8,} {compressed:>17,} {content:>17,} {ratio:>8}  {name}\n"


def _frame_rows(described: dict[str, Any]) -> Iterator[str]:
    for number, frame in enumerate(described["frames"]):
        name = f"  frame {number}, blocks of up to {frame['block_size']:,}, XXH64 {frame['content_checksum']}"
        yield _row(frame, 1, name)


def _total(all_described: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        key: sum(described[key] for described in all_described) for key in ("block_count", "compressed_size", "decompressed_size")
    }


def list_files(names: tuple[str, ...], recursive: bool, suffix: str, as_json: bool, reporter: Reporter) -> None:
    """Print a table of the files *names*, or standard input, or JSON."""
    output = StandardOutput()
    listed: list[dict[str, Any]] = []
    for name in expand(names, recursive, True, Suffix(suffix), reporter):
        with reporter.reported(name), open_source(name) as source:
            refuse_terminal_input(name)
            described = _describe(name, find_frames(source))
            if not as_json:
                rows = [_row(described, len(described["frames"]), shown(name))]
                if reporter.verbose:
                    rows.extend(_frame_rows(described))
                output.write_text("".join(rows if listed else [_HEADINGS, *rows]))
            listed.append(described)
    if as_json:
        output.write_text(json.dumps({"files": listed}, indent=2) + "\n")
    elif len(listed) > 1:
        output.write_text(_row(_total(listed), sum(len(described["frames"]) for described in listed), f"{len(listed)} files"))
    output.flush()


def print_info(name: str, limits: Limits, as_json: bool, reporter: Reporter) -> None:
    """Decode the file *name*, or standard input, within *limits*, and print what is in it, as lines or as JSON."""
    output = StandardOutput()
    with reporter.reported(name):
        refuse_terminal_input(name)
        with open_source(name) as source:
            frames = describe(source.file, limits)
        lines = [json.dumps({"frames": frames}, indent=2)] if as_json else format_description(frames)
        output.write_text("".join(f"{line}\n" for line in lines))
        output.flush()
