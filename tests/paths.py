"""Every path that compressed data can take through the package; each test of bad input runs through all of them."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import quasicryth
from quasicryth.codec import decompress_blocks
from quasicryth.info import describe


class CommandFailedError(Exception):
    """The command ended with an error, as it should: its message, and what it left behind."""


def oneshot(data: bytes) -> bytes:
    return quasicryth.decompress(data)


def block_by_block(data: bytes) -> bytes:
    return b"".join(decompress_blocks(io.BytesIO(data)))


def inspection(data: bytes) -> bytes:
    """`info` checks all there is; it returns no content, so that of the one-shot function stands for it."""
    describe(io.BytesIO(data))
    return quasicryth.decompress(data)


def run_command(*arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "quasicryth", *arguments], input=stdin, capture_output=True, cwd=cwd, check=False)


def command(data: bytes) -> bytes:
    """The command on a file. A failure must give status 1, one line that names the file, and leave no output."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data.qcz").write_bytes(data)
        run = run_command("decompress", str(folder / "data.qcz"))
        if run.returncode == 0:
            assert run.stderr == b""
            return (folder / "data").read_bytes()
        assert run.returncode == 1
        assert [path.name for path in folder.iterdir()] == ["data.qcz"]
        message = run.stderr.decode()
        assert message.count("\n") == 1
        assert "data.qcz: " in message
        raise CommandFailedError(message)


IN_PROCESS: dict[str, Callable[[bytes], bytes]] = {"oneshot": oneshot, "block by block": block_by_block, "info": inspection}
ALL = {**IN_PROCESS, "command": command}
