"""`qcz decompress` and `qcz cat`: the contents of files, or parts of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast

from ..base.limits import Limits
from ..base.progress import Progress
from ..base.threads import count_threads
from ..errors import QczError
from ..files.file_object import QczFile
from ..frames.decoder import decode_file
from ..frames.index import read_index
from ..frames.layout import Tail
from .names import Suffix, expand
from .progress import progress_on
from .reports import CommandError, Reporter
from .transfer import FileChoices, Source, StandardOutput, Totals, Transfers, open_source, refuse_own_output, refuse_terminal_input

Span = tuple[int | None, int | None]

_PIECE_SIZE = 1 << 20
_NO_END = 1 << 63  # more than any file has; `sys.maxsize` can be less


@dataclass(frozen=True)
class DecodingChoices:
    """What the command line says of decoding: see the options of the same names."""

    threads: int
    memlimit: int | None
    max_length: int | None

    @property
    def limits(self) -> Limits:
        """The limits of the library."""
        return Limits(self.max_length, self.memlimit)

    def open(self, file: BinaryIO) -> QczFile:
        """Return the content of *file* as a file object."""
        return QczFile(file, max_length=self.max_length, memlimit=self.memlimit, threads=self.threads)


def measure_content(source: Source) -> int | None:
    """Return how many bytes of content *source* has, if that can be known before they are decoded."""
    if source.size is None:
        return None
    start = source.file.tell()
    try:
        return read_index(source.file, start).content_size
    except QczError:
        return None  # what is wrong is better said by decoding
    finally:
        source.file.seek(start)


def decode(source: Source, write: Callable[[bytes], object], choices: DecodingChoices, reporter: Reporter) -> Totals:
    """Call *write* with the content of *source*, checked, block by block."""
    refuse_terminal_input(source.name)
    content_size = compressed_size = 0
    total = measure_content(source) if reporter.shows_progress else None
    with progress_on(source.name, total, reporter) as progress:
        counter = Progress(progress)
        for part, content in decode_file(source.file, choices.limits, count_threads(choices.threads)):
            if content is not None:
                write(content)
                content_size += len(content)
                counter.advance(len(content))
            elif isinstance(part, Tail):
                compressed_size = part.position + part.size
            del part, content  # the next block may take their memory
    return Totals(content_size, compressed_size)


def decompress_files(names: tuple[str, ...], files: FileChoices, choices: DecodingChoices, reporter: Reporter) -> None:
    """Decompress the files *names*, or standard input."""

    def work(source: Source, output: BinaryIO) -> Totals:
        return decode(source, output.write, choices, reporter)

    suffix = Suffix(files.suffix)
    Transfers(files, reporter).run(names, True, suffix.strip, work)


# ---- parts -----------------------------------------------------------------------------------------------------------------


def _write_range(file: QczFile, span: Span, write: Callable[[bytes], object]) -> None:
    """Write the bytes of the *span*, a block at most at a time."""
    if file.seekable():
        start, stop, _ = slice(*span).indices(file.content_size)
        file.seek(start)
    elif any(number is not None and number < 0 for number in span):
        raise CommandError("bytes can be counted from the end of a file only, not of a stream")
    else:
        start, stop = span[0] or 0, _NO_END if span[1] is None else span[1]
        skipped = 0
        while skipped < start and (piece := file.read1(min(start - skipped, _PIECE_SIZE))):
            skipped += len(piece)
    left = stop - start
    while left > 0 and (piece := file.read1(min(left, _PIECE_SIZE))):
        write(piece)
        left -= len(piece)


def _write_lines(file: QczFile, span: Span, write: Callable[[bytes], object]) -> None:
    """Write the lines of the *span*, which end in a line feed each, and stop reading behind them; lines may be of any length."""
    first, last = span[0] or 1, _NO_END if span[1] is None else span[1]
    number = 1  # of the line that the next byte is in
    while number <= last >= first and (piece := file.read1(_PIECE_SIZE)):
        count = piece.count(b"\n")
        begin = _find_line(piece, first - number, count)
        end = _find_line(piece, last - number + 1, count)
        write(piece[begin:end])
        number += count


def _find_line(piece: bytes, lines: int, count: int) -> int:
    """Return where in *piece*, which has *count* line feeds, the line begins before which there are so many *lines*."""
    if lines <= 0 or lines > count:
        return 0 if lines <= 0 else len(piece)
    place = 0
    for _ in range(lines):
        place = piece.index(b"\n", place) + 1
    return place


def write_parts(
    names: tuple[str, ...],
    span: Span | None,
    lines: Span | None,
    files: FileChoices,
    choices: DecodingChoices,
    reporter: Reporter,
) -> None:
    """Write the contents of the files *names* to standard output: the bytes of *span*, the *lines*, or all of each."""
    output = StandardOutput()
    reporter.fills_stdout = True
    for name in expand(names, files.recursive, True, Suffix(files.suffix), reporter):
        with reporter.reported(name), open_source(name) as source:
            refuse_terminal_input(name)
            refuse_own_output(source)
            if span is None and lines is None:
                decode(source, output.write, choices, reporter)
            else:
                with choices.open(source.file) as content:
                    if lines is not None:
                        _write_lines(content, lines, output.write)
                    else:
                        _write_range(content, cast("Span", span), output.write)
            output.flush()
