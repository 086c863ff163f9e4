"""Files that are written whole or not at all: in what order, with whose rights, and what is left when the system refuses."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

import quasicryth
from quasicryth.files.outputs import open_output

TEXT = b"some text to be written. " * 100
PACKED = quasicryth.compress(TEXT, 1)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refuse(number: int):
    """What the system does that cannot do something."""

    def call(*_arguments, **_named):
        raise OSError(number, os.strerror(number))

    return call


@contextmanager
def full_disk(size: int = 0):
    """No file can grow above *size* bytes."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# ---- a crash of the machine ------------------------------------------------------------------------------------------------


@pytest.fixture
def synced(monkeypatch):
    """Is told of each sync: which file or folder, how large, and what names there were."""
    calls = []
    real = os.fsync

    def sync(descriptor: int) -> None:
        real(descriptor)
        status = os.fstat(descriptor)
        calls.append((status.st_ino, None if stat.S_ISDIR(status.st_mode) else status.st_size, "new.qcz" in os.listdir()))

    monkeypatch.setattr(os, "fsync", sync)
    return calls


@pytest.mark.parametrize("mode", ["w", "x", "a"])
def test_a_new_file_is_on_the_disk_before_it_has_its_name_and_then_the_name_is(synced, mode):
    with quasicryth.open("new.qcz", mode, level=1) as file:
        file.write(TEXT)
    made = os.stat("new.qcz")
    assert synced == [(made.st_ino, made.st_size, False), (os.stat(".").st_ino, None, True)]


def test_so_it_is_with_what_the_command_writes(synced):
    Path("source").write_bytes(TEXT)
    for source in (None, os.stat("source")):
        with open_output(Path("new.qcz"), source) as file:
            file.write(PACKED)
        made = os.stat("new.qcz")
        assert synced == [(made.st_ino, len(PACKED), False), (os.stat(".").st_ino, None, True)]
        os.unlink("new.qcz")
        synced.clear()


def test_what_is_appended_is_on_the_disk(synced):
    Path("new.qcz").write_bytes(PACKED)
    with quasicryth.open("new.qcz", "a", level=1) as file:
        file.write(TEXT)
    made = os.stat("new.qcz")
    assert synced == [(made.st_ino, made.st_size, True)]
    assert made.st_size > len(PACKED)


# ---- other people ----------------------------------------------------------------------------------------------------------


def test_nobody_else_can_read_an_output_before_it_has_the_mode_of_its_source():
    Path("source").write_bytes(TEXT)
    Path("source").chmod(0o644)
    before = os.umask(0)
    try:
        with open_output(Path("new"), os.stat("source")):
            (unfinished,) = Path().glob(".*")
            assert stat.S_IMODE(unfinished.stat().st_mode) == 0o600
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.stat("new").st_mode) == 0o644


@pytest.mark.parametrize("special", [stat.S_ISUID, stat.S_ISGID, stat.S_ISVTX])
def test_an_output_does_not_run_as_somebody_else(special):
    Path("source").write_bytes(TEXT)
    Path("source").chmod(0o750 | special)
    with open_output(Path("new"), os.stat("source")):
        pass
    assert stat.S_IMODE(os.stat("new").st_mode) == 0o750


@pytest.mark.skipif(not hasattr(os, "fchown"), reason="there are no groups here")
@pytest.mark.parametrize(("mode", "expected"), [(0o640, 0o600), (0o664, 0o644), (0o671, 0o611), (0o604, 0o604), (0o646, 0o646)])
def test_another_group_gets_no_more_than_everyone_does(monkeypatch, mode, expected):
    """The system does not let the output have the group of its source."""
    monkeypatch.setattr(os, "fchown", refuse(errno.EPERM))
    own = os.stat(".")
    times = {"st_atime_ns": own.st_atime_ns, "st_mtime_ns": own.st_mtime_ns}
    source = SimpleNamespace(st_mode=stat.S_IFREG | mode, st_uid=own.st_uid, st_gid=own.st_gid + 1, **times)
    with open_output(Path("new"), source):
        pass
    assert stat.S_IMODE(os.stat("new").st_mode) == expected


def test_a_file_of_somebody_else_is_not_taken_for_the_unfinished_one(monkeypatch):
    """Whatever name it is given, if there is such a file by then, it is left alone."""
    real = os.open
    others = []

    def open_late(path, flags, *arguments, **named):
        if flags & os.O_CREAT and not others:
            others.append(path)
            Path(path).write_bytes(b"somebody else's")
        return real(path, flags, *arguments, **named)

    monkeypatch.setattr(os, "open", open_late)
    with pytest.raises(FileExistsError):
        quasicryth.open("new.qcz", "w").close()
    assert [Path(path).read_bytes() for path in others] == [b"somebody else's"]


# ---- what a file system may not have ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.EPERM, errno.EMLINK])
def test_where_there_are_no_links_no_file_is_replaced_either(monkeypatch, number):
    monkeypatch.setattr(os, "link", refuse(number))
    with quasicryth.open("new.qcz", "x") as file:
        file.write(TEXT)
    file = quasicryth.open("late.qcz", "x")
    Path("late.qcz").write_bytes(b"somebody else's")
    with pytest.raises(FileExistsError):
        file.close()
    assert Path("late.qcz").read_bytes() == b"somebody else's"
    assert sorted(os.listdir()) == ["late.qcz", "new.qcz"]


def test_a_link_to_nothing_is_there_too():
    os.symlink("nowhere", "new.qcz")
    with pytest.raises(FileExistsError):
        quasicryth.open("new.qcz", "x")
    assert os.listdir() == ["new.qcz"]


def test_without_locks_it_is_appended_all_the_same(monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    monkeypatch.setattr(fcntl, "flock", refuse(errno.ENOLCK))
    for _ in range(2):
        with quasicryth.open("log.qcz", "a", level=1) as file:
            file.write(TEXT)
    with quasicryth.open("log.qcz") as file:
        assert file.read() == 2 * TEXT


def test_a_folder_that_cannot_be_synced_is_no_failure(monkeypatch):
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: refuse(errno.EINVAL)() if stat.S_ISDIR(os.fstat(file).st_mode) else real(file))
    with quasicryth.open("new.qcz", "w") as file:
        file.write(TEXT)
    assert os.listdir() == ["new.qcz"]


# ---- what is left ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_an_output_that_cannot_be_finished_leaves_nothing(monkeypatch, call):
    monkeypatch.setattr(os, call, refuse(errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)) as error, open_output(Path("new"), None) as file:
        file.write(TEXT)
    assert (Path(error.value.filename).name, error.value.filename2) == ("new", None)
    assert os.listdir() == []


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_a_body_that_raises_leaves_no_output(kind):
    with pytest.raises(kind), open_output(Path("new"), None) as file:
        file.write(TEXT)
        raise kind
    assert os.listdir() == []


def test_a_file_that_cannot_even_be_closed_leaves_nothing():
    """As on a disk in the network that is full, which may say so at the end only."""
    with pytest.raises(ValueError, match="stop"), open_output(Path("new"), None) as file:
        file.write(TEXT)
        os.close(file.fileno())
        raise ValueError("stop")
    assert os.listdir() == []


@pytest.mark.parametrize("size", [10, 200_000])
def test_nothing_that_was_waiting_follows_what_was_cut_off(size):
    """Of what is appended and given up, some is still in a block, or all."""
    Path("old.qcz").write_bytes(PACKED)
    with pytest.raises(ValueError, match="stop"), quasicryth.open("old.qcz", "a", level=1, block_size=1000) as file:
        file.write(os.urandom(size))
        raise ValueError("stop")
    assert Path("old.qcz").read_bytes() == PACKED


def test_what_a_file_does_not_take_at_once_is_not_lost():
    with full_disk(1000), pytest.raises(OSError, match=os.strerror(errno.EFBIG)), open_output(Path("new"), None) as file:
        file.write(bytes(3000))  # the system takes 1,000 of them, and says so
    assert os.listdir() == []


def test_a_full_disk_leaves_what_was_appended_to():
    Path("old.qcz").write_bytes(PACKED)
    file = quasicryth.open("old.qcz", "a", level=1)
    with full_disk(), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        file.write(TEXT)
    with pytest.raises(quasicryth.QczError, match="writing failed before"):
        file.close()
    assert file.closed
    assert Path("old.qcz").read_bytes() == PACKED
