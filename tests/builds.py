"""What several tests need of a compiler, made once in a test run, whichever processes of it ask."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import ROOT

from bench.attacks import sanitized

CSRC = ROOT / "csrc"
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang") or "cc"
WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror"]
OPTIMIZED = ["-O3"]
SANITIZERS = ["-g1", "-Og", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
FAIL_ALLOCATIONS = "-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc"


def build(*arguments: object) -> None:
    """Run the compiler."""
    run = subprocess.run([COMPILER, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Builds:
    """What was built in this test run, in a folder that all its processes share."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return the folder *name*, filled by *make* if nobody did before; of those who ask at the same time one does."""
        folder, made = self._folder / name, self._folder / f"{name}.made"
        with _locked(self._folder / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of one who failed
                folder.mkdir()
                make(folder)
                made.touch()
        return folder

    def compiled(self, source: Path, options: list[str]) -> Path:
        """Return the object of *source*, compiled with *options* and strict warnings."""
        name = "_".join([*source.relative_to(ROOT).with_suffix("").parts, *options]).replace("/", "_")
        folder = self.once(name, lambda folder: build(*WARNINGS, *options, "-I", CSRC, "-c", source, "-o", folder / "object.o"))
        return folder / "object.o"

    def optimized_library(self) -> list[Path]:
        """Return the objects of the C library, compiled as for use."""
        return [self.compiled(source, OPTIMIZED) for source in sorted(CSRC.rglob("*.c"))]

    def sanitized_package(self) -> Path:
        """Return a copy of the package, built with the sanitizers of addresses and undefined behaviour, without checksums."""
        return self.once("sanitized", lambda folder: sanitized.build(folder, skip_checksums=True))

    def sanitized_library(self) -> Path:
        """Return the C library of that package."""
        (library,) = self.sanitized_package().glob("build/temp*/libqcz.a")
        return library
