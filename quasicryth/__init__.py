"""Quasicryth: lossless text compression by words, Fibonacci-length phrases on aperiodic tilings, and arithmetic coding.

`compress` and `decompress` work on bytes, `open` and `QczFile` on files, `Compressor` and `Decompressor` on what comes piece by
piece, `recover` on what is damaged; `QczError` is the base of all errors. `quasicryth.tiling` has the tilings and their
hierarchies, for research. The command is `qcz`, or `python -m quasicryth`; the format is specified in FORMAT.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import QczCorruptError, QczError, QczFormatError, QczLimitError, QczTruncatedError, QczVersionError

if TYPE_CHECKING:
    from .asynchronous import AsyncQczFile, compress_stream, decompress_stream, open_async
    from .codec import compress, decompress, decompress_into
    from .compressor import Compressor
    from .content_index import FrameInfo, get_frame_info, get_frame_size
    from .decompressor import Decompressor
    from .file_object import QczFile, QczTextFile, open, read_range
    from .salvage import Recovery, find_damage, recover
    from .survey import Damage

__version__ = "0.1.0"
__all__ = [
    "AsyncQczFile",
    "Compressor",
    "Damage",
    "Decompressor",
    "FrameInfo",
    "QczCorruptError",
    "QczError",
    "QczFile",
    "QczFormatError",
    "QczLimitError",
    "QczTextFile",
    "QczTruncatedError",
    "QczVersionError",
    "Recovery",
    "__version__",
    "compress",
    "compress_stream",
    "decompress",
    "decompress_into",
    "decompress_stream",
    "find_damage",
    "get_frame_info",
    "get_frame_size",
    "open",
    "open_async",
    "read_range",
    "recover",
]

# Loaded at first use, so that `import quasicryth` costs next to nothing.
_LAZY = {
    "AsyncQczFile": ".asynchronous",
    "Compressor": ".compressor",
    "Damage": ".survey",
    "Decompressor": ".decompressor",
    "FrameInfo": ".content_index",
    "QczFile": ".file_object",
    "QczTextFile": ".file_object",
    "Recovery": ".salvage",
    "compress": ".codec",
    "compress_stream": ".asynchronous",
    "decompress": ".codec",
    "decompress_into": ".codec",
    "decompress_stream": ".asynchronous",
    "find_damage": ".salvage",
    "get_frame_info": ".content_index",
    "get_frame_size": ".content_index",
    "open": ".file_object",
    "open_async": ".asynchronous",
    "read_range": ".file_object",
    "recover": ".salvage",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(_LAZY[name], __name__)
    except ImportError as error:
        from importlib.util import find_spec

        if find_spec(f"{__name__}._checksum") is not None:
            raise
        raise ImportError(
            "the compiled part of quasicryth is missing here: install the package (pip install .), or, to run from a source "
            "folder, build it in place (pip install -e .)"
        ) from error
    value = getattr(module, name)
    globals()[name] = value
    return value
