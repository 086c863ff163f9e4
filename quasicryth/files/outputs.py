"""Output files that appear whole or not at all.

They are the matter of the process that opened them: one that is forked from it only ever closes its own descriptor of them. None
has a buffer, for a copy of that would be written by the child as well.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeVar, cast

from ..base.buffers import view_bytes
from ..base.forks import this_process
from ..errors import QczError

if TYPE_CHECKING:
    from typing_extensions import Buffer

# Files of this process that are neither committed nor discarded. The lock is held from before one is made: none is made unseen.
_unfinished: set[Path] = set()
_unfinished_lock = Lock()


def _begin_child() -> None:
    global _unfinished_lock
    _unfinished.clear()
    _unfinished_lock = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_child)


Bytes = TypeVar("Bytes", bytes, memoryview)


def write_all(write: Callable[[Bytes], int | None], data: Bytes, is_raw: bool) -> None:
    """Have *write* take *data*, a part at a time if need be. Raises BlockingIOError if it takes nothing.

    Only of raw files None says that nothing was written; others may just not say anything.
    """
    while data:
        count = write(data)
        if count == 0 or (count is None and is_raw):
            raise BlockingIOError(errno.EAGAIN, "the file takes nothing at present")
        data = data[count:] if isinstance(count, int) else data[:0]


class _UnbufferedFile(io.FileIO):
    """A file whose `write` takes all it is given, and keeps nothing of it."""

    def write(self, data: Buffer, /) -> int:
        """Write *data*, all of it, and return how many bytes that were."""
        content = view_bytes(data)
        write_all(super().write, content, is_raw=True)
        return len(content)


def _open_unbuffered(file: Path | int, mode: str) -> BinaryIO:
    return cast("BinaryIO", _UnbufferedFile(os.fspath(file) if isinstance(file, Path) else file, mode))


def _create(path: Path, mode: int) -> BinaryIO:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with _unfinished_lock:
        file = _open_unbuffered(os.open(path, flags, mode), "w+b")
        _unfinished.add(path)
    return file


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Have errors of the system name *path*, not the name that the file has until it is committed."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = os.fspath(path), None
        raise


def remove_unfinished(patience: float) -> None:
    """Remove all files that no output was made of yet, and let no other be made: for a process that ends at once.

    A file that is just being made is waited for, up to *patience* seconds: making it may hang, as the disk it is on may.
    """
    _unfinished_lock.acquire(timeout=patience)
    for path in list(_unfinished):
        with contextlib.suppress(OSError):
            path.unlink()


def _copy_access(source: os.stat_result, descriptor: int) -> None:
    """Give the open file the owner and mode of *source* where the system allows; access is never widened."""
    if hasattr(os, "fchown"):
        with contextlib.suppress(OSError):
            os.fchown(descriptor, source.st_uid, -1)
        with contextlib.suppress(OSError):
            os.fchown(descriptor, -1, source.st_gid)
    if hasattr(os, "fchmod"):
        mode = stat.S_IMODE(source.st_mode) & 0o777
        if os.fstat(descriptor).st_gid != source.st_gid:
            mode &= 0o707 | (mode & 0o007) << 3  # the group is another: it gets no more than everyone does
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, mode)


def _copy_times(source: os.stat_result, descriptor: int) -> None:
    if os.utime in os.supports_fd:
        with contextlib.suppress(OSError):
            os.utime(descriptor, ns=(source.st_atime_ns, source.st_mtime_ns))


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system can open or sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_special(path: Path) -> bool:
    """Return whether *path* is there and neither a file nor a folder: a device or a named pipe, to be written into as it is."""
    return path.exists() and not path.is_file() and not path.is_dir()


def check_absence(path: Path) -> None:
    """Raise FileExistsError if anything has the name *path*."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(path))


# ---- outputs ---------------------------------------------------------------------------------------------------------------


class Output(Protocol):
    """An open binary file, and the two ways to be done with it: exactly one of the two is to be taken, and may be taken once."""

    @property
    def file(self) -> BinaryIO:
        """Where to write."""
        ...

    @property
    def is_ours(self) -> bool:
        """Whether this is the process that opened it. In any other, `discard` closes the file and undoes nothing."""
        ...

    def commit(self) -> None:
        """Make what was written stay, and close the file."""
        ...

    def discard(self) -> None:
        """Undo what was written where that can be done, and close the file."""
        ...


class _OutputOfProcess:
    """Knows which process opened it."""

    def __init__(self) -> None:
        self._process = this_process()

    @property
    def is_ours(self) -> bool:
        """Whether that is this one."""
        return self._process is this_process()

    def _check_process(self) -> None:
        if not self.is_ours:
            raise QczError("only the process that opened the file can finish it")


class AtomicOutput(_OutputOfProcess):
    """A file that gets the name *path* only when it is committed; until then it has another one in the same folder.

    It can be read by its owner only, then gets owner, mode and times of *source* if there is one. With *like_open* instead, owner
    and mode are as after `open(path, "wb")`. With *exclusive*, `commit` raises FileExistsError if there is a file *path* by then.
    """

    def __init__(self, path: Path, source: os.stat_result | None = None, like_open: bool = False, exclusive: bool = False) -> None:
        super().__init__()
        # Through a symbolic link the file that it leads to is replaced, and the link stays.
        self._path = Path(os.path.realpath(path)) if like_open else path
        self._exclusive = exclusive
        self._times = source
        self._access = source
        if like_open and self._path.exists():
            self._access = os.stat(self._path)
        mode = 0o666 if like_open and self._access is None else 0o600
        self._temporary = self._path.with_name(f".qcz-{os.urandom(8).hex()}.part")
        with _naming(self._path):
            self.file = _create(self._temporary, mode)

    def commit(self) -> None:
        """Give the file its attributes, sync it to the disk, and move it into place; on an error nothing is left."""
        self._check_process()
        try:
            with _naming(self._path), self.file:
                if self._access is not None:
                    _copy_access(self._access, self.file.fileno())
                if self._times is not None:
                    _copy_times(self._times, self.file.fileno())
                os.fsync(self.file.fileno())
            with _naming(self._path):
                self._move()
        except BaseException:
            self.discard()
            raise
        _unfinished.discard(self._temporary)
        _sync_folder(self._path.parent)

    def _move(self) -> None:
        if not self._exclusive:
            os.replace(self._temporary, self._path)
            return
        try:
            os.link(self._temporary, self._path)
            self._temporary.unlink()
        except FileExistsError:
            raise
        except OSError:  # not every file system has links
            check_absence(self._path)
            os.replace(self._temporary, self._path)

    def discard(self) -> None:
        """Leave nothing."""
        with contextlib.suppress(OSError):  # a disk may be full, and that be the reason
            self.file.close()
        if not self.is_ours:
            return
        with contextlib.suppress(FileNotFoundError):
            self._temporary.unlink()
        _unfinished.discard(self._temporary)


class DirectOutput(_OutputOfProcess):
    """A device or a named pipe, which is written into as it is."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.file = _open_unbuffered(path, "wb")

    def commit(self) -> None:
        """Close it."""
        self.file.close()

    discard = commit


def _lock(file: BinaryIO, name: Path) -> None:
    """Take the file for this object alone, where the system has such locks; BlockingIOError if somebody else has it."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BlockingIOError(errno.EAGAIN, "something else is being appended to the file", os.fspath(name)) from None
    except OSError:  # not every file system has locks
        return


def _unlock(descriptor: int) -> None:
    """Let go of the file: that it is closed here is not enough where a forked process has it too."""
    try:
        import fcntl
    except ImportError:
        return
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)


class AppendedOutput(_OutputOfProcess):
    """A file that something is appended to, all of it or nothing. It is locked against another of its kind meanwhile."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.file = _open_unbuffered(path, "r+b")
        try:
            _lock(self.file, path)
        except BaseException:
            self.file.close()
            raise
        self._size = self.file.seek(0, os.SEEK_END)

    def commit(self) -> None:
        """Sync the file to the disk and close it; on an error it has its earlier size again."""
        self._check_process()
        try:
            os.fsync(self.file.fileno())
        except BaseException:
            self.discard()
            raise
        _unlock(self.file.fileno())
        self.file.close()

    def discard(self) -> None:
        """Give the file its earlier size again."""
        try:
            if self.is_ours:
                os.truncate(self.file.fileno(), self._size)
                _unlock(self.file.fileno())
        finally:
            self.file.close()


class BorrowedOutput(_OutputOfProcess):
    """A file of the caller's, who closes it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self.file = file

    def commit(self) -> None:
        """Leave it as it is."""

    discard = commit


@contextlib.contextmanager
def open_output(path: Path, source: os.stat_result | None, exclusive: bool = False) -> Iterator[BinaryIO]:
    """Open *path* to write, atomically unless it is a device or a pipe; the output is committed if the body does not raise.

    Without a *source*, owner and mode are as after `open(path, "wb")`; *exclusive* is that of `AtomicOutput`.
    """
    output: Output
    output = DirectOutput(path) if is_special(path) else AtomicOutput(path, source, like_open=source is None, exclusive=exclusive)
    try:
        yield output.file
    except BaseException:
        output.discard()
        raise
    output.commit()
