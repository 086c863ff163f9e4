"""The compiled modules of a copy of the tree, made anew in a second or two after a change in one file.

Setuptools would compile all of them again. It takes a compiler that is called like gcc.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Not optimized much, for time; nobody is told what compilers think of deliberate faults.
FLAGS = ["-std=c11", "-O1", "-g0", "-w", "-fPIC", "-fvisibility=hidden", "-DCYTHON_WITHOUT_ASSERTIONS=1", "-Icsrc"]


def words_of(name: str) -> list[str]:
    """The words of a setting of this Python's build."""
    return shlex.split(sysconfig.get_config_var(name) or "")


# Asked for once, before there are threads: the settings are read when the first of them is asked for.
COMPILER, LINKER, SUFFIX = words_of("CC"), words_of("LDSHARED"), str(sysconfig.get_config_var("EXT_SUFFIX"))


class Build:
    """The modules of the tree in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = sorted(path.relative_to(folder) for path in (folder / "csrc").rglob("*.c"))
        self._modules = sorted(path.relative_to(folder) for path in (folder / "quasicryth").rglob("*.pyx"))

    def make_all(self) -> None:
        """Compile all there is."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(self.compile, [*self._library, *self._modules]))
        self.link(self._modules)

    def make(self, source: Path) -> None:
        """Compile *source*, a file of C or Cython, and link what has it in it. Raises CalledProcessError."""
        self.compile(source)
        self.link([source] if source in self._modules else self._modules)

    def compile(self, source: Path) -> None:
        """Compile *source* alone."""
        if source.suffix == ".pyx":
            self._run(sys.executable, "-m", "cython", "-3", "-I", ".", source)
            source = source.with_suffix(".c")
        includes = ["-I", sysconfig.get_path("include")]
        self._run(*COMPILER, *FLAGS, *includes, "-c", source, "-o", self._object_of(source))

    def link(self, modules: list[Path]) -> None:
        """Link *modules*, each with the whole library."""
        library = [self._object_of(source) for source in self._library]
        for module in modules:
            made = module.with_suffix(SUFFIX)
            (self._folder / made).unlink(missing_ok=True)  # it may be in use
            self._run(*LINKER, self._object_of(module), *library, "-o", made)

    def _object_of(self, source: Path) -> Path:
        return source.with_suffix(".o")

    def _run(self, *command: str | Path) -> None:
        subprocess.run(command, cwd=self._folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
