"""The package under sanitizers: of addresses and undefined behaviour without checksums, so that hostile bytes reach the engines,
and of threads."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from conftest import ROOT

from bench.attacks import sanitized

COUNTS = {"decode_oneshot": 1500, "decode_stream": 800, "frame_info": 800, "round_trip": 15}


@pytest.fixture(scope="module")
def package(builds):
    return builds.sanitized_package()


def run_python(package, *arguments, sanitizers: str = sanitized.SANITIZERS[0]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    environment = {**sanitized.environment(sanitizers), "PYTHONPATH": os.pathsep.join(map(str, (package, package / "tests")))}
    return subprocess.run(command, cwd=package, env=environment, capture_output=True, text=True, check=False, timeout=600)


def test_the_tests_that_are_left_out_are_there():
    assert {path.name for path in (ROOT / "tests").rglob("test_*.py")} >= set(sanitized.NOT_SANITIZED)


@pytest.mark.slow
def test_it_is_the_sanitized_package_that_runs(package):
    program = "import quasicryth.base._checksum as built; print(built.__file__, built.CHECKSUMS_ARE_CHECKED)"
    run = run_python(package, "-c", program)
    assert run.stdout.split() == [str(next((package / "quasicryth" / "base").glob("_checksum.*.so"))), "False"], run.stderr


@pytest.mark.slow
@pytest.mark.parametrize("target", COUNTS)
def test_nothing_is_found(package, target):
    run = run_python(package, package / "tests" / "fuzz" / "drive.py", target, "mutate", 100_000, COUNTS[target])
    assert run.returncode == 0, run.stderr
    assert f"{COUNTS[target]} inputs" in run.stdout


@pytest.fixture(scope="module")
def package_for_threads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("threads")
    sanitized.build(folder, "thread")
    return folder


@pytest.mark.slow
def test_threads_race_for_nothing(package_for_threads):
    run = run_python(package_for_threads, package_for_threads / "tests" / "files" / "use_threads.py", sanitizers="thread")
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.slow
def test_a_race_would_be_seen(package_for_threads):
    run = run_python(package_for_threads, package_for_threads / "tests" / "files" / "use_threads.py", "race", sanitizers="thread")
    assert run.returncode != 0
    assert "ThreadSanitizer: data race" in run.stderr
