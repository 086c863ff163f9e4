"""Output files that appear whole or not at all, and the streams of the command."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

STANDARD_STREAM = "-"


def _copy_attributes(source: os.stat_result, descriptor: int) -> None:
    """Give the open file the owner, mode and times of *source* where the system allows; access is never widened."""
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


@contextlib.contextmanager
def open_output(path: Path, source: os.stat_result | None) -> Iterator[BinaryIO]:
    """Open *path* to write, atomically unless it is a device or a pipe."""
    with open(path, "wb") if is_special(path) else _atomic_output(path, source) as file:
        yield file


@contextlib.contextmanager
def _atomic_output(path: Path, source: os.stat_result | None) -> Iterator[BinaryIO]:
    """Open a file to write that gets the name *path* only if the body ends without an exception; else nothing is left.

    It is written under another name in the same folder, readable by its owner only, then given the attributes of *source* if there
    is one, synced to the disk, and moved into place.
    """
    temporary = path.with_name(f".qcz-{secrets.token_hex(8)}.part")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        with open(os.open(temporary, flags, 0o600), "w+b") as file:
            yield file
            file.flush()
            if source is not None:
                _copy_attributes(source, file.fileno())
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


@contextlib.contextmanager
def open_input(name: str) -> Iterator[BinaryIO]:
    """Open the file *name*, or standard input for `-`."""
    if name == STANDARD_STREAM:
        yield sys.stdin.buffer
        return
    with open(name, "rb") as file:
        yield file
