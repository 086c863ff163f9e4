"""`qcz compress`: each file to one frame."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ..base.file_bytes import read_at_most
from ..base.limits import Limits
from ..base.progress import Progress
from ..base.threads import count_threads
from ..engines.options import Options, make_options
from ..engines.registry import LEVELS
from ..frames.decoder import FrameDecoder, decompress_blocks
from ..frames.encoder import FrameEncoder, encode_frame
from .names import Suffix
from .progress import counted, progress_on
from .reports import CommandError, Reporter
from .transfer import FileChoices, Source, Totals, Transfers

LEVEL_VARIABLE = "QCZ_LEVEL"


@dataclass(frozen=True)
class CodingChoices:
    """What the command line says of coding: see the options of the same names."""

    level: int | None
    engine: str | None
    tiling: str | None
    block_size: int | None
    threads: int
    verify: bool | None


def _level_of_environment() -> int | None:
    text = os.environ.get(LEVEL_VARIABLE)
    if not text:
        return None
    if text not in map(str, LEVELS):
        raise CommandError(f"the variable {LEVEL_VARIABLE} is {text!r}, not a level from {LEVELS[0]} to {LEVELS[-1]}")
    return int(text)


def choose_options(choices: CodingChoices) -> Options:
    """Return the options of the library for *choices*; CommandError for those that exclude each other."""
    level = choices.level
    if level is None and choices.engine is None and choices.tiling is None:
        level = _level_of_environment()
    try:
        return make_options(level, choices.engine, choices.tiling, choices.block_size)
    except ValueError as error:
        raise CommandError(str(error)) from None


class _Counted:
    """Pieces of a source, and how many bytes there were.

    It may grow while it is read, and for ever if what is made of it is appended to it: a file ends where it did when it was opened,
    and a piece of it that is short is the last. Files of the system that are made up as they are read say that they are empty.
    """

    def __init__(self, source: Source, piece_size: int) -> None:
        self._file = source.file
        self._is_file = source.size is not None
        self._end = source.size or None
        self._piece_size = piece_size
        self.size = 0

    def _next_size(self) -> int:
        return self._piece_size if self._end is None else min(self._piece_size, self._end - self.size)

    def __iter__(self) -> Iterator[bytes]:
        while piece := read_at_most(self._file, self._next_size()):
            self.size += len(piece)
            yield piece
            if self._is_file and len(piece) < self._piece_size:
                return


class _Written:
    """Pieces of a frame that are written as they are taken, and how many bytes there were."""

    def __init__(self, pieces: Iterator[bytes], write: Callable[[bytes], object]) -> None:
        self._pieces = pieces
        self._write = write
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            self._write(piece)
            yield piece


def _decode_pieces(pieces: Iterable[bytes], threads: int) -> Iterator[bytes]:
    """Yield the contents of the blocks of the frame that comes in *pieces*."""
    decoder = FrameDecoder(Limits(), threads)
    for piece in pieces:
        view = memoryview(piece)
        while view:
            if size := decoder.wanted:
                decoder.feed(view[:size])
                view = view[size:]
            else:
                yield from _pop_contents(decoder, waiting=False)
    decoder.end()
    yield from _pop_contents(decoder, waiting=True)


def _pop_contents(decoder: FrameDecoder, waiting: bool) -> Iterator[bytes]:
    while (waiting or not decoder.wanted) and (decoded := decoder.pop()) is not None:
        if decoded[1] is not None:
            yield decoded[1]


def _can_be_read_again(output: BinaryIO) -> bool:
    return output.seekable() and output.readable()


class Compression:
    """Compresses one source after the other."""

    def __init__(self, options: Options, threads: int, verify: bool, to_terminal: bool, reporter: Reporter) -> None:
        self._options = options
        self._threads = count_threads(threads)
        self._verify = verify
        self._to_terminal = to_terminal
        self._reporter = reporter

    def run(self, source: Source, output: BinaryIO) -> Totals:
        """Write the content of *source* compressed to *output*; decode it again if that is wanted."""
        if output.isatty() and not self._to_terminal:
            raise CommandError("compressed data is not written to a terminal; use -o or redirect, -f to insist, or see --help")
        contents = _Counted(source, self._options.block_size)
        with progress_on(source.name, source.size, self._reporter) as progress:
            encoder = FrameEncoder(self._options, self._threads, Progress(progress))
            pieces = _Written(encode_frame(contents, encoder), output.write)
            if self._verify and not _can_be_read_again(output):
                encoder.verify(_decode_pieces(pieces, self._threads))
            else:
                for _ in pieces:
                    pass
        if self._verify and _can_be_read_again(output):
            self._verify_file(source.name, contents.size, output, encoder)
        return Totals(contents.size, pieces.size)

    def _verify_file(self, name: str, size: int, output: BinaryIO, encoder: FrameEncoder) -> None:
        output.flush()
        output.seek(0)
        with progress_on(name, size, self._reporter) as progress:
            encoder.verify(counted(decompress_blocks(output, threads=self._threads), Progress(progress)))


def compress_files(names: tuple[str, ...], files: FileChoices, coding: CodingChoices, reporter: Reporter) -> None:
    """Compress the files *names*, or standard input."""
    options = choose_options(coding)
    verify = files.remove if coding.verify is None else coding.verify
    compression = Compression(options, coding.threads, verify, files.force, reporter)
    Transfers(files, reporter).run(names, False, Suffix(files.suffix).add, compression.run)
