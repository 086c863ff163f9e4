"""The package as a package: light to import, typed, clean, and built from a source distribution alone."""

from __future__ import annotations

import importlib
import inspect
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
from conftest import ROOT

TOOLS = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "mypy of what uses it": ["mypy", "--strict", "tests/repository/typed_use.py"],
    "stubtest": [
        "mypy.stubtest",
        "quasicryth",
        "--mypy-config-file",
        "pyproject.toml",
        "--allowlist",
        "tests/repository/stubtest.txt",
    ],
}


def run(*command: str, **options) -> str:
    finished = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_import_is_light():
    program = "import sys, quasicryth; print(*sorted(sys.modules))"
    loaded = set(run(sys.executable, "-c", program).split())
    assert not loaded & {
        "numpy",
        "click",
        "zstandard",
        "quasicryth.engines._engine",
        "quasicryth.files.one_shot",
        "fractions",
        "dataclasses",
    }


def test_compressing_needs_neither_numpy_nor_click():
    program = (
        "import sys, quasicryth as q; data = b'text ' * 9; "
        "assert all(q.decompress(q.compress(data, level)) == data for level in (1, 6)); print(*sys.modules)"
    )
    assert not set(run(sys.executable, "-c", program).split()) & {"numpy", "click"}


@pytest.mark.slow("stubtest", "mypy")
@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS)
def test_clean(command):
    run(sys.executable, "-m", *command, cwd=ROOT)


def test_all_that_is_public_is_explained():
    """The modules of Python are ruff's work (its rules D); this is for the compiled ones, which it does not read."""
    unexplained = []
    for path in sorted((ROOT / "quasicryth").rglob("_*.pyi")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            members = {f"{name}.{key}": member for key, member in vars(value).items()} if isinstance(value, type) else {}
            for place, item in {name: value, **members}.items():
                if "._" not in place and (callable(item) or isinstance(item, property)) and not inspect.getdoc(item):
                    unexplained.append(f"{module.__name__}.{place}")
        if not module.__doc__:
            unexplained.append(module.__name__)
    assert not unexplained


def test_a_missing_compiled_part_is_explained(tmp_path):
    shutil.copytree(ROOT / "quasicryth", tmp_path / "quasicryth", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    program = "import quasicryth\ntry: quasicryth.compress\nexcept ImportError as error: print(error)"
    assert "pip install" in run(sys.executable, "-S", "-c", program, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})


@pytest.fixture(scope="session")
def distributions(tmp_path_factory):
    """A source distribution made from a clean copy of the project, and a wheel made from that alone."""
    folder = tmp_path_factory.mktemp("distributions")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "*.so", "_*.c"))
    quickly = {**os.environ, "CFLAGS": "-O0 -g0"}  # that the sources are all there does not depend on how they are compiled
    run(sys.executable, "-m", "build", "--outdir", str(folder), cwd=source, env=quickly)
    return folder


@pytest.mark.slow
def test_source_distribution(distributions):
    (path,) = distributions.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.split("/", 1)[-1] for name in archive.getnames()}
    assert {
        "csrc/qcz.h",
        "quasicryth/tiling/_parse.pyx",
        "quasicryth/_qcz.pxd",
        "quasicryth/frames/FORMAT.md",
        "LICENSE",
        "README.md",
        "docs/command.md",
    } <= names
    assert not [name for name in names if name.endswith((".so", ".pyc", "_parse.c"))]


@pytest.mark.slow
def test_wheel(distributions, tmp_path):
    (path,) = distributions.glob("*.whl")
    assert path.stat().st_size < 3 << 20
    names = zipfile.ZipFile(path).namelist()
    assert {
        "quasicryth/py.typed",
        "quasicryth/lab/theory.py",
        "quasicryth/engines/_engine.pyi",
        "quasicryth/frames/FORMAT.md",
    } <= set(names)
    assert not [name for name in names if name.endswith((".c", ".h", ".pyx", ".pxd"))]
    assert {"qcz.1", "unqcz.1", "qczcat.1"} == {name.rpartition("/")[2] for name in names if "/share/man/man1/" in name}
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"))
    python = str(tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python")
    run(python, "-m", "pip", "install", "--quiet", str(path))
    program = shutil.copy(ROOT / "tests" / "repository" / "round_trip.py", tmp_path)
    assert str(tmp_path / "venv") in run(python, "-I", program, cwd=tmp_path)
