"""The way of a byte in docs/architecture.md is the way that it goes, and what that page and the glossary name is there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
WAY = PAGE.split("## The way of a byte", 1)[1].split("\n## ", 1)[0]
STEPS = re.findall(r"^\d+\. `([^`]+)`", WAY, flags=re.MULTILINE)
BESIDE = re.findall(r"`(quasicryth/[^`]+\.py)`", WAY.split("Beside the way:", 1)[1].split("\n\n", 1)[0])
TEXT = b"Some text, Some more text,\nand naive 17 words. " * 1000


def test_the_way_goes_by_files_that_there_are_and_by_none_twice():
    assert (STEPS[0], STEPS[-1]) == ("quasicryth/command/entry.py", "quasicryth/files/outputs.py")
    assert len(set(STEPS)) == len(STEPS)
    numbers = [int(number) for number in re.findall(r"^(\d+)\. `", WAY, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(STEPS) + 1))
    gone = [step for step in STEPS if not (ROOT / step).is_file()]
    assert not gone, gone


@pytest.mark.parametrize("page", ["architecture.md", "glossary.md"])
def test_every_file_that_the_pages_name_is_there(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:csrc|quasicryth|tests|bench|docs)/[^`\s]+)`", text) + re.findall(r"\]\((?!http)([^)#]+)\)", text)
    gone = [name for name in named if not (ROOT / name).exists() and not (ROOT / "docs" / name).exists()]
    assert not gone, gone


# Compresses the file twice, and prints which functions of which files run the second time, when all is imported.
PROGRAM = """
import sys, threading
from pathlib import Path
from quasicryth.command.interface import invoke
import quasicryth

root, name = Path(quasicryth.__file__).parent.parent, sys.argv[1]
invoke(["-6", name, "-o", name + ".first"])
files = set()
def note(frame, event, _):
    path = Path(frame.f_code.co_filename)
    if event == "call" and path.is_relative_to(root / "quasicryth"):
        files.add(path.relative_to(root).as_posix())
sys.setprofile(note)
threading.setprofile(note)
invoke(["-6", name])
sys.setprofile(None)
print(*files)
"""


def test_what_it_names_of_python_is_what_runs(tmp_path):
    (tmp_path / "text").write_bytes(TEXT)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "text")]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    named = {step for step in STEPS if step.endswith(".py")} - {"quasicryth/command/entry.py", "quasicryth/command/process.py"}
    assert named | set(BESIDE) == set(run.stdout.split())


# What Python calls, on the path that every processor has.
C_PROGRAM = r"""
#include "qcz.h"
#include "text/kinds.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    static uint8_t text[1 << 20];
    FILE *file = fopen(argv[argc - 1], "rb");
    const size_t size = fread(text, 1, sizeof text, file);
    const qcz_encoder_options options = {.engine = 2, .level = 6, .path = QCZ_CPU_PORTABLE};
    qcz_error error;
    qcz_encoder *encoder;
    qcz_buffer head;
    qcz_buffer payload;
    qcz_xxh64 checksum;
    fclose(file);
    qcz_xxh64_start(&checksum, 0);
    qcz_xxh64_update(&checksum, text, size);
    return block_kind_of(text, size) != BLOCK_OF_TEXT || qcz_encoder_new(&options, &encoder, &error) != QCZ_OK ||
           qcz_encoder_plan(encoder, text, size, NULL, NULL, &head, &error) != QCZ_OK ||
           qcz_encoder_segment(encoder, size, &payload, &error) != QCZ_OK || qcz_xxh64_digest(&checksum) == 0;
}
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None or shutil.which("gcov") is None, reason="gcc and gcov say which files run")
def test_what_it_names_of_c_is_what_runs(tmp_path):
    """Every file of which a line runs is named, and of every file named a line runs, if it has any."""
    (tmp_path / "text").write_bytes(TEXT)
    (tmp_path / "program.c").write_text(C_PROGRAM)
    objects = []
    for source in [tmp_path / "program.c", *sorted((ROOT / "csrc").rglob("*.c"))]:
        objects.append(f"{len(objects)}.o")
        command = ["gcc", "-std=c11", "-O0", "--coverage", "-I", ROOT / "csrc", "-c", source, "-o", objects[-1]]
        subprocess.run(command, check=True, cwd=tmp_path)
    subprocess.run(["gcc", "--coverage", *objects, "-o", "program"], check=True, cwd=tmp_path)
    subprocess.run([tmp_path / "program", "text"], check=True, cwd=tmp_path)
    data = sorted(path.name for path in tmp_path.glob("*.gcda"))
    report = subprocess.run(["gcov", "--no-output", *data], capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    found = re.findall(rf"^File '{re.escape(str(ROOT))}/(csrc/.*)'\nLines executed:([\d.]+)%", report, flags=re.MULTILINE)
    run = {name for name, share in found if float(share) > 0}
    named = {step for step in STEPS if step.startswith("csrc/")}
    # A header goes with the file of the same name.
    not_named = {name for name in run if name not in named and name.removesuffix(".h") + ".c" not in named}
    assert not not_named, sorted(not_named)
    not_run = (named & {name for name, _ in found}) - run
    assert not not_run, sorted(not_run)
