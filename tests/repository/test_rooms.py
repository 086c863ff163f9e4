"""No import or include runs upwards or in a circle; rooms and functions stay small. The rules are in docs/architecture.md."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from repository import rooms
from repository.rooms import Tree

PAGE = (ROOT / rooms.TABLE).read_text(encoding="utf-8")
CHECKS = [
    rooms.find_wrong_rows,
    rooms.find_upward_uses,
    rooms.find_circles,
    rooms.find_crowded_rooms,
    rooms.find_long_functions,
    rooms.find_unexplained_rooms,
]


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(ROOT)


@pytest.mark.parametrize("check", CHECKS)
def test_the_tree_is_in_order(tree, check):
    found = check(tree)
    assert not found, "\n".join(found)


def test_what_is_known_to_be_used_is_seen(tree):
    """Each way in which a file can use another, in files of ours."""
    uses = {(use.file.as_posix(), use.used) for use in tree.uses}
    assert uses >= {
        ("csrc/coding/arithmetic_coder.h", "csrc/base/bytes"),
        ("quasicryth/_qcz.pxd", "csrc/qcz"),
        ("quasicryth/__init__.py", "quasicryth/files/one_shot"),  # for type checking
        ("quasicryth/command/interface.py", "quasicryth/command/options"),  # from . import
        ("quasicryth/command/interface.py", "quasicryth/command/listing"),  # in a function
        ("quasicryth/tiling/_parse.pyx", "quasicryth/tiling/_tokens"),
        ("quasicryth/tiling/_parse.pyi", "quasicryth/tiling/_codebooks"),
        ("tests/frames/test_frame.py", "tests/paths"),
        ("tests/repository/test_rooms.py", "tests/repository/rooms"),
    }


# ---- each check on a small tree that is wrong ------------------------------------------------------------------------------

TABLE = """
| room | what it is for | may use |
|---|---|---|
| `csrc/base` | bytes | |
| `csrc/text` | words | `csrc/base` |
| `quasicryth/errors.py` | errors | |
| `quasicryth/low` | below | `quasicryth/errors.py`, `csrc/text` |
| `quasicryth/high` | above | `quasicryth/low` |
| `quasicryth` | all | `quasicryth/high` |

More.
"""
ORDERLY = {
    str(rooms.TABLE): TABLE,
    "csrc/base/bytes.h": "",
    "csrc/base/bits.h": "",
    "csrc/text/words.c": '#include "text/words.h"\n',
    "csrc/text/words.h": '#include "base/bytes.h"\n#include <stdio.h>\n',
    "quasicryth/__init__.py": '"""All.\n\nMore.\n"""\nfrom .high.one import One\n',
    "quasicryth/errors.py": "",
    "quasicryth/low/__init__.py": '"""Below.\n\nMore.\n"""\n',
    "quasicryth/low/_words.pyx": 'from quasicryth.errors import Error\ncdef extern from "text/words.h":\n    int x\n',
    "quasicryth/low/_words.pyi": "",
    "quasicryth/low/two.py": "from . import _words\nimport os\n",
    "quasicryth/high/__init__.py": '"""Above.\n\nMore.\n"""\n',
    "quasicryth/high/one.py": "def f():\n    from ..low.two import two\n",
}

PYTHON_BODY = "".join(f"    x = {number}\n" for number in range(60))

WRONG = {
    "an include upwards": (rooms.find_upward_uses, {"csrc/base/bytes.h": '#include "text/words.h"\n'}),
    "an import upwards": (rooms.find_upward_uses, {"quasicryth/low/two.py": "from ..high.one import f\n"}),
    "an import upwards for type checking": (
        rooms.find_upward_uses,
        {"quasicryth/low/two.py": "if TYPE_CHECKING:\n    from ..high import one\n"},
    ),
    "an import upwards in a function": (
        rooms.find_upward_uses,
        {"quasicryth/low/two.py": "def f():\n    import quasicryth.high.one\n"},
    ),
    "an import of the package": (rooms.find_upward_uses, {"quasicryth/low/two.py": "import quasicryth\n"}),
    "a cimport upwards": (rooms.find_upward_uses, {"quasicryth/low/_words.pxd": "from quasicryth.high cimport (\n    one)\n"}),
    "a stub's import upwards": (rooms.find_upward_uses, {"quasicryth/low/_words.pyi": "from ..high.one import f\n"}),
    "C code of a room beyond": (
        rooms.find_upward_uses,
        {"csrc/base/_x.pyx": "", "quasicryth/errors.pyx": 'cdef extern from "base/bytes.h":\n    int x\n'},
    ),
    "a circle of modules": (
        rooms.find_circles,
        {"quasicryth/low/three.py": "from .two import two\n", "quasicryth/low/two.py": "def f():\n    from . import three\n"},
    ),
    "a circle for type checking": (
        rooms.find_circles,
        {"quasicryth/low/_words.pyi": "from .two import two\n"},
    ),
    "a circle of headers": (
        rooms.find_circles,
        {"csrc/base/bytes.h": '#include "base/bits.h"\n', "csrc/base/bits.h": '#include "base/bytes.h"\n'},
    ),
    "sixteen concerns": (rooms.find_crowded_rooms, {f"quasicryth/low/more{number}.py": "" for number in range(14)}),
    "a long function": (rooms.find_long_functions, {"quasicryth/low/two.py": f"class A:\n  def f(self):\n{PYTHON_BODY}"}),
    "a long function of Cython": (
        rooms.find_long_functions,
        {"quasicryth/low/_words.pyx": f"cdef int f(int (*g)(int),\n           int x) except -1:\n{PYTHON_BODY}\ncdef int x\n"},
    ),
    "a room without a word": (rooms.find_unexplained_rooms, {"quasicryth/low/__init__.py": '"""Below."""\n'}),
    "a room without an init": (rooms.find_unexplained_rooms, {"quasicryth/middle/four.py": ""}),
    "a room that the table does not name": (rooms.find_wrong_rows, {"quasicryth/middle/four.py": ""}),
    "rooms in a circle": (
        rooms.find_wrong_rows,
        {str(rooms.TABLE): TABLE.replace("bytes | |", "bytes | `csrc/text` |")},
    ),
    "a room that is gone": (
        rooms.find_wrong_rows,
        {str(rooms.TABLE): TABLE.replace("\n\nMore", "\n| `csrc/gone` | was | |\n\nMore")},
    ),
    "a use of a room that is gone": (
        rooms.find_wrong_rows,
        {str(rooms.TABLE): TABLE.replace("bytes | |", "bytes | `csrc/gone` |")},
    ),
}


def make_tree(folder: Path, files: dict[str, str]) -> Tree:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Tree(folder)


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_is_wrong_with_a_small_tree(tmp_path, check):
    assert check(make_tree(tmp_path, ORDERLY)) == []


@pytest.mark.parametrize(("check", "files"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_seen(tmp_path, check: Callable[[Tree], list[str]], files: dict[str, str]):
    assert len(check(make_tree(tmp_path, {**ORDERLY, **files}))) == 1


def test_a_header_that_is_not_there_is_no_way_out(tmp_path):
    with pytest.raises(LookupError, match=r"csrc/text/words\.h includes text/letters\.h"):
        rooms.find_upward_uses(make_tree(tmp_path, {**ORDERLY, "csrc/text/words.h": '#include "text/letters.h"\n'}))


# ---- the page --------------------------------------------------------------------------------------------------------------

WAY = PAGE.split("## The way of a byte", 1)[1].split("\n## ", 1)[0]
STEPS = re.findall(r"^\d+\. `([^`]+)`", WAY, flags=re.MULTILINE)
BESIDE = re.findall(r"`(quasicryth/[^`]+\.py)`", WAY.split("Beside the way:", 1)[1].split("\n\n", 1)[0])

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


def test_the_way_of_a_byte_goes_by_files_that_there_are_and_by_none_twice():
    assert (STEPS[0], STEPS[-1]) == ("quasicryth/command/entry.py", "quasicryth/files/outputs.py")
    assert len(set(STEPS)) == len(STEPS)
    gone = [step for step in STEPS if not (ROOT / step).is_file()]
    assert not gone, gone
    numbers = [int(number) for number in re.findall(r"^(\d+)\. `", WAY, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(STEPS) + 1))


def test_the_way_of_a_byte_is_the_way_that_the_command_goes(tmp_path):
    """What the page names of Python is what runs; what of C runs, no test sees."""
    (tmp_path / "text").write_bytes(b"Some text, and more text. " * 1000)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "text")]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    named = {step for step in STEPS if step.endswith(".py")} - {"quasicryth/command/entry.py"}
    assert set(run.stdout.split()) == named | set(BESIDE)


@pytest.mark.parametrize("page", ["architecture.md", "glossary.md"])
def test_every_file_that_the_pages_name_is_there(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:csrc|quasicryth|tests|bench|docs)/[^`\s]+)`", text) + re.findall(r"\]\((?!http)([^)#]+)\)", text)
    gone = [name for name in named if not (ROOT / name).exists() and not (ROOT / "docs" / name).exists()]
    assert not gone, gone
