"""What decoding takes, counted allocation by allocation: no more than `qcz info` and `memlimit` say, in every way into it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from typing import NamedTuple

import pytest
from conftest import ROOT
from files.test_memory_errors import COMPILER

TESTS = ROOT / "tests" / "files"
IN_MEMORY = [
    "by_decompress",
    "by_decompress_into",
    "by_decompressor",
    "by_drained_decompressor",
    "by_pieces_in_and_out",
    "by_stream",
]
BY_READING = ["by_reading", "by_reading_much", "by_reading_all", "by_reading_the_rest", "by_reading_into"]
BY_LINES = ["by_lines", "by_text", "by_lines_of_text"]
BY_INDEX = ["by_seeking", "by_range", "by_range_beside"]
OF_ALL = ["by_describing", "by_recovery"]

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator is taken from glibc")


class Counted(NamedTuple):
    """A line of the program."""

    way: str
    options: dict[str, int]
    said: int
    allowed: int
    taken: int


@pytest.fixture(scope="module")
def count(tmp_path_factory):
    """Return a function that runs the program and returns its lines."""
    library = tmp_path_factory.mktemp("counted") / "counted_memory.so"
    subprocess.run([COMPILER, "-O1", "-shared", "-fPIC", TESTS / "counted_memory.c", "-o", library], check=True)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests"))),
        "LD_PRELOAD": str(library),
        "PYTHONMALLOC": "malloc",
        "MALLOC_MMAP_THRESHOLD_": str(64 << 10),  # what grows is not copied then
    }

    def run(kind: str, block_size: int, blocks: int, ways: list[str]) -> list[Counted]:
        command = [sys.executable, str(TESTS / "count_memory.py"), kind, str(block_size), str(blocks), *ways]
        lines = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
        assert lines.returncode == 0, lines.stderr
        return [Counted(*json.loads(line)) for line in lines.stdout.splitlines()]

    return run


def check(lines: list[Counted], ways: list[str]) -> None:
    assert {line.way for line in lines} == set(ways)
    assert [line for line in lines if line.taken > line.allowed] == []


@pytest.mark.slow("stored", "repeats", "segments", "lines", "index")
@pytest.mark.parametrize("ways", [IN_MEMORY, BY_READING, BY_LINES, BY_INDEX, OF_ALL], ids=lambda ways: ways[0])
@pytest.mark.parametrize("kind", ["stored", "zstd", "repeats", "segments"])
def test_no_more_is_taken_than_was_said(count, kind, ways):
    """Blocks of a megabyte, of which one too many would show: it is more than what is said of reading and of Zstandard."""
    check(count(kind, 1_000_000, 3, ways), ways)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "size"), [("fast", 500_000), ("mix", 60_000), ("paper", 200_000)])
def test_no_more_is_taken_by_engines(count, kind, size):
    ways = ["by_decompress_into", "by_reading"]
    check(count(kind, size, 2, ways), ways)


@pytest.mark.slow
def test_zstandard_frames_that_end_early_take_no_more(count):
    check(count("torn", 2_000_000, 1, ["by_failing"]), ["by_failing"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["stored", "zstd", "repeats"])
def test_what_is_said_of_a_large_block_is_what_it_takes(count, kind):
    ways = ["by_decompress", "by_reading"]
    lines = count(kind, 16_000_000, 1, ways)
    check(lines, ways)
    for line in lines:
        assert line.options or line.said <= 1.1 * line.taken + (256 << 10)
