"""Inputs on which the published program writes a file that cannot be decoded, or grows without bound. Ours must come back."""

from __future__ import annotations

import random

import pytest
from paths import oneshot, run_command
from samples import CHINESE, random_bytes

import quasicryth
from quasicryth.engines.registry import ENGINE_NAMES

MIB = 1 << 20


def thousand_words_repeated(size: int) -> bytes:
    generator = random.Random(3)
    words = ["".join(generator.choices("abcdefghijklmnop", k=generator.randint(2, 12))) for _ in range(1000)]
    line = (" ".join(words) + "\n").encode()
    return (line * (size // len(line) + 1))[:size]


INPUTS = {
    "a token of 70,000 letters": lambda: b"text before " + b"a" * 70_000 + b" and after",
    "70,000 different letters": lambda: bytes(random.Random(1).choices(b"abcdefghij", k=70_000)),
    "70,000 spaces": lambda: b"word" + b" " * 70_000 + b"word",
    "a 300-letter word in the codebook": lambda: (b"x" * 299 + b"y and ") * 500,
    "an indented line": lambda: b"\n" + b" " * 300 + b"return",
    "Chinese without spaces": lambda: CHINESE.replace(b" ", b"") * 20,
    "DNA without newlines": lambda: bytes(random.Random(2).choices(b"ACGT", k=1_000_000)),
    "9 MB of 1,000 words": lambda: thousand_words_repeated(9_000_000),
    "a token of 17 million letters": lambda: b"a" * 17_000_000,
    "a million zeros": lambda: bytes(1_000_000),
    "text with zeros": lambda: b"some text\0" * 5000,
    "invalid UTF-8": lambda: b"\xc3\x28 \xa0\xa1 \xe2\x28\xa1 \xfc\xa1\xa1 " * 5000,
    "nothing": lambda: b"",
    "one byte": lambda: b"Q",
    "random bytes": lambda: random_bytes(5_000_000),
}


@pytest.mark.slow(" MB ", "million", "random", "DNA")
@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize("name", INPUTS)
def test_comes_back(name, engine):
    data = INPUTS[name]()
    compressed = quasicryth.compress(data, engine=engine)
    assert len(compressed) <= len(data) * 1.001 + 64
    assert oneshot(compressed) == data


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in INPUTS if "million" not in name and " MB " not in name])
def test_comes_back_through_pipes(name):
    data = INPUTS[name]()
    compressed = run_command("compress", "--engine", "paper", "--tiling", "all", stdin=data)
    assert (compressed.returncode, compressed.stderr) == (0, b"")
    restored = run_command("decompress", stdin=compressed.stdout)
    assert (restored.returncode, restored.stderr) == (0, b"")
    assert restored.stdout == data


HUGE = {"1,000 words": lambda: thousand_words_repeated(70_000_000), "a token": lambda: b"a" * 70_000_000}


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "level"), [("fast", 1), ("mix", 4), ("paper", 6)])
@pytest.mark.parametrize("name", HUGE)
def test_one_block_of_70_mb(name, engine, level):
    """Places in it have more than 26 bits. The one test for which only the size counts, so at each engine's fastest level."""
    data = HUGE[name]()
    compressed = quasicryth.compress(data, level, engine=engine, block_size=128 * MIB)
    assert len(compressed) < len(data) // 100
    assert quasicryth.decompress(compressed) == data
