"""The Large Text Compression Benchmark's row for every level and engine, on enwik8, enwik9, a beginning of them or any FILE.

Sizes, a zip of the source as the size of the decoder, CPU time and peak memory of the command `qcz`, each verified. What is
measured is kept at once, and not measured again until the source, the text or the configuration is another.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora import FETCHED, MANIFEST, is_at_hand, load_prefix
from corpora.fetching import FetchError, fetch, report_on_terminal

from ..machine.description import RESULTS, ROOT, describe_machine, today
from ..machine.measuring import command_seconds, start_command, wait_for_peak

KEPT = RESULTS / "enwik.json"
SOURCES = (
    "LICENSE",
    "setup.py",
    "pyproject.toml",
    "csrc/**/*.[ch]",
    "quasicryth/**/*.py",
    "quasicryth/**/*.py[xi]",
    "quasicryth/**/*.pxd",
)
CONFIGURATIONS: dict[str, tuple[str, ...]] = {
    **{f"-{level}": (f"-{level}",) for level in range(1, 10)},
    **{f"--tiling {tiling}": ("--tiling", tiling) for tiling in ("multi", "fibonacci", "period5", "period5x8", "bigrams", "all")},
}
MIB = 1 << 20


@dataclass(frozen=True)
class Published:
    """What the published program, version 5.6, makes of the first *size* bytes of enwik9: bytes, and seconds if known."""

    size: int
    options: str
    compressed: int
    compress_seconds: float | None = None
    decompress_seconds: float | None = None


# The sizes of 100 MB are published as percentages with two digits.
PUBLISHED = (
    Published(3_000_000, "36 tilings", 955_788, 2.05, 0.14),
    Published(3_000_000, "-f", 976_511),
    Published(10_000_000, "36 tilings", 2_983_589, 11.80, 0.47),
    Published(10_000_000, "-f", 3_056_865),
    Published(100_000_000, "36 tilings", 26_250_000, 120.32, 4.74),
    Published(100_000_000, "-f", 27_030_000),
    Published(1_000_000_000, "36 tilings", 225_918_349, 1476.0, 44.82),
    Published(1_000_000_000, "-f", 234_560_637),
)


# ---- text ------------------------------------------------------------------------------------------------------------------


def _size_of(entry: dict[str, Any], prefix: int | None) -> int:
    return int(entry["bytes"]) if prefix is None else min(prefix, entry["bytes"])


def is_beginning_of_enwik9(name: str) -> bool:
    """Return whether the text *name* is one that there are published numbers of."""
    return name == "enwik9" or is_beginning_of_enwik9(MANIFEST.get(name, {}).get("prefix_of", "")) if name else False


def find_text(name: str, prefix: int | None) -> bytes | None:
    """Return the first *prefix* bytes, or all, of the corpus or file *name*, fetched if need be; or None, and say why."""
    if name not in MANIFEST:
        try:
            with open(name, "rb") as file:
                return file.read(-1 if prefix is None else prefix)
        except OSError as error:
            print(f"{name}: {error.strerror}")
            return None
    entry = MANIFEST[name]
    if not is_at_hand(name, _size_of(entry, prefix)):
        try:
            fetch(name, entry, FETCHED)
        except (FetchError, KeyError) as error:
            print(f"{name} is not at hand and cannot be fetched ({error}); --prefix takes a beginning of it")
            return None
    return load_prefix(name, _size_of(entry, prefix))


# ---- measuring -------------------------------------------------------------------------------------------------------------


def zip_of_decoder() -> bytes:
    """Return a zip of all that building and running the decoder takes (the encoder is in there too): the same bytes anywhere."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for pattern in SOURCES:
            for path in sorted(ROOT.glob(pattern)):
                member = zipfile.ZipInfo(path.relative_to(ROOT).as_posix())
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, path.read_bytes())
    return out.getvalue()


def _run(*arguments: str) -> tuple[float, int]:
    """CPU seconds and peak of resident bytes of the command."""
    return command_seconds(lambda: wait_for_peak(start_command(*arguments)))


def measure(text: bytes, options: tuple[str, ...]) -> dict[str, Any]:
    """Return what `qcz` with *options* makes of *text*, decoded again and compared."""
    with tempfile.TemporaryDirectory() as folder:
        plain, packed, back = (Path(folder) / name for name in ("text", "text.qcz", "back"))
        plain.write_bytes(text)
        compress_seconds, compress_memory = _run("compress", "-q", *options, str(plain), "-o", str(packed))
        decompress_seconds, decompress_memory = _run("decompress", "-q", str(packed), "-o", str(back))
        if back.read_bytes() != text:
            raise AssertionError(f"the round trip with {' '.join(options)} failed")
        return {
            "bytes": packed.stat().st_size,
            "compress_seconds": compress_seconds,
            "decompress_seconds": decompress_seconds,
            "compress_memory": compress_memory,
            "decompress_memory": decompress_memory,
        }


# ---- what is kept ------------------------------------------------------------------------------------------------------------


class Kept:
    """The file of results: runs by text and configuration, each with the source, machine and date that it is of."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._runs: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["runs"] if path.exists() else {}

    def find(self, key: str, source: str) -> dict[str, Any] | None:
        """Return the run *key*, if it was of this *source*."""
        run = self._runs.get(key)
        return run if run is not None and run["source"] == source else None

    def add(self, key: str, run: dict[str, Any]) -> None:
        """Keep *run*, now."""
        self._runs[key] = run
        written = self._path.with_name(f"{self._path.name}.part")
        written.write_text(json.dumps({"runs": self._runs}, indent=2) + "\n", encoding="utf-8")
        written.replace(self._path)


# ---- tables ------------------------------------------------------------------------------------------------------------------

_HEADER = f"{'options':22} {'bytes':>13} {'% of text':>9} {'decoder':>9} {'total':>13} {'comp ns/B':>9} {'dec ns/B':>9} {'MiB':>11}"


def _nanoseconds(seconds: float | None, size: int) -> str:
    return "-" if seconds is None else f"{1e9 * seconds / size:,.0f}"


def describe_run(title: str, size: int, run: dict[str, Any]) -> str:
    """Return the row of a run on a text of *size* bytes; memory is that of compressing and of decompressing."""
    compressed, decoder = run["bytes"], run["decoder_bytes"]
    speeds = (_nanoseconds(run[f"{what}_seconds"], size) for what in ("compress", "decompress"))
    memory = "/".join(f"{run[f'{what}_memory'] / MIB:,.0f}" for what in ("compress", "decompress"))
    ratio = f"{100 * compressed / size:.2f}"
    times = " ".join(f"{speed:>9}" for speed in speeds)
    return f"{title:22} {compressed:>13,} {ratio:>9} {decoder:>9,} {compressed + decoder:>13,} {times} {memory:>11}"


def describe_published(size: int) -> list[str]:
    """Return the rows of what is published of the first *size* bytes of enwik9; on a machine that is not stated."""
    rows = []
    for known in PUBLISHED:
        if known.size == size:
            speeds = (_nanoseconds(seconds, size) for seconds in (known.compress_seconds, known.decompress_seconds))
            times = " ".join(f"{speed:>9}" for speed in speeds)
            ratio = f"{100 * known.compressed / size:.2f}"
            title = f"published, {known.options}"
            rows.append(f"{title:22} {known.compressed:>13,} {ratio:>9} {'-':>9} {'-':>13} {times} {'-':>11}")
    return rows


def run(name: str, prefix: int | None = None, configurations: tuple[str, ...] = (), keep: Path = KEPT) -> bool:
    """Measure what is not kept yet on the text *name*, print all rows, and return whether there was a text."""
    text = find_text(name, prefix)
    if not text:
        return False
    decoder = zip_of_decoder()
    source, digest = (hashlib.sha256(data).hexdigest() for data in (decoder, text))
    kept = Kept(keep)
    chosen = configurations or tuple(CONFIGURATIONS)
    print(f"{Path(name).name}: {len(text):,} bytes, sha256 {digest}\n{_HEADER}", flush=True)
    for number, title in enumerate(chosen, 1):
        key = f"{digest} {title}"
        found = kept.find(key, source)
        if found is None:
            report_on_terminal(f"{number} of {len(chosen)}: {title} ...")
            about = {"text": Path(name).name, "size": len(text), "options": title, "decoder_bytes": len(decoder), "source": source}
            found = {**about, **measure(text, CONFIGURATIONS[title]), **today(), "machine": describe_machine()}
            kept.add(key, found)
            report_on_terminal("")
        print(describe_run(title, len(text), found), flush=True)
    if is_beginning_of_enwik9(name):
        for row in describe_published(len(text)):
            print(row)
    print(f"kept in {keep.name}; CPU time of one thread with the start of Python; memory to compress / to decompress")
    return True
