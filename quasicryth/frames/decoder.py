"""From the bytes of frames to the contents of their blocks: what every way to decompress is made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from ..base._checksum import Xxh64, matches
from ..base.file_bytes import read_at_most
from ..base.limits import Limits
from ..base.threads import OrderedWork, UnfinishedCalls
from ..errors import QczCorruptError, QczError
from .blocks import NO_CODEBOOKS, Codebooks, FactReport, decode_block, decoder_memory
from .layout import Block, FrameStart, Part, Tail
from .parser import FrameParser

# The last piece of a block may still be there when a thread begins with the block: it is a part of READING_MEMORY.
_READ_SIZE = 256 << 10

# A part of the data and, if it is a block, its content.
Decoded = tuple[Part, bytes | None]


# Is asked for each block who is to be told what the engine finds in it.
Reporting = Callable[[Block], FactReport]


def submit_block(
    work: OrderedWork[bytes],
    block: Block,
    limits: Limits,
    codebooks: Codebooks = NO_CODEBOOKS,
    reporting: Reporting | None = None,
) -> None:
    """Put the decoding of *block* into *work*."""
    report = None if reporting is None else reporting(block)
    memory = 0 if limits.memlimit is None else decoder_memory(block, codebooks)  # else nobody asks
    work.put(partial(decode_block, block, limits.memlimit, codebooks, report), memory)


class FrameDecoder:
    """Takes the bytes of frames in pieces, and gives the parts that they are made of, blocks with their contents, all checked.

    What is wrong is raised by `pop` when all before it has been given, and by every `pop` after that. With more than one thread,
    blocks are decoded while more bytes are taken. Of *only_one* frame, nothing is taken beyond the tail.
    """

    def __init__(
        self,
        limits: Limits,
        threads: int = 1,
        position: int = 0,
        only_one: bool = False,
        codebooks: Codebooks = NO_CODEBOOKS,
        reporting: Reporting | None = None,
        unfinished: UnfinishedCalls | None = None,
    ) -> None:
        self._limits = limits
        self._codebooks = codebooks
        self._reporting = reporting
        self._parser = FrameParser(limits, position)
        self._only_one = only_one
        self._parts: deque[Part | BaseException] = deque()
        self._work: OrderedWork[bytes] = OrderedWork(threads, limits.memlimit, unfinished)
        self._checksum = Xxh64()
        self._complete = False

    @property
    def wanted(self) -> int:
        """How many bytes `feed` takes at most; zero if something is to be popped first, or if nothing more will be taken."""
        if self._complete or (self._work and not self._work.has_room_for(self._parser.part_memory)):
            return 0
        return self._parser.wanted

    @property
    def position(self) -> int:
        """Where the next byte to feed lies."""
        return self._parser.position

    @property
    def ready(self) -> bool:
        """Whether `pop` has something to give or to raise."""
        return bool(self._parts)

    @property
    def at_mark(self) -> bool:
        """Whether what `pop` would give next is the start or the tail of a frame."""
        return bool(self._parts) and isinstance(self._parts[0], FrameStart | Tail)

    def feed(self, piece: bytes | memoryview) -> None:
        """Take 1 to `wanted` bytes."""
        try:
            part = self._parser.take(piece)
            if isinstance(part, Block):
                submit_block(self._work, part, self._limits, self._codebooks, self._reporting)
        except QczError as error:
            self._stop(error)
            return
        except BaseException as error:
            self.close(error)
            raise
        if part is not None:
            self._parts.append(part)
            self._complete = self._only_one and isinstance(part, Tail)

    def end(self) -> None:
        """Take note that no more bytes follow."""
        try:
            self._parser.end()
        except QczError as error:
            self._stop(error)
        self._complete = True

    def _stop(self, error: BaseException) -> None:
        self._parts.append(error)
        self._complete = True

    def pop(self) -> Decoded | None:
        """Return the next part, or None if it needs more bytes or there is none.

        Raises QczCorruptError and the other errors of `quasicryth.decompress`, again and again.
        """
        if not self._parts:
            return None
        part = self._parts[0]
        if isinstance(part, BaseException):
            raise part
        try:
            decoded = part, self._check(part)
        except BaseException as error:
            self.close(error)
            raise
        self._parts.popleft()
        return decoded

    def _check(self, part: Part) -> bytes | None:
        if isinstance(part, FrameStart):
            self._checksum = Xxh64()
        elif isinstance(part, Tail):
            if not matches(self._checksum.digest(), part.content_checksum):
                raise QczCorruptError("the content of the frame does not match its checksum")
        else:
            content = self._work.pop()
            self._checksum.update(content)
            return content
        return None

    def close(self, error: BaseException | None = None) -> None:
        """Let go of all blocks. What `pop` raises from now on is *error*, or says that decoding was given up."""
        if not isinstance(error, QczError | MemoryError):
            error = QczError("decoding was interrupted and cannot go on")
        self._work.close()
        self._parts.clear()
        self._stop(error)


def _read_and_pop(decoder: FrameDecoder, file: BinaryIO) -> Decoded | None:
    """Return the next part of *file*, or None at its end."""
    while size := decoder.wanted:
        piece = read_at_most(file, min(size, _READ_SIZE))
        if piece:
            decoder.feed(piece)
        else:
            decoder.end()
        del piece  # not kept while blocks are decoded
    return decoder.pop()


def decode_file(
    file: BinaryIO,
    limits: Limits,
    threads: int = 1,
    position: int = 0,
    codebooks: Codebooks = NO_CODEBOOKS,
    reporting: Reporting | None = None,
) -> Iterator[Decoded]:
    """Yield the parts of all frames from where *file* is to its end, blocks with their contents; messages count from *position*.

    What was yielded is proven only when the iterator ends. A file that does not wait for its bytes raises BlockingIOError when it
    has none: a `Decompressor` is for those.
    """
    decoder = FrameDecoder(limits, threads, position, codebooks=codebooks, reporting=reporting)
    try:
        while (decoded := _read_and_pop(decoder, file)) is not None:
            yield decoded
            del decoded  # the next block may take its memory
    finally:
        decoder.close()


def decompress_blocks(
    file: BinaryIO, limits: Limits | None = None, threads: int = 1, unfinished: UnfinishedCalls | None = None
) -> Iterator[bytes]:
    """Yield the content of all frames in *file*, one block at a time; what was yielded is proven only when the iterator ends.

    *unfinished* is that of `OrderedWork`. Raises as `quasicryth.decompress` does.
    """
    decoder = FrameDecoder(limits or Limits(), threads, unfinished=unfinished)
    try:
        while (decoded := _read_and_pop(decoder, file)) is not None:
            _, content = decoded
            del decoded, _  # nobody needs the body any more
            if content is not None:
                yield content
            del content  # the next block may take its memory
    finally:
        decoder.close()
