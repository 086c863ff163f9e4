"""The style of the C code: its layout, and what its comments have to say. Folders with a .clang-format of their own are exempt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

CSRC = ROOT / "csrc"
EXEMPT = {path.parent for path in CSRC.rglob(".clang-format")}
FILES = [path for path in sorted(CSRC.rglob("*.[ch]")) if path.parent not in EXEMPT]
HEADERS = [path for path in FILES if path.suffix == ".h"]
SOURCES = [path for path in FILES if path.suffix == ".c"]

LONGEST_FUNCTION = 60  # lines, from the first of its head to the closing brace
MOST_CONCERNS = 15  # of a room; a .c and its .h are one
ESSAY_FROM = 150  # lines of a file
ESSAY_PARAGRAPHS = 2  # what the problem is, and which idea


def name_of(path: Path) -> str:
    return path.relative_to(CSRC).as_posix()


def first_comment(path: Path) -> str:
    """The comment that *path* begins with, on one line, a blank line in it as a newline."""
    found = re.match(r"/\*(.*?)\*/", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    paragraphs = re.split(r"\n \*\n", found[1]) if found else []
    return "\n".join(re.sub(r"\s+(\* )?", " ", paragraph).strip() for paragraph in paragraphs)


def functions(path: Path) -> dict[str, int]:
    """How many lines each function of *path* has."""
    lines = path.read_text(encoding="utf-8").splitlines()
    sizes = {}
    for opening, line in enumerate(lines):
        if line == "{":
            start = opening - 1
            while lines[start].startswith(" "):  # the rest of a long head
                start -= 1
            closing = lines.index("}", opening)
            sizes[lines[start].partition("(")[0].split()[-1]] = closing - start + 1
    return sizes


def test_layout():
    program = shutil.which("clang-format", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    assert program, "clang-format is not installed: pip install '.[test]'"
    run = subprocess.run([program, "--dry-run", "--Werror", *FILES], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_lines_and_functions_are_short(path):
    assert [line for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 132] == []
    assert {name: size for name, size in functions(path).items() if size > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", HEADERS, ids=name_of)
def test_headers_say_what_they_and_their_room_are_for(path):
    comment = first_comment(path)
    assert comment.startswith(f"{path.name} - ")
    if path.parent != CSRC:
        room = re.escape(path.parent.relative_to(CSRC).as_posix())
        assert re.search(rf"Room {room}: [^;]+; it (may use|uses) ", comment)


@pytest.mark.parametrize("path", sorted(CSRC.rglob("*.h")), ids=name_of)
def test_include_guards_are_named_after_the_path(path):
    words = path.relative_to(CSRC).with_suffix("").parts
    guard = "QCZ_H" if words == ("qcz",) else f"QCZ_{'_'.join(words).upper()}_H"
    code = re.sub(r"\A\s*/\*.*?\*/\s*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert code.startswith(f"#ifndef {guard}\n#define {guard}\n")
    assert code.endswith("#endif\n")


@pytest.mark.parametrize("path", [path for path in SOURCES if len(path.read_text("utf-8").splitlines()) > ESSAY_FROM], ids=name_of)
def test_long_files_open_with_an_essay(path):
    comment = first_comment(path)
    assert comment.startswith(f"{path.name} - ")
    assert comment.count("\n") + 1 >= ESSAY_PARAGRAPHS


def test_sizes_of_arrays_are_computed_where_they_cannot_overflow():
    """By `allocate_array`: with addresses of 32 bits, a product of a size and a number from a file may come to less than either."""
    sources = [path for path in CSRC.rglob("*.c") if path != CSRC / "base" / "memory.c"]
    sources += [path for path in (ROOT / "quasicryth").rglob("*.p*") if path.suffix in (".pyx", ".pxd")]
    calls = [(path.name, call) for path in sources for call in re.findall(r"\b(?:m|re)alloc\(.*", path.read_text(encoding="utf-8"))]
    assert len(sources) > 50
    assert [call for call in calls if " * " in call[1]] == []


def test_rooms_are_small():
    rooms: dict[str, set[str]] = {}
    for path in FILES:
        rooms.setdefault(path.parent.relative_to(CSRC).as_posix(), set()).add(path.stem)
    assert {room: concerns for room, concerns in rooms.items() if len(concerns) > MOST_CONCERNS} == {}
