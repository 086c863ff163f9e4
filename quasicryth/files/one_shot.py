"""Frames from bytes and back, block by block: what the one-shot functions and the command are made of."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from ..base.buffers import join, slices, unchanging, view_bytes
from ..base.limits import Limits
from ..base.progress import Progress, ProgressCallback
from ..base.threads import count_threads
from ..engines.options import make_options
from ..errors import QczError
from ..frames.decoder import decompress_blocks
from ..frames.encoder import FrameEncoder, encode_frame
from ..frames.index import read_index

if TYPE_CHECKING:
    from typing_extensions import Buffer


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
    machine, for any number of threads (where Zstandard codes a part, with the same release of it). `quasicryth.open` and
    `quasicryth.Compressor` do the same piece by piece.

    Raises ValueError or TypeError for arguments that are not allowed.
    """
    options = make_options(level, engine, tiling, block_size)
    content = view_bytes(data)
    encoder = FrameEncoder(options, count_threads(threads), Progress(progress, len(content)))
    return join(encode_frame(map(unchanging, slices(content, options.block_size)), encoder))


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

    What decoding takes is what `qcz info` prints: the block as it lies in the data, its content, what the decoder needs, and half a
    MiB for reading. Beside it are *data* and the content of the blocks before; the index of a frame of many blocks is limited by
    itself.

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
        del content  # the next block may take its memory
    return end
