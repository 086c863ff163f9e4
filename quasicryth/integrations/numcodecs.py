"""The codec that numcodecs, and zarr through it, finds by the entry point `qcz`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numcodecs.abc import Codec
from numcodecs.compat import ensure_contiguous_ndarray

from ..engines.options import make_options
from ..files.one_shot import compress, decompress, decompress_into

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Qcz(Codec):  # type: ignore[misc]  # numcodecs is not typed
    """Compresses chunks of arrays: `numcodecs.get_codec({"id": "qcz", "level": 3})`.

    *level*, *engine* and *block_size* are those of `quasicryth.compress`. Every chunk is a .qcz frame. Text compresses well; for
    numbers other codecs are better.

    Raises ValueError or TypeError for arguments that are not allowed.
    """

    codec_id = "qcz"

    def __init__(self, level: int | None = None, engine: str | None = None, block_size: int | None = None) -> None:
        make_options(level, engine, None, block_size)
        self.level = level
        self.engine = engine
        self.block_size = block_size

    def encode(self, buf: Buffer) -> bytes:
        """Return *buf*, any contiguous buffer but one of Python objects, compressed."""
        content = ensure_contiguous_ndarray(buf)
        return compress(content, self.level, engine=self.engine, block_size=self.block_size)

    def decode(self, buf: Buffer, out: Buffer | None = None) -> Any:
        """Return the content of *buf*, or *out* with the content in it, which must have exactly its length.

        Raises a QczError for damage, and ValueError if *out* has another length.
        """
        packed = ensure_contiguous_ndarray(buf)
        if out is None:
            return decompress(packed)
        target = ensure_contiguous_ndarray(out).view("u1")
        length = decompress_into(packed, target)
        if length != len(target):
            raise ValueError(f"the content has {length} bytes, and out has {len(target)}")
        return out
