"""What the README shows is run, and its numbers are those of the kept results."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from conftest import ROOT
from libraries import need_imports_of
from samples import english

from bench.pages.readme import RIVALS, fill

FILES = ("alice29.txt", "e3m", "enwik7", "dickens")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def section(title: str) -> str:
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("program", blocks("python"))
def test_python_examples(program, tmp_path):
    need_imports_of(program)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout


@pytest.mark.parametrize("line", [line[2:] for block in blocks("console") for line in block.splitlines()])
def test_command_lines(line, tmp_path):
    """Each line by itself, in a folder where what it needs is there."""
    (tmp_path / "notes.txt").write_bytes(english()[:20_000])
    script = tmp_path / "qcz"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m quasicryth "$@"\n')
    script.chmod(0o755)
    setup = "qcz compress -f notes.txt && " if "notes.txt.qcz" in line.split("#")[0] else ""
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    run = subprocess.run(["sh", "-ec", setup + line], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert run.returncode == 0, run.stderr


def test_the_first_sections_are_one_command_each():
    assert re.findall(r"^## .*", README, flags=re.MULTILINE)[:2] == ["## Try it", "## Test it"]
    for title, command in (("Try it", "-m bench demo"), ("Test it", "-m pytest")):
        (line,) = section(title).split("```bash\n")[1].split("```")[0].splitlines()
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install")
        assert line.endswith(command)


def test_the_demo_runs():
    run = subprocess.run([sys.executable, "-m", "bench", "demo"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr
    assert "the round trip is exact" in run.stdout


def kept(name: str) -> dict:
    return json.loads((ROOT / "bench" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def cells(title: str, start: str) -> list[str]:
    """The row of the section *title* that begins with *start*, without its first cell."""
    (row,) = re.findall(rf"^\| {re.escape(start)} \|(.*)\|$", section(title), flags=re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


def shown(size: int | None) -> str:
    return "…" if size is None else f"{size:,}"


def test_sizes_of_the_published_system_are_those_of_the_kept_results():
    results = kept("paper")["results"]
    for mode in ("multi", "fibonacci", "period5", "none", "bigrams", "period5x8", "all"):
        (row,) = re.findall(rf"^\|.*`(?:--tiling )?{mode}`[^|]*\|(.*)\|$", section("The published system"), flags=re.MULTILINE)
        assert [int(cell.replace(",", "")) for cell in row.split("|")] == [results[name][mode]["bytes"] for name in results]


def test_sizes_are_those_of_the_kept_results():
    sizes, paper, numbers = kept("mix")["sizes"], kept("paper")["results"], "What it does, in numbers"
    for level in ("4", "6", "9"):
        expected = [shown(sizes.get(name, {}).get(level, {}).get("bytes")) for name in FILES]
        assert cells(numbers, f"**quasicryth -{level}**") == expected
    assert cells(numbers, "quasicryth `--tiling multi`") == [shown(paper[name]["multi"]["bytes"]) for name in FILES]
    rivals = kept("rivals")["bytes"]
    for title in RIVALS:
        assert cells(numbers, title) == [shown(rivals[title][name]) for name in FILES]


def test_speeds_and_memory_are_those_of_the_kept_results():
    mix = kept("mix")
    for level in ("4", "6", "9"):
        cost, stated = mix["cost"].get(level, {}), mix["sizes"].get("enwik7", {}).get(level, {}).get("decoder_memory_bytes")
        row = cells("What it does, in numbers", f"-{level}")
        speeds = [
            f"{cost[what]['speed_ratio']:.2f} x {cost['rival']}" if what in cost else "…" for what in ("compress", "decompress")
        ]
        assert row[:2] == speeds
        assert row[-1] == ("…" if stated is None else f"{stated / 2**20:.0f} MiB")


def test_tables_are_those_that_the_bench_makes():
    """`python -m bench readme --write` would change nothing."""
    assert fill(README) == README


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists()
