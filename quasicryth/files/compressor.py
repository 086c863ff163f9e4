"""Compression piece by piece."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NoReturn

from ..base.buffers import slices, view_bytes
from ..base.forks import ObjectLock
from ..base.progress import Progress, ProgressCallback
from ..base.threads import count_threads
from ..engines.options import make_options
from ..errors import QczError
from ..frames.encoder import FrameEncoder

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Compressor:
    """Compresses data that comes piece by piece; what the methods return, joined, is a .qcz file.

    The arguments are those of `quasicryth.compress`; so are the bytes, however the data is cut into pieces, unless `FLUSH_BLOCK`
    ends blocks early. At most *threads* + 1 blocks (one, for a single thread) and what was not yet enough for another are in
    memory. The object can be used from several threads, one call at a time. After a call that raised, the frame cannot be finished:
    all further calls raise QczError. In a *progress* callback the object cannot be used: RuntimeError.
    """

    CONTINUE = 0
    """Collect data, and return blocks as they become full."""
    FLUSH_BLOCK = 1
    """End the block here, so that all data so far can be decompressed. Blocks that are short compress worse."""
    FLUSH_FRAME = 2
    """End the frame. What is compressed afterwards begins another."""

    def __init__(
        self,
        level: int | None = None,
        *,
        engine: str | None = None,
        tiling: str | None = None,
        block_size: int | None = None,
        threads: int = 1,
        progress: ProgressCallback | None = None,
    ) -> None:
        self._options = make_options(level, engine, tiling, block_size)
        self._threads = count_threads(threads)
        self._progress = Progress(progress)
        self._encoder: FrameEncoder | None = None
        self._block = bytearray()
        self._failed = False
        self._lock = ObjectLock()

    @property
    def block_size(self) -> int:
        """How many bytes of data make a block."""
        return self._options.block_size

    def compress(self, data: Buffer, mode: int = CONTINUE) -> bytes:
        """Take *data*, and return the bytes that are complete: none, more often than not. *mode* says what to end after *data*.

        Raises ValueError for another *mode* than `CONTINUE`, `FLUSH_BLOCK`, `FLUSH_FRAME`.
        """
        if mode not in (self.CONTINUE, self.FLUSH_BLOCK, self.FLUSH_FRAME):
            raise ValueError("the mode is neither CONTINUE nor FLUSH_BLOCK nor FLUSH_FRAME")
        content = view_bytes(data)
        self._progress.check()
        with self._lock:
            if self._failed:
                raise QczError("an earlier call failed: the frame cannot be finished")
            try:
                return self._run(content, mode)
            except BaseException:
                self._close()
                raise

    def flush(self, mode: int = FLUSH_FRAME) -> bytes:
        """End the frame, or with the *mode* `FLUSH_BLOCK` the block, and return the bytes that were still missing.

        A frame of nothing is a frame too: it is 37 bytes. A block of nothing is not made.
        """
        if mode not in (self.FLUSH_BLOCK, self.FLUSH_FRAME):
            raise ValueError("the mode is neither FLUSH_BLOCK nor FLUSH_FRAME")
        return self.compress(b"", mode)

    def close(self) -> None:
        """Let go of everything; the frame will not be finished, and further calls raise QczError."""
        self._progress.check()
        with self._lock:
            self._close()

    def _close(self) -> None:
        self._failed = True
        self._block = bytearray()
        if self._encoder is not None:
            self._encoder.close()

    def _run(self, content: memoryview, mode: int) -> bytes:
        pieces = []
        if self._encoder is None:
            self._encoder = FrameEncoder(self._options, self._threads, self._progress)
            pieces.append(self._encoder.header())
        missing = self.block_size - len(self._block)
        for piece in chain((content[:missing],), slices(content[missing:], self.block_size)):
            self._block += piece
            if len(self._block) == self.block_size:
                self._put_block(self._encoder, pieces)
        if mode != self.CONTINUE:
            if self._block:
                self._put_block(self._encoder, pieces)
            while self._encoder.pending:
                pieces.append(self._encoder.pop())
        if mode == self.FLUSH_FRAME:
            pieces.append(self._encoder.tail())
            self._encoder = None
        return b"".join(pieces)

    def _put_block(self, encoder: FrameEncoder, pieces: list[bytes]) -> None:
        encoder.put(self._block)
        self._block = bytearray()
        while encoder.full:
            pieces.append(encoder.pop())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Compressor cannot be pickled")
