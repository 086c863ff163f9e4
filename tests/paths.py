"""Every path that compressed data can take through the package; each test of bad input runs through all of them."""

from __future__ import annotations

import asyncio
import atexit
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from command.command_server import CommandServer

import quasicryth
from quasicryth.frames.decoder import decompress_blocks
from quasicryth.frames.info import describe


class CommandFailedError(Exception):
    """The command ended with an error, as it should: its message, and what it left behind."""


def oneshot(data: bytes) -> bytes:
    return quasicryth.decompress(data)


def block_by_block(data: bytes) -> bytes:
    return b"".join(decompress_blocks(io.BytesIO(data)))


def two_threads(data: bytes) -> bytes:
    return quasicryth.decompress(data, threads=2)


def file_object(data: bytes) -> bytes:
    with quasicryth.open(io.BytesIO(data)) as file:
        return file.read()


def byte_by_byte(data: bytes) -> bytes:
    async def pieces():
        for position in range(len(data)):
            yield data[position : position + 1]

    async def join() -> bytes:
        return b"".join([piece async for piece in quasicryth.decompress_stream(pieces())])

    return asyncio.run(join())


def inspection(data: bytes) -> bytes:
    """`info` checks all there is; it returns no content, so that of the one-shot function stands for it."""
    describe(io.BytesIO(data))
    return quasicryth.decompress(data)


def run_command(*arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "quasicryth", *arguments], input=stdin, capture_output=True, cwd=cwd, check=False)


@cache
def command_server() -> CommandServer:
    server = CommandServer()
    server.__enter__()
    atexit.register(server.__exit__, None, None, None)
    return server


def command(data: bytes) -> bytes:
    """The command on a file. A failure must give status 1, one line that names the file, and leave no output."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data.qcz").write_bytes(data)
        run = command_server()("qcz", "decompress", str(folder / "data.qcz"))
        if run.status == 0:
            assert run.stderr == ""
            return (folder / "data").read_bytes()
        assert run.status == 1
        assert [path.name for path in folder.iterdir()] == ["data.qcz"]
        assert run.stderr.count("\n") == 1
        assert "data.qcz: " in run.stderr
        raise CommandFailedError(run.stderr)


IN_PROCESS: dict[str, Callable[[bytes], bytes]] = {
    "oneshot": oneshot,
    "block by block": block_by_block,
    "two threads": two_threads,
    "file object": file_object,
    "info": inspection,
}
ALL = {**IN_PROCESS, "byte by byte": byte_by_byte, "command": command}
