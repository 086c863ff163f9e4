"""Size and speed of every level, and of other programs at theirs, on one text in one run: what `picture` draws."""

from __future__ import annotations

import lzma
import statistics
from typing import Any

import quasicryth
from corpora import load

from ..machine.description import first_line, keep
from .rivals import Outcome, Rival, by_command, by_library, compress_by_xz, is_installed, run_once

FILE = "e3m"
RUNS = 3
BASE = ("xz", "-9e")  # whose speeds are 1


def _quasicryth(level: int) -> Rival:
    return by_library("quasicryth", lambda data: quasicryth.compress(data, level), quasicryth.decompress)


def _xz(preset: int) -> Rival:
    return by_library("lzma", lambda data: lzma.compress(data, preset=preset), lzma.decompress)


def _zstd(level: int) -> Rival:
    def compress(data: bytes) -> bytes:
        import zstandard

        return zstandard.ZstdCompressor(level=level).compress(data)

    def decompress(data: bytes) -> bytes:
        import zstandard

        return zstandard.ZstdDecompressor().decompress(data)

    return by_library("zstandard", compress, decompress)


def _brotli(quality: int) -> Rival:
    def compress(data: bytes) -> bytes:
        import brotli

        return brotli.compress(data, quality=quality, lgwin=24)

    def decompress(data: bytes) -> bytes:
        import brotli

        return brotli.decompress(data)

    return by_library("brotli", compress, decompress)


def _bzip3(mebibytes: int) -> Rival:
    return by_command("bzip3", "NAME.bz3", ["-e", "-b", f"{mebibytes}", "NAME", "NAME.bz3"], ["-d", "NAME.bz3", "back/NAME"])


def _ppmd(order: int) -> Rival:
    return by_command("7z", "a.7z", ["a", f"-m0=PPMd:o{order}:mem=256m", "-mx=9", "a.7z", "NAME"], ["x", "-oback", "a.7z"])


def _zpaq(method: int) -> Rival:
    return by_command(
        "zpaq", "a.zpaq", ["add", "a.zpaq", "NAME", f"-m{method}", "-t1"], ["extract", "a.zpaq", "-to", "back", "-t1"]
    )


PROGRAMS: dict[str, dict[str, Rival]] = {
    "quasicryth": {f"-{level}": _quasicryth(level) for level in range(1, 10)},
    "xz": {**{f"-{preset}": _xz(preset) for preset in (0, 3, 6)}, "-9e": by_library("lzma", compress_by_xz, lzma.decompress)},
    "zstd": {f"-{level}": _zstd(level) for level in (1, 3, 9, 15, 19, 22)},
    "brotli": {f"-{quality}": _brotli(quality) for quality in (1, 5, 9, 11)},
    "bzip3": {f"-b{mebibytes}": _bzip3(mebibytes) for mebibytes in (1, 16)},
    "PPMd": {f"o{order}": _ppmd(order) for order in (4, 6, 16)},
    "zpaq": {f"-m{method}": _zpaq(method) for method in (1, 3, 4, 5)},
}


def measure(content: bytes, programs: dict[str, dict[str, Rival]], runs: int, name: str = FILE) -> dict[str, Any]:
    """Return size and median CPU seconds of each level of the *programs* that are installed, in turn, so many times."""
    taken: dict[tuple[str, str], list[Outcome]] = {}
    for _ in range(runs):
        for program, levels in programs.items():
            for level, rival in levels.items():
                if is_installed(rival):
                    taken.setdefault((program, level), []).append(run_once(rival, name, content))
    results: dict[str, Any] = {}
    for (program, level), outcomes in taken.items():
        results.setdefault(program, {})[level] = {
            "bytes": min(outcome.size for outcome in outcomes),
            "compress_seconds": statistics.median(outcome.compress_seconds for outcome in outcomes),
            "decompress_seconds": statistics.median(outcome.decompress_seconds for outcome in outcomes),
        }
    return results


def run() -> bool:
    """Print and keep what each level comes to."""
    content = load(FILE)
    if content is None:
        print(f"{FILE} is not at hand (python -m corpora)")
        return True
    results = measure(content, PROGRAMS, RUNS)
    base = results[BASE[0]][BASE[1]]
    print(f"{FILE}; speeds as multiples of those of {' '.join(BASE)}")
    for program, levels in results.items():
        for level, result in levels.items():
            ratios = [base[key] / result[key] for key in ("compress_seconds", "decompress_seconds")]
            print(f"{program:10} {level:4} {result['bytes']:>10,} {ratios[0]:8.2f} x {ratios[1]:8.2f} x")
    kept = {
        "file": FILE,
        "bytes": len(content),
        "options": "one thread, CPU time, medians of runs in turn; commands include their start",
        "runs": RUNS,
        "versions": {"7z": first_line("7z").strip() or "7-Zip"},
        "results": results,
    }
    print("kept in", keep("levels", kept))
    return True
