"""The README's tables, made from what bench/results keeps: printed, or with --write put into their places."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ..machine.description import RESULTS
from ..measures.integrations import READERS
from ..measures.mix import FILES, LONG_FILE, LONG_RIVAL, MIB, RIVAL_OF_LEVEL
from ..measures.mix_cost import FILE as TIMED_FILE

README = Path(__file__).parent.parent.parent / "README.md"
LEVELS = (4, 6, 9)
RIVALS = ("zstd --ultra -22 --long=27", "xz -9e", "brotli -q 11 --lgwin=24", "bzip3 -b 128", "7-Zip PPMd o16 1 GB", "zpaq -m5")
NOT_MEASURED = "…"
Row = list[str]

# Other kinds of text, as the README calls them.
KINDS = {
    "ukwiki.xml": "Ukrainian Wikipedia",
    "logs.log": "system logs",
    "jsonl.jsonl": "JSON lines",
    "csrc.c": "C, this project's",
    "python-headers.h": "C, Python's headers",
}


def _load(name: str) -> dict[str, Any]:
    """The kept result *name*, or nothing."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _number(value: int | None) -> str:
    return NOT_MEASURED if value is None else f"{value:,}"


def _mebibytes(value: int | None) -> str:
    return NOT_MEASURED if value is None else f"{value / MIB:.0f} MiB"


def _table(header: Row, rows: list[Row]) -> str:
    first, *others = ("|" + "|".join(f" {cell} " if cell else " " for cell in row) + "|" for row in (header, *rows))
    return "\n".join([first, "|" + "---|" * len(header), *others])


def _our_size(mix: dict[str, Any], name: str, level: int) -> int | None:
    size: int | None = mix.get("sizes", {}).get(name, {}).get(str(level), {}).get("bytes")
    return size


def _sizes() -> str:
    mix, paper, rivals = _load("mix"), _load("paper")["results"], _load("rivals")["bytes"]
    rows = [[f"**quasicryth -{level}**", *(_number(_our_size(mix, name, level)) for name in FILES)] for level in reversed(LEVELS)]
    rows += [[title, *(_number(sizes.get(name)) for name in FILES)] for title in reversed(RIVALS) if (sizes := rivals.get(title))]
    rows.append(["quasicryth `--tiling multi`", *(_number(paper.get(name, {}).get("multi", {}).get("bytes")) for name in FILES)])
    return _table(["", *FILES], rows)


def _kinds() -> str:
    mix = _load("mix")
    rivals = mix.get("rivals", {})
    columns = [(level, title) for level, title in sorted(RIVAL_OF_LEVEL.items(), reverse=True)]
    header = ["", "bytes", *(name for level, title in columns for name in (f"quasicryth -{level}", title))]
    rows = []
    for name, kind in KINDS.items():
        cells = [_number(mix.get("files", {}).get(name, {}).get("bytes"))]
        for level, title in columns:
            cells += [_number(_our_size(mix, name, level)), _number(rivals.get(name, {}).get(title))]
        rows.append([kind, *cells])
    return _table(header, rows)


def _times(result: dict[str, Any], what: str) -> str:
    if what not in result:
        return NOT_MEASURED
    return f"{result[what]['speed_ratio']:.2f} x {result['rival']}"


def _cost() -> str:
    mix = _load("mix")
    rows = []
    for level in LEVELS:
        result = mix.get("cost", {}).get(str(level), {})
        stated = mix.get("sizes", {}).get(TIMED_FILE, {}).get(str(level), {}).get("decoder_memory_bytes")
        taken = result.get("memory", {}).get("compress_bytes")
        rows.append([f"-{level}", _times(result, "compress"), _times(result, "decompress"), _mebibytes(taken), _mebibytes(stated)])
    return _table(["level", "compresses at", "decompresses at", "memory to compress", "to decompress"], rows)


def _long() -> str:
    long = _load("mix_long")
    ours = _number(long.get("sizes", {}).get("9", {}).get("bytes"))
    theirs = _number(long.get("rivals", {}).get(LONG_RIVAL))
    return f"100 MB of English books and documentation (`{LONG_FILE}`) come to {ours} bytes at -9, with {LONG_RIVAL} to {theirs}."


def _fast() -> str:
    fast = _load("fast")
    names = ("enwik7", "dickens", "e3m")
    rows = []
    for level in ("-3", "-1"):
        sizes = [_number(fast.get("sizes", {}).get(name, {}).get(level)) for name in names]
        speeds = fast.get("speeds", {}).get(level, {})
        ratios = [f"{speeds[what]['speed_ratio']:.1f} x" if what in speeds else NOT_MEASURED for what in ("compress", "decompress")]
        rows.append([level, *sizes, *ratios])
    return _table(["level", *names, "compresses at", "decompresses at"], rows)


def _blocks() -> str:
    runs = _load("blocks").get("runs", {})
    names = list(next(iter(runs.values()), {}).get("sizes", {}))
    rows = []
    for level, run in runs.items():
        sizes = run["sizes"]
        whole = sizes[names[-1]]
        smaller = [f"{sizes[name]:,} (+{100 * (sizes[name] / whole - 1):.1f} %)" for name in names[:-1]]
        rows.append([f"at {level}, {run['bytes']:,} bytes of `{run['file']}`", *smaller, _number(whole)])
    return _table(["blocks of", *(f"{name} MiB" for name in names)], rows)


def _threads() -> str:
    rows = []
    for level, ratios in _load("threads").get("ratios", {}).items():
        rows.append([f"at {level}", *(f"{ratios[what]:.2f} x" for what in ("compress", "decompress"))])
    return _table(["", "compresses", "decompresses"], rows)


def _lines() -> str:
    kept = _load("integrations")
    rows = []
    for level, result in kept.get("levels", {}).items():
        rows.append([f"lines at -{level}", *(f"{share:.0%}" for share in result["share_of_engine"].values())])
    return _table(["", *READERS], rows)


PARTS = {
    "sizes": _sizes,
    "fast": _fast,
    "kinds": _kinds,
    "long": _long,
    "cost": _cost,
    "blocks": _blocks,
    "threads": _threads,
    "lines": _lines,
}


def fill(text: str) -> str:
    """Return the README *text* with every part between its two marks made anew."""
    for name, make in PARTS.items():
        marks = re.compile(rf"(<!-- bench: {name} -->\n\n).*?(<!-- end -->)", flags=re.DOTALL)
        made = make()
        text, count = marks.subn(lambda found, made=made: f"{found[1]}{made}\n\n{found[2]}", text)
        if count != 1:
            raise ValueError(f"README.md has {count} places for {name}")
    return text


def run(write: bool) -> bool:
    """Print the parts or put them into README.md."""
    if write:
        README.write_text(fill(README.read_text(encoding="utf-8")), encoding="utf-8")
        print("written to", README)
    else:
        print("\n\n".join(make() for make in PARTS.values()))
    return True
