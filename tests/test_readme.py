"""What the README shows is run, and its numbers are those of the kept results."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from conftest import ROOT
from samples import english

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def section(title: str) -> str:
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("program", blocks("python"))
def test_python_examples(program):
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
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


def test_sizes_are_those_of_the_kept_results():
    results = json.loads((ROOT / "bench" / "results" / "paper.json").read_text(encoding="utf-8"))["results"]
    for mode in ("multi", "fibonacci", "period5", "none", "bigrams", "period5x8", "all"):
        (row,) = re.findall(rf"^\|.*`(?:--tiling )?{mode}`[^|]*\|(.*)\|$", README, flags=re.MULTILINE)
        assert [int(cell.replace(",", "")) for cell in row.split("|")] == [results[name][mode]["bytes"] for name in results]


def test_rivals_are_those_of_the_kept_results():
    results = json.loads((ROOT / "bench" / "results" / "rivals.json").read_text(encoding="utf-8"))["bytes"]
    for title, sizes in results.items():
        assert f"| {title} | " + " | ".join(f"{size:,}" for size in sizes.values()) + " |" in README


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists()
