"""Runs the command many times without starting Python as often: a process that has it loaded, and forks for each run.

Each run is a process of its own, with its own standard streams, folder and environment.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


@dataclass(frozen=True)
class Run:
    """What a run came to: its exit status, negative for a signal, and what it wrote."""

    status: int
    stdout: bytes
    stderr: str


class CommandServer:
    """Starts with `with`; then call it."""

    def __enter__(self) -> CommandServer:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate(timeout=20)

    def __call__(
        self, program: str, *arguments: str, stdin: bytes = b"", cwd: Path | None = None, environment: dict[str, str] | None = None
    ) -> Run:
        with tempfile.TemporaryDirectory() as name:
            streams = [Path(name) / stream for stream in ("stdin", "stdout", "stderr")]
            streams[0].write_bytes(stdin)
            request = {
                "program": program,
                "arguments": arguments,
                "cwd": os.fspath(cwd or Path.cwd()),
                "environment": environment or {},
                "streams": [os.fspath(stream) for stream in streams],
            }
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            return Run(status, streams[1].read_bytes(), streams[2].read_text(errors="surrogateescape"))


def _become(request: dict) -> None:
    """In the forked process: take the streams, the folder and the environment of the *request*, and run."""
    from quasicryth.command import entry

    os.chdir(request["cwd"])
    os.environ.update(request["environment"])
    reader, writer = os.pipe()  # standard input is a pipe, as it would be in a shell
    if os.fork() == 0:
        os.close(reader)
        try:
            with open(writer, "wb") as pipe:
                pipe.write(Path(request["streams"][0]).read_bytes())
        finally:
            os._exit(0)
    os.close(writer)
    os.dup2(reader, 0)
    for number in (1, 2):
        os.dup2(os.open(request["streams"][number], os.O_WRONLY | os.O_CREAT), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - for the rest of the process
    sys.argv = [request["program"], *request["arguments"]]
    try:
        getattr(entry, request["program"])()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)  # to take this copy of the interpreter apart would be most of the time


def _serve() -> None:
    from quasicryth.command import benchmark, compressing, decompressing, interface, listing, testing  # noqa: F401

    gc.freeze()
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    _serve()
