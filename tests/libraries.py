"""Libraries of others that not every installation has: a test that needs one is skipped without it.

With the environment variable QCZ_ALL_LIBRARIES it fails instead: that is for an installation of `.[ecosystem]`, which has them all.
"""

from __future__ import annotations

import ast
import importlib
import os
from types import ModuleType

import pytest


def need(name: str) -> ModuleType:
    """Return the library *name*, imported."""
    if os.environ.get("QCZ_ALL_LIBRARIES"):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed (pip install '.[ecosystem]')", exc_type=ModuleNotFoundError)


def need_imports_of(program: str) -> None:
    """Import what *program* imports."""
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                need(alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            need(node.module)
