"""Downloads that go on where they were interrupted, and are checked before anybody sees them."""

from __future__ import annotations

import bz2
import hashlib
import http.client
import shutil
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, cast

_PIECE_SIZE = 1 << 20
_TIMEOUT = 60  # seconds without a byte
_ATTEMPTS = 5  # in a row that bring nothing

Report = Callable[[str], None]


class FetchError(Exception):
    """What was fetched is not what was wanted, or could not be fetched."""


def report_on_terminal(message: str) -> None:
    """Write *message* over the last one, where somebody sits at standard error."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{message}", end="", file=sys.stderr, flush=True)


# ---- download --------------------------------------------------------------------------------------------------------------


def _opened(url: str, start: int) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    return cast(http.client.HTTPResponse, urllib.request.urlopen(request, timeout=_TIMEOUT))


def _take(url: str, part: Path, report: Report) -> bool:
    """Add to *part* what is missing, from where it ends, and return whether that is all. A connection may break: then not."""
    start = part.stat().st_size if part.exists() else 0
    with _opened(url, start) as response:
        goes_on = response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        done = start if goes_on else 0  # a server that knows no ranges sends all
        length = response.headers.get("Content-Length")
        total = done + int(length) if length is not None else None
        with part.open("ab" if goes_on else "wb") as file:
            while piece := response.read(_PIECE_SIZE):
                file.write(piece)
                done += len(piece)
                report(f"{part.stem}: {done:,} bytes" + (f" of {total:,}" if total is not None else ""))
    return total is None or done >= total


def _is_complete(error: urllib.error.HTTPError, part: Path) -> bool:
    """Whether the server refuses the rest of *part* because there is none."""
    return error.code == 416 and error.headers.get("Content-Range") == f"bytes */{part.stat().st_size}"


def download(url: str, target: Path, report: Report = report_on_terminal) -> None:
    """Write what is at *url* to *target*, by way of a file beside it that stays when this is interrupted, and is gone on from."""
    part = target.with_name(f"{target.name}.part")
    failures, why = 0, ""
    while failures < _ATTEMPTS:
        before = part.stat().st_size if part.exists() else 0
        try:
            if _take(url, part, report):
                break
        except urllib.error.HTTPError as error:
            if not _is_complete(error, part):
                if error.code != 416:
                    raise FetchError(f"{url}: {error}") from None
                part.unlink()  # not of this file
            else:
                break
        except (OSError, http.client.HTTPException) as error:
            why = f" ({error})"
        failures = 0 if part.exists() and part.stat().st_size > before else failures + 1
    else:
        raise FetchError(f"{url}: the connection broke {_ATTEMPTS} times in a row{why}; what came is kept")
    part.replace(target)


# ---- unpack and check --------------------------------------------------------------------------------------------------------


def _open_packed(packed: Path, entry: dict[str, Any]) -> AbstractContextManager[BinaryIO]:
    if entry["url"].endswith(".zip"):
        return cast(AbstractContextManager[BinaryIO], zipfile.ZipFile(packed).open(entry["member"]))
    if entry["url"].endswith(".bz2"):
        return cast(AbstractContextManager[BinaryIO], bz2.open(packed))
    return packed.open("rb")


def check(path: Path, entry: dict[str, Any]) -> None:
    """Raise FetchError unless the file *path* has the size and the checksums of the manifest's *entry*."""
    if path.stat().st_size != entry["bytes"]:
        raise FetchError(f"{path.name}: {path.stat().st_size:,} bytes, not {entry['bytes']:,}")
    for kind in ("sha256", "sha1"):
        if kind in entry:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, kind).hexdigest()
            if found != entry[kind]:
                raise FetchError(f"{path.name}: {kind} {found}, not {entry[kind]}")


def fetch(name: str, entry: dict[str, Any], folder: Path, report: Report = report_on_terminal) -> Path:
    """Bring the corpus *name* of the manifest's *entry* to *folder*, checked, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    packed, unchecked, target = folder / f"{name}.packed", folder / f"{name}.unchecked", folder / name
    if not packed.exists():
        download(entry["url"], packed, report)
    try:
        with _open_packed(packed, entry) as source, unchecked.open("wb") as output:
            shutil.copyfileobj(source, output, _PIECE_SIZE)
        check(unchecked, entry)
    except (FetchError, zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
        unchecked.unlink(missing_ok=True)
        packed.unlink()
        raise FetchError(f"what {entry['url']} gives is not what the manifest describes: {error}") from None
    unchecked.replace(target)
    packed.unlink()
    return target
