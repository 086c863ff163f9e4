"""Why the compiled part of the package cannot be loaded, in words that help."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NoReturn


def raise_explained(error: ImportError) -> NoReturn:
    """Raise what explains *error*, which an import came to: itself, if there is nothing to add."""
    if find_spec("quasicryth.base._checksum") is None:
        raise ImportError(
            "the compiled part of quasicryth is missing here: install the package (pip install .), or, to run from a source "
            "folder, build it in place (pip install -e .)"
        ) from error
    if "interpreter" in str(error):
        raise ImportError(
            "quasicryth is loaded in another interpreter of this process, and its compiled part can be in one only: load it in one "
            "interpreter, or use threads or processes"
        ) from error
    raise error
