"""The tables of the README and of docs, made from what bench/results keeps: printed, or with --write put into their places."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ..machine.description import RESULTS, ROOT
from ..measures.integrations import READERS
from ..measures.mix import FILES, LONG_FILE, LONG_RIVAL, MIB, RIVAL_OF_LEVEL
from ..measures.mix_cost import FILE as TIMED_FILE
from ..measures.paper import PUBLISHED

LEVELS = (4, 6, 9)
RIVALS = ("zstd --ultra -22 --long=27", "xz -9e", "brotli -q 11 --lgwin=24", "bzip3 -b 128", "7-Zip PPMd o16 1 GB", "zpaq -m5")
NOT_MEASURED = "…"
Row = list[str]

# What the README compares: a title of `rivals`, and the program and level of `levels` that do the same to a text of 3 MB.
SHORT_LEVELS = ("-9", "-6", "-4", "-3", "-1")
SHORT_RIVALS = {
    "zpaq -m5": ("zpaq", "-m5"),
    "7-Zip PPMd o16 1 GB": ("PPMd", "o16"),
    "bzip3 -b 128": ("bzip3", "-b16"),
    "brotli -q 11 --lgwin=24": ("brotli", "-11"),
    "xz -9e": ("xz", "-9e"),
    "zstd --ultra -22 --long=27": ("zstd", "-22"),
}
SHORT_FILES = ("enwik7", "dickens")

# What the laboratory's page calls the modes of the engine paper.
MODES = {
    "multi": "quasicryth `--tiling multi` (36 tilings)",
    "fibonacci": "`fibonacci` (12 golden tilings)",
    "period5": "`period5`",
    "none": "`none`",
    "bigrams": "`bigrams` (no tiling, bigrams only)",
    "period5x8": "`period5x8` (all 8 shifts of Period-5)",
    "all": "`all` (every position, no tiling)",
}

# Other kinds of text, as the page of benchmarks calls them.
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


def _megabytes_a_second(size: int, seconds: float) -> str:
    speed = size / 1e6 / seconds
    return f"{speed:.{0 if speed >= 10 else 1 if speed >= 1 else 2}f}"


def _speeds(program: str, level: str) -> Row:
    """How fast a level compresses and decompresses: all of them in one run."""
    run = _load("levels")
    result = run.get("results", {}).get(program, {}).get(level)
    if result is None:
        return [NOT_MEASURED] * 2
    return [_megabytes_a_second(run["bytes"], result[what]) for what in ("compress_seconds", "decompress_seconds")]


def _memory(title: str) -> str:
    peaks = _load("memory").get("peaks", {}).get(title)
    return (
        NOT_MEASURED if peaks is None else " / ".join(f"{peaks[what] / MIB:.0f}" for what in ("compress_bytes", "decompress_bytes"))
    )


def _levels() -> str:
    mix, fast, rivals = _load("mix"), _load("fast")["sizes"], _load("rivals")["bytes"]
    rows = []
    for level in SHORT_LEVELS:
        sizes = [_our_size(mix, name, int(level[1:])) or fast[name].get(level) for name in SHORT_FILES]
        rows.append([f"**qcz {level}**", *map(_number, sizes), *_speeds("quasicryth", level), _memory(level)])
    for title, (program, level) in SHORT_RIVALS.items():
        sizes = [rivals.get(title, {}).get(name) for name in SHORT_FILES]
        rows.append([title, *map(_number, sizes), *_speeds(program, level), _memory(title)])
    return _table(["", *(f"{name}, bytes" for name in SHORT_FILES), "compresses, MB/s", "decompresses, MB/s", "memory, MiB"], rows)


def _published() -> str:
    paper = _load("paper")["results"]
    rows = [["published, 36 tilings", *(_number(PUBLISHED[name].get("multi")) for name in FILES)]]
    rows += [[title, *(_number(paper[name].get(mode, {}).get("bytes")) for name in FILES)] for mode, title in MODES.items()]
    return _table(["", *FILES], rows)


Parts = dict[str, Callable[[], str]]
PAGES: dict[str, Parts] = {
    "README.md": {"levels": _levels},
    "docs/benchmarks.md": {
        "sizes": _sizes,
        "fast": _fast,
        "kinds": _kinds,
        "long": _long,
        "cost": _cost,
        "blocks": _blocks,
        "threads": _threads,
        "lines": _lines,
    },
    "docs/laboratory.md": {"published": _published},
}


def fill(page: str, text: str) -> str:
    """Return the *text* of *page* with every part between its two marks made anew."""
    for name, make in PAGES[page].items():
        marks = re.compile(rf"(<!-- bench: {name} -->\n\n).*?(<!-- end -->)", flags=re.DOTALL)
        made = make()
        text, count = marks.subn(lambda found, made=made: f"{found[1]}{made}\n\n{found[2]}", text)
        if count != 1:
            raise ValueError(f"{page} has {count} places for {name}")
    return text


def run(write: bool) -> bool:
    """Print the parts or put them into their pages."""
    for page, parts in PAGES.items():
        if write:
            path = ROOT / page
            path.write_text(fill(page, path.read_text(encoding="utf-8")), encoding="utf-8")
            print("written to", path)
        else:
            print(page, *(make() for make in parts.values()), sep="\n\n")
    return True
