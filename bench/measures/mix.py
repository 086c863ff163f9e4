"""The engine mix: sizes at every level, memory and speed beside the bars the project set itself and beside zpaq and bzip3."""

from __future__ import annotations

import hashlib
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import quasicryth
from corpora import load
from quasicryth.base.limits import Limits
from quasicryth.frames.blocks import decoder_memory
from quasicryth.frames.layout import Block
from quasicryth.frames.parser import FrameParser

from ..machine.description import ROOT, judge, keep
from . import mix_cost
from .rivals import RIVALS, is_installed, measure

MIB = 1 << 20
LEVELS = range(4, 10)
FILES = ("alice29.txt", "e3m", "enwik7", "dickens")

# The most that a whole file may have: level, file, bytes.
SIZE_BARS = {
    4: {"alice29.txt": 39_500, "e3m": 740_000, "enwik7": 2_390_000, "dickens": 2_300_000},
    6: {"alice29.txt": 37_400, "e3m": 690_000, "enwik7": 2_222_000, "dickens": 2_145_000},
    9: {"alice29.txt": 35_400, "e3m": 630_000, "enwik7": 1_971_000, "dickens": 1_980_000, "text100M": 15_900_000},
}
MEMORY_BARS = {4: 128 * MIB, 6: 400 * MIB, 9: 1024 * MIB}  # bytes for decoding, as `qcz info` prints them

# Other kinds of text: no larger than what these make of them.
RIVAL_OF_LEVEL = {6: "bzip3 -b 128", 9: "zpaq -m5"}
OTHER_FILES = ("ukwiki.xml", "logs.log", "jsonl.jsonl")

# This one takes minutes. At the other levels only as much of it as makes a block: what decoding takes at most.
LONG_FILE = "text100M"
LONG_SIZES = {4: 16 * MIB, 6: 64 * MIB, 9: 100_000_000}
LONG_RIVAL = "bzip3 -b 128"  # the others take hours


# ---- what is measured ------------------------------------------------------------------------------------------------------


def _joined(paths: Iterable[Path]) -> bytes:
    return b"".join(path.read_bytes() for path in paths)


def _c_code() -> dict[str, bytes]:
    """C code that is at hand wherever this can be built: sources and headers one after the other, sorted by path.

    The project's own changes as it does; the headers of Python are those of its version, without what its build wrote.
    """
    own = sorted((ROOT / "csrc").rglob("*.[ch]"))
    headers = sorted(Path(sysconfig.get_path("include")).rglob("*.h"))
    texts = {"csrc.c": _joined(own), "python-headers.h": _joined(path for path in headers if path.name != "pyconfig.h")}
    return {name: text for name, text in texts.items() if text}


def _contents() -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for name in (*FILES, *OTHER_FILES):
        content = load(name)
        if content is None:
            print(f"{name:16} is not at hand (python -m corpora)")
        else:
            contents[name] = content
    return {**contents, **_c_code()}


def _stated_memory(packed: bytes) -> int:
    """The most that `qcz info` says of decoding a block of *packed*."""
    parser = FrameParser(Limits())
    most = 0
    while parser.position < len(packed):
        part = parser.take(packed[parser.position : parser.position + parser.wanted])
        if isinstance(part, Block):
            most = max(most, decoder_memory(part))
    return most


def measure_level(content: bytes, level: int) -> dict[str, int]:
    """Compress *content*, verify, and return the size and the memory that decoding takes."""
    packed = quasicryth.compress(content, level)
    if quasicryth.decompress(packed) != content:
        raise AssertionError(f"the round trip failed at level {level}")
    return {"bytes": len(packed), "decoder_memory_bytes": _stated_memory(packed)}


def _measure_rivals(name: str, content: bytes) -> dict[str, int]:
    titles = [title for title in RIVAL_OF_LEVEL.values() if is_installed(RIVALS[title])]
    return {title: measure(RIVALS[title], name, content) for title in titles}


def _describe_contents(contents: dict[str, bytes]) -> dict[str, Any]:
    return {name: {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()} for name, text in contents.items()}


# ---- what is printed -------------------------------------------------------------------------------------------------------


def _report_size(name: str, level: int, result: dict[str, int]) -> bool:
    size, memory = result["bytes"], result["decoder_memory_bytes"]
    bar, memory_bar = SIZE_BARS.get(level, {}).get(name), MEMORY_BARS.get(level)
    of_size = f"  at most {bar:>10,}  {judge(size, bar)}" if bar else ""
    of_memory = f", at most {memory_bar >> 20} MiB  {judge(memory, memory_bar)}" if memory_bar else ""
    print(f"{name:16} -{level} {size:>11,}{of_size}; decoding takes {memory / MIB:.0f} MiB{of_memory}", flush=True)
    return (bar is None or size <= bar) and (memory_bar is None or memory <= memory_bar)


def _report_rivals(name: str, sizes: dict[str, dict[str, int]], rivals: dict[str, int]) -> bool:
    fine = True
    for level, title in RIVAL_OF_LEVEL.items():
        if title not in rivals:
            print(f"{name:16} -{level} is not compared: {RIVALS[title].needs} is not installed")
            continue
        size, bar = sizes[str(level)]["bytes"], rivals[title]
        against = f"{title} {bar:>10,}  {100 * (size / bar - 1):+.1f} %"
        print(f"{name:16} -{level} {size:>11,}  {against}  {judge(size, bar)}", flush=True)
        fine &= size <= bar
    return fine


# ---- runs ------------------------------------------------------------------------------------------------------------------


def measure_sizes(contents: dict[str, bytes]) -> tuple[dict[str, Any], bool]:
    """Print and return sizes and memory of *contents* at all levels, and whether every bar is met."""
    fine = True
    sizes: dict[str, Any] = {}
    rivals: dict[str, Any] = {}
    for name, content in contents.items():
        sizes[name] = {}
        for level in LEVELS:
            sizes[name][str(level)] = measure_level(content, level)
            fine &= _report_size(name, level, sizes[name][str(level)])
        if name not in FILES:  # what rivals make of those, bench/rivals.py measures
            rivals[name] = _measure_rivals(name, content)
            fine &= _report_rivals(name, sizes[name], rivals[name])
    return {"files": _describe_contents(contents), "sizes": sizes, "rivals": rivals}, fine


def run_long() -> bool:
    """Print and keep the sizes of the largest blocks, and return whether every bar is met."""
    whole = load(LONG_FILE)
    if whole is None:
        print(f"{LONG_FILE:16} is not at hand (python -m corpora)")
        return True
    fine = True
    sizes: dict[str, Any] = {}
    for level, length in LONG_SIZES.items():
        sizes[str(level)] = {"content_bytes": min(length, len(whole)), **measure_level(whole[:length], level)}
        title = LONG_FILE if length >= len(whole) else f"{length >> 20} MiB of it"
        fine &= _report_size(title, level, sizes[str(level)])
    rivals = {}
    if is_installed(RIVALS[LONG_RIVAL]):
        rivals[LONG_RIVAL] = measure(RIVALS[LONG_RIVAL], LONG_FILE, whole)
        print(f"{LONG_FILE:16} {LONG_RIVAL} {rivals[LONG_RIVAL]:,}")
    print("kept in", keep("mix_long", {"options": "one block", "file": LONG_FILE, "sizes": sizes, "rivals": rivals}))
    return fine


def run(long: bool = False) -> bool:
    """Print the comparison for every corpus at hand, keep it, and return whether every bar is met."""
    contents = _contents()
    result, sizes_fine = measure_sizes(contents)
    of_one_file = result["sizes"].get(mix_cost.FILE, {})
    stated_memory = {level: of_one_file[str(level)]["decoder_memory_bytes"] for level in mix_cost.BARS if of_one_file}
    cost, cost_fine = mix_cost.measure(contents.get(mix_cost.FILE), stated_memory)
    options = {"options": f"one block; {mix_cost.OPTIONS}"}
    print("kept in", keep("mix", {**options, **result, "cost": cost}))
    long_fine = run_long() if long else True
    return sizes_fine and cost_fine and long_fine
