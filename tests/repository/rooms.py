"""The rooms of the repository and who uses whom, read from the sources: Python, Cython and C.

The one table of which room may use which is in docs/architecture.md. What is compared is not files but concerns: `x.c` and `x.h`
are one, as are `_x.pyx`, `_x.pxd` and `_x.pyi`; a concern is called by its path without the suffix.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

TABLE = Path("docs/architecture.md")
SUFFIXES = (".py", ".pyi", ".pyx", ".pxd", ".c", ".h")
TOPS = ("csrc", "quasicryth", "corpora", "bench", "tests")
# Later issues replace these engines; until then their insides stay as they are.
LEFT_ALONE = ("csrc/engines/fast", "csrc/engines/mix")
MOST_CONCERNS = 15
MOST_LINES = 60


# Names in parentheses may be in several lines.
_CYTHON_IMPORT = re.compile(r"^[ \t]*((?:from|import|cimport|cdef extern from|include)\b[^\n(]*(?:\([^)]*\))?)", re.MULTILINE)
# A line that begins with def, cdef or cpdef, has arguments, which may have parentheses, and ends with a colon.
_CYTHON_FUNCTION = re.compile(
    r"^([ \t]*)(?:cdef|cpdef|def)\b[^\n(=]*?(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\)[^\n]*:[ \t]*\n", re.MULTILINE
)


@dataclass(frozen=True)
class Room:
    """A row of the table: a folder, or a file that is a room of its own."""

    name: str
    purpose: str
    may_use: tuple[str, ...]


@dataclass(frozen=True)
class Use:
    """The line *line* of *file* imports or includes *used*, a concern."""

    file: Path
    line: int
    used: str

    def __str__(self) -> str:
        return f"{self.file.as_posix()}:{self.line} uses {self.used}"


def concern(path: Path) -> str:
    """Return what the file *path*, relative to the repository, is a part of."""
    return path.with_suffix("").as_posix()


def read_table(text: str) -> list[Room]:
    """Return the rows of the table of rooms in *text*, a page in Markdown."""
    table = re.split(r"^\| room \| what it is for \| may use \|\n\|[-|]+\|\n", text, flags=re.MULTILINE)[1].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return [Room(name.strip("`"), purpose, tuple(re.findall(r"`([^`]+)`", may_use))) for name, purpose, may_use in rows]


# ---- what a file uses ------------------------------------------------------------------------------------------------------


def _cython_statements(text: str) -> Iterator[tuple[int, str]]:
    """The lines of *text* that import, by their numbers; names in parentheses are brought into one line."""
    text = re.sub(r"#.*", "", text)
    for found in _CYTHON_IMPORT.finditer(text):
        yield text.count("\n", 0, found.start(1)) + 1, " ".join(found.group(1).split())


class Tree:
    """The sources below *root*, which has a folder docs with the table of rooms."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @cached_property
    def files(self) -> list[Path]:
        """All sources, relative to the root; C in the package is none, for Cython makes it."""
        found = (path for top in TOPS for path in sorted((self._root / top).rglob("*")) if path.suffix in SUFFIXES)
        return [
            path
            for path in (path.relative_to(self._root) for path in found)
            if (path.parts[0], path.suffix) != ("quasicryth", ".c")
        ]

    @cached_property
    def concerns(self) -> set[str]:
        """What there is to be used."""
        return {concern(path) for path in self.files}

    @cached_property
    def rooms(self) -> dict[str, Room]:
        """The table, by the names of the rooms."""
        return {room.name: room for room in read_table(self.read(TABLE))}

    def read(self, path: Path) -> str:
        """Return the text of the file *path*."""
        return (self._root / path).read_text(encoding="utf-8")

    def room_of(self, file_concern: str) -> str | None:
        """Return the room that *file_concern* lies in, or None; the folders of the tests are one room."""
        by_concern = {concern(Path(name)): name for name in self.rooms}
        folder = "tests" if file_concern.startswith("tests/") else file_concern.rpartition("/")[0]
        return by_concern.get(file_concern, folder if folder in self.rooms else None)

    @cached_property
    def uses(self) -> list[Use]:
        """Every use of one concern by another."""
        readers = {".c": self._includes, ".h": self._includes, ".pyx": self._cython_imports, ".pxd": self._cython_imports}
        found = (Use(path, line, used) for path in self.files for line, used in readers.get(path.suffix, self._imports)(path))
        return [use for use in found if use.used != concern(use.file)]

    def _includes(self, path: Path) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(self.read(path).splitlines(), 1):
            if found := re.match(r'\s*#\s*include\s*"([^"]+)"', line):
                yield number, self._find_header(path, found.group(1))

    def _find_header(self, path: Path, name: str) -> str:
        for place in (Path("csrc", name), path.parent / name):
            if concern(place) in self.concerns:
                return concern(place)
        raise LookupError(f"{path.as_posix()} includes {name}, which is not there")

    def _cython_imports(self, path: Path) -> Iterator[tuple[int, str]]:
        for number, statement in _cython_statements(self.read(path)):
            if found := re.match(r'(?:cdef extern from|include) "([^"]+)"', statement):
                yield number, self._find_header(path, found.group(1))
            elif not statement.startswith(("cdef", "include")):
                (node,) = ast.parse(statement.replace("cimport", "import")).body
                yield from ((number, used) for _, used in self._imported(path, node))

    def _imports(self, path: Path) -> Iterator[tuple[int, str]]:
        for node in ast.walk(ast.parse(self.read(path))):
            yield from self._imported(path, node)

    def _imported(self, path: Path, node: ast.AST) -> Iterator[tuple[int, str]]:
        """The concerns of this repository that the statement *node* imports, in a function or for type checking too."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from ((node.lineno, used) for used in self._find_module(path, alias.name.split(".")))
        elif isinstance(node, ast.ImportFrom):
            start = list(path.parent.parts[: len(path.parent.parts) + 1 - node.level]) if node.level else []
            module = [*start, *(node.module.split(".") if node.module else [])]
            for alias in node.names:
                found = self._find_module(path, [*module, alias.name]) or self._find_module(path, module)
                yield from ((node.lineno, used) for used in found)

    def _find_module(self, path: Path, parts: list[str]) -> list[str]:
        """The concern that a module is, if it is one of this repository; the tests also find what is in their folders."""
        places = ["/".join(parts)]
        if path.parts[0] == "tests":
            places += ["/".join(["tests", *parts]), "/".join([path.parent.as_posix(), *parts])]
        return [found for place in places for found in (place, f"{place}/__init__") if found in self.concerns][:1]


# ---- what is wrong ---------------------------------------------------------------------------------------------------------


def find_wrong_rows(tree: Tree) -> list[str]:
    """Rooms of the table that are not there or use such, rooms in a circle, and sources that are in no room."""
    rooms = tree.rooms
    wrong = [f"{name} is not there" for name in rooms if not any(tree.room_of(found) == name for found in tree.concerns)]
    for room in rooms.values():
        wrong += [f"{room.name} may use {used}, which is no room" for used in room.may_use if used not in rooms]
    wrong += [f"{found} is in no room" for found in sorted(tree.concerns) if tree.room_of(found) is None]
    return wrong + _find_circle({name: set(room.may_use) for name, room in rooms.items()})


def _find_circle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [" < ".join(error.args[1])]
    return []


def _reach(rooms: dict[str, Room], name: str) -> set[str]:
    """The rooms that the room *name* may use, with those that these may use."""
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        for used in rooms[waiting.pop()].may_use:
            if used not in reached:
                reached.add(used)
                waiting.append(used)
    return reached | {name}


def find_upward_uses(tree: Tree) -> list[str]:
    """Uses of a room that the user's room may not use."""
    reach = {name: _reach(tree.rooms, name) for name in tree.rooms}
    return [
        f"{use}: {tree.room_of(concern(use.file))} may not use {tree.room_of(use.used)}"
        for use in tree.uses
        if tree.room_of(use.used) not in reach[str(tree.room_of(concern(use.file)))]
    ]


def find_circles(tree: Tree) -> list[str]:
    """Concerns of Python and Cython that use each other in a circle, and headers that include each other in one; not of tests."""
    python: dict[str, set[str]] = {}
    headers: dict[str, set[str]] = {}
    for use in tree.uses:
        if use.file.suffix != ".c" and use.file.parts[0] != "tests":
            graph = headers if use.file.suffix == ".h" else python
            graph.setdefault(concern(use.file), set()).add(use.used)
    return _find_circle(python) + _find_circle(headers)


def find_crowded_rooms(tree: Tree) -> list[str]:
    """Rooms of more than MOST_CONCERNS; the tests, where more cases are more files, are not looked at."""
    counts: dict[str, int] = {}
    for found in tree.concerns:
        folder, _, name = found.rpartition("/")
        if not found.startswith("tests/") and name != "__init__" and folder not in LEFT_ALONE:
            counts[folder] = counts.get(folder, 0) + 1
    return [f"{folder} has {count} concerns" for folder, count in sorted(counts.items()) if count > MOST_CONCERNS]


def _python_functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def _cython_functions(text: str) -> Iterator[tuple[str, int]]:
    """Functions by their indentation: from the line that names one to the last line that is further in than it."""
    lines = text.splitlines()
    for found in _CYTHON_FUNCTION.finditer(text):
        first, body = text.count("\n", 0, found.start()), text.count("\n", 0, found.end())
        last = first
        for number in range(body, len(lines)):
            indent = len(lines[number]) - len(lines[number].lstrip())
            if lines[number].strip() and indent <= len(found.group(1)):
                break
            last = number if lines[number].strip() else last
        yield found.group(2), last - first + 1


def find_long_functions(tree: Tree) -> list[str]:
    """Functions of Python and Cython of more than MOST_LINES."""
    readers = {".py": _python_functions, ".pyx": _cython_functions, ".pxd": _cython_functions}
    return [
        f"{path.as_posix()}: {name} has {size} lines"
        for path in tree.files
        if path.suffix in readers
        for name, size in readers[path.suffix](tree.read(path))
        if size > MOST_LINES
    ]


def find_unexplained_rooms(tree: Tree) -> list[str]:
    """Folders of the package whose `__init__` does not say in a few lines what the room is for."""
    wrong = []
    for folder in sorted({path.parent for path in tree.files if path.parts[0] == "quasicryth"}):
        init = folder / "__init__.py"
        docstring = (ast.get_docstring(ast.parse(tree.read(init))) or "") if init in tree.files else ""
        if not 2 <= len(docstring.splitlines()) <= 15:
            wrong.append(f"{init.as_posix()} does not say in a few lines what the room is for")
    return wrong
