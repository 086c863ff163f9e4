"""Sizes and speeds of other compressors on the same files: those that are installed, each verified by a round trip, on one thread.

Speeds are CPU time as multiples of `xz -9e`, which runs beside each rival in turn.
"""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import lzma
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from corpora import MANIFEST, load

from ..machine.description import keep
from ..machine.measuring import command_seconds, compare, own_seconds

Result = TypeVar("Result")
FILES = ("alice29.txt", "e3m", "enwik7", "dickens")


@dataclass(frozen=True)
class Rival:
    """A compressor: what it needs, command or library, and how it packs a file in a folder and brings it back as `back/NAME`."""

    needs: str
    pack: Callable[[Path, str], Path]
    unpack: Callable[[Path, str], bytes]
    is_library: bool = False


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

    return Rival(needs, do_pack, lambda folder, _: decompress((folder / "packed").read_bytes()), is_library=True)


def compress_by_xz(data: bytes) -> bytes:
    """Return what `xz -9e` makes of *data*."""
    return lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def _zstd_19(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=19).compress(data)


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


_PPMD = {"max_order": 16, "mem_size": 1 << 28, "variant": "I"}


def _ppmd(data: bytes) -> bytes:
    import pyppmd

    return bytes(pyppmd.compress(data, **_PPMD))


def _unppmd(data: bytes) -> bytes:
    import pyppmd

    return bytes(pyppmd.decompress(data, **_PPMD))


def _zpaq(method: int) -> Rival:
    return by_command(
        "zpaq", "a.zpaq", ["add", "a.zpaq", "NAME", f"-m{method}", "-t1"], ["extract", "a.zpaq", "-to", "back", "-t1"]
    )


def reference(binary: str) -> Rival:
    """The published program, called as its own description says."""
    return by_command(str(Path(binary).resolve()), "NAME.qtc", ["-c", "NAME", "NAME.qtc"], ["-d", "NAME.qtc", "back/NAME"])


YARDSTICK = "xz -9e"
RIVALS = {
    "gzip -9": by_library("gzip", _gzip, gzip.decompress),
    "bzip2 -9": by_library("bz2", bz2.compress, bz2.decompress),
    "zstd -19": by_library("zstandard", _zstd_19, _unzstd),
    "zstd --ultra -22 --long=27": by_library("zstandard", _zstd, _unzstd),
    "xz -9e": by_library("lzma", compress_by_xz, lzma.decompress),
    "brotli -q 11 --lgwin=24": by_library("brotli", _brotli, _unbrotli),
    "bzip3 -b 128": by_command("bzip3", "NAME.bz3", ["-e", "-b", "128", "NAME", "NAME.bz3"], ["-d", "NAME.bz3", "back/NAME"]),
    "pyppmd I o16 256 MiB": by_library("pyppmd", _ppmd, _unppmd),
    "7-Zip PPMd o16 1 GB": by_command(
        "7z", "a.7z", ["a", "-m0=PPMd:o16:mem=1g", "-mx=9", "-mmt=1", "a.7z", "NAME"], ["x", "-oback", "a.7z"]
    ),
    "zpaq -m3": _zpaq(3),
    "zpaq -m4": _zpaq(4),
    "zpaq -m5": _zpaq(5),
}
REFERENCE = "published, 36 tilings"


def is_installed(rival: Rival) -> bool:
    """Return whether the module or command that *rival* needs is there."""
    found = importlib.util.find_spec(rival.needs) if rival.is_library else shutil.which(rival.needs)
    return found is not None


@dataclass(frozen=True)
class Outcome:
    """What a rival packed a text to, and the CPU seconds for it, whether spent here or in a command."""

    size: int
    compress_seconds: float
    decompress_seconds: float


def _seconds(action: Callable[[], Result]) -> tuple[float, Result]:
    in_commands, (here, result) = command_seconds(lambda: own_seconds(action))
    return here + in_commands, result


def run_once(rival: Rival, name: str, content: bytes) -> Outcome:
    """Pack *content* by *rival*, and unpack it again. Raises AssertionError if something else comes back."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / name).write_bytes(content)
        packing, packed = _seconds(lambda: rival.pack(folder, name))
        unpacking, unpacked = _seconds(lambda: rival.unpack(folder, name))
        if unpacked != content:
            raise AssertionError("the round trip of a rival failed")
        return Outcome(packed.stat().st_size, packing, unpacking)


def measure(rival: Rival, name: str, content: bytes) -> int:
    """Return the size that *rival* packs *content* to, verified."""
    return run_once(rival, name, content).size


def measure_beside_yardstick(rival: Rival, name: str, content: bytes) -> tuple[int, dict[str, Any]]:
    """Return the size that *rival* packs *content* to, and its speeds as multiples of those of xz, run just before."""
    of_xz, outcome = run_once(RIVALS[YARDSTICK], name, content), run_once(rival, name, content)
    return outcome.size, {
        "compress": compare([(outcome.compress_seconds, of_xz.compress_seconds)]),
        "decompress": compare([(outcome.decompress_seconds, of_xz.decompress_seconds)]),
    }


# ---- the command -----------------------------------------------------------------------------------------------------------


def _texts(names: Sequence[str]) -> dict[str, bytes]:
    """Corpora that are at hand, and files."""
    found = {}
    for name in names:
        content = load(name) if name in MANIFEST else Path(name).read_bytes()
        if content is None:
            print(f"{name} is not at hand (python -m corpora)")
        else:
            found[Path(name).name] = content
    return found


def _report(title: str, name: str, content: bytes, size: int, speeds: dict[str, Any]) -> None:
    ratios = " ".join(f"{speeds[what]['speed_ratio']:>10.2f}" for what in ("compress", "decompress"))
    print(f"{title:28} {name:16} {size:>12,} {100 * size / max(len(content), 1):>8.2f} {ratios}", flush=True)


def run(names: Sequence[str] = (), binary: str | None = None) -> bool:
    """Print the sizes and speeds of all rivals that are installed on the texts *names*; keep them, if no texts were named."""
    contents = _texts(names or FILES)
    rivals = RIVALS if binary is None else {**RIVALS, REFERENCE: reference(binary)}
    results: dict[str, Any] = {}
    speeds: dict[str, Any] = {}
    fine = True
    print(f"{'':28} {'text':16} {'bytes':>12} {'% of it':>8} {'compresses':>10} {'decompresses at, times ' + YARDSTICK:>10}")
    for title, rival in rivals.items():
        if not is_installed(rival):
            print(f"{title:28} is not installed ({rival.needs})")
            continue
        for name, content in contents.items():
            try:
                size, speed = measure_beside_yardstick(rival, name, content)
            except (AssertionError, OSError, subprocess.CalledProcessError) as error:
                print(f"{title:28} {name:16} failed: {error}")
                fine = False
                continue
            results.setdefault(title, {})[name] = size
            speeds.setdefault(title, {})[name] = speed
            _report(title, name, content, size, speed)
    if not names:
        about = {"files": list(contents), "bytes": results, "speeds": {"yardstick": YARDSTICK, "of": speeds}}
        print("kept in", keep("rivals", about))
    return fine
