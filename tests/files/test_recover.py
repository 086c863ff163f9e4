"""Salvage: every block that is whole comes back, and what is lost is listed."""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import time

import pytest
import zstandard
from frames.writer import block, entry, frame, frame_header, segment, tail
from hypothesis import given
from hypothesis import strategies as st
from paths import run_command
from samples import CountingFile, random_bytes, synthetic_text

import quasicryth
from quasicryth import find_damage, recover
from quasicryth.base.file_bytes import FileBytes
from quasicryth.frames.blocks import encode_zstd
from quasicryth.frames.index import skim
from quasicryth.frames.layout import MAGIC, Block, Tail
from quasicryth.frames.survey import Survey

TEXT = synthetic_text(20_000)
PACKED = quasicryth.compress(TEXT, 1, block_size=3000)
BLOCKS = [TEXT[start : start + 3000] for start in range(0, len(TEXT), 3000)]
OTHER = synthetic_text(7000, seed=5)
TWO_FRAMES = PACKED + quasicryth.compress(OTHER, 1, block_size=2500)
NOISE = random_bytes(4000)
PARTS = list(skim(io.BytesIO(PACKED)))
PLACES = [part.position for part in PARTS if isinstance(part, Block)]
TAIL = next(part.position for part in PARTS if isinstance(part, Tail))


def salvage(data: bytes, **options) -> tuple[bytes, list, bool]:
    target = io.BytesIO()
    recovery = recover(io.BytesIO(data), target, **options)
    assert recovery.recovered_size == len(target.getvalue())
    return target.getvalue(), list(recovery.damages), recovery.complete


def changed(data: bytes, position: int, replacement: bytes, removed: int | None = None) -> bytes:
    removed = len(replacement) if removed is None else removed
    return data[:position] + replacement + data[position + removed :]


def without(*numbers: int) -> bytes:
    return b"".join(content for number, content in enumerate(BLOCKS) if number not in numbers)


@pytest.mark.parametrize("data", [PACKED, TWO_FRAMES, quasicryth.compress(b""), quasicryth.compress(NOISE, block_size=1000)])
@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_whole_comes_back_whole(data, threads):
    assert salvage(data, threads=threads) == (quasicryth.decompress(data), [], True)
    assert find_damage(io.BytesIO(data), threads=threads) == ()


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("number", range(len(BLOCKS)))
@pytest.mark.parametrize("where", ["header", "header checksum", "head", "segment"])
def test_a_broken_block_is_left_out(number, where, threads):
    position = PLACES[number] + {"header": 5, "header checksum": 11, "head": 20, "segment": 45}[where]
    data = changed(PACKED, position, bytes([PACKED[position] ^ 0x10]))
    content, damages, complete = salvage(data, threads=threads)
    assert content == without(number)
    assert not complete
    (damage,) = damages
    assert (damage.content_start, damage.content_end) == (number * 3000, min(number * 3000 + 3000, len(TEXT)))
    assert damage.start <= position < damage.end


def test_several_broken_blocks():
    data = PACKED
    for number in (1, 2, 5):
        data = changed(data, PLACES[number] + 30, b"broken")
    content, damages, _ = salvage(data)
    assert content == without(1, 2, 5)
    lost = [(damage.content_start, damage.content_end) for damage in damages]
    assert lost == [(3000, 6000), (6000, 9000), (15_000, 18_000)]


@pytest.mark.parametrize("number", range(len(BLOCKS)))
@pytest.mark.parametrize("size", [1, 10, 500])
def test_bytes_that_are_missing_or_too_many(number, size):
    place = PLACES[number] + 40
    for data in (changed(PACKED, place, b"", size), changed(PACKED, place, bytes(size), 0)):
        content, damages, _ = salvage(data)
        assert content == without(number)
        lost = [(damage.content_start, damage.content_end) for damage in damages if damage.is_loss]
        assert lost == [(number * 3000, number * 3000 + len(BLOCKS[number]))]


def test_blocks_that_are_gone():
    data = PACKED[: PLACES[2]] + PACKED[PLACES[4] :]
    content, damages, _ = salvage(data)
    assert content == without(2, 3)
    assert [(damage.content_start, damage.content_end) for damage in damages] == [(6000, 9000), (9000, 12_000)]


@pytest.mark.parametrize("end", range(0, len(PACKED), 61))
def test_a_cut_file_comes_back_to_the_cut(end):
    whole = sum(place <= end for place in [*PLACES[1:], TAIL])
    if end < 15:
        with pytest.raises(quasicryth.QczFormatError, match="no .qcz frame"):
            salvage(PACKED[:end])
        return
    content, damages, complete = salvage(PACKED[:end])
    assert content == b"".join(BLOCKS[:whole])
    assert complete == (end >= TAIL + 2)
    (damage,) = damages
    assert (damage.content_start, damage.content_end, damage.end) == (len(content), len(content) if complete else None, end)
    assert "ends at byte" in damage.what


def test_without_the_tail_blocks_are_found_by_their_marker():
    data = changed(PACKED[:TAIL], PLACES[3] + 5, b"\0\0\0")
    content, damages, _ = salvage(data)
    assert content == without(3)
    assert (damages[0].content_start, damages[0].content_end) == (9000, None)
    assert (damages[1].content_start, damages[1].content_end) == (None, None)


@pytest.mark.parametrize("position", [0, 3, 6, 8, 12])
def test_a_broken_frame_header_costs_nothing(position):
    data = changed(TWO_FRAMES, position, bytes([TWO_FRAMES[position] ^ 1]))
    content, damages, complete = salvage(data)
    assert (content, len(damages), complete) == (TEXT + OTHER, 1, True)
    second = len(PACKED) + position
    data = changed(TWO_FRAMES, second, bytes([TWO_FRAMES[second] ^ 1]))
    content, damages, complete = salvage(data)
    assert (content, len(damages), complete) == (TEXT + OTHER, 1, True)


def test_a_broken_frame_header_and_block():
    data = changed(TWO_FRAMES, 0, b"?" * 50)
    content, damages, _ = salvage(data)
    assert content == without(0) + OTHER
    assert [(damage.content_start, damage.content_end) for damage in damages if damage.is_loss] == [(0, 3000)]


def test_a_broken_tail_costs_nothing_but_is_damage():
    for position in range(TAIL, len(PACKED)):
        data = changed(TWO_FRAMES, position, bytes([TWO_FRAMES[position] ^ 1]))
        content, damages, complete = salvage(data)
        assert (content, len(damages), complete) == (TEXT + OTHER, 1, True)


@pytest.mark.parametrize("junk", [b"\0", b"junk", b"\x91QCZ"])
def test_junk_is_damage_without_loss(junk):
    content, damages, complete = salvage(PACKED + junk)
    assert (content, len(damages), complete) == (TEXT, 1, True)
    assert (damages[0].start, damages[0].end) == (len(PACKED), len(PACKED) + len(junk))


def test_junk_between_frames():
    content, damages, _ = salvage(PACKED + b"junk of some length, " * 10 + TWO_FRAMES)
    assert content == TEXT + TEXT + OTHER
    assert len(damages) == 1


def test_a_block_that_decodes_to_something_else():
    xyz = b"xyz" * 20
    lying = block(xyz, [segment(xyz, encode_zstd(xyz), 2, ordinal=1, content_checksum=bytes(4))], ordinal=1)
    data = frame((block(b"abc"), b"abc"), (lying, xyz))
    content, damages, _ = salvage(data)
    assert content == b"abc"
    assert (damages[0].content_start, damages[0].content_end) == (3, 63)


def test_content_that_does_not_match_the_frame():
    data = frame_header() + block(b"abc") + tail(b"abc", entry(block(b"abc"), b"abc"), checksum=1)
    content, damages, complete = salvage(data)
    assert (content, len(damages), complete) == (b"abc", 1, True)


def test_a_file_in_the_content_is_not_taken_for_frames():
    """Stored blocks hold their content as it is: here a .qcz file, which is not salvaged in place of what holds it."""
    inner = quasicryth.compress(random_bytes(3000), 1, block_size=500)
    outer = frame((block(inner), inner), (block(inner, ordinal=1), inner))
    assert salvage(outer) == (inner * 2, [], True)
    damaged = changed(outer, 15 + 23 + 700, b"?")
    content, damages, _ = salvage(damaged)
    assert content == inner
    assert len(damages) == 1
    broken_header = changed(outer, 15 + 8, b"?")
    assert salvage(broken_header)[0] == inner


@pytest.mark.parametrize("data", [b"", b"plain text", b"\0" * 1000, b"\x91QCZ", random_bytes(100_000)])
def test_what_is_no_file_of_ours_is_refused(data, tmp_path):
    with pytest.raises(quasicryth.QczFormatError, match="no .qcz frame"):
        recover(io.BytesIO(data), tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def overlaps(place: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < end and place < stop for start, stop in spans)


@given(st.lists(st.tuples(st.integers(0, len(TWO_FRAMES) - 1), st.binary(min_size=1, max_size=60)), min_size=1, max_size=6))
def test_every_whole_block_comes_back_from_overwritten_bytes(changes):
    """Bytes are changed in place: with a tail or a header left for each stretch, no block that was not touched is lost."""
    data = bytearray(TWO_FRAMES)
    spans = []
    for position, replacement in changes:
        end = min(position + len(replacement), len(data))
        data[position:end] = replacement[: end - position]
        spans.append((position, end))
    content, damages, _ = salvage(bytes(data))
    expected = b""
    place = 15
    for original, packed_start in ((TEXT, 0), (OTHER, len(PACKED))):
        place, start = packed_start + 15, 0
        for part in skim(io.BytesIO(TWO_FRAMES[packed_start:])):
            if isinstance(part, Tail):
                break
            if isinstance(part, Block):
                size = part.header.block_size
                if not overlaps(place, place + size, spans):
                    expected += original[start : start + part.header.content_size]
                place += size
                start += part.header.content_size
    if bytes(data) != TWO_FRAMES:
        assert damages
    assert is_subsequence_of_blocks(content, expected)


def is_subsequence_of_blocks(content: bytes, expected: bytes) -> bool:
    """All of *expected* is in *content*, in order; there may be more, where bytes were changed to what they were."""
    place = 0
    for start in range(0, len(expected), 500):
        found = content.find(expected[start : start + 500], place)
        if found < 0:
            return False
        place = found
    return True


@given(st.binary(max_size=300), st.integers(0, len(PACKED)), st.integers(0, 3000))
def test_no_damage_makes_it_fail(inserted, position, removed):
    data = changed(PACKED, position, inserted, removed)
    parts = list(Survey(FileBytes(io.BytesIO(data))).walk())
    place = 0
    for part in parts:
        if hasattr(part, "what"):
            assert place <= part.start <= part.end <= len(data)
            place = part.end
    try:
        content, damages, _ = salvage(data)
    except quasicryth.QczFormatError:
        return
    assert damages or data == PACKED or (not removed and not inserted)
    for start in range(0, len(content), 3000):
        assert content[start : start + 500] in TEXT


def test_limits_and_progress(tmp_path):
    told: list[tuple[int, int | None]] = []
    recover(io.BytesIO(PACKED), io.BytesIO(), progress=lambda *numbers: told.append(numbers))
    assert [done for done, _ in told] == [3000, 6000, 9000, 12_000, 15_000, 18_000, 20_000]
    for limit in ({"max_length": 19_999}, {"memlimit": 1000}):
        with pytest.raises(quasicryth.QczLimitError):
            recover(io.BytesIO(PACKED), tmp_path / "new", **limit)
    assert list(tmp_path.iterdir()) == []


def test_paths(tmp_path):
    (tmp_path / "bad.qcz").write_bytes(PACKED[:-1])
    recovery = recover(tmp_path / "bad.qcz", os.fsencode(tmp_path / "new"))
    assert recovery.recovered_size == len(TEXT)
    assert (tmp_path / "new").read_bytes() == TEXT
    assert len(find_damage(str(tmp_path / "bad.qcz"))) == 1


# ---- the commands ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.qcz").write_bytes(TWO_FRAMES)
    (tmp_path / "bad.qcz").write_bytes(changed(TWO_FRAMES, PLACES[2] + 30, b"broken"))
    (tmp_path / "cut.qcz").write_bytes(TWO_FRAMES[:-5])
    (tmp_path / "text.qcz").write_bytes(TEXT)
    return tmp_path


@pytest.mark.slow
def test_the_command_test(folder):
    for arguments in (
        ["test", "good.qcz"],
        ["test", "-T2", "good.qcz"],
        ["test", "--quick", "good.qcz"],
        ["test", "--quick", "bad.qcz"],
    ):
        run = run_command(*arguments, cwd=folder)
        assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert run_command("test", stdin=TWO_FRAMES).returncode == 0
    run = run_command("test", "bad.qcz", cwd=folder)
    assert run.returncode == 1
    assert run.stderr.decode().endswith("the body of block 2 is damaged; content bytes 6,000 to 9,000 are lost\n")
    run = run_command("test", "--json", stdin=TWO_FRAMES[:-5])
    assert run.returncode == 1
    (file,) = json.loads(run.stdout)["files"]
    (damage,) = file["damages"]
    assert damage["end"] == len(TWO_FRAMES) - 5
    run = run_command("test", "--quick", "cut.qcz", cwd=folder)
    assert (run.returncode, b"ends at byte" in run.stderr) == (1, True)
    run = run_command("test", "text.qcz", cwd=folder)
    assert (run.returncode, b"no .qcz frame" in run.stderr) == (1, True)


@pytest.mark.slow
def test_the_command_recover(folder):
    run = run_command("recover", "bad.qcz", "-o", "new", cwd=folder)
    assert run.returncode == 2
    assert b"content bytes 6,000 to 9,000 are lost" in run.stderr
    assert (folder / "new").read_bytes() == without(2) + OTHER
    assert run_command("recover", "good.qcz", "-o", "new", cwd=folder).returncode == 1
    run = run_command("recover", "-f", "good.qcz", "-o", "new", cwd=folder)
    assert (run.returncode, run.stderr) == (0, b"")
    assert (folder / "new").read_bytes() == TEXT + OTHER
    run = run_command("recover", "-o", "-", stdin=TWO_FRAMES[:-5])
    assert (run.returncode, run.stdout) == (0, TEXT + OTHER)
    run = run_command("recover", "cut.qcz", "-o", "other", "--json", cwd=folder)
    assert len(json.loads(run.stdout)["damages"]) == 1
    run = run_command("recover", "text.qcz", "-o", "none", cwd=folder)
    assert run.returncode == 1
    assert not (folder / "none").exists()
    assert run_command("recover", "bad.qcz", cwd=folder).returncode == 1


# ---- data made to take long --------------------------------------------------------------------------------------------------


def lying_block(content: bytes, ordinal: int) -> bytes:
    return block(content, [segment(content, ordinal=ordinal, checksum=b"lies")], ordinal=ordinal)


def footers(count: int) -> bytes:
    """Magic numbers of tails, each with the size that brings it to the one marker of a tail at the beginning."""
    return b"\x91E" + b"".join(struct.pack("<I", 8 * number + 2) + b"ZCQ\x91" for number in range(1, count))


def nested_blocks(count: int) -> bytes:
    """Right headers of blocks, each of which claims all bytes that follow; no body is right."""
    end = 30 * count
    blocks = [b""]
    for number in range(1, count):
        left = end - 30 * number
        lying = block(b"", [], content_size=left, body_size=left)
        # A segment of all that follows: its checksum is the last bytes.
        blocks.append((lying + segment(b"", content_size=left - 11)[:6]).ljust(30, b"?"))
    return b"".join(blocks) + bytes(60)


def nested_tails(count: int) -> bytes:
    """Tails that are right, one in the index of the other."""
    data = b""
    for _ in range(count):
        data = tail(b"", data)
    return data


ONE_BLOCK = frame_header() + block(b"x") + block(b"y", ordinal=1)


def tiny_segments(count: int) -> bytes:
    """A block of segments of one byte each, all right but for the last, and without its end."""
    segments = [*(segment(b"x", number=number) for number in range(count)), b"?" * 8]
    return block(b"", segments, content_size=1 << 20)


def stray_tails(count: int) -> bytes:
    """Frames without a tail, and as many tails of other frames."""
    return (ONE_BLOCK + b"?" + tail(b"", entry(b"x" * 20, b"x") + entry(b"x" * 22, b"xyz"))) * count


HOSTILE = {
    "footers": lambda: ONE_BLOCK + b"?" + footers(25_000),
    "blocks in blocks": lambda: frame_header() + b"?" + nested_blocks(8000),
    "tails in tails": lambda: frame_header() + b"?" + nested_tails(400),
    "markers": lambda: frame_header() + b"?" + (block(b"x")[:8] + b"????") * 15_000,
    "tiny segments": lambda: frame_header() + tiny_segments(30_000) + b"?" + tiny_segments(10_000),
    "magic numbers": lambda: frame_header() + b"?" + b"\x91QCZ\0" * 40_000,
    "frames without a tail": lambda: ONE_BLOCK * 3000,
    "frames of junk": lambda: (ONE_BLOCK + b"?") * 3000,
    "tiny frames, one damaged": lambda: changed(quasicryth.compress(b"a") * 3000, 20, b"?"),
    "tiny frames, all damaged": lambda: changed(quasicryth.compress(b"a"), 38, b"?") * 3000,
    "stray tails": lambda: stray_tails(2500),
    "broken payloads": lambda: frame_header() + b"".join(lying_block(b"x", number) for number in range(8000)),
    "files in blocks": lambda: frame_header() + b"".join(changed(block(PACKED, ordinal=number), 40, b"?") for number in range(30)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_no_data_takes_more_than_time_in_proportion(name):
    """What is read is what is looked at, hashed and searched: it is bounded by the size of the data, and so is the time."""
    data = HOSTILE[name]()
    source = CountingFile(data)
    start = time.process_time()
    with contextlib.suppress(quasicryth.QczFormatError):
        recover(source, io.BytesIO())
    assert source.read_bytes < 40 * len(data) + (8 << 20)
    assert time.process_time() - start < 10


@pytest.mark.parametrize("data", [b"ZCQ\x91", b"?" * 3 + b"ZCQ\x91", b"\x91E" + b"?" * 6 + b"\xff" * 4 + b"ZCQ\x91"])
def test_the_end_of_a_tail_that_cannot_be_there(data):
    with pytest.raises(quasicryth.QczFormatError):
        recover(io.BytesIO(data), io.BytesIO())


def test_a_block_that_is_cut_in_its_header():
    for size in range(3, len(block(b"x"))):
        target = io.BytesIO()
        assert not recover(io.BytesIO(frame_header() + b"?" + block(b"x")[:size]), target).complete
        assert target.getvalue() == b""


FIRST, SECOND = block(b"first"), block(b"second", ordinal=1)
LOST = FIRST[:5] + b"?" + FIRST[6:]  # its header is broken: where the second block is, the tail says
WRONG = SECOND.replace(b"second", b"sEcond")
CUT_OFF = {
    "nothing": (SECOND, entry(FIRST, b"first") + entry(SECOND, b"second"), b"second"),
    "a body that is broken": (WRONG, entry(FIRST, b"first") + entry(SECOND, b"second"), b""),
    "another size in the tail": (SECOND, entry(FIRST, b"first") + entry(SECOND, b"sec"), b""),
}


@pytest.mark.parametrize("name", CUT_OFF)
def test_blocks_are_taken_where_the_tail_says_if_they_are_those(name):
    written, index, expected = CUT_OFF[name]
    target = io.BytesIO()
    recovery = recover(io.BytesIO(frame_header() + LOST + written + tail(b"firstsecond", index)), target)
    assert target.getvalue() == expected
    assert not recovery.complete


def test_a_tail_of_the_right_size_that_lists_other_blocks_is_damage():
    index = entry(FIRST, b"first"), entry(FIRST, b"forth of it")
    for number, damages in enumerate((0, 1)):
        data = frame_header() + FIRST + tail(b"first", index[number])
        assert len(quasicryth.find_damage(io.BytesIO(data))) == damages


def test_a_magic_number_that_no_frame_follows_is_a_part_of_the_damage():
    junk = b"??" + MAGIC + b"??" + MAGIC + b"?"
    (damage,) = quasicryth.find_damage(io.BytesIO(PACKED + junk))
    assert (damage.start, damage.end) == (len(PACKED), len(PACKED) + len(junk))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_head_that_its_engine_refuses_costs_its_block_only(threads):
    """How much memory the block takes is not known then."""
    wrong = block(b"wrong", [segment(b"wrong", b"x", 3)], engine=1, head=b"\xff\xff")
    target = io.BytesIO()
    recovery = recover(io.BytesIO(frame((wrong, b"wrong"), (SECOND, b"second"))), target, memlimit=1 << 20, threads=threads)
    assert target.getvalue() == b"second"
    assert [damage.content_end for damage in recovery.damages] == [5]


def test_a_block_that_waits_and_does_not_decode_does_not_count():
    parts = [bytes([number]) * 99 for number in range(1, 4)]
    payload = zstandard.ZstdCompressor().compress(b"?" * 99)
    wrong = block(parts[0], [segment(parts[0], payload, 2)])
    data = frame((wrong, parts[0]), *((block(part, ordinal=ordinal), part) for ordinal, part in enumerate(parts[1:], 1)))
    target = io.BytesIO()
    recover(io.BytesIO(data), target, max_length=2 * 99, threads=2)
    assert target.getvalue() == parts[1] + parts[2]


def test_no_more_is_looked_at_where_there_are_more_stray_tails():
    class Source(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            self.reads += 1
            return super().read(size)

    reads = []
    for count in (100, 400):
        source = Source(stray_tails(count))
        recover(source, io.BytesIO())
        reads.append(source.reads / count)
    assert reads[1] < 1.3 * reads[0]


def test_no_number_is_tried_for_a_block_that_is_too_far_away():
    """There may be any number of blocks that are gone: as many as are looked for, or more."""
    for ordinal, expected in ((1023, b"far away"), (1024, b"")):
        data = frame_header() + b"?" + block(b"far away", ordinal=ordinal)
        target = io.BytesIO()
        recovery = recover(io.BytesIO(data), target)
        assert target.getvalue() == expected
        assert not recovery.complete


@pytest.mark.parametrize("removed", [range(2, 4), range(1, 5)])
def test_blocks_that_are_gone_with_the_tail(removed):
    """The next block follows where another was to be."""
    data = PACKED[: PLACES[removed[0]]] + PACKED[PLACES[removed[-1] + 1] : TAIL]
    assert salvage(data)[0] == without(*removed)


def test_a_file_that_is_cut_meanwhile(tmp_path):
    """What a memory map would end the process for is damage."""
    path = tmp_path / "shrinks.qcz"
    noise = random_bytes(300_000)
    path.write_bytes(quasicryth.compress(noise, block_size=10_000))
    target = io.BytesIO()
    recovery = recover(path, target, progress=lambda done, _: os.truncate(path, 150_000) if done == 20_000 else None)
    assert not recovery.complete
    assert noise.startswith(target.getvalue())
    assert len(target.getvalue()) >= 130_000
