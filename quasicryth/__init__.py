"""Quasicryth: lossless text compression by words, Fibonacci-length phrases on aperiodic tilings, and arithmetic coding.

`compress` and `decompress` work on bytes, `open` and `QczFile` on files, `Compressor` and `Decompressor` on what comes piece by
piece, `recover` on what is damaged; `QczError` is the base of all errors. `quasicryth.tiling` has the tilings and their
hierarchies, for research. The command is `qcz`, or `python -m quasicryth`; the format is specified in FORMAT.md.
"""

from __future__ import annotations

from .base.version import __version__
from .errors import QczCorruptError, QczError, QczFormatError, QczLimitError, QczTruncatedError, QczVersionError

TYPE_CHECKING = False  # and yet True for type checkers: `typing` would take longer to load than all else here
if TYPE_CHECKING:
    from .files.asynchronous import AsyncQczFile, compress_stream, decompress_stream, open_async
    from .files.compressor import Compressor
    from .files.decompressor import Decompressor
    from .files.file_object import QczFile, QczTextFile, open, read_range
    from .files.one_shot import compress, decompress, decompress_into
    from .files.recovery import find_damage, recover
    from .frames.index import FrameInfo, get_frame_info, get_frame_size
    from .frames.salvage import Recovery
    from .frames.survey import Damage

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
    "AsyncQczFile": ".files.asynchronous",
    "Compressor": ".files.compressor",
    "Damage": ".frames.survey",
    "Decompressor": ".files.decompressor",
    "FrameInfo": ".frames.index",
    "QczFile": ".files.file_object",
    "QczTextFile": ".files.file_object",
    "Recovery": ".frames.salvage",
    "compress": ".files.one_shot",
    "compress_stream": ".files.asynchronous",
    "decompress": ".files.one_shot",
    "decompress_into": ".files.one_shot",
    "decompress_stream": ".files.asynchronous",
    "find_damage": ".files.recovery",
    "get_frame_info": ".frames.index",
    "get_frame_size": ".frames.index",
    "open": ".files.file_object",
    "open_async": ".files.asynchronous",
    "read_range": ".files.file_object",
    "recover": ".files.recovery",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        module = import_module(_LAZY[name], __name__)
    except ImportError as error:
        from .base.compiled import raise_explained

        raise_explained(error)
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
