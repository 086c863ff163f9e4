"""The package under the address and undefined-behaviour sanitizers, without checksums, so that hostile bytes reach the engines."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench import sanitized

COUNTS = {"decode_oneshot": 2000, "decode_stream": 1000, "frame_info": 1000, "round_trip": 30}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sanitized")
    sanitized.build(folder, skip_checksums=True)
    return folder


def run_python(package, *arguments) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        command, cwd=package, env=sanitized.environment(), capture_output=True, text=True, check=False, timeout=600
    )


def test_it_is_the_sanitized_package_that_runs(package):
    program = "import quasicryth._checksum as built; print(built.__file__, built.CHECKSUMS_ARE_CHECKED)"
    run = run_python(package, "-c", program)
    assert run.stdout.split() == [str(next((package / "quasicryth").glob("_checksum.*.so"))), "False"], run.stderr


@pytest.mark.parametrize("target", COUNTS)
def test_nothing_is_found(package, target):
    run = run_python(package, package / "tests" / "fuzz" / "drive.py", target, "mutate", 100_000, COUNTS[target])
    assert run.returncode == 0, run.stderr
    assert f"{COUNTS[target]} inputs" in run.stdout
