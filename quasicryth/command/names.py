"""Names of files: how they are shown, which ones a command line stands for, and what an output is called."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from .reports import STANDARD_STREAM, CommandError, CommandWarning, Reporter, masked

DEFAULT_SUFFIX = ".qcz"


@dataclass(frozen=True)
class Suffix:
    """What names of compressed files end in."""

    text: str = DEFAULT_SUFFIX

    def ends(self, name: str) -> bool:
        """Return whether *name* is one of a compressed file."""
        return name.endswith(self.text) and os.path.basename(name) != self.text

    def add(self, name: str) -> str:
        """Return the name of *name* compressed; CommandWarning if it is compressed already."""
        if self.ends(name):
            raise CommandWarning(f"the name ends in {masked(self.text)} already, skipped; name the output with -o, or use -c")
        return name + self.text

    def strip(self, name: str) -> str:
        """Return the name of *name* decompressed; CommandError if it does not have the suffix."""
        if not self.ends(name):
            raise CommandError(f"the name does not end in {masked(self.text)}; name the output with -o, or use -c")
        return name.removesuffix(self.text)


def _is_regular(path: str, reporter: Reporter) -> bool:
    with reporter.reported(path):
        return stat.S_ISREG(os.lstat(path).st_mode)
    return False


def _files_below(folder: str, wanted: bool, suffix: Suffix, reporter: Reporter) -> Iterator[str]:
    """The regular files below *folder*, those that end in *suffix* or the others; symbolic links are not followed."""

    def report(error: OSError) -> None:
        with reporter.reported(folder):
            raise error

    for place, folders, names in os.walk(folder, onerror=report):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            if suffix.ends(name) is wanted and _is_regular(path, reporter):
                yield path


def expand(names: tuple[str, ...], recursive: bool, compressed: bool, suffix: Suffix, reporter: Reporter) -> Iterator[str]:
    """Yield *names*, standard input if there are none, with the files in folders in place of these if *recursive*.

    Of the files in folders, those that are *compressed* by their suffix, or those that are not.
    """
    for name in names or (STANDARD_STREAM,):
        if recursive and name != STANDARD_STREAM and os.path.isdir(name):
            yield from _files_below(name, compressed, suffix, reporter)
        else:
            yield name
