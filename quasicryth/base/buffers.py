"""Bytes of other people's objects, cut and joined."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


def view_bytes(data: Buffer) -> memoryview:
    """Return *data* as a view of its bytes. Raises TypeError for what has none, text above all."""
    view = memoryview(data)
    return view.cast("B") if view.nbytes else memoryview(b"")


def unchanging(piece: memoryview) -> memoryview | bytes:
    """Return *piece*, copied if its memory may change: an engine that works on it lets other threads run meanwhile."""
    return piece if isinstance(piece.obj, bytes) else bytes(piece)


def slices(content: memoryview, size: int) -> Iterator[memoryview]:
    """Yield *content* in pieces of *size* bytes; the last may have less."""
    return (content[start : start + size] for start in range(0, len(content), size))


def join(pieces: Iterable[bytes | memoryview]) -> bytes:
    """Return all *pieces* in one: each is copied when it comes, and can go, where `bytes.join` would hold them all to the end."""
    iterator = iter(pieces)
    joined = io.BytesIO(next(iterator, b""))  # the first is not copied if it is bytes, nor is it ever if it is all
    joined.seek(0, io.SEEK_END)
    for piece in iterator:
        joined.write(piece)
        del piece
    return joined.getvalue()
