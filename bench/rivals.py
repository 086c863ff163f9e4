"""Sizes that other compressors reach on the same files: those that are installed, each verified by a round trip."""

from __future__ import annotations

import importlib.util
import lzma
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora import load

from .machine import keep

FILES = ("alice29.txt", "e3m", "enwik7", "dickens")


@dataclass(frozen=True)
class Rival:
    """A compressor: what it needs, and how it packs a file in a folder and brings it back as `back/NAME`."""

    needs: str
    pack: Callable[[Path, str], Path]
    unpack: Callable[[Path, str], bytes]


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_command(needs: str, packed: str, pack: list[str], unpack: list[str]) -> Rival:
    """A rival that is a command; NAME in its arguments stands for the file."""

    def named(arguments: list[str], name: str) -> list[str]:
        return [argument.replace("NAME", name) for argument in arguments]

    def do_pack(folder: Path, name: str) -> Path:
        _run(folder, needs, *named(pack, name))
        return folder / packed.replace("NAME", name)

    def do_unpack(folder: Path, name: str) -> bytes:
        (folder / "back").mkdir()
        _run(folder, needs, *named(unpack, name))
        return (folder / "back" / name).read_bytes()

    return Rival(needs, do_pack, do_unpack)


def by_library(needs: str, compress: Callable[[bytes], bytes], decompress: Callable[[bytes], bytes]) -> Rival:
    """A rival that is a Python module."""

    def do_pack(folder: Path, name: str) -> Path:
        (folder / "packed").write_bytes(compress((folder / name).read_bytes()))
        return folder / "packed"

    return Rival(needs, do_pack, lambda folder, _: decompress((folder / "packed").read_bytes()))


def compress_by_xz(data: bytes) -> bytes:
    """Return what `xz -9e` makes of *data*."""
    return lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)


def _zstd(data: bytes) -> bytes:
    import zstandard

    parameters = zstandard.ZstdCompressionParameters.from_level(22, window_log=27)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


def _unzstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=1 << 27).decompress(data)


def _brotli(data: bytes) -> bytes:
    import brotli

    return brotli.compress(data, quality=11, lgwin=24)


def _unbrotli(data: bytes) -> bytes:
    import brotli

    return brotli.decompress(data)


RIVALS = {
    "zstd --ultra -22 --long=27": by_library("zstandard", _zstd, _unzstd),
    "xz -9e": by_library("lzma", compress_by_xz, lzma.decompress),
    "brotli -q 11 --lgwin=24": by_library("brotli", _brotli, _unbrotli),
    "bzip3 -b 128": by_command("bzip3", "NAME.bz3", ["-e", "-b", "128", "NAME", "NAME.bz3"], ["-d", "NAME.bz3", "back/NAME"]),
    "7-Zip PPMd o16 1 GB": by_command("7z", "a.7z", ["a", "-m0=PPMd:o16:mem=1g", "-mx=9", "a.7z", "NAME"], ["x", "-oback", "a.7z"]),
    "zpaq -m5": by_command("zpaq", "a.zpaq", ["add", "a.zpaq", "NAME", "-m5", "-t1"], ["extract", "a.zpaq", "-to", "back", "-t1"]),
}


def is_installed(needs: str) -> bool:
    """Return whether the module or command *needs* is there."""
    return importlib.util.find_spec(needs) is not None or shutil.which(needs) is not None


def measure(rival: Rival, name: str, content: bytes) -> int:
    """Return the size that *rival* packs *content* to, verified."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / name).write_bytes(content)
        size = rival.pack(folder, name).stat().st_size
        if rival.unpack(folder, name) != content:
            raise AssertionError("the round trip of a rival failed")
    return size


def run() -> bool:
    """Print and keep the sizes of all rivals that are installed on all files that are at hand."""
    contents = {name: content for name in FILES if (content := load(name)) is not None}
    results: dict[str, Any] = {}
    for title, rival in RIVALS.items():
        if not is_installed(rival.needs):
            print(f"{title:28} is not installed ({rival.needs})")
            continue
        results[title] = {name: measure(rival, name, content) for name, content in contents.items()}
        print(f"{title:28}" + "".join(f"{size:>12,}" for size in results[title].values()))
    print("kept in", keep("rivals", {"files": list(contents), "bytes": results}))
    return True
