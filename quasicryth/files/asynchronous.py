"""Files and streams for asyncio: the work is done in threads, block by block, while the event loop goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import TYPE_CHECKING, NoReturn, ParamSpec, TypeVar

from ..base.limits import Limits
from ..base.threads import count_threads
from ..frames.decoder import FrameDecoder
from .compressor import Compressor
from .file_object import FileOptions, QczFile

if TYPE_CHECKING:
    from typing import BinaryIO, Self, Unpack

    from typing_extensions import Buffer

    from .names import Name

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# So many bytes of lines are read at a time: a thread for each line would take longer than decoding it.
_LINES_SIZE = 64 << 10


async def _in_thread(call: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
    """Make the *call* in a thread, and wait for its end even if the task is cancelled: nothing goes on behind the caller's back."""
    future = asyncio.ensure_future(asyncio.to_thread(call, *arguments, **named))
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        while not future.done():
            with contextlib.suppress(asyncio.CancelledError):  # once more
                await asyncio.wait([future])
        if not future.cancelled():
            future.exception()  # taken note of: the cancellation is what is reported
        raise


class AsyncQczFile:
    """A `QczFile` whose methods are awaited; iteration is over lines, as there.

    Methods that are called before an earlier one has ended wait for it. If the task is cancelled, the call that runs is waited for,
    which takes a block at most; a file that is being written should then be discarded, as `async with` does.
    """

    def __init__(self, file: QczFile) -> None:
        self._file = file
        self._lock = asyncio.Lock()

    async def _run(self, call: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        async with self._lock:
            return await _in_thread(call, *arguments, **named)

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._file.closed

    async def read(self, size: int | None = -1) -> bytes:
        """As `QczFile.read`."""
        return await self._run(self._file.read, size)

    async def read1(self, size: int = -1) -> bytes:
        """As `QczFile.read1`."""
        return await self._run(self._file.read1, size)

    async def readinto(self, buffer: Buffer) -> int:
        """As `QczFile.readinto`."""
        return await self._run(self._file.readinto, buffer)

    async def readline(self, size: int | None = -1) -> bytes:
        """As `QczFile.readline`."""
        return await self._run(self._file.readline, size)

    async def read_range(self, start: int, stop: int | None = None) -> bytes:
        """As `QczFile.read_range`."""
        return await self._run(self._file.read_range, start, stop)

    async def seek(self, offset: int, whence: int = 0) -> int:
        """As `QczFile.seek`."""
        return await self._run(self._file.seek, offset, whence)

    async def tell(self) -> int:
        """As `QczFile.tell`."""
        return await self._run(self._file.tell)

    async def write(self, data: Buffer) -> int:
        """As `QczFile.write`."""
        return await self._run(self._file.write, data)

    async def flush(self) -> None:
        """As `QczFile.flush`."""
        await self._run(self._file.flush)

    async def close(self) -> None:
        """As `QczFile.close`."""
        await self._run(self._file.close)

    async def discard(self) -> None:
        """As `QczFile.discard`."""
        await self._run(self._file.discard)

    def __reduce__(self) -> NoReturn:
        raise TypeError("an AsyncQczFile cannot be pickled or copied")

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._lines()

    async def _lines(self) -> AsyncIterator[bytes]:
        while lines := await self._run(self._file.readlines, _LINES_SIZE):
            for line in lines:
                yield line

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, error: object, traceback: object) -> None:
        await (self.close() if kind is None else self.discard())


async def open_async(file: Name | BinaryIO, mode: str = "rb", **options: Unpack[FileOptions]) -> AsyncQczFile:
    """Open a .qcz file for asyncio; the arguments are those of `QczFile`, and *mode* is binary.

    A *progress* callback is called in the thread that does the work.
    """
    return AsyncQczFile(await _in_thread(QczFile, file, mode, **options))


async def compress_stream(
    pieces: AsyncIterable[Buffer],
    level: int | None = None,
    *,
    engine: str | None = None,
    tiling: str | None = None,
    block_size: int | None = None,
    threads: int = 1,
) -> AsyncIterator[bytes]:
    """Yield *pieces* compressed as one frame; the arguments are those of `quasicryth.Compressor`.

    If *pieces* raises, so does this, and what was yielded by then is no whole frame.
    """
    compressor = Compressor(level, engine=engine, tiling=tiling, block_size=block_size, threads=threads)
    try:
        async for piece in pieces:
            if compressed := await _in_thread(compressor.compress, piece):
                yield compressed
        yield await _in_thread(compressor.flush)
    finally:
        compressor.close()


async def decompress_stream(
    pieces: AsyncIterable[bytes | bytearray | memoryview],
    *,
    max_length: int | None = None,
    memlimit: int | None = None,
    threads: int = 1,
) -> AsyncIterator[bytes]:
    """Yield the content of the frames that *pieces*, cut anywhere, come to, one block at a time.

    The arguments are those of `quasicryth.decompress`, as is what is raised; what was yielded is proven when the iterator ends.
    """
    decoder = FrameDecoder(Limits(max_length, memlimit), count_threads(threads))
    contents: list[bytes] = []  # what the event loop is given, it keeps for a while: not so what is taken from here

    def pop() -> bool:
        decoded = decoder.pop()
        if decoded is not None and decoded[1] is not None:
            contents.append(decoded[1])
        return decoded is not None

    try:
        async for piece in pieces:
            rest = memoryview(piece).cast("B") if len(piece) else memoryview(b"")
            while rest or decoder.ready:
                size = decoder.wanted
                if rest and size:
                    decoder.feed(rest[:size])
                    rest = rest[size:]
                elif await _in_thread(pop) and contents:
                    yield contents.pop()
        decoder.end()
        while await _in_thread(pop):
            if contents:
                yield contents.pop()
    finally:
        decoder.close()
