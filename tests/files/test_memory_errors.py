"""Memory that is not there: whatever allocation fails is a MemoryError, and the next call works."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

TESTS = ROOT / "tests" / "files"
PROGRAM = TESTS / "fail_allocations.py"
COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang") or "cc"


def run_program(kind: str, **variables: str) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests"))), **variables}
    run = subprocess.run([sys.executable, PROGRAM, kind], env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator is taken from glibc")
def test_each_allocation_of_the_engines(tmp_path):
    library = tmp_path / "failing_allocations.so"
    subprocess.run([COMPILER, "-shared", "-fPIC", TESTS / "failing_allocations.c", "-ldl", "-o", library], check=True)
    lines = run_program("engine", LD_PRELOAD=str(library))
    assert len(lines) == 20


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("_testcapi") is None, reason="this Python has no means to do without memory")
def test_each_allocation_of_python():
    assert len(run_program("python", PYTHONDEVMODE="")) == 14
