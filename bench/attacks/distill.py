"""From the inputs that fuzzing has gathered, keep few that reach as much as they can: the tests replay them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from itertools import accumulate
from pathlib import Path

from .fuzz import FUZZ, TARGETS, target_command

KEPT = FUZZ.parent / "data" / "fuzz"
# Long inputs and many of them reach little that these do not, and the tests have little time.
_MAX_SIZE = 600
_MAX_CANDIDATES = 1500
_MAX_KEPT = 50_000  # bytes of each target
_DATE = (2026, 1, 1, 0, 0, 0)  # the same for every input, so that the same inputs are the same file


def _candidates(corpus: Path, folder: Path) -> Path:
    """Copy the shortest inputs of *corpus* into *folder*."""
    inputs = sorted((path for path in corpus.iterdir() if path.stat().st_size <= _MAX_SIZE), key=lambda path: path.stat().st_size)
    folder.mkdir()
    for path in inputs[:_MAX_CANDIDATES]:
        shutil.copy(path, folder / path.name)
    return folder


def _pack(folder: Path, path: Path) -> int:
    """Put the shortest files of *folder* into the archive *path*; return how many they are."""
    path.parent.mkdir(exist_ok=True)
    by_size = sorted(folder.iterdir(), key=lambda source: (source.stat().st_size, source.name))
    ends = accumulate(source.stat().st_size for source in by_size)
    inputs = [source for source, end in zip(by_size, ends, strict=True) if end <= _MAX_KEPT]
    with zipfile.ZipFile(path, "w") as archive:
        for number, source in enumerate(inputs):
            archive.writestr(zipfile.ZipInfo(f"{number:03}", _DATE), source.read_bytes(), zipfile.ZIP_DEFLATED)
    return len(inputs)


def run(folder: str, targets: tuple[str, ...] = TARGETS) -> bool:
    """Distill `TARGET-corpus` in *folder* for each of *targets*, and say what is kept; return whether it worked."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for target in targets:
            candidates = _candidates(Path(folder) / f"{target}-corpus", work / f"{target}-candidates")
            chosen = work / f"{target}-chosen"
            chosen.mkdir()
            command, variables = target_command(target, work)
            arguments = [*command, "-set_cover_merge=1", "-timeout=60", str(chosen), str(candidates)]
            subprocess.run(arguments, env=variables, check=True, capture_output=True)
            path = KEPT / f"{target}.zip"
            print(f"{target}: {_pack(chosen, path)} inputs, {path.stat().st_size:,} bytes in {path}", flush=True)
    return True
