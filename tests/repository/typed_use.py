"""What type checkers are to make of the package: checked by mypy, never run."""

from __future__ import annotations

import io
import tarfile
from collections.abc import AsyncIterator, Iterator
from typing import assert_type

import quasicryth
from quasicryth import integrations


def check_that_modes_decide_between_bytes_and_text(mode: str) -> None:
    assert_type(quasicryth.open("a.qcz"), quasicryth.QczFile)
    assert_type(quasicryth.open("a.qcz", "wb", level=3, threads=0), quasicryth.QczFile)
    assert_type(quasicryth.open(io.BytesIO(), "rt", encoding="utf-8"), quasicryth.QczTextFile)
    assert_type(quasicryth.open("a.qcz", mode), quasicryth.QczFile | quasicryth.QczTextFile)
    with quasicryth.open("a.qcz") as file:
        assert_type(file, quasicryth.QczFile)
        assert_type(iter(file), Iterator[bytes])
        assert_type(next(file), bytes)
        assert_type(file.read(), bytes)
    with quasicryth.open("a.qcz", "rt") as text:
        assert_type(text, quasicryth.QczTextFile)
        assert_type(next(text), str)
        assert_type(text.read(), str)


def check_that_bytes_come_of_all_that_has_them() -> None:
    for data in (b"", bytearray(), memoryview(b"")):
        assert_type(quasicryth.compress(data), bytes)
        assert_type(quasicryth.decompress(data, max_length=9), bytes)
    assert_type(quasicryth.decompress_into(b"", bytearray(9)), int)
    assert_type(quasicryth.get_frame_info(b"").decompressed_size, int)
    assert_type(quasicryth.read_range("a.qcz", -9), bytes)
    assert_type(quasicryth.recover("a.qcz", "b").damages, tuple[quasicryth.Damage, ...])
    assert_type(integrations.open_tar("a.tar.qcz"), tarfile.TarFile)


async def check_that_streams_are_of_bytes(pieces: AsyncIterator[bytes]) -> None:
    async for piece in quasicryth.compress_stream(pieces):
        assert_type(piece, bytes)
    async with await quasicryth.open_async("a.qcz") as file:
        assert_type(file, quasicryth.AsyncQczFile)
        assert_type(await file.read(), bytes)


def check_that_mistakes_are_found() -> None:
    quasicryth.open("a.qcz", speed=9)  # type: ignore[call-overload]
    quasicryth.compress("text")  # type: ignore[arg-type]
    integrations.open_tar("a.tar.qcz", "a")  # type: ignore[arg-type]
