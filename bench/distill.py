"""From the inputs that fuzzing has gathered, keep the fewest that reach everything: the tests replay them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from .fuzz import FUZZ, TARGETS, target_command

KEPT = FUZZ.parent / "data" / "fuzz"
# Long inputs and many of them reach little that these do not, and the tests have little time.
_MAX_SIZE = 600
_MAX_CANDIDATES = 1500
_DATE = (2026, 1, 1, 0, 0, 0)  # the same for every input, so that the same inputs are the same file


def _candidates(corpus: Path, folder: Path) -> Path:
    """Copy the shortest inputs of *corpus* into *folder*."""
    inputs = sorted((path for path in corpus.iterdir() if path.stat().st_size <= _MAX_SIZE), key=lambda path: path.stat().st_size)
    folder.mkdir()
    for path in inputs[:_MAX_CANDIDATES]:
        shutil.copy(path, folder / path.name)
    return folder


def _pack(folder: Path, path: Path) -> int:
    """Put the files of *folder* into the archive *path*; return how many they are."""
    inputs = sorted(folder.iterdir())
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for source in inputs:
            archive.writestr(zipfile.ZipInfo(source.name, _DATE), source.read_bytes(), zipfile.ZIP_DEFLATED)
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
