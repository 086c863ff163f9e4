"""`python -m corpora` lists the corpora; `python -m corpora fetch NAME...` downloads them to corpora/files and checks them."""

from __future__ import annotations

import argparse
import sys

from . import FETCHED, MANIFEST, is_at_hand
from .fetching import FetchError, fetch


def _fetch(name: str) -> None:
    entry = MANIFEST[name]
    if "url" not in entry:
        sys.exit(f"{name}: has no address to fetch from" + (f"; fetch {entry['prefix_of']}" if "prefix_of" in entry else ""))
    try:
        path = fetch(name, entry, FETCHED)
    except FetchError as error:
        sys.exit(f"{name}: {error}")
    print(f"{name}: {path.stat().st_size:,} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m corpora", description=__doc__)
    parser.add_argument("action", nargs="?", choices=["list", "fetch"], default="list")
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    if arguments.action == "fetch":
        for name in arguments.names:
            _fetch(name)
        return
    for name, entry in MANIFEST.items():
        state = "at hand" if is_at_hand(name) else "missing"
        print(f"{name:12} {entry['bytes']:>11,}  {state:8} {entry['what']} ({entry['licence']})")


if __name__ == "__main__":
    main()
