"""`QczFile` and `open`: .qcz files as Python's file objects."""

from __future__ import annotations

import builtins
import io
import os
import warnings
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NoReturn, TypedDict, cast, overload

from ..base.buffers import join, slices, view_bytes
from ..base.forks import ObjectLock
from ..base.limits import Limits
from ..base.progress import Progress, ProgressCallback
from ..base.threads import count_threads
from ..errors import QczError
from ..frames.index import ContentIndex, FrameInfo, read_last_tail
from .compressor import Compressor
from .content_reader import ContentReader
from .inputs import open_input
from .names import Name, is_name
from .outputs import AppendedOutput, AtomicOutput, BorrowedOutput, DirectOutput, Output, check_absence, is_special, write_all

if TYPE_CHECKING:
    from typing import Self, Unpack

    from typing_extensions import Buffer

    BinaryMode = Literal["r", "rb", "w", "wb", "x", "xb", "a", "ab"]
    TextMode = Literal["rt", "wt", "xt", "at"]

_BUFFER_SIZE = 128 << 10
_LARGE_SIZE = 1 << 20


def _write_all(file: BinaryIO, data: bytes) -> None:
    """Write *data* to *file*, which may take a part at a time only. Raises BlockingIOError if it takes nothing."""
    write_all(file.write, data, is_raw=isinstance(file, io.RawIOBase))


def _open_output(path: Path, mode: str) -> Output:
    if mode == "x":
        check_absence(path)
    if is_special(path):
        return DirectOutput(path)
    if mode == "a" and path.exists():
        output = AppendedOutput(path)
        try:
            size = output.file.tell()
            if size:
                # Something appended to a torn frame would be lost with it.
                read_last_tail(output.file, 0, size)
                output.file.seek(size)
        except BaseException:
            output.file.close()
            raise
        return output
    return AtomicOutput(path, like_open=True, exclusive=mode == "x")


class QczFile(io.BufferedIOBase):
    """A .qcz file as a binary file object.

    *file* is a path, or a binary file object, which is used from where it is and not closed. *mode* is `r`, `w`, `x` or `a`, with
    or without a `b`; `a` adds a frame to a file that ends with a whole one.

    For writing, *level*, *engine*, *tiling* and *block_size* are those of `quasicryth.compress`; for reading, *max_length* (bytes
    of content, from its beginning) and *memlimit* (bytes) are those of `quasicryth.decompress`. *threads* work on that many blocks
    at a time; 0 is as many as there are cores. *progress* is called after each block with the bytes of content that were worked on
    and None. In memory is one block, or with *threads* that many and two more, whatever the length of the file; beside what the
    caller was given, that takes what `qcz info` prints for each, and no more than *memlimit* together.

    A path appears when the file is closed, whole; with `a`, what is there changes at once and is cut off again if it comes to
    nothing. If the body of a `with` raises, if a write failed, after `discard` or if the object is dropped without being closed,
    nothing is left under the name, or what was there before; in a file object of the caller's is left a frame without its tail,
    which no reader takes for a whole one.

    Reading from the beginning checks everything; after a seek, which needs a seekable file and the tails of all frames, the blocks
    that are read are checked. Several threads can use the object, one call at a time; a *progress* callback cannot (RuntimeError).

    Only the process that opened a file for writing can write and finish it. One that is forked from it gets a QczError for `write`
    and `flush`, and lets go of the file when it closes, discards or drops it, or ends: to the file, nothing happens. Reading goes
    on in both, from a path each from a position of its own; if another thread was reading at the fork, QczError says so.

    Raises ValueError and TypeError for arguments that are not allowed, OSError as `builtins.open` does, and in reading a QczError,
    as `quasicryth.decompress`; QczTruncatedError is an EOFError too.
    """

    def __init__(
        self,
        file: Name | BinaryIO,
        mode: str = "r",
        *,
        level: int | None = None,
        engine: str | None = None,
        tiling: str | None = None,
        block_size: int | None = None,
        threads: int = 1,
        max_length: int | None = None,
        memlimit: int | None = None,
        progress: ProgressCallback | None = None,
    ) -> None:
        if not getattr(self, "_closed", True):
            self.discard()  # what the object was before
        self._closed = True
        self._lock = ObjectLock()
        self._progress = Progress(progress)
        self._reader: io.BufferedReader | None = None
        self._given: io.BytesIO | None = None  # lines that iteration gives, still in the buffer of the reader
        self._content: ContentReader | None = None
        self._output: Output | None = None
        self._failed = False
        self._position = 0
        self._owned: BinaryIO | None = None
        kind = mode.removesuffix("b") if isinstance(mode, str) else ""
        if kind not in ("r", "w", "x", "a"):
            raise ValueError(f"the mode {mode!r} is not r, w, x or a, with or without b")
        self._mode = "rb" if kind == "r" else "wb"
        self._name: Any = os.fspath(file) if is_name(file) else getattr(file, "name", None)
        if not is_name(file) and not hasattr(file, "read" if kind == "r" else "write"):
            raise TypeError("the file is neither a path nor a binary file object")
        settings = {"level": level, "engine": engine, "tiling": tiling, "block_size": block_size}
        limits = {"max_length": max_length, "memlimit": memlimit}
        for name, value in (settings if kind == "r" else limits).items():
            if value is not None:
                raise TypeError(f"{name} is not for {'reading' if kind == 'r' else 'writing'}")
        if kind == "r":
            self._start_reading(file, Limits(**limits), count_threads(threads))
        else:
            self._compressor = Compressor(
                level, engine=engine, tiling=tiling, block_size=block_size, threads=threads, progress=self._progress.tell
            )
            self._start_writing(file, kind)
        self._closed = False

    def _start_reading(self, file: Name | BinaryIO, limits: Limits, threads: int) -> None:
        if is_name(file):
            self._owned = open_input(file)  # closed by `close`
        self._file = self._owned or cast("BinaryIO", file)
        self._content = ContentReader(self._file, limits, threads, self._progress)
        self._reader = io.BufferedReader(self._content, _BUFFER_SIZE)

    def _start_writing(self, file: Name | BinaryIO, kind: str) -> None:
        if is_name(file):
            path = Path(os.fsdecode(file))
            if not path.name or path.is_dir():
                builtins.open(file, "wb").close()  # says what is wrong with such a name
            self._output = _open_output(path, kind)
        else:
            self._output = BorrowedOutput(file)
        self._file = self._output.file

    # ---- what the object is ------------------------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._closed

    @property
    def name(self) -> Any:
        """The path, or the name that the file object has, if any."""
        self._check_open()
        if self._name is None:
            raise AttributeError("the file object has no name")
        return self._name

    @property
    def mode(self) -> str:
        """`rb` or, in all modes for writing, `wb`."""
        return self._mode

    def readable(self) -> bool:
        """Return whether the file was opened for reading."""
        self._check_open()
        return self._reader is not None

    def writable(self) -> bool:
        """Return whether the file was opened for writing."""
        self._check_open()
        return self._reader is None

    def seekable(self) -> bool:
        """Return whether the file was opened for reading and the compressed file is seekable."""
        return self.readable() and self._reading().seekable()

    def fileno(self) -> int:
        """Return the descriptor of the compressed file."""
        self._check_open()
        return self._file.fileno()

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError("I/O operation on closed file")

    def _reading(self) -> io.BufferedReader:
        self._progress.check()
        self._check_open()
        if self._reader is None:
            raise io.UnsupportedOperation("the file was not opened for reading")
        if self._given is not None:
            self._reader.read(self._take_back())
        return self._reader

    # ---- reading -----------------------------------------------------------------------------------------------------------

    def read(self, size: int | None = -1, /) -> bytes:
        """Return *size* bytes, fewer only at the end; all that are left for -1 and None."""
        with self._lock:
            reader = self._reading()
            if size is None or size == -1:
                return join(self._read_all(reader))
            if size <= _BUFFER_SIZE:
                return reader.read(size)
            return join(self._read_much(reader, size))

    def _read_much(self, reader: io.BufferedReader, size: int) -> Iterator[bytes]:
        """Yield *size* bytes as they come: a BufferedReader would take the memory for all of them first, even if there are few."""
        while size and (piece := reader.read(min(size, _BUFFER_SIZE))):
            size -= len(piece)
            yield piece

    def _read_all(self, reader: io.BufferedReader) -> Iterator[bytes | memoryview]:
        """Yield what is in the buffer, and then what is not: a BufferedReader would have all of it twice."""
        content = cast("ContentReader", self._content)
        if buffered := content.tell() - reader.tell():
            yield reader.read(buffered)
        yield from content.rest()

    def read1(self, size: int = -1, /) -> bytes:
        """Return up to *size* bytes, as many as are at hand, of one block at most; none at the end only."""
        with self._lock:
            reader = self._reading()
            if 0 < size < _BUFFER_SIZE:
                reader.peek()  # fills the buffer, which `read1` goes past: text files ask for 8 KiB at a time
            return reader.read1(min(size, _LARGE_SIZE))

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill *buffer* and return how many bytes it got, fewer than it has only at the end."""
        with self._lock:
            return self._reading().readinto(buffer)

    def readinto1(self, buffer: Buffer, /) -> int:
        """As `read1`, into *buffer*."""
        with self._lock:
            return self._reading().readinto1(buffer)

    def peek(self, size: int = -1, /) -> bytes:
        """Return bytes from the position without moving it: some, unless it is the end; *size* is ignored."""
        with self._lock:
            return self._reading().peek(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return the bytes up to the next line feed, with it, or *size* bytes."""
        with self._lock:
            return self._reading().readline(size)

    def __iter__(self) -> Iterator[bytes]:
        with self._lock:
            self._reading()
        return self._lines()

    def _lines(self) -> Iterator[bytes]:
        """Yield lines, from buffers that need no lock: a lock and a call for each take longer than decoding the line."""
        while lines := self._lines_at_hand():
            yield from chain(lines)  # a loop that is left would close what it has from itself

    def _lines_at_hand(self) -> Iterable[bytes]:
        """Return the whole lines in the buffer, or the line that is longer; nothing at the end.

        They stay in the buffer until `_reading` is called, which takes those out that were given, and the others back.
        """
        with self._lock:
            reader = self._reading()
            at_hand = reader.peek()
            end = at_hand.rfind(b"\n") + 1
            if end:
                given = io.BytesIO(at_hand)
                del at_hand  # now it is not copied
                given.truncate(end)
                self._given = given
                return given
            line = reader.readline()
            return (line,) if line else ()

    def _take_back(self) -> int:
        """Let iteration have no more of the lines at hand, and return how many bytes of them it has given."""
        given, self._given = self._given, None
        if given is None:
            return 0
        rest = given.read()  # at once: another thread may be at its next line
        return given.tell() - len(rest)

    def __next__(self) -> bytes:
        with self._lock:
            line = self._reading().readline()
        if not line:
            raise StopIteration
        return line

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to the byte *offset* of the content, counted from its beginning, the position or the end; return it.

        Before the beginning is the beginning, and behind the end the end. The next read decodes the block that is there, found by
        the index in the tails.
        """
        with self._lock:
            return self._reading().seek(offset, whence)

    def tell(self) -> int:
        """Return the position in the content: when writing, how many bytes were written."""
        with self._lock:
            self._progress.check()
            self._check_open()
            return self._position if self._reader is None else self._reading().tell()

    def read_range(self, start: int, stop: int | None = None) -> bytes:
        """Return the bytes *start* to *stop* of the content as a slice would, without moving the position.

        Negative numbers count from the end; None is the end. Only the blocks that are needed are read and decoded. The block at the
        position stays in memory meanwhile, unless that would be more than *memlimit*: then it is decoded once more when it is read.
        """
        with self._lock:
            begin, end, _ = slice(start, stop).indices(self._read_index().content_size)
            return cast("ContentReader", self._content).read_range(begin, end)

    def _read_index(self) -> ContentIndex:
        with self._lock:
            self._reading()
            return cast("ContentReader", self._content).index()

    @property
    def content_size(self) -> int:
        """How many bytes of content the file being read has, from the tails of its frames."""
        return self._read_index().content_size

    @property
    def frames(self) -> tuple[FrameInfo, ...]:
        """What the frames of the file being read say of themselves in their tails; a file that was cut is found out by this."""
        return self._read_index().frames

    # ---- writing -----------------------------------------------------------------------------------------------------------

    def _writing(self) -> BinaryIO:
        self._progress.check()
        self._check_open()
        if self._output is None:
            raise io.UnsupportedOperation("the file was not opened for writing")
        if not self._output.is_ours:
            raise QczError("only the process that opened the file can write it")
        if self._failed:
            raise QczError("writing failed before: the file cannot be finished")
        return self._output.file

    def write(self, data: Buffer, /) -> int:
        """Take *data*, all of it, and return its length in bytes. Blocks are written as they become full."""
        with self._lock:
            file = self._writing()
            content = view_bytes(data)
            try:
                for piece in slices(content, self._compressor.block_size):
                    _write_all(file, self._compressor.compress(piece))
            except BaseException:
                self._failed = True
                raise
            self._position += len(content)
            return len(content)

    def flush(self) -> None:
        """End the block, if anything is in it, and flush the file, so that all of the content so far can be read from there.

        Blocks that are short compress worse. Nothing happens in reading.
        """
        with self._lock:
            self._progress.check()
            self._check_open()
            if self._reader is not None or self._failed:
                return
            file = self._writing()
            try:
                _write_all(file, self._compressor.flush(Compressor.FLUSH_BLOCK))
                if hasattr(file, "flush"):
                    file.flush()
            except BaseException:
                self._failed = True
                raise

    def close(self) -> None:
        """Finish the file, if it was being written, and close it. Closing twice does nothing.

        Raises QczError if writing failed before: then the file is discarded.
        """
        if self._is_of_another_process:
            self._let_go()
            return
        with self._lock:
            self._progress.check()
            if self._closed:
                return
            if self._output is None:
                self.discard()
                return
            try:
                _write_all(self._writing(), self._compressor.flush())
            except BaseException:
                self.discard()
                raise
            self._closed = True
            self._output.commit()

    @property
    def _is_of_another_process(self) -> bool:
        """Whether closing is not for this process: it was forked, and the file is written by the parent or was just being read."""
        return not self._closed and (self._lock.is_lost or not (self._output is None or self._output.is_ours))

    def _let_go(self) -> None:
        """Close the object and nothing else, but for the descriptor that this process has of a file being written."""
        self._closed = True
        if self._output is not None:
            self._output.discard()

    def discard(self) -> None:
        """Close the file without finishing it, as the class says; when reading, just close it."""
        if self._is_of_another_process:
            self._let_go()
            return
        with self._lock:
            self._progress.check()
            if self._closed:
                return
            self._closed = True
            self._take_back()
            if self._output is not None:
                self._compressor.close()
                self._output.discard()
                return
            try:
                cast("io.BufferedReader", self._reader).close()
            finally:
                if self._owned is not None:
                    self._owned.close()

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            if not self._is_of_another_process:
                warnings.warn(f"unclosed file {self!r}", ResourceWarning, source=self, stacklevel=2)
            self.discard()

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a QczFile cannot be pickled or copied")

    def __repr__(self) -> str:
        return f"<quasicryth.QczFile name={getattr(self, '_name', None)!r} mode={getattr(self, '_mode', '')!r}>"


class QczTextFile(io.TextIOWrapper):
    """A .qcz file as a text file object: `io.TextIOWrapper` around a QczFile, but a body that raises leaves no finished file."""

    buffer: QczFile

    def close(self) -> None:
        """Finish the file, if it was being written, and close it; what cannot be written is no reason to finish without it."""
        if not self.closed and self.buffer._is_of_another_process:
            self.discard()
        if not self.closed:
            try:
                self.flush()
            except BaseException:
                self.discard()
                raise
        super().close()

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def discard(self) -> None:
        """Close the file without finishing it, as `QczFile.discard`."""
        self.buffer.discard()

    def __del__(self) -> None:
        try:
            closed = self.closed
        except ValueError:  # the QczFile was detached, and goes on without this object
            return
        if not closed:
            if not self.buffer._is_of_another_process:
                warnings.warn(f"unclosed file {self!r}", ResourceWarning, source=self, stacklevel=2)
            self.discard()


class FileOptions(TypedDict, total=False):
    """The arguments of `QczFile` by name."""

    level: int | None
    engine: str | None
    tiling: str | None
    block_size: int | None
    threads: int
    max_length: int | None
    memlimit: int | None
    progress: ProgressCallback | None


@overload
def open(
    file: Name | BinaryIO,
    mode: BinaryMode = "rb",
    *,
    encoding: None = None,
    errors: None = None,
    newline: None = None,
    **options: Unpack[FileOptions],
) -> QczFile: ...
@overload
def open(
    file: Name | BinaryIO,
    mode: TextMode,
    *,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Unpack[FileOptions],
) -> QczTextFile: ...
@overload
def open(
    file: Name | BinaryIO,
    mode: str,
    *,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Unpack[FileOptions],
) -> QczFile | QczTextFile: ...
def open(
    file: Name | BinaryIO,
    mode: str = "rb",
    *,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    **options: Unpack[FileOptions],
) -> QczFile | QczTextFile:
    """Open a .qcz file: in a binary *mode* (`rb`, `wb`, `xb`, `ab`, or without b) as `QczFile` says, which see for the *options*.

    In a text *mode* (`rt`, `wt`, `xt`, `at`) return a text file object; *encoding*, *errors* and *newline* are those of
    `builtins.open`, but *encoding* None is UTF-8 on every machine.
    """
    text = isinstance(mode, str) and "t" in mode
    if text and "b" in mode:
        raise ValueError(f"the mode {mode!r} is text and binary at once")
    if not text:
        for name, value in (("encoding", encoding), ("errors", errors), ("newline", newline)):
            if value is not None:
                raise ValueError(f"{name} is for text modes only")
        return QczFile(file, mode, **options)
    binary = QczFile(file, mode.replace("t", "", 1), **options)
    try:
        return QczTextFile(binary, encoding or "utf-8", errors, newline)
    except BaseException:
        binary.discard()
        raise


def read_range(
    file: Name | BinaryIO, start: int, stop: int | None = None, *, memlimit: int | None = None, threads: int = 1
) -> bytes:
    """Return the bytes *start* to *stop* of the content of *file*, a path or a seekable binary file object, as a slice would.

    Only the tails and the blocks that are needed are read; see `QczFile.read_range`, and for the other arguments `QczFile`.
    """
    with QczFile(file, memlimit=memlimit, threads=threads) as opened:
        return opened.read_range(start, stop)
