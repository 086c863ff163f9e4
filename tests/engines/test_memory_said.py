"""What engines say they take, before they take it, counted allocation by allocation: texts made to take much included."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from builds import CSRC, OPTIMIZED, WARNINGS, build
from conftest import ROOT
from samples import CHINESE, english, random_bytes, source_code

PROGRAM = ROOT / "tests" / "engines" / "peak_memory.c"
SIZE = 300_000
LEVELS = [("fast", 1), ("fast", 2), ("fast", 3), ("mix", 4), ("mix", 6), ("mix", 7), ("mix", 9)]


def pairs() -> bytes:
    """Letters and digits in turn: an item each."""
    generator = random.Random(1)
    return b"".join(bytes(generator.choices(b"abcdefgh") + generator.choices(b"0123456789")) for _ in range(SIZE // 2))


def different_words() -> bytes:
    generator = random.Random(2)
    return b" ".join(b"%x" % generator.getrandbits(40) for _ in range(SIZE // 11))


TEXTS = {
    "english": english()[:SIZE],
    "code": source_code()[:SIZE],
    "chinese": (CHINESE * (SIZE // len(CHINESE)))[:SIZE],
    "digits": b"".join(b"%d " % (number % 7) for number in range(SIZE // 2)),
    "pairs": pairs(),
    "one pair": b"a1" * (SIZE // 2),
    "different words": different_words(),
    "random": random_bytes(SIZE),
    "small": b"a few words, and a few more\n",
    "a byte": b"a",
}


@pytest.fixture(scope="module")
def program(builds, tmp_path_factory):
    folder = tmp_path_factory.mktemp("peak")
    wrapped = ",".join(f"--wrap={name}" for name in ("malloc", "calloc", "realloc", "free"))
    options = [*WARNINGS, *OPTIMIZED, "-I", CSRC, f"-Wl,{wrapped}"]
    build(*options, PROGRAM, *builds.optimized_library(), "-o", folder / "peak_memory")
    for name, text in TEXTS.items():
        (folder / name).write_bytes(text)
    return folder / "peak_memory"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "darwin", reason="the linker there cannot wrap functions")
@pytest.mark.parametrize(("engine", "level"), LEVELS)
def test_no_more_is_taken_than_was_said(program, engine, level):
    command = [program, engine, str(level), *(program.parent / name for name in TEXTS)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("decoding: said") == len(TEXTS)
