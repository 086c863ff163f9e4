"""The fuzz targets in Python: mutations of files of every kind, and of contents, with nothing found."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import ROOT
from fuzz.kept_inputs import unpack_inputs

DRIVER = ROOT / "tests" / "fuzz" / "drive.py"
COUNTS = {"decode_oneshot": 3000, "decode_stream": 2000, "frame_info": 2000, "round_trip": 150}


def drive(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, DRIVER, *arguments], capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.slow("round_trip", "frame_info", "decode_stream")
@pytest.mark.parametrize("target", COUNTS)
def test_nothing_is_found(target):
    run = drive(target, "mutate", "0", str(COUNTS[target]))
    assert run.returncode == 0, run.stderr
    assert f"{COUNTS[target]} inputs" in run.stdout


@pytest.mark.slow
@pytest.mark.parametrize("target", COUNTS)
def test_what_was_found_before_is_replayed(target, tmp_path):
    """Inputs that once showed a defect, and the fewest of hours of fuzzing that reach everything (`python -m bench distill`)."""
    inputs = unpack_inputs(target, tmp_path)
    run = drive(target, "replay", str(tmp_path))
    assert run.returncode == 0, run.stderr
    assert f"{len(inputs)} inputs" in run.stdout


def test_golden_files_can_be_replayed():
    run = drive("frame_info", "replay", str(ROOT / "tests" / "data"))
    assert run.returncode == 0, run.stderr


def test_a_broken_promise_is_found(tmp_path):
    """A target that could not fail would find nothing either: here `decompress_into` is made to lie."""
    (tmp_path / "input").write_bytes((ROOT / "tests" / "data" / "good-one-byte.qcz").read_bytes())
    program = (
        f"import sys; sys.argv = ['drive', 'decode_oneshot', 'replay', {str(tmp_path / 'input')!r}]\n"
        "import runpy, quasicryth\n"
        "quasicryth.decompress_into = lambda *arguments, **options: 0\n"
        f"runpy.run_path({str(DRIVER)!r}, run_name='__main__')\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 1
    assert "BrokenPromiseError: a buffer gets the same content" in run.stderr
    assert f"the input is {tmp_path / 'input'}" in run.stderr
