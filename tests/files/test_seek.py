"""Random access: the block index in the tails, and that no more is decoded than is needed."""

from __future__ import annotations

import io
import struct

import pytest
from frames.writer import block, entry, frame_header, low32, segment, tail, varint
from hypothesis import given
from hypothesis import strategies as st
from samples import CountingFile, random_bytes, synthetic_text

import quasicryth
import quasicryth.frames.blocks
import quasicryth.frames.decoder
from quasicryth import QczFile, get_frame_info, get_frame_size, read_range

TEXT = synthetic_text(20_000)
PACKED = quasicryth.compress(TEXT, 1, block_size=3000)
EMPTY = quasicryth.compress(b"", 1)
FRAMES = EMPTY + PACKED + EMPTY + quasicryth.compress(TEXT[:100], 1, block_size=40) + PACKED + EMPTY
CONTENT = TEXT + TEXT[:100] + TEXT


@pytest.fixture
def decoded(monkeypatch):
    """The sizes of the blocks that are decoded."""
    sizes: list[int] = []
    decode = quasicryth.frames.blocks.decode_block

    def count(block, *arguments):
        sizes.append(block.header.content_size)
        return decode(block, *arguments)

    monkeypatch.setattr(quasicryth.frames.decoder, "decode_block", count)
    return sizes


@pytest.mark.parametrize("threads", [1, 2])
def test_only_the_blocks_that_are_needed_are_decoded(decoded, threads):
    with QczFile(io.BytesIO(PACKED), threads=threads) as file:
        assert file.read_range(6000, 6001) == TEXT[6000:6001]
        assert decoded == [3000]
        assert file.read_range(2999, 6001) == TEXT[2999:6001]
        assert decoded == [3000] * 4
        assert file.read_range(17_000) == TEXT[17_000:]
        assert decoded == [3000] * 5 + [2000]
        assert file.read_range(30_000, 40_000) == file.read_range(100, 100) == file.read_range(200, 100) == b""
        assert len(decoded) == 6


def test_a_seek_decodes_the_block_that_is_there(decoded):
    with QczFile(io.BytesIO(PACKED)) as file:
        file.seek(15_500)
        assert decoded == []
        assert file.read(10) == TEXT[15_500:15_510]
        file.seek(-5, io.SEEK_CUR)
        assert file.read(5) == TEXT[15_505:15_510]
        assert decoded == [3000]
        file.seek(0, io.SEEK_END)
        assert file.read() == b""
        assert decoded == [3000]


def test_no_more_is_read_than_the_tail_and_the_block():
    noise = random_bytes(1 << 20)
    source = CountingFile(quasicryth.compress(noise, 1, block_size=1 << 14))
    assert read_range(source, 500_000, 500_100) == noise[500_000:500_100]
    assert source.read_bytes < (1 << 14) + 1000


@given(st.integers(-50_000, 50_000), st.none() | st.integers(-50_000, 50_000), st.integers(1, 2))
def test_ranges_are_those_of_slices(start, stop, threads):
    assert read_range(io.BytesIO(FRAMES), start, stop, threads=threads) == CONTENT[start:stop]


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 41_000), st.integers(0, 4000)), max_size=10), st.integers(1, 3))
def test_seeks_and_reads_across_frames(places, threads):
    with QczFile(io.BytesIO(FRAMES), threads=threads) as file:
        for place, size in places:
            assert file.seek(place) == min(place, len(CONTENT))
            assert file.read(size) == CONTENT[place : place + size]


def test_reading_goes_on_where_it_was():
    with QczFile(io.BytesIO(FRAMES), threads=2) as file:
        assert file.read(5000) == CONTENT[:5000]
        assert file.read_range(-100) == CONTENT[-100:]
        assert file.tell() == 5000
        assert file.read() == CONTENT[5000:]


def test_the_price_of_paths(tmp_path):
    path = tmp_path / "new.qcz"
    path.write_bytes(FRAMES)
    assert read_range(path, 20_050, 20_150) == CONTENT[20_050:20_150]
    assert read_range(str(path), -10) == CONTENT[-10:]
    with pytest.raises(FileNotFoundError):
        read_range(tmp_path / "missing", 0)


def test_what_the_tails_say():
    with QczFile(io.BytesIO(FRAMES)) as file:
        assert file.content_size == len(CONTENT)
        assert [info.decompressed_size for info in file.frames] == [0, 20_000, 0, 100, 20_000, 0]
        assert sum(info.compressed_size for info in file.frames) == len(FRAMES)
        assert [info.block_count for info in file.frames] == [0, 7, 0, 3, 7, 0]
        assert file.frames[1] == get_frame_info(PACKED)


def test_frame_info():
    from quasicryth.base._checksum import xxh64

    info = get_frame_info(PACKED + b"whatever")
    assert info == quasicryth.FrameInfo(20_000, len(PACKED), 3000, 7, xxh64(TEXT), 2)
    assert get_frame_size(memoryview(FRAMES)) == len(EMPTY)
    assert get_frame_size(PACKED + FRAMES) == len(PACKED)
    for end in range(len(PACKED)):
        with pytest.raises(quasicryth.QczTruncatedError):
            get_frame_size(PACKED[:end])
    with pytest.raises(quasicryth.QczFormatError):
        get_frame_info(b"something else, long enough")
    with pytest.raises(TypeError):
        get_frame_info("text")


def test_nothing_is_decoded_for_the_info(decoded):
    get_frame_info(PACKED)
    with QczFile(io.BytesIO(PACKED)) as file:
        _ = file.frames
    assert decoded == []


def test_a_cut_file_is_known_by_its_end(decoded):
    boundaries = {len(FRAMES) - len(EMPTY)}
    for end in range(len(FRAMES) - 300, len(FRAMES)):
        with QczFile(io.BytesIO(FRAMES[:end])) as file:
            if end in boundaries:
                assert file.content_size == len(CONTENT)
                continue
            with pytest.raises(quasicryth.QczTruncatedError, match="ends at byte"):
                _ = file.frames
            with pytest.raises(quasicryth.QczTruncatedError):
                file.seek(0, io.SEEK_END)
            with pytest.raises(quasicryth.QczTruncatedError):
                file.read_range(0, 10)
            assert decoded == [], end
            assert file.read(10) == CONTENT[:10], end
        decoded.clear()


@pytest.mark.parametrize("junk", [b"\0", b"junk that is long enough to be taken for something", PACKED[40:], PACKED[-12:]])
def test_junk_at_the_end_is_seen_too(junk):
    with QczFile(io.BytesIO(PACKED + junk)) as file, pytest.raises(quasicryth.QczFormatError, match="not a .qcz frame"):
        file.seek(-1, io.SEEK_END)


def test_other_files():
    for data, error in ((b"", quasicryth.QczTruncatedError), (b"text" * 100, quasicryth.QczFormatError)):
        with QczFile(io.BytesIO(data)) as file, pytest.raises(error):
            file.seek(1)


def test_streams_cannot_seek():
    class Stream(io.BytesIO):
        def seekable(self):
            return False

    with QczFile(Stream(PACKED)) as file:
        assert not file.seekable()
        for call in (lambda: file.seek(0), lambda: file.read_range(0), lambda: file.frames):
            with pytest.raises(io.UnsupportedOperation):
                call()
        assert file.read() == TEXT


def test_any_changed_bit_of_the_tail_is_seen():
    start = len(PACKED) - struct.unpack("<I", PACKED[-8:-4])[0]
    for position in range(start, len(PACKED)):
        damaged = bytearray(PACKED)
        damaged[position] ^= 4
        with QczFile(io.BytesIO(damaged)) as file, pytest.raises(quasicryth.QczCorruptError):
            file.seek(5000)


WRONG_NUMBERS = [b"\x83\x00\x03", b"\xff\xff\xff\xff\x7f\x03", b"\x80", b"\x80" * 6]
ABC = block(b"abc")
WRONG_SIZES = [entry(ABC, b"abcd"), entry(ABC + b"d", b"abc"), entry(ABC, b"abc") * 2, b"", varint(len(ABC))]


@pytest.mark.parametrize("content", [b"abc", b"abcd"])
@pytest.mark.parametrize("index", WRONG_NUMBERS + WRONG_SIZES)
def test_tails_that_lie_with_good_checksums(index, content):
    data = frame_header() + ABC + tail(content, index)
    with QczFile(io.BytesIO(data)) as file, pytest.raises(quasicryth.QczCorruptError):
        file.seek(1, io.SEEK_END)
        file.seek(1)
        file.read()


def test_a_tail_cannot_claim_more_than_there_is():
    start = b"\x91E" + bytes(8)
    for size in (0, 21, 23, 1000, 0xFFFFFFFF):
        data = frame_header() + start + low32(start) + struct.pack("<I", size) + b"ZCQ\x91"
        with QczFile(io.BytesIO(data)) as file, pytest.raises(quasicryth.QczCorruptError):
            _ = file.content_size


def test_damage_elsewhere_is_no_hindrance():
    damaged = bytearray(PACKED)
    damaged[100] ^= 1
    assert read_range(io.BytesIO(damaged), 10_000, 10_100) == TEXT[10_000:10_100]
    with pytest.raises(quasicryth.QczCorruptError, match="checksum"):
        read_range(io.BytesIO(damaged), 0, 10)
    for threads in (1, 2):
        with QczFile(io.BytesIO(damaged), threads=threads) as file:
            with pytest.raises(quasicryth.QczCorruptError):
                file.read(10)
            file.seek(10_000)
            assert file.read(100) == TEXT[10_000:10_100]


def test_blocks_that_are_found_by_the_index_are_checked():
    """The one byte that is wrong is in a checksum, and not in what is decoded."""
    wrong = block(b"xyz", [segment(b"xyz", checksum=b"oops")])
    data = frame_header() + ABC + block(b"xyz", [segment(b"xyz", ordinal=1, checksum=b"oops")], 1)
    data += tail(b"abcxyz", entry(ABC, b"abc") + entry(wrong, b"xyz"))
    assert read_range(io.BytesIO(data), 1, 3) == b"bc"
    with pytest.raises(quasicryth.QczCorruptError, match="checksum of its segment 0"):
        read_range(io.BytesIO(data), 3, 4)


def test_a_cut_frame_is_said_to_be_cut_where_it_is():
    for size in (ABC.index(b"abc"), len(ABC) - 1):
        with pytest.raises(quasicryth.QczTruncatedError, match=f"ends at byte {15 + size}, inside block 0"):
            get_frame_info(frame_header() + ABC[:size])


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_what_is_before_an_error_comes_first_after_a_seek_too(threads):
    damaged = bytearray(PACKED)
    damaged[-60] ^= 1  # in the last block
    with QczFile(io.BytesIO(damaged), threads=threads) as file:
        file.seek(12_000)
        assert b"".join(iter(lambda: file.read1(1000), TEXT[17_000:18_000])) == TEXT[12_000:17_000]
        with pytest.raises(quasicryth.QczCorruptError):
            file.read1()


def test_there_is_nothing_before_the_beginning():
    with QczFile(io.BytesIO(PACKED)) as file:
        for offset, whence in ((-1, io.SEEK_SET), (-len(TEXT) - 1, io.SEEK_END), (-1, io.SEEK_CUR)):
            assert file.seek(offset, whence) == file.tell() == 0
            assert file.read(3) == TEXT[:3]
            file.seek(0)
