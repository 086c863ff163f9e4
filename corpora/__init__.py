"""Real texts to measure on: found on this machine, never committed. `python -m corpora` lists and fetches them."""

from __future__ import annotations

import json
import lzma
import os
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FETCHED = FOLDER / "files"
MANIFEST: dict[str, dict[str, Any]] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


def folders() -> list[Path]:
    """Return where corpora are looked for: $QCZ_CORPORA, what was fetched, and a folder beside the checkout."""
    named = os.environ.get("QCZ_CORPORA")
    return [*([Path(named)] if named else []), FETCHED, FOLDER.parent.parent / "shared" / "corpora"]


def _locate(name: str) -> Path | None:
    """The file of the corpus *name*, plain or as xz."""
    candidates = (folder / file for folder in folders() for file in (name, f"{name}.xz"))
    return next((path for path in candidates if path.is_file()), None)


def _read(path: Path, most: int) -> bytes:
    with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
        return file.read(most)


def _longest(name: str) -> str:
    """The corpus that *name* is the beginning of, or *name*."""
    whole = MANIFEST[name].get("prefix_of")
    return name if whole is None else _longest(whole)


def _locate_prefix(name: str, size: int) -> Path | None:
    """A file that begins with the first *size* bytes of the corpus *name*: its own, or that of a longer or a shorter one."""
    family = [other for other in MANIFEST if _longest(other) == _longest(name) and MANIFEST[other]["bytes"] >= size]
    paths = (_locate(other) for other in sorted(family, key=lambda other: (other != name, MANIFEST[other]["bytes"])))
    return next((path for path in paths if path is not None), None)


def is_at_hand(name: str, size: int | None = None) -> bool:
    """Return whether the corpus *name*, or its first *size* bytes, can be loaded, without loading them."""
    return _locate_prefix(name, MANIFEST[name]["bytes"] if size is None else size) is not None


def load_prefix(name: str, size: int) -> bytes | None:
    """Return the first *size* bytes of the corpus *name*, as far as it goes, or None if they are not at hand; nothing is cached."""
    size = min(size, MANIFEST[name]["bytes"])
    path = _locate_prefix(name, size)
    return None if path is None else _read(path, size)


@cache
def load(name: str) -> bytes | None:
    """Return the corpus *name* of the manifest, cut from a larger one if need be, or None if it is not at hand."""
    return load_prefix(name, MANIFEST[name]["bytes"])
