"""Decompression piece by piece."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn, cast

from ..base.buffers import join, unchanging, view_bytes
from ..base.forks import ObjectLock
from ..base.limits import Limits
from ..base.threads import count_threads
from ..frames.decoder import FrameDecoder
from ..frames.layout import Tail

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Decompressor:
    """Decompresses one frame that comes piece by piece, cut anywhere.

    *max_length*, *memlimit* and *threads* are those of `quasicryth.decompress`; the limits hold for the whole frame. One block,
    with *threads* that many and two more, is in memory beside what was given and not yet used, and what is returned. The object can
    be used from several threads, one call at a time. After a call that raised an error of the data, further calls raise it again.
    """

    def __init__(self, *, max_length: int | None = None, memlimit: int | None = None, threads: int = 1) -> None:
        self._decoder = FrameDecoder(Limits(max_length, memlimit), count_threads(threads), only_one=True)
        self._input: deque[memoryview] = deque()
        self._content = memoryview(b"")
        self._eof = False
        self._needs_input = True
        self._unused_data = b""
        self._lock = ObjectLock()

    @property
    def eof(self) -> bool:
        """Whether the end of the frame was reached, and all of it is right."""
        return self._eof

    @property
    def needs_input(self) -> bool:
        """Whether the next call has to bring data to get any: False too after the end of the frame."""
        return self._needs_input

    @property
    def unused_data(self) -> bytes:
        """What followed the frame in the data that was given; empty before the end of the frame."""
        return self._unused_data

    def decompress(self, data: Buffer, max_length: int = -1) -> bytes:
        """Take *data*, and return what it decompresses to: at most *max_length* bytes, if that is not negative.

        If there may be more than that, `needs_input` is False, and the next call, which may bring no data, gets the rest.

        Raises as `quasicryth.decompress`, and EOFError after the end of the frame.
        """
        if not isinstance(max_length, int):
            raise TypeError(f"max_length must be an int, not {type(max_length).__name__}")
        # Of the caller's memory nothing is held: not for what is not used yet, nor by the traceback of an error.
        given = unchanging(view_bytes(data))
        with self._lock:
            if self._eof:
                raise EOFError("the end of the frame was reached; another Decompressor is for what follows")
            return self._run(memoryview(given), max_length)

    def _run(self, data: memoryview, max_length: int) -> bytes:
        if data:
            self._input.append(data)
        try:
            return join(self._take_content(max_length))
        except BaseException as error:
            self._decoder.close(error)
            self._content = memoryview(b"")
            self._input.clear()
            raise
        finally:
            self._needs_input = not (self._eof or self._content or self._input or self._decoder.ready)

    def _take_content(self, max_length: int) -> Iterator[bytes | memoryview]:
        remaining = max_length
        while not self._eof:
            if self._content and remaining:
                size = len(self._content) if remaining < 0 else min(remaining, len(self._content))
                remaining -= size if remaining > 0 else 0
                yield self._take(size)
            if self._content:  # the next block may not take memory yet
                return
            self._feed()
            # Beyond the limit nothing is decoded, yet the end of the frame is not kept back.
            if remaining == 0 and not self._decoder.at_mark:
                return
            decoded = self._decoder.pop()
            if decoded is None:
                return
            part, content = decoded
            if content is not None:
                self._content = memoryview(content)
            elif isinstance(part, Tail):
                self._end()
            del decoded, part, content  # the next block may take their memory

    def _take(self, size: int) -> bytes | memoryview:
        """Return the next *size* bytes of the content at hand, and let go of it if those are all; a whole block is not copied."""
        if size < len(self._content):
            piece, self._content = self._content[:size], self._content[size:]
            return piece
        content, self._content = self._content, memoryview(b"")
        block = cast("bytes", content.obj)
        return block if size == len(block) else content

    def _feed(self) -> None:
        while self._input and (size := self._decoder.wanted):
            piece = self._input.popleft()
            if len(piece) > size:
                self._input.appendleft(piece[size:])
            self._decoder.feed(piece[:size])

    def _end(self) -> None:
        self._eof = True
        self._decoder.close()
        self._unused_data = b"".join(self._input)
        self._input.clear()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Decompressor cannot be pickled")
