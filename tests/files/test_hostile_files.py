"""File objects that do not keep to what `read` promises: whatever reads from them says so, however far it has come."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from samples import english

import quasicryth
from quasicryth.base.file_bytes import FileBytes
from quasicryth.command.listing import find_frames
from quasicryth.frames.decoder import decompress_blocks
from quasicryth.frames.index import skim
from quasicryth.frames.info import describe

TEXT = english()[:6000]
PACKED = quasicryth.compress(TEXT[:4000], 1, block_size=1500) + quasicryth.compress(TEXT[4000:], 1, block_size=1500)
HEAD = b"no frame begins here"  # so that a survey has something to search

# What a file object gives instead of bytes that were read, of which it was asked for so many.
Change = Callable[[bytes, int], Any]

FAULTS: dict[str, tuple[Change, type[Exception], str]] = {
    "a byte too many": (lambda data, size: data.ljust(size + 1, b"\0"), OSError, "more than .* asked for"),
    "far too many": (lambda data, size: data.ljust(size + (1 << 20), b"\0"), OSError, "more than .* asked for"),
    "text": (lambda data, size: data.decode("latin-1"), TypeError, "str.*text mode"),
    "a number": (lambda data, size: len(data), TypeError, "int"),
    "a list": (lambda data, size: list(data), TypeError, "list"),
    "nothing at the moment": (lambda data, size: None, BlockingIOError, "no bytes at the moment"),
}


def honest(data: bytes, size: int) -> bytes:
    return data


class Hostile(io.BytesIO):
    """Gives what *change* makes of the bytes, from the read number *first_change* on. It need not be *seekable*."""

    def __init__(self, data: bytes, change: Change, first_change: int = 0, seekable: bool = True) -> None:
        super().__init__(data)
        self._change = change
        self._first_change = first_change
        self._seekable = seekable
        self.reads = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        data = super().read(size)
        self.reads += 1
        return cast("bytes", self._change(data, size)) if self.reads > self._first_change else data

    def seekable(self) -> bool:
        return self._seekable


def read_all(file: io.BytesIO, **options: Any) -> bytes:
    with quasicryth.open(file, **options) as opened:
        return opened.read()


def read_from_the_middle(file: io.BytesIO) -> bytes:
    with quasicryth.open(file) as opened:
        opened.seek(3500)
        rest = opened.read()
        opened.seek(0)
        return opened.read(3500) + rest


def read_text(file: io.BytesIO) -> bytes:
    with quasicryth.open(file, "rt", newline="") as opened:
        return "".join(opened).encode()


def read_asynchronously(file: io.BytesIO) -> bytes:
    async def read() -> bytes:
        async with await quasicryth.open_async(file) as opened:
            return await opened.read()

    return asyncio.run(read())


def content_size(file: io.BytesIO) -> bytes:
    with quasicryth.open(file) as opened:
        return TEXT[: opened.content_size]


def recover(file: io.BytesIO) -> bytes:
    target = io.BytesIO()
    quasicryth.recover(file, target)
    return target.getvalue()


def info(file: io.BytesIO) -> bytes:
    return TEXT[: sum(frame["content_bytes"] for frame in describe(file))]


def listing(file: io.BytesIO) -> bytes:
    frames = find_frames(cast("Any", SimpleNamespace(file=file)))
    return TEXT[: sum(frame.decompressed_size for frame in frames)]


def passing_over(file: io.BytesIO) -> bytes:
    return TEXT if len(list(skim(file))) == 9 else b""


# All that reads from a file object, for those that can seek, and for those that cannot.
READERS: dict[str, Callable[[io.BytesIO], bytes]] = {
    "read": read_all,
    "two threads": lambda file: read_all(file, threads=2),
    "seek": read_from_the_middle,
    "text": read_text,
    "asyncio": read_asynchronously,
    "read_range": lambda file: quasicryth.read_range(file, 0),
    "content_size": content_size,
    "block by block": lambda file: b"".join(decompress_blocks(file)),
    "recover": recover,
    "info": info,
    "list": listing,
    "skim": passing_over,
}
STREAM_READERS = {name: READERS[name] for name in ("read", "two threads", "text", "asyncio", "recover", "info", "list")}
WAYS = [
    *[pytest.param(reader, True, id=name) for name, reader in READERS.items()],
    *[pytest.param(reader, False, id=f"{name}, no seeking") for name, reader in STREAM_READERS.items()],
]


@pytest.mark.slow("seeking", "threads", "async", "recover", "damage")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("read", "seekable"), WAYS)
def test_what_is_wrong_with_a_file_object_is_said(read, seekable, fault):
    change, error, message = FAULTS[fault]
    file = Hostile(PACKED, honest, seekable=seekable)
    assert read(file) == TEXT
    assert file.reads > 1
    for first_change in range(file.reads):
        with pytest.raises(error, match=message):
            read(Hostile(PACKED, change, first_change, seekable))


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_said_of_damaged_data_too(fault):
    change, error, message = FAULTS[fault]
    damaged = HEAD + PACKED[:700] + bytes(9) + PACKED[709:]
    file = Hostile(damaged, honest)
    recover(file)
    for first_change in range(file.reads):
        with pytest.raises(error, match=message):
            recover(Hostile(damaged, change, first_change))


@pytest.mark.parametrize("kind", [bytearray, memoryview])
@pytest.mark.parametrize(("read", "seekable"), WAYS)
def test_other_buffers_than_bytes_are_taken(read, seekable, kind):
    assert read(Hostile(PACKED, lambda data, size: kind(data), seekable=seekable)) == TEXT


def test_a_buffer_may_be_used_again_by_the_file_object():
    """What was read is copied: threads work on it when the file object has long gone on."""
    buffer = bytearray(1 << 20)

    def lend(data: bytes, size: int) -> memoryview:
        buffer[:] = bytes(1 << 20)
        buffer[: len(data)] = data
        return memoryview(buffer)[: len(data)]

    for reader in READERS.values():
        assert reader(Hostile(PACKED, lend)) == TEXT


def test_a_file_that_was_opened_as_text_is_refused(tmp_path):
    (tmp_path / "text.qcz").write_bytes(PACKED)
    with open(tmp_path / "text.qcz", encoding="latin-1") as file:
        with quasicryth.open(cast("Any", file)) as opened, pytest.raises(TypeError, match="text mode"):
            opened.read()
        with pytest.raises(TypeError, match="text mode"):
            quasicryth.find_damage(cast("Any", file))


def test_the_size_of_a_file_may_be_more_than_an_address_can_say():
    class Huge(io.BytesIO):
        def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
            return 1 << 70 if whence == io.SEEK_END else super().seek(offset, whence)

    assert FileBytes(Huge(PACKED)).size == 1 << 70
