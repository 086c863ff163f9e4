"""QczFile and open: .qcz files as file objects. What is like bz2 and lzma is in test_stdlib_contract.py."""

from __future__ import annotations

import array
import bz2
import copy
import csv
import io
import lzma
import mmap
import os
import pickle
import stat
import sys
import tarfile
import threading
import time
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from samples import SMALL, synthetic_text

import quasicryth
from quasicryth import QczFile
from quasicryth.base.limits import Limits
from quasicryth.base.progress import Progress
from quasicryth.files.content_reader import ContentReader

TEXT = synthetic_text(20_000)
PACKED = quasicryth.compress(TEXT, 1, block_size=3000)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


class Failing(io.BytesIO):
    """A file whose *method* fails when it has been called so many times."""

    def __init__(self, data: bytes = b"", calls: int = 0) -> None:
        super().__init__(data)
        self.calls = calls

    def _count(self) -> None:
        self.calls -= 1
        if self.calls < 0:
            raise OSError(28, "No space left on device")

    def write(self, data):
        self._count()
        return super().write(data)


class Pipe(io.RawIOBase):
    """Gives bytes in order, a few at a time, and cannot seek."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._data.readinto(memoryview(buffer)[:7])


class Hasty(Pipe):
    """Has nothing but the first piece at the moment, and does not wait for more."""

    def readinto(self, buffer):
        return super().readinto(buffer) if self._data.tell() == 0 else None


# ---- writing ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("size", [1, 100, 3000, 20_000])
def test_writes_the_bytes_of_compress(size, threads):
    with quasicryth.open("new.qcz", "wb", level=1, block_size=3000, threads=threads) as file:
        for start in range(0, len(TEXT), size):
            assert file.write(TEXT[start : start + size]) == len(TEXT[start : start + size])
        assert file.tell() == len(TEXT)
    with open("new.qcz", "rb") as file:
        assert file.read() == PACKED


@pytest.mark.parametrize("name", SMALL)
def test_small_contents_come_back(name):
    with QczFile("new.qcz", "w") as file:
        file.write(SMALL[name])
    with QczFile("new.qcz") as file:
        assert file.read() == SMALL[name]


def test_takes_any_buffer():
    numbers = array.array("Q", range(100))
    pieces = [b"bytes", bytearray(b"bytearray"), memoryview(b"view"), numbers, array.array("Q"), pickle.PickleBuffer(b"x")]
    with QczFile("new.qcz", "w", level=1) as file, mmap.mmap(-1, 1000) as mapped:
        file.write(mapped)
        for piece in pieces:
            assert file.write(piece) == memoryview(piece).nbytes
        with pytest.raises(TypeError):
            file.write("text")
    with QczFile("new.qcz") as file:
        assert file.read() == bytes(1000) + b"bytesbytearrayview" + numbers.tobytes() + b"x"


def test_a_failed_argument_does_not_spoil_the_file():
    with QczFile("new.qcz", "w") as file:
        file.write(b"before ")
        with pytest.raises(TypeError):
            file.write(None)
        file.write(b"after")
    with QczFile("new.qcz") as file:
        assert file.read() == b"before after"


def test_flush_makes_readable_what_was_written():
    target = io.BytesIO()
    with QczFile(target, "w", level=1) as file:
        file.write(b"line\n" * 1000)
        file.flush()
        with QczFile(io.BytesIO(target.getvalue())) as reader:
            assert reader.read(5000) == b"line\n" * 1000
            with pytest.raises(EOFError):
                reader.read(1)
        file.flush()
        file.write(b"more")
    assert quasicryth.decompress(target.getvalue()) == b"line\n" * 1000 + b"more"


def test_writing_cannot_read_nor_reading_write():
    with QczFile("new.qcz", "w") as file:
        assert (file.readable(), file.writable(), file.seekable()) == (False, True, False)
        calls = (file.read, file.read1, file.peek, file.readline, file.__iter__, file.__next__)
        for call in (*calls, lambda: file.seek(0), lambda: file.frames):
            with pytest.raises(io.UnsupportedOperation):
                call()
    with QczFile("new.qcz") as file:
        assert (file.readable(), file.writable(), file.seekable()) == (True, False, True)
        with pytest.raises(io.UnsupportedOperation):
            file.write(b"")
        file.flush()


def test_a_file_that_takes_less_than_it_is_given():
    class Short(io.RawIOBase):
        taken = b""

        def writable(self):
            return True

        def write(self, data):
            self.taken += bytes(data[:100])
            return min(len(data), 100)

    target = Short()
    with QczFile(target, "w", level=1, block_size=3000) as file:
        file.write(TEXT)
    assert target.taken == PACKED


# ---- all or nothing --------------------------------------------------------------------------------------------------------


def test_a_file_appears_whole():
    with open("new.qcz", "wb") as file:
        file.write(b"old")
    with QczFile("new.qcz", "w", level=1, block_size=100) as file:
        file.write(TEXT)
        with open("new.qcz", "rb") as old:
            assert old.read() == b"old"
    assert os.listdir() == ["new.qcz"]
    with QczFile("new.qcz") as file:
        assert file.read() == TEXT


@pytest.mark.parametrize("mode", ["wb", "xb", "ab", "wt", "xt", "at"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_body_that_raises_leaves_nothing(mode, error):
    with pytest.raises(error), quasicryth.open("new.qcz", mode, level=1, block_size=1000) as file:
        file.write("text" * 1000 if "t" in mode else TEXT)
        raise error
    assert file.closed
    assert os.listdir() == []


@pytest.mark.parametrize("mode", ["wb", "ab", "wt", "at"])
def test_a_body_that_raises_leaves_what_was_there(mode):
    with open("old.qcz", "wb") as old:
        old.write(PACKED)
    with pytest.raises(ValueError, match="stop"), quasicryth.open("old.qcz", mode, level=1, block_size=1000) as file:
        file.write("text" * 1000 if "t" in mode else TEXT)
        file.flush()
        raise ValueError("stop")
    assert os.listdir() == ["old.qcz"]
    with open("old.qcz", "rb") as old:
        assert old.read() == PACKED


@pytest.mark.parametrize("mode", ["wb", "wt"])
def test_a_body_that_raises_leaves_no_whole_frame_in_a_file_of_the_callers(mode):
    target = io.BytesIO()
    with pytest.raises(ValueError, match="stop"), quasicryth.open(target, mode, level=1, block_size=1000) as file:
        file.write("text" * 1000 if "t" in mode else TEXT)
        raise ValueError("stop")
    assert not target.closed
    with pytest.raises(quasicryth.QczTruncatedError):
        quasicryth.decompress(target.getvalue())


def test_discard_closes_without_finishing():
    file = QczFile("new.qcz", "w")
    file.write(b"text")
    file.discard()
    file.discard()
    file.close()
    assert file.closed
    assert os.listdir() == []


@pytest.mark.parametrize("mode", ["wb", "wt"])
def test_a_file_that_is_dropped_is_not_finished(mode):
    file = quasicryth.open("new.qcz", mode)
    file.write(b"text" if "b" in mode else "text")
    with pytest.warns(ResourceWarning, match="unclosed file"):
        del file
    assert os.listdir() == []


def test_a_text_file_that_is_dropped_closes_what_is_below_it():
    file = quasicryth.open("new.qcz", "wt")
    file.write("text")
    below = file.buffer
    with pytest.warns(ResourceWarning, match="unclosed file"):
        del file
    assert below.closed
    assert os.listdir() == []


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("calls", range(4))
def test_a_write_that_failed_does_not_end_in_a_whole_frame(calls, threads):
    target = Failing(calls=calls)
    file = QczFile(target, "w", level=1, block_size=2000, threads=threads)
    with pytest.raises(OSError, match="No space"):  # whichever of them is the one
        for start in range(0, len(TEXT), 1000):
            file.write(TEXT[start : start + 1000])
        file.close()
    if not file.closed:
        with pytest.raises(quasicryth.QczError, match="cannot be finished"):
            file.write(b"more")
        with pytest.raises(quasicryth.QczError, match="cannot be finished"):
            file.close()
    assert file.closed
    with pytest.raises(quasicryth.QczTruncatedError):
        quasicryth.decompress(target.getvalue())


def test_a_flush_that_failed_does_not_end_in_a_whole_frame():
    target = Failing(calls=1)  # the header is written
    file = QczFile(target, "w", level=1)
    file.write(TEXT)
    with pytest.raises(OSError, match="No space"):
        file.flush()
    target.calls = 10  # there is room again
    file.flush()  # has nothing to do any more
    for call in (partial(file.write, b"more"), file.close):
        with pytest.raises(quasicryth.QczError, match="cannot be finished"):
            call()
    with pytest.raises(quasicryth.QczTruncatedError):
        quasicryth.decompress(target.getvalue())


def test_a_full_disk_leaves_what_was_there(monkeypatch):
    """The last bytes of what is appended cannot be written: those before them are cut off again."""
    with open("old.qcz", "wb") as old:
        old.write(PACKED)

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    file = QczFile("old.qcz", "a", level=1)
    file.write(TEXT)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        file.close()
    new = QczFile("new.qcz", "w")
    with pytest.raises(OSError, match="No space"):
        new.close()
    assert os.listdir() == ["old.qcz"]
    with open("old.qcz", "rb") as old:
        assert old.read() == PACKED


def test_devices_are_written_into():
    with QczFile(os.devnull, "w") as file:
        file.write(TEXT)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    assert os.listdir() == []


def test_modes_and_links_are_those_of_open():
    with open("plain", "wb"):
        pass
    with QczFile("new.qcz", "w"):
        pass
    assert stat.S_IMODE(os.stat("new.qcz").st_mode) == stat.S_IMODE(os.stat("plain").st_mode)
    os.chmod("new.qcz", 0o640)
    os.symlink("new.qcz", "link.qcz")
    with QczFile("link.qcz", "w") as file:
        file.write(b"through the link")
    assert os.path.islink("link.qcz")
    assert stat.S_IMODE(os.stat("new.qcz").st_mode) == 0o640
    with QczFile("new.qcz") as file:
        assert file.read() == b"through the link"


def test_exclusive_creation():
    with QczFile("new.qcz", "x") as file:
        with open("other", "wb"):
            pass
        file.write(b"text")
    with pytest.raises(FileExistsError):
        QczFile("new.qcz", "x")
    file = QczFile("late.qcz", "x")
    with open("late.qcz", "wb") as late:
        late.write(b"somebody else's")
    with pytest.raises(FileExistsError):
        file.close()
    with open("late.qcz", "rb") as late:
        assert late.read() == b"somebody else's"
    assert sorted(os.listdir()) == ["late.qcz", "new.qcz", "other"]


# ---- appending -------------------------------------------------------------------------------------------------------------


def test_appending_adds_a_frame():
    for part in (b"first ", b"", b"second"):
        with QczFile("log.qcz", "a", level=1) as file:
            file.write(part)
    with QczFile("log.qcz") as file:
        assert len(file.frames) == 3
        assert file.read() == b"first second"


@pytest.mark.parametrize("end", [1, 14, 15, 40, len(PACKED) - 1])
def test_a_torn_frame_is_not_appended_to(end):
    with open("torn.qcz", "wb") as torn:
        torn.write(PACKED + PACKED[:end])
    with pytest.raises(quasicryth.QczTruncatedError, match="ends at byte"):
        QczFile("torn.qcz", "a")
    with open("text", "wb") as text:
        text.write(TEXT)
    with pytest.raises(quasicryth.QczFormatError):
        QczFile("text", "a")
    with open("text", "rb") as text:
        assert text.read() == TEXT


# ---- reading ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("source", [lambda: io.BytesIO(PACKED), lambda: Pipe(PACKED)])
@pytest.mark.parametrize("size", [1, 100, 2999, 20_000, -1])
def test_reads_in_pieces(size, source, threads):
    with QczFile(source(), threads=threads) as file:
        content = b"".join(iter(lambda: file.read(size), b""))
        assert content == TEXT
        assert file.read() == b""


def test_reads_into_buffers():
    with QczFile(io.BytesIO(PACKED)) as file:
        buffer = bytearray(7000)
        assert file.readinto(buffer) == 7000
        assert buffer == TEXT[:7000]
        assert 0 < file.readinto1(buffer) <= 7000
        assert file.readinto(bytearray()) == 0


def test_lines_and_the_rest():
    lines = io.BytesIO(TEXT).readlines()
    with QczFile(io.BytesIO(PACKED)) as file:
        assert list(file) == lines
    with QczFile(io.BytesIO(PACKED)) as file:
        assert next(file) == lines[0]
        assert file.readline() == lines[1]
        assert file.peek(1).startswith(lines[2][:1])
        assert file.readlines() == lines[2:]


def test_starts_where_the_file_object_is():
    source = io.BytesIO(b"header" + PACKED)
    source.seek(6)
    with QczFile(source) as file:
        assert file.read() == TEXT
        assert file.seek(0) == 0
        assert file.read(10) == TEXT[:10]
        assert file.seek(-10, io.SEEK_END) == len(TEXT) - 10
        assert file.read() == TEXT[-10:]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_file_that_does_not_wait_is_not_taken_for_a_cut_one(threads):
    with QczFile(Hasty(PACKED), threads=threads) as file, pytest.raises(BlockingIOError, match="at the moment"):
        file.read()


def test_an_error_is_raised_again():
    damaged = bytearray(PACKED)
    damaged[-60] ^= 1
    for threads in (1, 2):
        with QczFile(io.BytesIO(damaged), threads=threads) as file:
            assert file.read(10) == TEXT[:10]
            for _ in range(3):
                with pytest.raises(quasicryth.QczCorruptError):
                    file.read()
            file.seek(0)
            assert file.read(10) == TEXT[:10]
            with pytest.raises(quasicryth.QczCorruptError):
                file.read()


def test_a_block_that_failed_fails_again_after_a_seek():
    damaged = bytearray(PACKED)
    damaged[-60] ^= 1  # in the last block
    with QczFile(io.BytesIO(damaged)) as file:
        for place in (0, 18_000, 17_999, 18_000):
            file.seek(place)
            with pytest.raises(quasicryth.QczCorruptError):
                file.read()


def test_a_cut_file_is_read_to_the_cut():
    for end in (len(PACKED) - 1, len(PACKED) - 30):
        with QczFile(io.BytesIO(PACKED[:end])) as file, pytest.raises(EOFError):
            while file.read(1000):
                pass


def test_everything_is_checked_at_the_end():
    from frames.writer import block, entry, frame_header, tail

    wrong = frame_header() + block(b"xyz") + tail(b"xyz", entry(block(b"xyz"), b"xyz"), checksum=0)
    with QczFile(io.BytesIO(wrong)) as file:
        assert file.read(3) == b"xyz"
        with pytest.raises(quasicryth.QczCorruptError, match="checksum"):
            file.read(1)


# ---- text ------------------------------------------------------------------------------------------------------------------


def test_text_is_utf_8_everywhere():
    with quasicryth.open("new.qcz", "wt", newline="\n") as file:
        print("naïve Größe", "天地", file=file)
        assert file.buffer.mode == "wb"
    with open("new.qcz", "rb") as packed:
        assert quasicryth.decompress(packed.read()) == "naïve Größe 天地\n".encode()
    with quasicryth.open("new.qcz", "rt") as file:
        assert file.read() == "naïve Größe 天地\n"
        file.seek(0)
        assert list(file) == ["naïve Größe 天地\n"]


def test_what_reads_and_writes_text():
    rows = [["word", "count"], ["the", "5"], ["multi\nline", "1"]]
    with quasicryth.open("new.qcz", "wt", newline="") as file:
        csv.writer(file).writerows(rows)
    with quasicryth.open("new.qcz", "rt", newline="") as file:
        assert list(csv.reader(file)) == rows


@pytest.mark.parametrize(("write", "read"), [("w|", "r|"), ("w", "r")])
def test_tar_archives(write, read):
    with quasicryth.open("new.tar.qcz", "wb", level=1, block_size=4000) as file:
        if write == "w":
            plain = io.BytesIO()
            with tarfile.open(fileobj=plain, mode=write) as archive:
                info = tarfile.TarInfo("text")
                info.size = len(TEXT)
                archive.addfile(info, io.BytesIO(TEXT))
            file.write(plain.getvalue())
        else:
            with tarfile.open(fileobj=file, mode=write) as archive:
                info = tarfile.TarInfo("text")
                info.size = len(TEXT)
                archive.addfile(info, io.BytesIO(TEXT))
    with quasicryth.open("new.tar.qcz") as file, tarfile.open(fileobj=file, mode=read) as archive:
        member = archive.next()
        assert archive.extractfile(member).read() == TEXT


# ---- arguments and states --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["", "q", "rw", "r+", "wbt", "rbt", "tt", "bt", "U", 3, None])
def test_wrong_modes(mode):
    with pytest.raises(ValueError, match="mode"):
        quasicryth.open(io.BytesIO(PACKED), mode)


@pytest.mark.parametrize(
    ("mode", "arguments", "error"),
    [
        ("r", {"level": 3}, TypeError),
        ("r", {"engine": "mix"}, TypeError),
        ("r", {"block_size": 100}, TypeError),
        ("w", {"max_length": 3}, TypeError),
        ("w", {"memlimit": 3}, TypeError),
        ("w", {"level": 11}, ValueError),
        ("w", {"threads": -1}, ValueError),
        ("r", {"threads": -1}, ValueError),
        ("r", {"max_length": -1}, ValueError),
        ("r", {"nonsense": 1}, TypeError),
        ("rb", {"encoding": "utf-8"}, ValueError),
        ("rb", {"newline": ""}, ValueError),
        ("rt", {"encoding": "nonsense"}, LookupError),
    ],
)
def test_wrong_arguments_leave_nothing_open(mode, arguments, error):
    with open("old.qcz", "wb") as file:
        file.write(PACKED)
    with pytest.raises(error):
        quasicryth.open("old.qcz", mode, **arguments)
    assert os.listdir() == ["old.qcz"]


def test_names_that_cannot_be():
    for mode in ("r", "w", "x", "a"):
        for name, error in (("", FileNotFoundError), ("no/such/folder", FileNotFoundError), (".", IsADirectoryError)):
            with pytest.raises(error):
                QczFile(name, mode)
        for file in (3, 3.5, None, object()):
            with pytest.raises(TypeError):
                QczFile(file, mode)
    with pytest.raises(FileNotFoundError):
        QczFile("missing")


def test_the_raw_reader_by_itself_says_what_it_cannot_do():
    reader = ContentReader(Pipe(PACKED), Limits(), 1, Progress(None))
    assert not reader.seekable()
    for call in (partial(reader.seek, 0), partial(reader.read_range, 0, 1)):
        with pytest.raises(io.UnsupportedOperation, match="not seekable"):
            call()
    assert reader.read(3) == TEXT[:3]
    reader.close()
    for call in (partial(reader.readinto, bytearray(1)), reader.readall, reader.tell, partial(reader.seek, 0)):
        with pytest.raises(ValueError, match="closed file"):
            call()
    with pytest.raises(ValueError, match="closed file"):
        reader.read_range(0, 1)


def test_what_is_closed_says_so():
    with open("old.qcz", "wb") as old:
        old.write(PACKED)
    for mode in ("r", "w"):
        file = QczFile("old.qcz", mode)
        file.close()
        file.close()
        calls = (file.read, file.tell, file.fileno, file.readable, file.seekable, file.flush, file.__iter__, file.__enter__)
        arguments = (partial(file.write, b""), partial(file.read_range, 0), partial(getattr, file, "name"))
        for call in calls + arguments:
            with pytest.raises(ValueError, match="closed"):
                call()
        assert "QczFile" in repr(file)


def test_names_and_descriptors():
    for name in ("new.qcz", b"new.qcz", os.path.abspath("new.qcz")):
        with QczFile(name, "w") as file:
            assert file.name == name
            assert os.fstat(file.fileno()).st_size == 0
    with open("new.qcz", "rb") as source, QczFile(source) as file:
        assert (file.name, file.mode, file.fileno()) == ("new.qcz", "rb", source.fileno())
    with QczFile(io.BytesIO(PACKED)) as file, pytest.raises(AttributeError):
        _ = file.name


def test_progress_is_told_after_each_block_and_may_stop_the_work():
    told: list[tuple[int, int | None]] = []
    with QczFile("new.qcz", "w", level=1, block_size=8000, progress=lambda *numbers: told.append(numbers)) as file:
        file.write(TEXT)
    assert told == [(8000, None), (16_000, None), (20_000, None)]
    told.clear()
    with QczFile("new.qcz", progress=lambda *numbers: told.append(numbers)) as file:
        assert file.read() == TEXT
    assert told == [(8000, None), (16_000, None), (20_000, None)]

    def stop(done, total):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), QczFile("other.qcz", "w", level=1, block_size=8000, progress=stop) as file:
        file.write(TEXT)
    assert os.listdir() == ["new.qcz"]


def test_one_file_in_many_threads():
    with QczFile("new.qcz", "w", level=1, block_size=1000) as file:
        threads = [threading.Thread(target=lambda: [file.write(b"a whole line\n") for _ in range(200)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with QczFile("new.qcz") as file:
        lines: list[bytes] = []
        threads = [threading.Thread(target=lambda: lines.extend(iter(file.readline, b""))) for _ in range(8)]
        threads += [threading.Thread(target=lambda: [file.read_range(5000, 6000) for _ in range(20)])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert lines == [b"a whole line\n"] * 1600


def test_one_file_written_in_many_threads():
    """The file takes one block after the other, though the first of them take long."""

    class Slow(io.BytesIO):
        calls = 0

        def write(self, data):
            self.calls += 1
            time.sleep(0.003 if self.calls % 2 else 0)
            return super().write(data)

    target = Slow()
    parts = [bytes([65 + number]) * 500 for number in range(4)]
    with QczFile(target, "w", level=1, block_size=500) as file:
        threads = [threading.Thread(target=lambda part=part: [file.write(part) for _ in range(4)]) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(quasicryth.decompress(target.getvalue())) == sorted(b"".join(parts) * 4)


def test_iteration_in_threads_goes_with_all_other_calls():
    packed = quasicryth.compress(b"a whole line\n" * 20_000, 1, block_size=5000)
    with QczFile(io.BytesIO(packed)) as file:
        lines: list[bytes] = []
        others = [file.peek, file.tell, lambda: file.read1(0), lambda: file.read_range(5000, 6000), lambda: file.content_size]
        threads = [threading.Thread(target=lambda: lines.extend(file), daemon=True) for _ in range(4)]
        threads += [
            threading.Thread(target=lambda call=call: [call() for _ in range(200)], daemon=True)  # type: ignore[misc]
            for call in others
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
    assert lines == [b"a whole line\n"] * 20_000


def test_iteration_goes_on_where_it_was_left():
    with QczFile(io.BytesIO(PACKED)) as file:
        for line in file:
            first = line
            break
        assert file.tell() == len(first)
        second = next(file)
        rest = b"".join(file)
        assert first + second + rest == TEXT
        assert list(file) == []


@given(data=st.data())
def test_iteration_goes_with_all_other_calls(data):
    """As in a file that is not compressed, whatever is done between two lines, and with two loops at a time."""
    content = b"".join(b"%d" % number * data.draw(st.integers(0, 9)) + b"\n" for number in range(60)) + b"the end"
    packed = quasicryth.compress(content, 1, block_size=data.draw(st.integers(10, 500)))
    calls = {
        "next": lambda file, loops, _: next(file, None),
        "loop": lambda file, loops, number: next(loops[number % 2], None),
        "read": lambda file, loops, number: file.read(number),
        "readline": lambda file, loops, number: file.readline(number),
        "readinto": lambda file, loops, number: file.readinto(bytearray(number)),
        "seek": lambda file, loops, number: file.seek(number),
        "tell": lambda file, loops, _: file.tell(),
    }
    with QczFile(io.BytesIO(packed)) as ours, io.BytesIO(content) as theirs:
        loops, their_loops = (iter(ours), iter(ours)), (iter(theirs), iter(theirs))
        for name, number in data.draw(st.lists(st.tuples(st.sampled_from(sorted(calls)), st.integers(0, 300)), max_size=40)):
            if name == "loop" and theirs.tell() >= len(content):
                continue  # a loop that has come to the end does not begin again
            assert calls[name](ours, loops, number) == calls[name](theirs, their_loops, number), name


def test_lines_of_files_that_are_closed_or_written_are_refused():
    with QczFile(io.BytesIO(PACKED)) as file:
        lines = iter(file)
        assert next(lines) == file.read_range(0, TEXT.index(b"\n") + 1)
    for call in (file.readline, file.__iter__, file.__next__, lines.__next__):
        with pytest.raises(ValueError, match="closed file"):
            call()
    with QczFile(io.BytesIO(PACKED)) as file:
        lines = iter(file)
        next(lines)
    with pytest.raises(ValueError, match="closed file"):
        next(lines)  # though there were more lines at hand
    with QczFile(io.BytesIO(), "w") as file:
        for call in (file.readline, file.__iter__, file.__next__):
            with pytest.raises(io.UnsupportedOperation):
                call()


# ---- beside what Python has ------------------------------------------------------------------------------------------------


class BesideLzma(RuleBasedStateMachine):
    """The same calls on a file of ours, of lzma and of bz2: the same results."""

    @initialize(content=st.binary(max_size=3000), block_size=st.integers(1, 1000), frames=st.integers(1, 3), data=st.data())
    def open(self, content, block_size, frames, data):
        threads = data.draw(st.integers(1, 2))
        parts = [content[len(content) * i // frames : len(content) * (i + 1) // frames] for i in range(frames)]
        ours = b"".join(quasicryth.compress(part, 1, block_size=block_size) for part in parts)
        self.files = [
            QczFile(io.BytesIO(ours), threads=threads),
            lzma.open(io.BytesIO(b"".join(map(lzma.compress, parts)))),  # noqa: SIM115  # closed by teardown
            bz2.BZ2File(io.BytesIO(b"".join(map(bz2.compress, parts)))),
        ]
        self.content = content

    def same(self, call):
        results = [call(file) for file in self.files]
        assert results[1:] == results[:-1]
        return results[0]

    @rule(size=st.integers(-1, 2000))
    def read(self, size):
        self.same(lambda file: file.read(size))

    @rule(size=st.integers(-1, 500))
    def readline(self, size):
        self.same(lambda file: file.readline(size))

    @rule(size=st.integers(0, 2000))
    def readinto(self, size):
        buffers = [bytearray(size) for _ in self.files]
        counts = [file.readinto(buffer) for file, buffer in zip(self.files[:2], buffers, strict=False)]
        self.files[2].readinto(buffers[2])
        # How much comes at once is up to the file, but for nothing.
        least = min(counts)
        assert buffers[0][:least] == buffers[1][:least]
        place = self.files[0].tell()
        for file in self.files:
            file.seek(place)

    @rule(offset=st.integers(-4000, 4000), whence=st.integers(0, 2))
    def seek(self, offset, whence):
        self.same(lambda file: file.seek(offset, whence))

    @rule(start=st.integers(-3500, 3500), stop=st.none() | st.integers(-3500, 3500))
    def read_range(self, start, stop):
        assert self.files[0].read_range(start, stop) == self.content[start:stop]

    @invariant()
    def tell(self):
        if hasattr(self, "files"):
            self.same(lambda file: file.tell())

    def teardown(self):
        for file in getattr(self, "files", []):
            file.close()


TestBesideLzma = BesideLzma.TestCase
TestBesideLzma.settings = settings(stateful_step_count=25)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_no_descriptor_is_left_open():
    with open("bad.qcz", "wb") as bad:
        bad.write(b"bad")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        with QczFile("new.qcz", "w") as file:
            file.write(b"text")
        with QczFile("bad.qcz") as file, pytest.raises(quasicryth.QczError):
            file.read()
        with pytest.raises(quasicryth.QczError):
            QczFile("bad.qcz", "a")
    assert len(os.listdir("/proc/self/fd")) == before


# ---- hard use --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1 << 40, sys.maxsize, sys.maxsize + 1])
def test_sizes_that_no_memory_has(size):
    with QczFile(io.BytesIO(PACKED)) as file:
        assert 0 < len(file.read1(size)) <= len(TEXT)
        assert file.seek(0) == 0
        assert file.read(size) == TEXT
        assert file.read(size) == b""


def test_an_object_that_is_made_again_drops_what_it_was():
    file = QczFile("first.qcz", "w")
    file.write(b"never finished")
    file.__init__("second.qcz", "w")
    file.write(b"finished")
    file.close()
    assert os.listdir() == ["second.qcz"]


@pytest.mark.parametrize("mode", ["rb", "wb", "rt"])
def test_files_are_neither_pickled_nor_copied(mode):
    """A copy that is dropped would close, or discard, the file of the other."""
    with QczFile("old.qcz", "w") as old:
        old.write(b"text")
    with quasicryth.open("old.qcz", mode) as file:
        for call in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot"):
                call(file)
        with pytest.raises(TypeError, match="cannot"):
            copy.copy(quasicryth.AsyncQczFile(file))


@pytest.mark.parametrize("result", [None, 0])
def test_a_raw_file_that_takes_nothing_is_an_error(result):
    class Full(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return result

    file = QczFile(Full(), "w", level=1)
    with pytest.raises(BlockingIOError):
        file.write(TEXT)
    with pytest.raises(quasicryth.QczError, match="cannot be finished"):
        file.close()


def test_exclusive_creation_is_refused_for_devices_too():
    with pytest.raises(FileExistsError):
        QczFile(os.devnull, "x")


@pytest.mark.skipif(os.name == "nt", reason="there are no such locks")
def test_two_at_once_do_not_append_to_a_file():
    """Each would write over what the other did."""
    with QczFile("log.qcz", "a", level=1) as file:
        file.write(b"first ")
    with QczFile("log.qcz", "a", level=1) as file:
        with pytest.raises(BlockingIOError, match="appended"):
            QczFile("log.qcz", "a")
        file.write(b"second ")
    with QczFile("log.qcz", "a", level=1) as file:
        file.write(b"third")
    with QczFile("log.qcz") as file:
        assert file.read() == b"first second third"


def test_text_that_cannot_be_written_leaves_no_file(monkeypatch):
    """Text waits in the text file until it is closed; what interrupts its way must not lose it and finish the file all the same."""
    file = quasicryth.open("new.qcz", "wt", level=1)
    file.write("waiting")

    def interrupt(self, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(QczFile, "write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        file.close()
    assert file.closed
    assert os.listdir() == []


@pytest.mark.parametrize("threads", [1, 2])
def test_files_that_grow_or_shrink_while_they_are_open(threads):
    with open("old.qcz", "wb") as old:
        old.write(PACKED)
    with QczFile("old.qcz", threads=threads) as file:
        assert file.content_size == len(TEXT)
        with QczFile("old.qcz", "a", level=1) as more:
            more.write(b"more")
        assert file.read_range(-10) == TEXT[-10:]
        os.truncate("old.qcz", len(PACKED) // 2)
        with pytest.raises(quasicryth.QczTruncatedError):
            file.read_range(-10)
        assert file.read_range(0, 10) == TEXT[:10]
        file.seek(0)
        with pytest.raises(quasicryth.QczTruncatedError):
            file.read()
