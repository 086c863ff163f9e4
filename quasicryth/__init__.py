"""Quasicryth: lossless text compression by words, Fibonacci-length phrases on aperiodic tilings, and arithmetic coding.

`compress` and `decompress` work on bytes, `open` and `QczFile` on files, `Compressor` and `Decompressor` on what comes piece by
piece; `QczError` is the base of all errors. `quasicryth.tiling` has the tilings and their hierarchies, for research. The command
is `qcz`, or `python -m quasicryth`; the format is specified in FORMAT.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import QczCorruptError, QczError, QczFormatError, QczLimitError, QczTruncatedError, QczVersionError

if TYPE_CHECKING:
    from .codec import compress, decompress, decompress_into
    from .compressor import Compressor
    from .content_index import FrameInfo, get_frame_info, get_frame_size
    from .decompressor import Decompressor
    from .file_object import QczFile, QczTextFile, open, read_range

__version__ = "0.1.0"
__all__ = [
    "Compressor",
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
    "__version__",
    "compress",
    "decompress",
    "decompress_into",
    "get_frame_info",
    "get_frame_size",
    "open",
    "read_range",
]

# Loaded at first use, so that `import quasicryth` costs next to nothing.
_LAZY = {
    "Compressor": ".compressor",
    "Decompressor": ".decompressor",
    "FrameInfo": ".content_index",
    "QczFile": ".file_object",
    "QczTextFile": ".file_object",
    "compress": ".codec",
    "decompress": ".codec",
    "decompress_into": ".codec",
    "get_frame_info": ".content_index",
    "get_frame_size": ".content_index",
    "open": ".file_object",
    "read_range": ".file_object",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(_LAZY[name], __name__)
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith(f"{__name__}._"):
            raise
        raise ImportError(
            "the compiled part of quasicryth is missing here: install the package (pip install .), or, to run from a source "
            "folder, build it in place (pip install -e .)"
        ) from error
    value = getattr(module, name)
    globals()[name] = value
    return value
