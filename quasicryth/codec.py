"""Frames from bytes and back, block by block: what the one-shot functions and the command are made of."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from .blocks import EngineOptions
from .buffers import join, slices, unchanging, view_bytes
from .content_index import read_index
from .decoder import decode_file
from .encoder import FrameEncoder, encode_frame
from .errors import QczError
from .frame import MAX_BLOCK_SIZE
from .levels import BLOCK_SIZES, DEFAULT_FAST_LEVEL, DEFAULT_LEVEL, ENGINES, LEVELS, default_engine
from .limits import Limits
from .parallel import count_threads
from .progress import Progress, ProgressCallback
from .tiling import parse_tiling

if TYPE_CHECKING:
    from typing_extensions import Buffer

_FIRST_LEVEL_WITH_PHRASES = 2  # of the engine fast


@dataclass(frozen=True)
class Options:
    """What a compression needs to know: see `make_options`."""

    engine: EngineOptions
    block_size: int


def _check_integers(**values: object) -> None:
    for name, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"{name} must be an int, not {type(value).__name__}")


def _make_engine_options(level: int, engine: str, tiling: str | None) -> EngineOptions:
    positions = parse_tiling(tiling) if tiling is not None else None
    levels = BLOCK_SIZES[engine]
    if level not in levels:
        raise ValueError(f"the engine {engine} has the levels {min(levels)} to {max(levels)}, not {level}")
    if tiling is not None and (engine == "mix" or (engine == "fast" and level < _FIRST_LEVEL_WITH_PHRASES)):
        where = "the engine mix" if engine == "mix" else f"level {level} of the engine fast"
        raise ValueError(f"{where} takes no tiling; the engines paper and, from level {_FIRST_LEVEL_WITH_PHRASES} on, fast do")
    return EngineOptions(engine, level, positions)


def make_options(
    level: int | None = None, engine: str | None = None, tiling: str | None = None, block_size: int | None = None
) -> Options:
    """Check the options of a compression and fill in what is None, as `compress` says.

    Raises ValueError, or TypeError for a value of the wrong type, that says what is allowed.
    """
    if level is None:
        level = DEFAULT_FAST_LEVEL if engine == "fast" else DEFAULT_LEVEL
    _check_integers(level=level, block_size=1 if block_size is None else block_size)
    if level not in LEVELS:
        raise ValueError(f"level {level} is not one of {LEVELS[0]} to {LEVELS[-1]}")
    if engine is None:
        engine = default_engine(level, tiling)
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; there are {', '.join(ENGINES)}")
    engine_options = _make_engine_options(level, engine, tiling)
    if block_size is None:
        block_size = BLOCK_SIZES[engine][level]
    if not 1 <= block_size <= MAX_BLOCK_SIZE:
        raise ValueError(f"block_size {block_size} is not between 1 and {MAX_BLOCK_SIZE} bytes")
    return Options(engine_options, block_size)


def compress(
    data: Buffer,
    level: int | None = None,
    *,
    engine: str | None = None,
    tiling: str | None = None,
    block_size: int | None = None,
    threads: int = 1,
    progress: ProgressCallback | None = None,
) -> bytes:
    """Return *data* compressed as one .qcz frame.

    *level*, 1 to 9, trades speed and memory for size; None is 6, or 3 with the *engine* `fast`. Levels 1 to 3 are those of the
    engine `fast`, which decompresses many times as fast as it compresses; levels 4 to 9 those of `mix`, which takes about as long
    for both. *engine* None is that of the level, or with a *tiling* `paper`, the published method, which takes any *level*.

    *tiling* names the positions at which long phrases are looked up (see `quasicryth.tiling`): the engine `paper` takes one, None
    is `multi`; so does `fast` from level 2 on, where None is `all`, every position. *block_size* is how many bytes of *data* make
    a block, 1 to 2^30: larger blocks compress better and take more memory; None is 16 MiB up to level 4, 32 MiB at level 5, 128
    MiB at levels 8 and 9, else 64 MiB. The engine `mix` takes about as much memory to compress text as to decompress it, which
    `qcz info` prints: tables that grow with the block up to the level's limit, and a few bytes for each byte of text. The engine
    `paper` takes about 12 times the block.

    *threads* work on that many blocks at a time, with the memory of each; 0 is as many as there are cores. *progress* is called
    after each block with the bytes compressed so far and the length of *data*; what it raises ends the work.

    Any bytes can be compressed; what is not text is given to Zstandard or stored. The same arguments give the same bytes on every
    machine, for any number of threads. `quasicryth.open` and `quasicryth.Compressor` do the same piece by piece.

    Raises ValueError or TypeError for arguments that are not allowed.
    """
    options = make_options(level, engine, tiling, block_size)
    content = view_bytes(data)
    encoder = FrameEncoder(options, count_threads(threads), Progress(progress, len(content)))
    return join(encode_frame(map(unchanging, slices(content, options.block_size)), encoder))


def decompress_blocks(file: BinaryIO, limits: Limits | None = None, threads: int = 1) -> Iterator[bytes]:
    """Yield the content of all frames in *file*, one block at a time; what was yielded is proven only when the iterator ends.

    Raises as `decompress` does.
    """
    for part, content in decode_file(file, limits or Limits(), threads):
        del part
        if content is not None:
            yield content
        del content  # the next block may take its memory


def _measure_content(file: BinaryIO, limits: Limits) -> int | None:
    """Return how many bytes of content the frames of *file* have, if that can be known before they are decoded."""
    try:
        return read_index(file, memlimit=limits.memlimit).content_size
    except QczError:
        return None  # what is wrong is better said by decoding
    finally:
        file.seek(0)


def _decompress_with_progress(data: Buffer, limits: Limits, threads: int, progress: ProgressCallback | None) -> Iterator[bytes]:
    threads = count_threads(threads)
    file = io.BytesIO(data if isinstance(data, bytes) else view_bytes(data))  # bytes are not copied
    counter = Progress(progress, _measure_content(file, limits) if progress is not None else None)
    for content in decompress_blocks(file, limits, threads):
        yield content
        counter.advance(len(content))
        del content


def decompress(
    data: Buffer,
    *,
    max_length: int | None = None,
    memlimit: int | None = None,
    threads: int = 1,
    progress: ProgressCallback | None = None,
) -> bytes:
    """Return the content of *data*, one or more .qcz frames end to end.

    With *max_length*, content longer than so many bytes raises QczLimitError; with *memlimit*, so does a block whose decoding would
    take more than so many bytes of memory: both before the memory is taken. *threads* decode that many blocks at a time, as far as
    *memlimit* allows; 0 is as many as there are cores. *progress* is called after each block with the bytes decompressed so far and
    how many there will be, or None if the data does not say; what it raises ends the work.

    Raises a QczError: QczFormatError for data that is no .qcz frame or is followed by something else, QczVersionError for a frame
    of a newer release, QczTruncatedError (also an EOFError) if the data ends early, QczCorruptError for any other damage.
    """
    return join(_decompress_with_progress(data, Limits(max_length, memlimit), threads, progress))


def decompress_into(
    data: Buffer,
    target: Buffer,
    *,
    memlimit: int | None = None,
    threads: int = 1,
    progress: ProgressCallback | None = None,
) -> int:
    """Write the content of *data*, one or more .qcz frames end to end, into the writable buffer *target*; return its length.

    The rest of *target* is left as it is. Content that does not fit raises QczLimitError before the block is decoded that would be
    the first too much. After an error, what *target* has is undefined. Otherwise as `decompress`.
    """
    view = view_bytes(target)
    if memoryview(target).readonly:
        raise TypeError("the target is read-only")
    end = 0
    for content in _decompress_with_progress(data, Limits(len(view), memlimit), threads, progress):
        view[end : end + len(content)] = content
        end += len(content)
    return end
