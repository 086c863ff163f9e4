"""What the README and the pages of docs show is run, their numbers are those of the kept results, and their links lead on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from libraries import need_imports_of
from samples import english

from bench.pages.readme import PAGES as PAGES_WITH_TABLES
from bench.pages.readme import RIVALS, fill

FILES = ("alice29.txt", "e3m", "enwik7", "dickens")
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
MOST_LINES, MOST_WORDS = 130, 1300  # of the README: a screen and a half


def read(page: str | Path) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", read(page), flags=re.DOTALL)


def without_code(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", read(page), flags=re.DOTALL | re.MULTILINE)


def section(page: str, title: str) -> str:
    return read(page).split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


# ---- what is shown is run ----------------------------------------------------------------------------------------------------


PROGRAMS = {f"{name_of(page)} {number}": program for page in PAGES for number, program in enumerate(blocks(page, "python"), 1)}
LINES = {
    f"{name_of(page)} {line.partition(' #')[0].rstrip()}": line.removeprefix("$ ")
    for page in PAGES
    for block in blocks(page, "console")
    for line in block.splitlines()
}
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_python_examples(program, tmp_path):
    need_imports_of(program)
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=ENVIRONMENT, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout


@pytest.mark.slow("docs/")
@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_command_lines(line, tmp_path):
    """Each line by itself, in a folder where what it needs is there."""
    (tmp_path / "notes.txt").write_bytes(english()[:20_000])
    script = tmp_path / "qcz"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m quasicryth "$@"\n')
    script.chmod(0o755)
    setup = "qcz compress -f notes.txt && " if "notes.txt.qcz" in line.split("#")[0] else ""
    environment = {**ENVIRONMENT, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    run = subprocess.run(["sh", "-ec", setup + line], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
def test_the_demo_runs():
    run = subprocess.run([sys.executable, "-m", "bench", "demo"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr
    assert "the round trip is exact" in run.stdout


# ---- the README --------------------------------------------------------------------------------------------------------------


def test_the_readme_is_a_screen_and_a_half():
    assert len(read(README).splitlines()) <= MOST_LINES
    assert len(read(README).split()) <= MOST_WORDS


def test_the_first_sections_are_one_command_each():
    assert re.findall(r"^## .*", read(README), flags=re.MULTILINE)[:2] == ["## Try it", "## Test it"]
    for title, command in (("Try it", "-m bench demo"), ("Test it", "-m pytest")):
        (line,) = section("README.md", title).split("```bash\n")[1].split("```")[0].splitlines()
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install")
        assert line.endswith(command)


# ---- numbers -----------------------------------------------------------------------------------------------------------------


def kept(name: str) -> dict:
    return json.loads(read(f"bench/results/{name}.json"))


def cells(page: str, title: str, start: str) -> list[str]:
    """The row of the section *title* of *page* that begins with *start*, without its first cell."""
    (row,) = re.findall(rf"^\| {re.escape(start)} \|(.*)\|$", section(page, title), flags=re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


def shown(size: int | None) -> str:
    return "…" if size is None else f"{size:,}"


@pytest.mark.parametrize("page", PAGES_WITH_TABLES)
def test_tables_are_those_that_the_bench_makes(page):
    """`python -m bench readme --write` would change nothing."""
    assert fill(page, read(page)) == read(page)


def test_sizes_of_the_published_system_are_those_of_the_kept_results():
    results = kept("paper")["results"]
    table = section("docs/laboratory.md", "The published system")
    for mode in ("multi", "fibonacci", "period5", "none", "bigrams", "period5x8", "all"):
        (row,) = re.findall(rf"^\|.*`(?:--tiling )?{mode}`[^|]*\|(.*)\|$", table, flags=re.MULTILINE)
        assert [int(cell.replace(",", "")) for cell in row.split("|")] == [results[name][mode]["bytes"] for name in results]


def test_sizes_are_those_of_the_kept_results():
    sizes, paper = kept("mix")["sizes"], kept("paper")["results"]
    place = ("docs/benchmarks.md", "Sizes")
    for level in ("4", "6", "9"):
        expected = [shown(sizes.get(name, {}).get(level, {}).get("bytes")) for name in FILES]
        assert cells(*place, f"**quasicryth -{level}**") == expected
    assert cells(*place, "quasicryth `--tiling multi`") == [shown(paper[name]["multi"]["bytes"]) for name in FILES]
    rivals = kept("rivals")["bytes"]
    for title in RIVALS:
        assert cells(*place, title) == [shown(rivals[title][name]) for name in FILES]
        assert cells("README.md", "What it comes to", title)[:2] == [shown(rivals[title][name]) for name in ("enwik7", "dickens")]


def test_speeds_and_memory_are_those_of_the_kept_results():
    mix = kept("mix")
    for level in ("4", "6", "9"):
        cost, stated = mix["cost"].get(level, {}), mix["sizes"].get("enwik7", {}).get(level, {}).get("decoder_memory_bytes")
        row = cells("docs/benchmarks.md", "Speed and memory", f"-{level}")
        speeds = [
            f"{cost[what]['speed_ratio']:.2f} x {cost['rival']}" if what in cost else "…" for what in ("compress", "decompress")
        ]
        assert row[:2] == speeds
        assert row[-1] == ("…" if stated is None else f"{stated / 2**20:.0f} MiB")


# ---- what is named is there ----------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """What links can point at: the headings of *page*, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", without_code(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", without_code(page)):
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_named_are_there(page):
    """Those in `...` that begin with a folder of the project; in capitals stands what is to be filled in."""
    for name in re.findall(r"`((?:bench|corpora|csrc|docs|quasicryth|tests)/[\w./-]+)`", without_code(page)):
        assert re.search(r"\b[A-Z]+\b(?!\.md)", name) or (ROOT / name).exists(), name


@pytest.mark.slow
def test_benchmarks_that_are_named_are_there():
    usage = subprocess.run([sys.executable, "-m", "bench", "--help"], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    known = set(re.findall(r"^    ([a-z]+)", usage, flags=re.MULTILINE))
    for page in PAGES:
        for name in re.findall(r"python -m bench ([a-z]\w*)", read(page)):
            assert name in known or name.startswith("enwik"), (page, name)


def test_no_page_is_lost():
    """From the README one gets to every page."""
    assert {f"docs/{page.name}" for page in PAGES[1:]} <= set(re.findall(r"\]\(([^)#]+)\)", read(README)))
