"""What is intact in damaged files, written out, and the list of what is not."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from ..base.file_bytes import FileBytes, read_at_most
from ..base.limits import Limits
from ..base.progress import Progress, ProgressCallback
from ..base.threads import count_threads
from ..errors import QczFormatError
from ..frames.salvage import Recovery, Restorer
from ..frames.survey import Damage
from .names import Name, is_name
from .outputs import open_output

_PIECE_SIZE = 1 << 20


@contextlib.contextmanager
def _open_bytes(source: Name | BinaryIO) -> Iterator[FileBytes]:
    """Give the bytes of *source*, a path or a binary file object from where it is."""
    with contextlib.ExitStack() as stack:
        if is_name(source):
            file: BinaryIO = stack.enter_context(open(source, "rb"))
        else:
            file = source
        if not file.seekable():
            stream, file = file, cast("BinaryIO", stack.enter_context(tempfile.TemporaryFile()))
            while piece := read_at_most(stream, _PIECE_SIZE):
                file.write(piece)
            file.seek(0)
        yield FileBytes(file)


def restore(
    source: Name | BinaryIO,
    write: Callable[[bytes], object],
    *,
    max_length: int | None = None,
    memlimit: int | None = None,
    threads: int = 1,
    progress: ProgressCallback | None = None,
) -> Recovery:
    """Call *write* with the content of every intact block of *source*, in order; otherwise as `recover`."""
    restorer = Restorer(write, Limits(max_length, memlimit), count_threads(threads), Progress(progress))
    with _open_bytes(source) as data:
        restorer.run(data)
    if not restorer.found:
        raise QczFormatError(f"there is no .qcz frame: {restorer.damages[0].what}")
    return Recovery(restorer.size, tuple(restorer.damages))


def recover(
    source: Name | BinaryIO,
    target: Name | BinaryIO,
    *,
    max_length: int | None = None,
    memlimit: int | None = None,
    threads: int = 1,
    progress: ProgressCallback | None = None,
) -> Recovery:
    """Write the content of every intact block of *source* to *target*, and return what is lost.

    Both are paths or binary file objects. What is lost is left out of *target*; a path is written whole or not at all. The other
    arguments are those of `quasicryth.decompress`.

    Raises QczFormatError, without writing, if there is nothing of a .qcz file in *source*, and QczLimitError as `decompress` does.
    Everything else that is wrong with the data is in the damages.
    """
    limits = {"max_length": max_length, "memlimit": memlimit}
    if not is_name(target):
        return restore(source, target.write, threads=threads, progress=progress, **limits)
    with open_output(Path(os.fsdecode(target)), None) as file:
        return restore(source, file.write, threads=threads, progress=progress, **limits)


def find_damage(
    source: Name | BinaryIO,
    *,
    memlimit: int | None = None,
    threads: int = 1,
    progress: ProgressCallback | None = None,
) -> tuple[Damage, ...]:
    """Return every damage in *source*, a path or a binary file object: none, if `decompress` would return all of it.

    The other arguments are those of `quasicryth.decompress`. Raises QczLimitError as `decompress` does.
    """
    return restore(source, len, memlimit=memlimit, threads=threads, progress=progress).damages
