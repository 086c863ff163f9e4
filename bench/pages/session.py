"""A newcomer's session: what a shell in a terminal shows when somebody types who knows nothing but what `qcz --help` says."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import shutil
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from types import TracebackType

from ..machine.description import RESULTS

_PROMPT = "$ "
_REDRAWN = "\r\x1b[K"
_TEXT_SIZE = 9_000_000

SESSION = (
    "qcz --help",
    "qcz novel.txt",
    "qcz -d",
    "qcz --block-size 1m -T2 -f novel.txt",
    "qcz novel.txt",
    "n",
    "qcz -l *.qcz",
    "qcz -tv novel.txt.qcz",
    "qcz cat --lines 2:3 novel.txt.qcz",
    "qcz -dc novel.txt.qcz | cmp - novel.txt && echo the same",
    "qcz -c novel.txt",
    "qcz --faster novel.txt",
    "qcz -1f --rm novel.txt",
    "ls",
    "qcz -d novel.txt.qcz",
    "qcz -d novel.txt.qcz < /dev/null; echo status $?",
    "qcz bench --levels 1:3 novel.txt",
    "qcz --version",
)


class Terminal:
    """A shell in a pseudo-terminal of 100 columns; used with `with`."""

    def __init__(self, folder: Path) -> None:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PS1": _PROMPT,
            "TERM": "xterm",
            "COLUMNS": "100",
            "LINES": "50",
            "LANG": "C.UTF-8",
        }
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._process, self._descriptor = pty.fork()
        if self._process == 0:
            os.chdir(folder)
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "--noediting"], environment)
        self._wait_for(_PROMPT, 20)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._descriptor)
        os.waitpid(self._process, 0)

    def _wait_for(self, end: str, seconds: float) -> str:
        shown = ""
        deadline = time.monotonic() + seconds
        while not shown.endswith(end):
            ready, _, _ = select.select([self._descriptor], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                raise TimeoutError(f"the terminal shows {shown!r}, not {end!r}")
            shown += self._decoder.decode(os.read(self._descriptor, 1 << 16))
        return shown

    def type(self, keys: str, end: str = _PROMPT, seconds: float = 120) -> str:
        """Type *keys*, and return what the terminal is sent until that ends in *end*; TimeoutError after *seconds*."""
        os.write(self._descriptor, keys.encode())
        return self._wait_for(end, seconds)


def as_text(sent: str) -> str:
    """Return what a terminal was *sent* as lines; a line that is drawn anew is one after the other, with a mark."""
    lines = sent.replace("\r\n", "\n").replace(_REDRAWN, "\n  ~ ").split("\n")
    return "\n".join(line.rstrip() for line in lines if line.strip() != "~")


def _text() -> bytes:
    """Python's own library, as far as it is needed: text that every machine has."""
    library = Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts)
    return b"".join(path.read_bytes() for path in paths)[:_TEXT_SIZE]


def record() -> str:
    """Return the session as text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "novel.txt").write_bytes(_text())
        with Terminal(folder) as terminal:
            shown = _PROMPT
            for line in SESSION:
                asks = line == "qcz novel.txt" and (folder / "novel.txt.qcz").exists()
                shown += terminal.type(f"{line}\n", "(y/N)? " if asks else _PROMPT)
    return as_text(shown.removesuffix(_PROMPT))


def run() -> bool:
    """Record the session into bench/results/session.txt; returns whether it shows what it should."""
    if shutil.which("qcz") is None and not (Path(sys.executable).parent / "qcz").exists():
        print("the command qcz is not installed beside this Python")
        return False
    session = record()
    heading = "Recorded by `python -m bench session`; lines with ~ were drawn one over the other.\n\n"
    (RESULTS / "session.txt").write_text(heading + session, encoding="utf-8")
    print(session)
    return bool(re.search(r"~ novel.txt .* % .* MiB/s .* left", session)) and "the same" in session
