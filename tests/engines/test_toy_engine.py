"""The engine interface, proven by an engine that uses all of it: a build with tests/engines/toy runs toy/use_toy.py."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from builds import COMPILER, CSRC, FAIL_ALLOCATIONS, SANITIZERS, build
from conftest import ROOT

from bench.attacks.sanitized import copy_sources

TOY = ROOT / "tests" / "engines" / "toy"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package with one engine more, built as anybody would who adds one; not optimized, for time."""
    folder = tmp_path_factory.mktemp("toy")
    copy_sources(folder)
    environment = {**os.environ, "QCZ_TEST_ENGINE": "tests/engines/toy", "CFLAGS": "-O0"}
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return folder


@pytest.mark.slow
def test_the_toy_engine_in_a_build_that_has_it(package):
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "tests/engines/toy/use_toy.py"]
    environment = {**os.environ, "PYTHONPATH": str(package)}
    run = subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout


@pytest.mark.slow
def test_the_toy_engine_survives_every_allocation_that_fails(builds, tmp_path):
    if sys.platform == "darwin" or shutil.which(COMPILER) is None:
        pytest.skip("there is no linker here that wraps functions")
    (tmp_path / "text").write_bytes(bytes(range(256)) * 12)
    sources = [CSRC / "engines" / "engines.c", TOY / "engine.c", ROOT / "tests" / "fuzz" / "fail_allocations.c"]
    objects = [builds.compiled(source, [*SANITIZERS, "-DQCZ_TEST_ENGINE=toy"]) for source in sources]
    build(*SANITIZERS, FAIL_ALLOCATIONS, *objects, builds.sanitized_library(), "-o", tmp_path / "fail_allocations")
    run = subprocess.run(
        [tmp_path / "fail_allocations", "toy", "1", tmp_path / "text"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "allocations to encode" in run.stdout
