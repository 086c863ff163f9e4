"""compress and decompress on bytes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import pytest
from samples import SMALL, english, random_bytes, source_code, synthetic_text

import quasicryth
from quasicryth.engines.registry import ENGINE_NAMES
from quasicryth.tiling import TILING_NAMES

TILINGS = [name for name in TILING_NAMES if ":" not in name] + [
    "period:LSL",
    "period:" + "LLSLS" * 3 + "L",
    "random:7",
    "cut:0.6:1/3",
]


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("level", [1, 4, 6, 9])
def test_small_inputs_come_back(name, level):
    data = SMALL[name]
    compressed = quasicryth.compress(data, level)
    assert quasicryth.decompress(compressed) == data
    assert len(compressed) <= len(data) * 1.001 + 64


@pytest.mark.parametrize("tiling", TILINGS)
def test_every_tiling_decodes_without_being_named(tiling):
    data = english()[:300_000]
    assert quasicryth.decompress(quasicryth.compress(data, engine="paper", tiling=tiling)) == data


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize("size", [1, 7, 1000, 65_536, 1 << 20])
def test_any_block_size(size, engine):
    data = source_code()[: 300 * size][:100_000]
    assert quasicryth.decompress(quasicryth.compress(data, engine=engine, block_size=size)) == data


def test_text_gets_smaller_and_better_than_with_other_compressors_at_their_best():
    import lzma
    import zlib

    assert len(quasicryth.compress(english(), engine="paper")) < len(zlib.compress(english(), 9))
    assert len(quasicryth.compress(english())) < 0.9 * len(lzma.compress(english(), preset=9))


def test_the_engine_is_that_of_the_level_and_with_a_tiling_the_papers():
    data = english()[:20_000]
    assert quasicryth.compress(data, 2) == quasicryth.compress(data, 2, engine="fast")
    assert quasicryth.compress(data, engine="fast") == quasicryth.compress(data, 3)
    assert quasicryth.compress(data, 8) == quasicryth.compress(data, 8, engine="mix")
    expected = quasicryth.compress(data, engine="paper")
    for level in (1, 6, 9):
        assert quasicryth.compress(data, level, engine="paper", tiling="multi") == expected
        assert quasicryth.compress(data, level, tiling="multi") == expected


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        ({}, 64),
        ({"level": 1}, 16),
        ({"level": 4}, 16),
        ({"level": 5}, 32),
        ({"level": 7}, 64),
        ({"level": 8}, 128),
        ({"level": 9}, 128),
        ({"level": 9, "engine": "paper"}, 64),
        ({"level": 9, "tiling": "none"}, 64),
        ({"level": 9, "block_size": 5 << 20}, 5),
    ],
)
def test_block_sizes_by_level(arguments, size):
    compressed = quasicryth.compress(b"", **arguments)
    assert int.from_bytes(compressed[7:11], "little") == size << 20


def test_growth_is_bounded():
    for size in (0, 1, 2, 40, 127, 128, 300, 1000, 16_384, 100_000, 1_000_000):
        assert len(quasicryth.compress(random_bytes(size))) <= size * 1.001 + 64


def test_takes_any_buffer():
    data = english()[:5000]
    expected = quasicryth.compress(data)
    assert quasicryth.compress(bytearray(data)) == expected
    assert quasicryth.compress(memoryview(data)) == expected
    assert quasicryth.decompress(memoryview(bytearray(expected))) == data


@pytest.mark.slow
def test_same_bytes_in_another_process():
    program = (
        "import sys, hashlib, quasicryth; data = sys.stdin.buffer.read(); "
        "print(*(hashlib.sha256(quasicryth.compress(data, level, block_size=70_000)).hexdigest() for level in (1, 6, 9)))"
    )
    text = synthetic_text(200_000)
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], input=text, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"level": 0}, ValueError, "1 to 9"),
        ({"level": 10}, ValueError, "1 to 9"),
        ({"level": "6"}, TypeError, "int"),
        ({"level": True}, TypeError, "int"),
        ({"engine": "nonsense"}, ValueError, "mix, paper"),
        ({"engine": "mix", "level": 3}, ValueError, "4 to 9"),
        ({"engine": "mix", "tiling": "multi"}, ValueError, "takes no tiling"),
        ({"tiling": "nonsense"}, ValueError, "fibonacci"),
        ({"engine": "paper", "tiling": "nonsense"}, ValueError, "fibonacci"),
        ({"tiling": "period:"}, ValueError, "L and S"),
        ({"tiling": "period:LLX"}, ValueError, "L and S"),
        ({"tiling": "random:-1"}, ValueError, "seed"),
        ({"tiling": "random:x"}, ValueError, "seed"),
        ({"tiling": "cut:1.5"}, ValueError, "0, 1"),
        ({"tiling": "cut:1/0"}, ValueError, "0, 1"),
        ({"block_size": 0}, ValueError, "1073741824"),
        ({"block_size": 2**30 + 1}, ValueError, "1073741824"),
        ({"block_size": 1.5}, TypeError, "int"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        quasicryth.compress(b"data", **arguments)


def test_text_is_not_bytes():
    with pytest.raises(TypeError):
        quasicryth.compress("text")
    with pytest.raises(TypeError):
        quasicryth.decompress("text")


def test_concatenated_frames_are_joined():
    first, second = quasicryth.compress(b"first "), quasicryth.compress(b"second")
    empty = quasicryth.compress(b"")
    assert quasicryth.decompress(first + empty + second + empty) == b"first second"


def test_max_length_is_checked_before_decoding():
    data = synthetic_text(100_000)
    compressed = quasicryth.compress(data, block_size=30_000)
    assert quasicryth.decompress(compressed, max_length=100_000) == data
    for limit in (0, 1, 99_999):
        with pytest.raises(quasicryth.QczLimitError, match="longer than the limit"):
            quasicryth.decompress(compressed, max_length=limit)
    with pytest.raises(quasicryth.QczLimitError):
        quasicryth.decompress(compressed * 2, max_length=150_000)


def test_memlimit_is_checked_before_decoding():
    compressed = quasicryth.compress(synthetic_text(100_000))
    with pytest.raises(quasicryth.QczLimitError, match=r"needs at least \d+ bytes to decode; the limit is 100000"):
        quasicryth.decompress(compressed, memlimit=100_000)
    with pytest.raises(quasicryth.QczLimitError, match=r"needs \d+ bytes to decode; the limit is 700000"):
        quasicryth.decompress(compressed, memlimit=700_000)
    assert len(quasicryth.decompress(compressed, memlimit=100_000_000)) == 100_000


def test_errors_are_one_family_and_survive_pickling():
    for name in ("QczFormatError", "QczVersionError", "QczCorruptError", "QczTruncatedError", "QczLimitError"):
        error = getattr(quasicryth, name)("message")
        assert isinstance(error, quasicryth.QczError)
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy)) == (type(error), "message")
    assert issubclass(quasicryth.QczTruncatedError, EOFError)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize("start", ["", "Some Capitals FIRST "])
def test_streams_that_end_in_a_long_run_of_near_certain_symbols(start, engine):
    """The coder may leave out no more zero bytes than its decoder takes for granted."""
    data = (start + "word " * 200_000).encode()
    assert quasicryth.decompress(quasicryth.compress(data, engine=engine)) == data
