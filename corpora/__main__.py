"""`python -m corpora` lists the corpora; `python -m corpora fetch NAME...` downloads them to corpora/files and checks them."""

from __future__ import annotations

import argparse
import bz2
import hashlib
import io
import sys
import urllib.request
import zipfile
from typing import Any

from . import FOLDER, MANIFEST, load


def _unpack(packed: bytes, entry: dict[str, Any]) -> bytes:
    if entry["url"].endswith(".zip"):
        return zipfile.ZipFile(io.BytesIO(packed)).read(entry["member"])
    return bz2.decompress(packed) if entry["url"].endswith(".bz2") else packed


def fetch(name: str) -> None:
    """Download the corpus *name* and keep it if its size and checksum are right."""
    entry = MANIFEST[name]
    if "url" not in entry:
        sys.exit(f"{name}: has no address to fetch from" + (f"; fetch {entry['prefix_of']}" if "prefix_of" in entry else ""))
    with urllib.request.urlopen(entry["url"]) as response:
        content = _unpack(response.read(), entry)
    if len(content) != entry["bytes"] or not hashlib.sha256(content).hexdigest().startswith(entry["sha256"]):
        sys.exit(f"{name}: what {entry['url']} gives is not what the manifest describes")
    (FOLDER / "files").mkdir(exist_ok=True)
    (FOLDER / "files" / name).write_bytes(content)
    print(f"{name}: {len(content):,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m corpora", description=__doc__)
    parser.add_argument("action", nargs="?", choices=["list", "fetch"], default="list")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    if arguments.action == "fetch":
        for name in arguments.names:
            fetch(name)
        return
    for name, entry in MANIFEST.items():
        state = "at hand" if load(name) is not None else "missing"
        print(f"{name:12} {entry['bytes']:>11,}  {state:8} {entry['what']} ({entry['licence']})")


if __name__ == "__main__":
    main()
