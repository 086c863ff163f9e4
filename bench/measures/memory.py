"""The memory that each level and each rival takes for one text: the peaks of processes that do nothing else."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from corpora import load

from ..machine.description import ROOT, keep
from ..machine.measuring import PEAK, peak_memory
from .rivals import RIVALS, Rival, is_installed

FILE = "enwik7"
LEVELS = range(1, 10)
MIB = 1 << 20

# A library takes its memory in this process, a command in a child, of which the system tells the peak.
_ONE_RIVAL = f"""{PEAK}
import hashlib, resource, sys
from pathlib import Path
from bench.measures.rivals import RIVALS
title, action, folder, name = sys.argv[1:]
rival = RIVALS[title]
if action == "compress":
    print(rival.pack(Path(folder), name).name)
else:
    print(hashlib.sha256(rival.unpack(Path(folder), name)).hexdigest())
print(peak() if rival.is_library else 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _run_rival(title: str, action: str, folder: Path, name: str) -> tuple[str, int]:
    """What the program says of its output, and its peak of resident bytes (Linux)."""
    command = [sys.executable, "-c", _ONE_RIVAL, title, action, str(folder), name]
    run = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    said, peak = run.stdout.splitlines()
    return said, int(peak)


def measure_rival(title: str, name: str, content: bytes) -> dict[str, int]:
    """Return the peaks of the rival *title* on *content*. Raises AssertionError if something else comes back."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / name).write_bytes(content)
        _, compressing = _run_rival(title, "compress", folder, name)
        digest, decompressing = _run_rival(title, "decompress", folder, name)
    if digest != hashlib.sha256(content).hexdigest():
        raise AssertionError(f"the round trip of {title} failed")
    return {"compress_bytes": compressing, "decompress_bytes": decompressing}


def measure_level(level: int, name: str, content: bytes) -> dict[str, int]:
    """Return the peaks of the command `qcz` on *content*."""
    with tempfile.TemporaryDirectory() as made:
        plain = Path(made) / name
        plain.write_bytes(content)
        compressing = peak_memory("compress", f"-{level}", str(plain))
        return {"compress_bytes": compressing, "decompress_bytes": peak_memory("decompress", "-c", f"{plain}.qcz")}


def _report(title: str, peaks: dict[str, int]) -> dict[str, int]:
    print(f"{title:28} {peaks['compress_bytes'] / MIB:6.0f} MiB {peaks['decompress_bytes'] / MIB:6.0f} MiB", flush=True)
    return peaks


def _installed() -> dict[str, Rival]:
    return {title: rival for title, rival in RIVALS.items() if is_installed(rival)}


def run() -> bool:
    """Print and keep the peaks of all levels and of the rivals that are installed."""
    content = load(FILE)
    if content is None:
        print(f"{FILE} is not at hand (python -m corpora)")
        return True
    print(f"{FILE}; peaks of resident memory to compress and to decompress, of ours and of libraries with the interpreter")
    peaks: dict[str, Any] = {f"-{level}": _report(f"qcz -{level}", measure_level(level, FILE, content)) for level in LEVELS}
    peaks |= {title: _report(title, measure_rival(title, FILE, content)) for title in _installed()}
    options = "one block, one thread; peaks of resident bytes, of ours and of libraries with the interpreter"
    print("kept in", keep("memory", {"file": FILE, "bytes": len(content), "options": options, "peaks": peaks}))
    return True
