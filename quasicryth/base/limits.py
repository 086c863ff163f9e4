"""What decoding may take, and the check that comes before it is taken."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import QczLimitError


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

    def check_block(self, least: int, position: int, content_end: int) -> None:
        """Raise QczLimitError for a block at *position* that takes *least* bytes and reaches *content_end*, if that is too much."""
        if self.max_length is not None and content_end > self.max_length:
            raise QczLimitError(f"the content is longer than the limit: the block at byte {position} would exceed it")
        if self.memlimit is not None and least > self.memlimit:
            raise QczLimitError(
                f"the block at byte {position} needs at least {least} bytes to decode; the limit is {self.memlimit}"
            )

    def check_length(self, length: int) -> None:
        """Raise QczLimitError if content of *length* bytes cannot be allowed."""
        if self.max_length is not None and length > self.max_length:
            raise QczLimitError(f"the content has {length} bytes; the limit is {self.max_length}")

    def check_index(self, needed: int, position: int) -> None:
        """Raise QczLimitError if what has to be kept of all blocks, at *position* *needed* bytes, cannot be allowed."""
        if self.memlimit is not None and needed > self.memlimit:
            raise QczLimitError(f"the block index at byte {position} needs {needed} bytes; the limit is {self.memlimit}")
