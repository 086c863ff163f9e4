"""How fast lines come out of a large log through fsspec and dask, beside the engine's own decoding, in turn in one run."""

from __future__ import annotations

import hashlib
import random
import statistics
import tempfile
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import quasicryth
from corpora import load
from quasicryth.integrations import register_fsspec

from ..machine.description import judge, keep
from ..machine.measuring import own_seconds

FILE = "logs.log"
LOG_SIZE = 200_000_000
RUNS = {1: 5, 3: 5, 6: 1}  # of each level
BAR = 0.8  # of the speed of the engine
PIECE_SIZE = 1 << 20
LIBRARIES = ("dask", "fsspec")
ENGINE = "quasicryth.decompress"

Lines = Iterable[bytes] | Iterable[str]
# Opens the file and hands its lines to a function.
Reader = Callable[[str, Callable[[Lines], Any]], Any]


def make_log(base: bytes, size: int) -> bytes:
    """Return *size* bytes or some more of the lines of *base*, over and over, each time with other digits for all its digits.

    Lines end with line feeds alone: text files make them of all other ends, and lines are to be compared.
    """
    chance = random.Random(1)
    base = base.replace(b"\r", b"")
    copies: list[bytes] = []
    for _ in range(-(-size // len(base))):
        digits = bytes(chance.sample(b"0123456789", 10))
        copies.append(base.translate(bytes.maketrans(b"0123456789", digits)))
    return b"".join(copies)


# ---- what is compared ------------------------------------------------------------------------------------------------------


def _lines_of_fsspec(path: str, use: Callable[[Lines], Any]) -> Any:
    import fsspec

    with fsspec.open(path, "rb", compression="infer") as file:
        return use(file)


def _text_of_fsspec(path: str, use: Callable[[Lines], Any]) -> Any:
    import fsspec

    with fsspec.open(path, "rt", compression="infer", encoding="utf-8") as file:
        return use(file)


def _text_of_dask(path: str, use: Callable[[Lines], Any]) -> Any:
    import dask.bag

    bag = dask.bag.read_text(path, compression="infer", encoding="utf-8")
    (result,) = bag.map_partitions(lambda lines: [use(lines)]).compute(scheduler="synchronous")
    return result


READERS: dict[str, Reader] = {
    "fsspec": _lines_of_fsspec,
    "fsspec, as text": _text_of_fsspec,
    "dask.bag, as text": _text_of_dask,
}


def _in_pieces(path: str) -> None:
    """Decode without keeping anything or looking for lines: what the fastest reader there can be does."""
    with quasicryth.open(path) as file:
        while file.read(PIECE_SIZE):
            pass


def _total_length(lines: Lines) -> int:
    return sum(map(len, lines))


def _hash(lines: Lines) -> bytes:
    total = hashlib.sha256()
    for line in lines:
        if line[-1:] not in ("\n", b"\n"):
            raise AssertionError("what came is not a line")
        total.update(line.encode() if isinstance(line, str) else line)
    return total.digest()


def verify(path: str, content: bytes) -> None:
    """Raise AssertionError unless every reader gives the lines of *content*, which end with a line feed, from the file *path*."""
    expected = hashlib.sha256(content).digest()
    for name, read in READERS.items():
        if read(path, _hash) != expected:
            raise AssertionError(f"{name} gives other lines")


# ---- measuring -------------------------------------------------------------------------------------------------------------


def _time_in_turn(path: str, content: bytes, runs: int) -> dict[str, list[float]]:
    """Return the CPU seconds of all that is compared, *runs* of each; *content* is of one byte for each character."""
    packed = Path(path).read_bytes()
    seconds: dict[str, list[float]] = {name: [] for name in (ENGINE, "in pieces", *READERS)}
    for _ in range(runs):
        taken, result = own_seconds(lambda: quasicryth.decompress(packed))
        if result != content:
            raise AssertionError("the round trip failed")
        del result
        seconds[ENGINE].append(taken)
        seconds["in pieces"].append(own_seconds(lambda: _in_pieces(path))[0])
        for name, read in READERS.items():
            taken, length = own_seconds(lambda read=read: read(path, _total_length))
            if length != len(content):
                raise AssertionError(f"{name} gives {length} characters")
            seconds[name].append(taken)
    return seconds


def _shares(seconds: dict[str, list[float]], of: str) -> dict[str, float]:
    """Return the speed of each reader as a share of what *of* has: the median of the runs, each compared with its own."""
    return {name: statistics.median(map(float.__truediv__, seconds[of], seconds[name])) for name in READERS}


def _time_uncompressed(content: bytes, folder: str) -> dict[str, float]:
    """Return the CPU seconds that the libraries take by themselves, for the same lines in a file that is not compressed."""
    plain = Path(folder) / "plain.log"
    plain.write_bytes(content)
    return {name: own_seconds(lambda name=name: READERS[name](str(plain), _total_length))[0] for name in READERS}


def _measure_level(level: int, content: bytes, folder: str) -> dict[str, Any]:
    path = str(Path(folder) / f"{level}.log.qcz")
    with quasicryth.open(path, "wb", level=level, threads=0) as file:
        file.write(content)
    verify(path, content)
    seconds = _time_in_turn(path, content, RUNS[level])
    return {
        "bytes": Path(path).stat().st_size,
        "block_size": quasicryth.get_frame_info(Path(path).read_bytes()).block_size,
        "runs": RUNS[level],
        "seconds": {name: statistics.median(times) for name, times in seconds.items()},
        "share_of_engine": _shares(seconds, ENGINE),
        "share_of_reading_in_pieces": _shares(seconds, "in pieces"),
    }


def _report(level: int, size: int, result: dict[str, Any]) -> bool:
    """Print what was measured of *level*, and return whether the bar is met."""
    speeds = {name: size / 1e6 / seconds for name, seconds in result["seconds"].items()}
    print(f"-{level}: {ENGINE} {speeds[ENGINE]:.0f} MB/s, reading in pieces {speeds['in pieces']:.0f} MB/s")
    shares = result["share_of_engine"]
    for name, share in shares.items():
        verdict = judge(share, BAR, at_most=False)
        print(f"  lines from {name:18} {speeds[name]:6.0f} MB/s: {share:.0%} of the engine, at least {BAR:.0%}  {verdict}")
    met = bool(min(shares.values()) >= BAR)
    print(f"-{level}: {'PASSED' if met else 'MISSED'}", flush=True)
    return met


def run() -> bool:
    """Print and keep the speeds; return whether fsspec and dask reach the bar at every level."""
    base = load(FILE)
    if base is None:
        print(f"{FILE} is not at hand (python -m corpora)")
        return True
    register_fsspec()
    content = make_log(base, LOG_SIZE)
    levels: dict[str, Any] = {}
    met = []
    with tempfile.TemporaryDirectory() as folder:
        result: dict[str, Any] = {
            "file": f"{FILE}, over and over, with other digits each time",
            "log": {"bytes": len(content), "lines": content.count(b"\n")},
            "options": "one thread, CPU time; every line was compared before",
            "versions": {name: version(name) for name in LIBRARIES},
            "seconds_uncompressed": _time_uncompressed(content, folder),
            "levels": levels,
        }
        for name, seconds in result["seconds_uncompressed"].items():
            print(f"{name} takes {seconds:.2f} s by itself, for the log uncompressed")
        for level in RUNS:
            levels[str(level)] = _measure_level(level, content, folder)
            met.append(_report(level, len(content), levels[str(level)]))
            path = keep("integrations", result)
    print("kept in", path)
    return all(met)
