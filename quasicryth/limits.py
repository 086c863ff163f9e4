"""What decoding may take, and the check that comes before it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import QczLimitError

if TYPE_CHECKING:
    from .frame import BlockHeader


@dataclass(frozen=True)
class Limits:
    """What a caller lets decoding take: *max_length* bytes of content and *memlimit* bytes of memory at a time, or None."""

    max_length: int | None = None
    memlimit: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("max_length", self.max_length), ("memlimit", self.memlimit)):
            if value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"{name} must be an int or None, not {type(value).__name__}")
            if value < 0:
                raise ValueError(f"{name} {value} is negative")

    def check_block(self, header: BlockHeader, position: int, content_end: int) -> None:
        """Raise QczLimitError if a block at *position*, with whose content *content_end* bytes are reached, cannot be allowed."""
        if self.max_length is not None and content_end > self.max_length:
            raise QczLimitError(f"the content is longer than the limit: the block at byte {position} would exceed it")
        least, limit = header.payload_size + header.raw_size, self.memlimit
        if limit is not None and least > limit:
            raise QczLimitError(f"the block at byte {position} needs at least {least} bytes to decode; the limit is {limit}")

    def check_length(self, length: int) -> None:
        """Raise QczLimitError if content of *length* bytes cannot be allowed."""
        if self.max_length is not None and length > self.max_length:
            raise QczLimitError(f"the content has {length} bytes; the limit is {self.max_length}")

    def check_index(self, needed: int, position: int) -> None:
        """Raise QczLimitError if what has to be kept of all blocks, at *position* *needed* bytes, cannot be allowed."""
        if self.memlimit is not None and needed > self.memlimit:
            raise QczLimitError(f"the block index at byte {position} needs {needed} bytes; the limit is {self.memlimit}")
