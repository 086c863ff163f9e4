"""Damaged data: always a QczError, in every path, and never other content than was compressed."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from paths import ALL, IN_PROCESS, CommandFailedError
from samples import random_bytes, synthetic_text

import quasicryth
from quasicryth.frames import layout
from quasicryth.frames.index import skim
from quasicryth.frames.info import describe

TEXT = synthetic_text(6000)
FRAMES = {
    "mix": quasicryth.compress(TEXT[:1200]),
    "mix, three blocks": quasicryth.compress(TEXT[:1200], block_size=450),
    "paper": quasicryth.compress(TEXT, engine="paper"),
    "paper, three blocks": quasicryth.compress(TEXT, engine="paper", block_size=2100),
    "zstd": quasicryth.compress(random_bytes(100) * 8),
    "stored": quasicryth.compress(random_bytes(300)),
    "empty": quasicryth.compress(b""),
    "segments": (Path(__file__).parent.parent / "data" / "good-segments.qcz").read_bytes(),
    "two frames": quasicryth.compress(TEXT[:500]) + quasicryth.compress(b"more"),
}


def test_the_frames_are_of_the_kinds_they_are_named_for():
    kinds = {}
    for name, data in FRAMES.items():
        blocks = describe(io.BytesIO(data))[0]["blocks"]
        kinds[name] = [block["kind"] for block in blocks]
    assert kinds["mix"] == kinds["two frames"] == ["mix"]
    assert kinds["mix, three blocks"] == ["mix"] * 3
    assert kinds["paper"] == ["paper"]
    assert kinds["paper, three blocks"] == ["paper", "paper", "zstd"]
    assert kinds["zstd"] == ["zstd"]
    assert kinds["stored"] == ["stored"]
    assert kinds["segments"] == ["zstd"] * 2


@pytest.mark.slow("mix", "paper", "two")
@pytest.mark.parametrize("path", IN_PROCESS.values(), ids=IN_PROCESS)
@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
def test_cut_at_any_byte(data, path):
    first_frame_ends = len(quasicryth.compress(TEXT[:500])) if data == FRAMES["two frames"] else None
    for end in range(len(data)):
        if end == first_frame_ends:
            continue  # a whole frame by itself
        with pytest.raises(quasicryth.QczTruncatedError, match="ends at byte|there is no data"):
            path(data[:end])


@pytest.mark.slow("mix", "paper", "two")
@pytest.mark.parametrize("path", IN_PROCESS.values(), ids=IN_PROCESS)
@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
def test_any_byte_changed(data, path):
    generator = random.Random(1)
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 1 << generator.randrange(8)
        with pytest.raises(quasicryth.QczError):
            path(bytes(damaged))
        damaged[position] = (data[position] + generator.randrange(1, 256)) % 256
        with pytest.raises(quasicryth.QczError):
            path(bytes(damaged))


@pytest.mark.slow
@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
def test_the_command_reports_damage_and_leaves_nothing(data):
    generator = random.Random(2)
    for _ in range(3):
        damaged = bytearray(data)
        damaged[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        with pytest.raises(CommandFailedError):
            ALL["command"](bytes(damaged))
    with pytest.raises(CommandFailedError, match="ends at byte"):
        ALL["command"](data[: len(data) - 1])


@pytest.mark.slow("command")
@pytest.mark.parametrize("path", ALL.values(), ids=ALL)
@pytest.mark.parametrize("junk", [b"\0", b"\n", b"junk", b"\x91QCX\0 more", b"PK\x03\x04"])
def test_junk_after_a_frame(path, junk):
    with pytest.raises((quasicryth.QczFormatError, CommandFailedError), match="not a .qcz frame"):
        path(FRAMES["paper"] + junk)


@pytest.mark.slow("command")
@pytest.mark.parametrize("path", ALL.values(), ids=ALL)
@pytest.mark.parametrize(
    "data", [b"plain text", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0", b"\0" * 100, b"\x91QCZ\x01" + b"\0" * 40]
)
def test_other_formats(path, data):
    with pytest.raises((quasicryth.QczFormatError, CommandFailedError), match="not a .qcz file"):
        path(data)


@pytest.mark.parametrize("path", ALL.values(), ids=ALL)
def test_nothing_at_all_is_truncation(path):
    with pytest.raises((EOFError, CommandFailedError), match="no data"):
        path(b"")


@pytest.mark.parametrize("name", ["mix, three blocks", "paper, three blocks"])
def test_blocks_swapped_repeated_or_lost(name):
    whole = FRAMES[name]
    source_end = layout.FRAME_HEADER_SIZE
    blocks = []
    for part in skim(io.BytesIO(whole)):
        if isinstance(part, layout.Block):
            size = part.header.block_size
            blocks.append(whole[source_end : source_end + size])
            source_end += size
    header, tail = whole[: layout.FRAME_HEADER_SIZE], whole[source_end:]
    assert header + b"".join(blocks) + tail == whole
    for order in ([1, 0, 2], [0, 0, 1, 2], [0, 2], [0, 1], [0, 1, 2, 2], []):
        with pytest.raises(quasicryth.QczCorruptError):
            quasicryth.decompress(header + b"".join(blocks[i] for i in order) + tail)
