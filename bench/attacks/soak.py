"""Use the package in every way at random for a long time: nothing may go wrong, and nothing may pile up."""

from __future__ import annotations

import gc
import io
import math
import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import quasicryth
from quasicryth import QczError

from ..machine.description import keep, today, verdict
from ..machine.measuring import start_command, wait_for_peak
from .trust import english

LONG_ENOUGH = 3600  # seconds
_MAX_SIZE = 1 << 20
_REPORT_EVERY = 60.0  # seconds
# What is kept by the allocator and by caches settles within the first tenth of the time.
_WARM_UP = 0.1
_GROWTH_ALLOWED = 1.1

_TILINGS = ("multi", "fibonacci", "period5x8", "none", "all")


def _resident_memory() -> int:
    """The bytes of memory that this process has at the moment."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


class _User:
    """Does what users do, with drawn contents and options."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._generator = random.Random(seed)
        self._folder = folder
        self._text = english()
        self._words = self._text.split()

    def content(self) -> bytes:
        """Up to _MAX_SIZE bytes, small ones most often: passages, words in any order, noise, one byte again and again."""
        size = int(math.exp(self._generator.uniform(0, math.log(_MAX_SIZE)))) - 1
        start = self._generator.randrange(len(self._text))
        makers: tuple[Callable[[], bytes], ...] = (
            lambda: self._text[start : start + size],
            lambda: self._text[start : start + size],
            lambda: b" ".join(self._generator.choices(self._words, k=size // 8)),
            lambda: self._generator.randbytes(size),
            lambda: bytes([size % 256]) * size,
        )
        return self._generator.choice(makers)()

    def options(self, size: int) -> dict[str, Any]:
        """Options of `quasicryth.compress`."""
        options: dict[str, Any] = {"level": self._generator.randint(1, 9), "threads": self._generator.randint(1, 3)}
        if self._generator.random() < 0.2:
            options |= {"engine": "paper", "tiling": self._generator.choice(_TILINGS)}
        if self._generator.random() < 0.4:
            options["block_size"] = max(size // self._generator.randint(1, 6), 1)
        return options

    def in_one_call(self, content: bytes, options: dict[str, Any]) -> bytes:
        """`compress` and `decompress`."""
        return quasicryth.decompress(quasicryth.compress(content, **options), threads=self._generator.randint(1, 3))

    def in_pieces(self, content: bytes, options: dict[str, Any]) -> bytes:
        """`Compressor` and `Decompressor`."""
        compressor, step = quasicryth.Compressor(**options), self._generator.choice((997, 65_536))
        packed = b"".join(compressor.compress(content[start : start + step]) for start in range(0, len(content), step))
        packed += compressor.flush()
        decompressor = quasicryth.Decompressor()
        pieces = [decompressor.decompress(packed[start : start + step]) for start in range(0, len(packed), step)]
        return b"".join(pieces)

    def as_file(self, content: bytes, options: dict[str, Any]) -> bytes:
        """`open`, appended to, and read from its middle as well."""
        path = self._folder / "text.qcz"
        half = len(content) // 2
        with quasicryth.open(path, "wb", **options) as file:
            file.write(content[:half])
        with quasicryth.open(path, "ab", **options) as file:
            file.write(content[half:])
        with quasicryth.open(path) as file:
            file.seek(half)
            end = file.read()
            file.seek(0)
            return file.read(half) + end

    def damaged(self, content: bytes, options: dict[str, Any]) -> bytes:
        """Damage is an error, whatever is tried; `recover` writes nothing else than was there."""
        packed = bytearray(quasicryth.compress(content, **options))
        packed[self._generator.randrange(len(packed))] ^= 1 << self._generator.randrange(8)
        for decompress in (quasicryth.decompress, quasicryth.Decompressor().decompress):
            try:
                decompress(bytes(packed))
            except QczError:
                continue
            if decompress is quasicryth.decompress:
                raise AssertionError("damage went unseen")
        quasicryth.recover(io.BytesIO(packed), io.BytesIO())
        return content

    def by_command(self, content: bytes, options: dict[str, Any]) -> bytes:
        """`qcz compress` and `qcz decompress`."""
        source = self._folder / "command.txt"
        source.write_bytes(content)
        for arguments in (["compress", f"-{options['level']}", "-f", "--rm"], ["decompress", "-f", "--rm"]):
            name = f"{source}.qcz" if arguments[0] == "decompress" else str(source)
            wait_for_peak(start_command(*arguments, name))
        return source.read_bytes()

    def step(self) -> str:
        """Do one thing; return its name."""
        way = self._generator.choices(
            (self.in_one_call, self.in_pieces, self.as_file, self.damaged, self.by_command), (30, 30, 30, 30, 1)
        )[0]
        content = self.content()
        options = self.options(len(content))
        if way(content, options) != content:
            raise AssertionError(f"{way.__name__} with {options} gave other content back")
        return way.__name__


def _measure(label: str, counts: Counter[str]) -> dict[str, int]:
    gc.collect()
    state = {"memory": _resident_memory(), "open_files": _open_files(), "threads": threading.active_count()}
    print(
        f"{label}: {counts.total():,} uses, {state['memory'] >> 20} MiB, {state['open_files']} open files, "
        f"{state['threads']} threads",
        flush=True,
    )
    return state


def _has_not_grown(states: list[dict[str, int]]) -> bool:
    """Whether the second half of *states* is not above the first, memory by more than a tenth.

    What the allocator keeps at a moment depends on the last few texts, from 100 to 290 MiB: hence medians. In an hour
    that sees 300 bytes lost in each use.
    """
    half = len(states) // 2
    early, late = states[:half], states[half:]
    same = all(max(state[name] for state in late) <= max(state[name] for state in early) for name in ("open_files", "threads"))
    return same and median(state["memory"] for state in late) <= _GROWTH_ALLOWED * median(state["memory"] for state in early)


def run(seconds: float = LONG_ENOUGH, seed: int | None = None) -> bool:
    """Print and keep what was done; return whether nothing piled up. What goes wrong is raised, and the seed is printed before."""
    seed = seed if seed is not None else random.randrange(1 << 32)
    print(f"seed {seed}")
    counts: Counter[str] = Counter()
    begin = time.monotonic()
    states: list[dict[str, int]] = []
    interval = min(_REPORT_EVERY, seconds / 20)
    with tempfile.TemporaryDirectory() as folder:
        user = _User(seed, Path(folder))
        while (elapsed := time.monotonic() - begin) < seconds:
            counts[user.step()] += 1
            if elapsed >= seconds * _WARM_UP + interval * len(states):
                states.append(_measure(f"{elapsed:,.0f} s", counts))
    fine = _has_not_grown(states)
    print(f"memory, files and threads do not pile up: {verdict(fine)}")
    result = {"seconds": seconds, "seed": seed, "uses": dict(counts), "states": states, "fine": fine, **today()}
    print(f"kept in {keep('soak', result)}")
    return fine
