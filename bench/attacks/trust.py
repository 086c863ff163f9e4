"""Damage files of every engine in every way that can be counted, and see that no wrong byte is ever returned."""

from __future__ import annotations

import hashlib
import io
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import quasicryth
from quasicryth import QczError, QczTruncatedError
from quasicryth.base._checksum import Xxh64
from quasicryth.engines.registry import engine_of_name
from quasicryth.frames.blocks import encode_zstd
from quasicryth.frames.layout import BlockHeader, FrameHeader, index_entry, write_block_header, write_frame_header, write_tail
from quasicryth.frames.segments import CodedSegment, SegmentKind, body_size, write_body

from ..machine.description import keep, verdict
from ..machine.measuring import PEAK, start_command, wait_for_peak

FLIPS = 10_000
_FLIPPED_CONTENT = 6_000
_CUT_FILE_SIZE = 100_000
_BOMB_SIZE = 10 << 30
_STREAM_SIZE = 4 << 30
_MIB = 1 << 20
# A call on damaged data may take so many times what the whole file takes, and so many seconds because the machine is busy.
_MOST_TIMES, _PATIENCE = 20, 2.0

ENGINES: dict[str, dict[str, Any]] = {
    "fast -1": {"level": 1},
    "fast -3": {"level": 3},
    "mix -4": {"level": 4},
    "mix -6": {"level": 6},
    "mix -9": {"level": 9},
    "paper": {"engine": "paper"},
}


# ---- the ways to decompress ------------------------------------------------------------------------------------------------


def _in_pieces(data: bytes) -> bytes:
    decompressor = quasicryth.Decompressor()
    pieces = [decompressor.decompress(data[start : start + 1000]) for start in range(0, len(data), 1000)]
    if not decompressor.eof:
        raise QczTruncatedError("the frame has not ended")
    return b"".join(pieces)


def _as_file(data: bytes) -> bytes:
    with quasicryth.open(io.BytesIO(data)) as file:
        return file.read()


PATHS: dict[str, Callable[[bytes], bytes]] = {"one-shot": quasicryth.decompress, "in pieces": _in_pieces, "file": _as_file}


@dataclass
class _Outcomes:
    """What became of damaged files."""

    errors: int = 0
    undamaged: int = 0
    wrong: int = 0
    slowest: float = 0.0
    longest_allowed: float = 0.0

    @property
    def fine(self) -> bool:
        return self.wrong == 0 and self.slowest <= self.longest_allowed

    def count(self, decompress: Callable[[bytes], bytes], data: bytes, content: bytes) -> None:
        """Decompress *data*, a damaged file of *content*; any exception but a QczError ends the run."""
        start = time.perf_counter()
        try:
            same = decompress(data) == content
            self.undamaged += same
            self.wrong += not same
        except QczError:
            self.errors += 1
        self.slowest = max(self.slowest, time.perf_counter() - start)

    def report(self) -> dict[str, Any]:
        return {
            "errors": self.errors,
            "right_content": self.undamaged,
            "wrong_content": self.wrong,
            "slowest_seconds": round(self.slowest, 3),
            "seconds_allowed": round(self.longest_allowed, 3),
        }


def _allow_time(data: bytes) -> _Outcomes:
    start = time.perf_counter()
    quasicryth.decompress(data)
    return _Outcomes(longest_allowed=_MOST_TIMES * (time.perf_counter() - start) + _PATIENCE)


# ---- bits and cuts ---------------------------------------------------------------------------------------------------------


def english() -> bytes:
    """Some 450 kB of English and more that every Python has."""
    import pydoc_data.topics as topics

    return "\n".join(topics.topics[name] for name in sorted(topics.topics)).encode()


def _flip_bits(options: dict[str, Any]) -> _Outcomes:
    """Flip FLIPS random bits, one at a time, in files of one block and of three; each path gets its turn."""
    content = english()[:_FLIPPED_CONTENT]
    files = [quasicryth.compress(content, **options), quasicryth.compress(content, block_size=len(content) // 3 + 1, **options)]
    outcomes = _allow_time(files[1])
    generator = random.Random(1)
    for number in range(FLIPS):
        damaged = bytearray(files[number % len(files)])
        damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
        outcomes.count(list(PATHS.values())[number % len(PATHS)], bytes(damaged), content)
    return outcomes


def _file_of(size: int, options: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return a file of at least *size* bytes, and its content: English as far as there is some, then its words in any order."""
    text, length = english(), size * 3
    words, generator = text.split(), random.Random(3)
    while True:
        if len(text) < length:
            text += b" ".join(generator.choices(words, k=length // 4))
        data = quasicryth.compress(text[:length], **options)
        if len(data) >= size:
            return data, text[:length]
        length = length * 5 // 4


def _cut_everywhere(options: dict[str, Any]) -> tuple[int, _Outcomes]:
    """Cut a file before each of its bytes; return its size and what became of it. The paths take turns."""
    data, content = _file_of(_CUT_FILE_SIZE, options)
    outcomes = _allow_time(data)
    for end in range(len(data)):
        outcomes.count(list(PATHS.values())[end % len(PATHS)], data[:end], content)
    return len(data), outcomes


def _damage(name: str, options: dict[str, Any]) -> dict[str, Any]:
    flips = _flip_bits(options)
    size, cuts = _cut_everywhere(options)
    fine = flips.fine and cuts.fine and flips.undamaged == 0 and cuts.errors == size
    print(
        f"{name:8} {FLIPS:,} flipped bits: {flips.errors:,} errors, {flips.wrong} wrong contents, slowest {flips.slowest:.3f} s; "
        f"{size:,} cuts: {cuts.errors:,} errors, {cuts.wrong} wrong contents, slowest {cuts.slowest:.3f} s  {verdict(fine)}"
    )
    return {"flips": flips.report(), "cuts": {"file_size": size, **cuts.report()}, "fine": fine}


# ---- bombs -----------------------------------------------------------------------------------------------------------------


def _bomb(segment: CodedSegment, content: bytes, checksum: int, engine: int = 0, head: bytes = b"") -> bytes:
    """A whole frame of blocks that state _BOMB_SIZE bytes together: each is *segment*, which is said to stand for *content*."""
    size = segment.content_size
    header = BlockHeader(engine, size, len(head), body_size(head, [segment]))
    count = _BOMB_SIZE // size
    blocks = [
        b"".join((write_block_header(header, number), *write_body(content, head, [segment], number))) for number in range(count)
    ]
    return write_frame_header(FrameHeader(size)) + b"".join(blocks) + write_tail(checksum, index_entry(header) * count)


def _bombs() -> dict[str, bytes]:
    zeros, checksum = bytes(64 * _MIB), Xxh64()
    for _ in range(_BOMB_SIZE // len(zeros)):
        checksum.update(zeros)
    mix = engine_of_name("mix")
    coded = mix.encode(english()[:5000], 6)
    assert coded is not None
    head, ((_, payload),) = coded
    return {
        # What it claims it cannot make: the payload is that of 5,000 bytes.
        "claims 10 GB": _bomb(CodedSegment(SegmentKind.ENGINE, 1 << 30, payload), b"", 0, mix.number, head),
        # A whole and right file of blocks of 64 MiB of zero bytes.
        "makes 10 GB": _bomb(CodedSegment(SegmentKind.ZSTD, len(zeros), encode_zstd(zeros)), zeros, checksum.digest()),
    }


_LIMITS = {"max_length": 1 * _MIB, "memlimit": 16 * _MIB}

# What is measured is a process of its own, above what the imports take.
_EXPLODE = f"""{PEAK}
import io, pathlib, sys, time
import quasicryth

def decompress(path, way, **limits):
    if way == "one-shot":
        quasicryth.decompress(pathlib.Path(path).read_bytes(), **limits)
    elif way == "in pieces":
        quasicryth.Decompressor(**limits).decompress(pathlib.Path(path).read_bytes())
    elif way == "file":
        with quasicryth.open(path, **limits) as file:
            while file.read(1 << 20):
                pass
    else:
        quasicryth.recover(path, io.BytesIO(), **limits)

small, bomb, way, limit, value = sys.argv[1:]
decompress(small, way)  # what is to be imported is
before, start = peak(), time.perf_counter()
try:
    decompress(bomb, way, **{{limit: int(value)}})
except quasicryth.QczLimitError as error:
    print(peak() - before, time.perf_counter() - start, error, sep="|")
"""


def _explode(small: Path, bomb: Path, way: str, limit: str) -> dict[str, Any]:
    command = [sys.executable, "-c", _EXPLODE, str(small), str(bomb), way, limit, str(_LIMITS[limit])]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    if not run.stdout:
        return {"stopped": False}
    memory, seconds, message = run.stdout.strip().split("|")
    return {"stopped": True, "memory": int(memory), "seconds": round(float(seconds), 3), "message": message}


def _defuse(folder: Path) -> tuple[bool, dict[str, Any]]:
    results: dict[str, Any] = {}
    fine = True
    for name, data in _bombs().items():
        small, bomb = folder / "small.qcz", folder / "bomb.qcz"
        small.write_bytes(quasicryth.compress(b"small"))
        bomb.write_bytes(data)
        for limit in _LIMITS:
            for way in ("one-shot", "in pieces", "file", "recover"):
                result = _explode(small, bomb, way, limit)
                is_fine = result["stopped"] and result["memory"] <= 2 * _MIB
                fine &= is_fine
                results[f"{name}, {limit}, {way}"] = result
                print(f"{len(data):,} bytes that {name}, {limit}, {way}: {_say(result)}  {verdict(is_fine)}")
    return fine, results


def _say(result: dict[str, Any]) -> str:
    if not result["stopped"]:
        return "not stopped"
    return f"stopped with {result['memory'] / _MIB:.1f} MiB more memory in {result['seconds']:.3f} s"


# ---- a long stream ---------------------------------------------------------------------------------------------------------


def _long_stream(size: int) -> Iterator[bytes]:
    """Yield *size* bytes of text, whose parts come in an order that does not repeat soon."""
    text, generator = english(), random.Random(2)
    parts = [text[start : start + 50_000] for start in range(0, len(text) - 50_000, 50_000)]
    while size > 0:
        piece = b"".join(generator.choice(parts) for _ in range(20))[:size]
        size -= len(piece)
        yield piece


def _stream(size: int) -> dict[str, Any]:
    """Send *size* bytes through `qcz compress -1` and `qcz decompress` at once, and compare what comes out."""
    compressor = start_command("compress", "-1", "-c", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    decompressor = start_command("decompress", "-c", "-", stdin=compressor.stdout, stdout=subprocess.PIPE)
    source, target = cast("BinaryIO", compressor.stdin), cast("BinaryIO", decompressor.stdout)
    cast("BinaryIO", compressor.stdout).close()
    sent, received, count = hashlib.blake2b(), hashlib.blake2b(), 0

    def send() -> None:
        for piece in _long_stream(size):
            sent.update(piece)
            source.write(piece)
        source.close()

    sender = threading.Thread(target=send)
    sender.start()
    while piece := target.read(_MIB):
        received.update(piece)
        count += len(piece)
    sender.join()
    peaks = [wait_for_peak(process) for process in (compressor, decompressor)]
    return {"bytes": count, "same": sent.digest() == received.digest(), "compress_memory": peaks[0], "decompress_memory": peaks[1]}


def _compare_streams() -> tuple[bool, list[dict[str, Any]]]:
    """Memory is constant if a stream eight times as long takes no more than a tenth more of it."""
    results = [_stream(size) for size in (_STREAM_SIZE // 8, _STREAM_SIZE)]
    short, long = results
    fine = all(result["same"] for result in results)
    for name in ("compress_memory", "decompress_memory"):
        fine &= long[name] <= 1.1 * short[name]
    for result in results:
        memory = " and ".join(f"{result[name] / _MIB:.0f} MiB" for name in ("compress_memory", "decompress_memory"))
        print(f"{result['bytes']:,} bytes through pipes at -1: {memory} at most, {verdict(result['same'])}")
    print(f"memory does not depend on the length: {verdict(fine)}")
    return fine, results


def run() -> bool:
    """Print and keep all of it; return whether everything is as it should be."""
    damage = {name: _damage(name, options) for name, options in ENGINES.items()}
    with tempfile.TemporaryDirectory() as name:
        bombs_fine, bombs = _defuse(Path(name))
    streams_fine, streams = _compare_streams()
    fine = bombs_fine and streams_fine and all(result["fine"] for result in damage.values())
    keep("trust", {"flips_each": FLIPS, "damage": damage, "bombs": bombs, "streams": streams})
    return fine
