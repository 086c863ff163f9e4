"""Where the commands `qcz`, `unqcz` and `qczcat` begin: the version is printed without all that a command line takes."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def _print_version() -> bool:
    """Print the version if that is all that is asked for, and return whether it was printed."""
    if sys.argv[1:] not in (["--version"], ["-V"]) or sys.stdout is None:
        return False
    from ..frames.version import describe_release

    try:
        print(describe_release(), flush=True)
    except OSError:  # the command says what is wrong, as ever
        return False
    return True


def _run(program: str) -> NoReturn:
    from .process import run

    run(program, sys.argv[1:])


def qcz() -> NoReturn:
    """Run `qcz`."""
    if _print_version():
        sys.exit(0)
    _run("qcz")


def unqcz() -> NoReturn:
    """Run `unqcz`, which is `qcz decompress`."""
    _run("unqcz")


def qczcat() -> NoReturn:
    """Run `qczcat`, which is `qcz cat`."""
    _run("qczcat")
