"""Python's own tests of bz2 and lzma, run against this package: what passes there is what users of those modules may expect here.

An adapter gives our classes the names and arguments of theirs, and the compressed samples of the tests are made anew. Each test
that does not pass is listed with the reason; one that is listed and passes is reported too.
"""

# ruff: noqa: A002  # lzma calls an argument `format`

from __future__ import annotations

import importlib.util
import sys
import types
import unittest

import pytest

import quasicryth
from quasicryth.engines.options import make_options

# So that what the tests compress has several blocks.
BLOCK_SIZES = {"bz2": 100_000, "lzma": 500}
FAST_LEVELS = {"bz2": 4, "lzma": 1}  # one of the tests of bz2 writes 50 MB of the same letter, at which level 1 is slow

JUNK = "bytes after the last frame are an error, never ignored"
EMPTY = "no data is an error: even a frame of nothing has bytes"
FAMILY = "what is wrong with data is a QczError, and of the built-in errors an EOFError at most"
FORMATS = "there is one format, with one checksum and no filters: it is not told which, and accepts no other"
LEVELS = "a level that is not allowed is a ValueError, and an argument for writing a TypeError in reading"
BUFFER = "128 KiB are buffered, as in Python 3.14, and blocks are decoded whole"
NONE = "None stands for no limit, as in the file objects of io and lzma"
SAMPLE = "it has a compressed sample of its own inside"
UNMADE = "an object that was not initialised is of no use, and says so with an AttributeError"

DIFFERENCES = {
    "BZ2DecompressorTest.test_uninitialized_BZ2Decompressor_crash": UNMADE,  # since Python 3.13
    "BZ2FileTest.testDecompressLimited": BUFFER,
    "BZ2FileTest.testReadBadFile": FAMILY,
    "BZ2FileTest.testReadLine": NONE,
    "BZ2FileTest.testReadLineMultiStream": NONE,
    "BZ2FileTest.testReadLines": NONE,
    "BZ2FileTest.testReadLinesMultiStream": NONE,
    "BZ2FileTest.testReadMultiStreamTrailingJunk": JUNK,
    "BZ2FileTest.testReadTrailingJunk": JUNK,
    "BZ2FileTest.testReadlinesNoNewline": SAMPLE,
    "CompressDecompressFunctionTestCase.test_bad_args": FORMATS,
    "CompressDecompressFunctionTestCase.test_decompress_bad_input": FORMATS,
    "CompressDecompressFunctionTestCase.test_decompress_multistream_trailing_junk": JUNK,
    "CompressDecompressFunctionTestCase.test_decompress_trailing_junk": JUNK,
    "CompressDecompressTest.testDecompressBadData": FAMILY,
    "CompressDecompressTest.testDecompressEmpty": EMPTY,
    "CompressDecompressTest.testDecompressIncomplete": FAMILY,
    "CompressDecompressTest.testDecompressMultiStreamTrailingJunk": JUNK,
    "CompressDecompressTest.testDecompressTrailingJunk": JUNK,
    "CompressorDecompressorTestCase.test_bad_filter_spec": FORMATS,
    "CompressorDecompressorTestCase.test_decompressor_bad_input": FORMATS,
    "CompressorDecompressorTestCase.test_decompressor_bug_28275": FORMATS,
    "CompressorDecompressorTestCase.test_simple_bad_args": FORMATS,
    "CompressorDecompressorTestCase.test_uninitialized_LZMADecompressor_crash": UNMADE,  # since Python 3.13
    "FileTestCase.test_decompress_limited": BUFFER,
    "FileTestCase.test_init_bad_check": FORMATS,
    "FileTestCase.test_init_bad_filter_spec": FORMATS,
    "FileTestCase.test_init_bad_preset": LEVELS,
    "FileTestCase.test_init_with_preset_and_filters": FORMATS,
    "FileTestCase.test_issue21872": SAMPLE,
    "FileTestCase.test_read_multistream_trailing_junk": JUNK,
    "FileTestCase.test_read_trailing_junk": JUNK,
}


def _load(name: str) -> types.ModuleType:
    """A copy of the module *name* of its own, to be changed."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.loader is None:
        pytest.skip(f"this Python comes without {name}", allow_module_level=True)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _File(quasicryth.QczFile):
    """With the names that the tests look at inside of the file objects of bz2 and lzma."""

    @property
    def _buffer(self):
        return self._reader

    @property
    def _fp(self):
        return self._file


def _adapt_level(level, module="bz2") -> dict[str, object]:
    """Check *level* and take a fast one: what the tests are about does not depend on it."""
    make_options(level)
    return {"level": FAST_LEVELS[module], "block_size": BLOCK_SIZES[module]}


# ---- bz2 -------------------------------------------------------------------------------------------------------------------


class BZ2File(_File):
    def __init__(self, filename, mode="r", *, compresslevel=9):
        options = _adapt_level(compresslevel)
        super().__init__(filename, mode, **(options if mode[0] != "r" else {}))


class BZ2Compressor(quasicryth.Compressor):
    def __init__(self, compresslevel=9):
        super().__init__(**_adapt_level(compresslevel))


def _bz2_open(filename, mode="rb", compresslevel=9, **options):
    return quasicryth.open(filename, mode, **(_adapt_level(compresslevel) if mode[0] != "r" else {}), **options)


def _bz2_compress(data, compresslevel=9):
    return quasicryth.compress(data, **_adapt_level(compresslevel))


def _adapt_bz2() -> types.ModuleType:
    module = _load("test.test_bz2")
    module.bz2 = types.SimpleNamespace(open=_bz2_open, compress=_bz2_compress, decompress=quasicryth.decompress)
    module.BZ2File = BZ2File
    module.BZ2Compressor = BZ2Compressor
    module.BZ2Decompressor = quasicryth.Decompressor
    module.ext_decompress = quasicryth.decompress
    base = module.BaseTest
    base.DATA, base.EMPTY_DATA, base.BIG_DATA = (_bz2_compress(data) for data in (base.TEXT, b"", bytes(base.BIG_TEXT)))
    return module


# ---- lzma ------------------------------------------------------------------------------------------------------------------


class LZMAFile(_File):
    def __init__(self, filename=None, mode="r", *, format=None, check=-1, preset=None, filters=None):
        writing = isinstance(mode, str) and mode[:1] in ("w", "x", "a")
        super().__init__(filename, mode, **(_adapt_level(preset, "lzma") if writing else {"level": preset}))


class LZMACompressor(quasicryth.Compressor):
    def __init__(self, format=None, check=-1, preset=None, filters=None):
        super().__init__(**_adapt_level(preset, "lzma"))


class LZMADecompressor(quasicryth.Decompressor):
    check = 0

    def __init__(self, format=0, memlimit=None, filters=None):
        super().__init__(memlimit=memlimit)


def _lzma_open(filename, mode="rb", *, format=None, check=-1, preset=None, filters=None, **options):
    return quasicryth.open(filename, mode, **(_adapt_level(preset, "lzma") if mode[:1] in ("w", "x", "a") else {}), **options)


def _lzma_compress(data, format=None, check=-1, preset=None, filters=None):
    return quasicryth.compress(data, **_adapt_level(preset, "lzma"))


def _lzma_decompress(data, format=0, memlimit=None, filters=None):
    return quasicryth.decompress(data, memlimit=memlimit)


def _adapt_lzma() -> types.ModuleType:
    module = _load("test.test_lzma")
    # All formats, with all filters, are ours.
    constants = dict.fromkeys(("CHECK_NONE", "CHECK_CRC64"), 0)
    kept = {name: value for name, value in vars(module.lzma).items() if name.isupper()}
    functions = {"open": _lzma_open, "compress": _lzma_compress, "decompress": _lzma_decompress}
    module.lzma = types.SimpleNamespace(**{**kept, **constants, **functions})
    module.LZMAError = quasicryth.QczError
    module.LZMAFile = LZMAFile
    module.LZMACompressor = LZMACompressor
    module.LZMADecompressor = LZMADecompressor
    for name in ("XZ", "ALONE", "RAW_1", "RAW_2", "RAW_3", "RAW_4"):
        setattr(module, f"COMPRESSED_{name}", _lzma_compress(module.INPUT))
    return module


# ---- running them ----------------------------------------------------------------------------------------------------------


def _tests(module: types.ModuleType, skipped: tuple[str, ...]) -> list[unittest.TestCase]:
    classes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, unittest.TestCase)]
    names = unittest.defaultTestLoader.getTestCaseNames
    return [case(name) for case in classes if case.__name__ not in skipped for name in names(case)]


TESTS = _tests(_adapt_bz2(), ("BaseTest",)) + _tests(_adapt_lzma(), ("MiscellaneousTestCase",))  # of filters only


def _name(test: unittest.TestCase) -> str:
    return ".".join(test.id().split(".")[-2:])


@pytest.mark.slow("testThreading", "test_decompress_limited")
@pytest.mark.parametrize("test", TESTS, ids=_name)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_as_in_the_standard_library(test, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = unittest.TestResult()
    test.run(result)
    wrong = [text for _, text in result.failures + result.errors]
    reason = DIFFERENCES.get(_name(test))
    if reason is None:
        assert not wrong, wrong[0]
        return
    assert wrong, "this passes: the list of differences is too long"
    pytest.xfail(reason)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="some of the tests came with Python 3.13")
def test_the_differences_are_of_tests_that_are_there():
    missing = set(DIFFERENCES) - {_name(test) for test in TESTS}
    assert not missing
