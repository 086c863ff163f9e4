"""Compressor and Decompressor: data that comes and goes piece by piece."""

from __future__ import annotations

import pickle
import random
import sys
import threading
import time

import pytest
from frames.writer import block, entry, frame_header, tail
from hypothesis import given
from hypothesis import strategies as st
from samples import random_bytes, synthetic_text

import quasicryth
import quasicryth.frames.decoder
from quasicryth import Compressor, Decompressor
from quasicryth.base.limits import Limits
from quasicryth.frames.decoder import FrameDecoder
from quasicryth.frames.parser import FrameParser

TEXT = synthetic_text(20_000)
PACKED = quasicryth.compress(TEXT, 1, block_size=3000)


def decompress_in(sizes, data: bytes, max_length: int = -1, **options) -> tuple[bytes, Decompressor]:
    """Give *data* to a Decompressor in pieces of *sizes*, over and over, and take at most *max_length* bytes at a time."""
    decompressor = Decompressor(**options)
    content = []
    position = turn = 0
    while not decompressor.eof and (position < len(data) or not decompressor.needs_input):
        piece = b""
        if decompressor.needs_input:
            piece = data[position : position + sizes[turn % len(sizes)]]
            position += len(piece)
            turn += 1
        content.append(decompressor.decompress(piece, max_length))
        assert max_length < 0 or len(content[-1]) <= max_length
    return b"".join(content), decompressor


# ---- compressing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 7, 2999, 3000, 3001, 9000, 100_000])
def test_pieces_of_any_size_give_the_bytes_of_one_call(size, threads):
    compressor = Compressor(1, block_size=3000, threads=threads)
    pieces = [compressor.compress(TEXT[start : start + size]) for start in range(0, len(TEXT), size)]
    assert b"".join(pieces) + compressor.flush() == PACKED


@given(st.lists(st.binary(max_size=300), max_size=20), st.integers(1, 400), st.sampled_from([1, 2]))
def test_any_pieces_come_back(pieces, block_size, threads):
    compressor = Compressor(1, block_size=block_size, threads=threads)
    packed = b"".join([compressor.compress(piece) for piece in pieces]) + compressor.flush()
    assert packed == quasicryth.compress(b"".join(pieces), 1, block_size=block_size)
    assert quasicryth.decompress(packed, threads=threads) == b"".join(pieces)


def test_blocks_come_out_when_they_are_full():
    compressor = Compressor(1, block_size=1000)
    assert len(compressor.compress(b"")) == 15
    assert compressor.compress(TEXT[:999]) == b""
    assert compressor.compress(TEXT[999:1000]) != b""


@pytest.mark.parametrize("threads", [1, 2])
def test_what_was_flushed_can_be_decompressed(threads):
    compressor, decompressor = Compressor(1, threads=threads), Decompressor()
    for start in range(0, 3000, 1000):
        packed = compressor.compress(TEXT[start : start + 1000], Compressor.FLUSH_BLOCK)
        assert decompressor.decompress(packed) == TEXT[start : start + 1000]
    assert compressor.flush(Compressor.FLUSH_BLOCK) == b""
    assert not decompressor.eof
    assert decompressor.decompress(compressor.flush()) == b""
    assert decompressor.eof


def test_a_frame_that_was_ended_is_followed_by_another():
    compressor = Compressor(1)
    first = compressor.compress(b"first ", Compressor.FLUSH_FRAME)
    second = compressor.compress(b"second") + compressor.flush()
    empty = compressor.flush()
    assert first == quasicryth.compress(b"first ", 1)
    assert empty == quasicryth.compress(b"", 1)
    assert quasicryth.decompress(first + second + empty) == b"first second"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [({"level": 10}, ValueError), ({"threads": -1}, ValueError), ({"threads": "2"}, TypeError), ({"block_size": 0}, ValueError)],
)
def test_wrong_arguments(arguments, error):
    with pytest.raises(error):
        Compressor(**arguments)


def test_wrong_modes_and_data():
    compressor = Compressor(1)
    for mode in (-1, 3, "flush"):
        with pytest.raises(ValueError, match="mode"):
            compressor.compress(b"", mode)
    with pytest.raises(ValueError, match="mode"):
        compressor.flush(Compressor.CONTINUE)
    with pytest.raises(TypeError):
        compressor.compress("text")
    assert quasicryth.decompress(compressor.compress(b"still good") + compressor.flush()) == b"still good"
    decompressor = Decompressor()
    for wrong in (1.0, "1", None):
        with pytest.raises(TypeError, match="max_length must be an int"):
            decompressor.decompress(b"", wrong)
    assert decompressor.decompress(quasicryth.compress(b"still good")) == b"still good"


@pytest.mark.parametrize("threads", [1, 2])
def test_a_compressor_that_failed_does_not_finish_its_frame(monkeypatch, threads):
    import quasicryth.frames.encoder

    compressor = Compressor(1, block_size=1000, threads=threads)
    start = compressor.compress(TEXT[:1500])
    encode = quasicryth.frames.encoder.encode_block

    def fail(content, *arguments):
        raise MemoryError("no memory")

    monkeypatch.setattr(quasicryth.frames.encoder, "encode_block", fail)
    with pytest.raises(MemoryError):
        compressor.compress(TEXT[1500:], Compressor.FLUSH_BLOCK)
    monkeypatch.setattr(quasicryth.frames.encoder, "encode_block", encode)
    for call in (compressor.flush, lambda: compressor.compress(b"more")):
        with pytest.raises(quasicryth.QczError, match="earlier call failed"):
            call()
    with pytest.raises(quasicryth.QczTruncatedError):
        quasicryth.decompress(start)


# ---- decompressing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("max_length", [-1, 1, 100, 3000, 3001, 1 << 20])
@pytest.mark.parametrize("size", [1, 10, 1000, 1 << 20])
def test_pieces_of_any_size_decompress(size, max_length, threads):
    content, decompressor = decompress_in([size], PACKED, max_length, threads=threads)
    assert content == TEXT
    assert (decompressor.eof, decompressor.needs_input, decompressor.unused_data) == (True, False, b"")


@given(st.lists(st.integers(1, 2000), min_size=1), st.integers(-1, 5000).filter(bool), st.binary(max_size=50))
def test_any_cuts_decompress_and_leave_what_follows(sizes, max_length, following):
    content, decompressor = decompress_in(sizes, PACKED + following, max_length)
    assert content == TEXT
    assert following.startswith(decompressor.unused_data)


def test_what_follows_the_frame_is_left():
    decompressor = Decompressor()
    assert decompressor.unused_data == b""
    assert decompressor.decompress(PACKED + PACKED + b"junk") == TEXT
    assert decompressor.unused_data == PACKED + b"junk"
    with pytest.raises(EOFError):
        decompressor.decompress(b"")


def test_nothing_is_more_input_needed():
    decompressor = Decompressor()
    assert decompressor.needs_input
    assert decompressor.decompress(b"") == b""
    assert decompressor.decompress(PACKED[:100], 0) == b""
    assert decompressor.decompress(PACKED[100:], 0) == b""
    assert not decompressor.needs_input
    assert decompressor.decompress(b"", 5) == TEXT[:5]
    assert decompressor.decompress(b"") == TEXT[5:]


def test_the_end_of_the_frame_is_seen_with_the_last_byte():
    decompressor = Decompressor()
    assert decompressor.decompress(PACKED, len(TEXT)) == TEXT
    assert decompressor.eof


def test_memory_that_was_given_may_change():
    data = bytearray(PACKED)
    decompressor = Decompressor()
    start = decompressor.decompress(data, 10)
    data[:] = bytes(len(data))
    assert start + decompressor.decompress(b"") == TEXT


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_damage_is_raised_again_and_again(size, threads):
    generator = random.Random(size)
    for position in generator.sample(range(len(PACKED)), 60 if size == 1 else 200):
        damaged = bytearray(PACKED)
        damaged[position] ^= 1 << generator.randrange(8)
        decompressor = Decompressor(threads=threads)
        with pytest.raises(quasicryth.QczError) as caught:
            for start in range(0, len(damaged), size):
                decompressor.decompress(bytes(damaged[start : start + size]))
        for data in (b"", PACKED):
            with pytest.raises(type(caught.value), match=r".+"):
                decompressor.decompress(data)
        assert not decompressor.eof


def test_other_formats_are_refused_at_the_first_wrong_byte():
    for data in (b"P", b"\x91QCX"):
        with pytest.raises(quasicryth.QczFormatError):
            Decompressor().decompress(data)


def test_a_cut_frame_is_never_at_its_end():
    for end in range(0, len(PACKED), 97):
        content, decompressor = decompress_in([1000], PACKED[:end])
        assert TEXT.startswith(content)
        assert (decompressor.eof, decompressor.needs_input) == (False, True)


def test_limits_of_the_whole_frame():
    assert decompress_in([500], PACKED, max_length=-1)[0] == TEXT
    with pytest.raises(quasicryth.QczLimitError, match="longer than the limit"):
        Decompressor(max_length=len(TEXT) - 1).decompress(PACKED)
    assert Decompressor(max_length=len(TEXT)).decompress(PACKED) == TEXT
    with pytest.raises(quasicryth.QczLimitError, match="limit is 1000"):
        Decompressor(memlimit=1000).decompress(PACKED)
    for arguments, error in (({"max_length": -1}, ValueError), ({"memlimit": 1.5}, TypeError), ({"threads": -1}, ValueError)):
        with pytest.raises(error):
            Decompressor(**arguments)


@pytest.mark.slow
def test_byte_by_byte_takes_linear_time():
    """Twice the bytes take about twice the time, whatever the machine: four times would be quadratic."""

    def seconds(size: int) -> float:
        data = quasicryth.compress(random_bytes(size), 1, block_size=1 << 20)
        start = time.process_time()
        decompress_in([1], data)
        return time.process_time() - start

    small, large = min(seconds(50_000) for _ in range(3)), min(seconds(400_000) for _ in range(2))
    assert large < 20 * small


@pytest.mark.slow
def test_large_input_taken_in_small_pieces_takes_linear_time():
    def seconds(size: int) -> float:
        data = quasicryth.compress(random_bytes(size), 1, block_size=10_000)
        start = time.process_time()
        decompress_in([len(data)], data, 1000)
        return time.process_time() - start

    small, large = min(seconds(1 << 20) for _ in range(3)), min(seconds(8 << 20) for _ in range(2))
    assert large < 20 * small


# ---- both ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Compressor, Decompressor])
def test_cannot_be_pickled(kind):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(kind(), protocol)


def test_one_compressor_in_many_threads():
    compressor = Compressor(1, block_size=1000)
    pieces: list[bytes] = []
    together = threading.Barrier(8)

    def work() -> None:
        together.wait()
        for _ in range(50):
            pieces.append(compressor.compress(b"the same line\n" * 3))  # noqa: PERF401

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What came out in which order is up to the callers; how much went in is not.
    assert sum(map(len, pieces)) + len(compressor.flush()) == len(
        quasicryth.compress(b"the same line\n" * 1200, 1, block_size=1000)
    )


def test_one_decompressor_in_many_threads():
    decompressor = Decompressor()
    sizes: list[int] = []
    decompressor.decompress(PACKED[:-1], 0)

    def work() -> None:
        while piece := decompressor.decompress(b"", 7):
            sizes.append(len(piece))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sizes) == len(TEXT)


def test_a_frame_of_nothing_ends_without_room_for_content():
    decompressor = Decompressor()
    assert decompressor.decompress(quasicryth.compress(b""), 0) == b""
    assert (decompressor.eof, decompressor.needs_input) == (True, False)


def test_nothing_of_the_callers_is_held_after_an_error():
    for change in (lambda data: data.__setitem__(100, data[100] ^ 1), lambda data: data.extend(b"")):
        data = bytearray(PACKED)
        change(data)
        decompressor = Decompressor(max_length=5000)
        try:
            decompressor.decompress(data)
        except quasicryth.QczError:
            data.clear()  # raises if somebody holds it, the traceback too
        assert not data
        with pytest.raises(quasicryth.QczError):
            decompressor.decompress(bytearray(PACKED))


def test_what_follows_a_wrong_frame_is_not_kept():
    wrong = block(b"xyz")
    data = frame_header() + wrong + tail(b"xyz", entry(wrong, b"xyz"), checksum=0) + b"what follows"
    before = sys.getrefcount(data)
    decompressor = Decompressor()
    assert decompressor.decompress(data, 0) == b""
    assert sys.getrefcount(data) > before
    with pytest.raises(quasicryth.QczCorruptError):
        decompressor.decompress(b"")
    assert sys.getrefcount(data) == before


def test_an_interruption_between_blocks_is_not_forgotten(monkeypatch):
    """What was to be returned is lost with it: what follows cannot be taken for the rest."""
    decompressor = Decompressor()
    with monkeypatch.context() as patched:

        def interrupt(_decompressor):
            raise KeyboardInterrupt

        patched.setattr(Decompressor, "_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            decompressor.decompress(PACKED)
    for _ in range(2):
        with pytest.raises(quasicryth.QczError, match="interrupted"):
            decompressor.decompress(PACKED)


def test_no_block_is_decoded_before_it_is_wanted(monkeypatch):
    decoded = []
    decode = quasicryth.frames.decoder.decode_block

    def count(block, *arguments):
        decoded.append(block.ordinal)
        return decode(block, *arguments)

    monkeypatch.setattr(quasicryth.frames.decoder, "decode_block", count)
    decompressor = Decompressor()
    packed = quasicryth.compress(b"text" * 100, 1, block_size=200)
    for blocks, size in (([], 0), ([0], 200), ([0, 1], 100), ([0, 1], 100)):
        assert len(decompressor.decompress(packed if not blocks else b"", size)) == size
        assert decoded == blocks
    assert decompressor.eof


def test_an_interruption_while_bytes_are_taken_is_not_forgotten(monkeypatch):
    decompressor = FrameDecoder(Limits())
    with monkeypatch.context() as patched:

        def interrupt(_parser, _piece):
            raise KeyboardInterrupt

        patched.setattr(FrameParser, "take", interrupt)
        with pytest.raises(KeyboardInterrupt):
            decompressor.feed(PACKED[:3])
    assert decompressor.wanted == 0
    for _ in range(2):
        with pytest.raises(quasicryth.QczError, match="interrupted"):
            decompressor.pop()


def test_a_decoder_takes_nothing_after_an_error():
    decoder = FrameDecoder(Limits())
    decoder.feed(b"no")
    assert decoder.wanted == 0
    for _ in range(2):
        with pytest.raises(quasicryth.QczFormatError):
            decoder.pop()
