"""All that can be brought back from damaged data, and the list of what cannot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ..base._checksum import Xxh64, matches
from ..base.file_bytes import FileBytes
from ..base.limits import Limits
from ..base.progress import Progress
from ..base.threads import OrderedWork
from ..errors import QczCorruptError
from .decoder import submit_block
from .layout import Block, FrameStart, Part, Tail
from .survey import Damage, Survey


@dataclass(frozen=True)
class Recovery:
    """What came of `recover`: how many bytes of content were written, and the damages in the order of the data."""

    recovered_size: int
    damages: tuple[Damage, ...]

    @property
    def complete(self) -> bool:
        """Whether no content is lost: there may be damages all the same, such as bytes behind the last frame."""
        return not any(damage.is_loss for damage in self.damages)


class Restorer:
    """Decodes the blocks of a survey, and keeps account of the damages."""

    def __init__(self, write: Callable[[bytes], object], limits: Limits, threads: int, progress: Progress) -> None:
        self._write = write
        self._limits = limits
        self._progress = progress
        self._work: OrderedWork[bytes] = OrderedWork(threads, limits.memlimit)
        self._waiting: deque[Part | Damage] = deque()
        self._checksum = Xxh64()
        self._whole_frame = True
        # Where the content is that comes next, in what was compressed; None if that is not known.
        self._content: int | None = 0
        self.found = False
        self.size = 0
        self._pending = 0  # bytes of content in the blocks that wait
        self.damages: list[Damage] = []

    def run(self, data: FileBytes) -> None:
        """Go through *data* from end to end."""
        try:
            for part in Survey(data, self._limits).walk():
                if isinstance(part, Block):
                    self._submit(data, part)
                else:
                    self._waiting.append(part)
                while self._waiting and (self._work.full or not isinstance(self._waiting[0], Block)):
                    self._take()
            self._take_all()
        finally:
            self._work.close()

    def _take_all(self) -> None:
        while self._waiting:
            self._take()

    def _submit(self, data: FileBytes, found: Block) -> None:
        """Put the decoding of *found*, whose body is not read yet, into the work."""
        header = found.header
        if self._limits.max_length is not None and self.size + self._pending + header.content_size > self._limits.max_length:
            self._take_all()  # of what waits, not all may come
        self._limits.check_block(header.least_memory, found.position, self.size + self._pending + header.content_size)
        while not self._work.has_room_for(header.least_memory):
            self._take()
        block = found._replace(body=data.read(found.position + header.size, header.body_size))
        try:
            submit_block(self._work, block, self._limits)
        except QczCorruptError as error:
            self._work.put(_raiser(error))
        self._pending += header.content_size
        self._waiting.append(found)

    def _take(self) -> None:
        part = self._waiting.popleft()
        if isinstance(part, Damage):
            self._lose(part)
        elif isinstance(part, FrameStart):
            self._checksum = Xxh64()
            self._whole_frame = True
            self.found = True
        elif isinstance(part, Tail):
            if self._whole_frame and not matches(self._checksum.digest(), part.content_checksum):
                what = "the content of the frame does not match its checksum, though each of its blocks does"
                self._lose(Damage(part.position, part.position + part.size, what, self._content, self._content))
        else:
            self._take_block(part)

    def _lose(self, damage: Damage) -> None:
        self.damages.append(damage)
        self._content = damage.content_end
        self._whole_frame = self._whole_frame and not damage.is_loss

    def _take_block(self, block: Block) -> None:
        start = self._content
        size = block.header.content_size
        self._content = None if start is None else start + size
        self._pending -= size
        try:
            content = self._work.pop()
        except QczCorruptError as error:
            end = block.position + block.header.block_size
            self._lose(Damage(block.position, end, str(error), start, self._content))
            return
        self._checksum.update(content)
        self._write(content)
        self.size += size
        self._progress.advance(size)


def _raiser(error: QczCorruptError) -> Callable[[], bytes]:
    def fail() -> bytes:
        raise error

    return fail
