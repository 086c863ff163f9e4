"""Real texts to measure on: found on this machine, never committed. `python -m corpora` lists and fetches them."""

from __future__ import annotations

import json
import lzma
import os
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MANIFEST: dict[str, dict[str, Any]] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


def folders() -> list[Path]:
    """Return where corpora are looked for: $QCZ_CORPORA, what was fetched, and a folder beside the checkout."""
    named = os.environ.get("QCZ_CORPORA")
    return [*([Path(named)] if named else []), FOLDER / "files", FOLDER.parent.parent / "shared" / "corpora"]


def _find(name: str) -> bytes | None:
    for folder in folders():
        if (plain := folder / name).is_file():
            return plain.read_bytes()
        if (packed := folder / f"{name}.xz").is_file():
            return lzma.decompress(packed.read_bytes())
    return None


@cache
def load(name: str) -> bytes | None:
    """Return the corpus *name* of the manifest, cut from a larger one if need be, or None if it is not at hand."""
    entry = MANIFEST[name]
    content = _find(name)
    if content is None and "prefix_of" in entry:
        whole = load(entry["prefix_of"])
        content = whole[: entry["bytes"]] if whole is not None else None
    return content
