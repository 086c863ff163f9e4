"""Processes that are forked: nothing that the parent writes is lost, nothing hangs, and what is read is right in both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from files import fork

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no forks")


@pytest.mark.slow("write ", "append ", "while", "two", "pool", "code", "[read]")
@pytest.mark.parametrize("scenario", fork.SCENARIOS)
def test_a_fork(scenario):
    # Forks are made in a process that has nothing else, for one that runs tests has threads and files of its own.
    command = [sys.executable, str(Path(__file__).with_name("fork.py")), scenario]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
