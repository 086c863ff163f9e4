"""Signals that come in short succession or at a bad moment: the command ends within a second, and leaves no file where it can."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from samples import synthetic_text

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the signals are those of Unix")

TEXT = synthetic_text(200_000)
ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LONGEST = 1.0 if "QCZ_RUNS" in os.environ else 3.0  # seconds; tests share the machine with others
RUNS = int(os.environ.get("QCZ_RUNS", "6"))  # of what is left to chance

# What the command does before it begins: signals are heard that the process that runs the tests may ignore.
START = """
import os, signal, sys, time
from pathlib import Path
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.default_int_handler)
from quasicryth.command import entry
from quasicryth.files import outputs
{change}
entry.qcz()
"""


def start(folder, change: str = "", *arguments: str) -> subprocess.Popen[bytes]:
    (folder / "text").write_bytes(TEXT * 20)
    command = [sys.executable, "-c", START.format(change=change), *(arguments or ("-9", "--block-size", "100k", "text"))]
    return subprocess.Popen(command, stderr=subprocess.PIPE, cwd=folder)


def wait_for_part(folder) -> None:
    deadline = time.monotonic() + 20
    while not any(path.name.endswith(".part") for path in folder.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def ends_in_time(process: subprocess.Popen[bytes], number: int) -> bytes:
    begin = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - begin < LONGEST
    return errors


def test_a_second_signal_while_the_first_is_at_work(tmp_path):
    change = """
unlink = Path.unlink
def unlink_and_signal(path):
    os.kill(os.getpid(), signal.SIGHUP)
    time.sleep(0.05)
    unlink(path)
Path.unlink = unlink_and_signal
"""
    with start(tmp_path, change) as process:
        wait_for_part(tmp_path)
        assert ends_in_time(process, signal.SIGTERM) == b""
    assert process.returncode == -signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        "outputs._open_unbuffered = lambda *_: (print('here', file=sys.stderr, flush=True), time.sleep(30))",
        "Path.unlink = lambda _: time.sleep(30)",
    ],
    ids=["making a file", "removing it"],
)
def test_a_disk_that_does_not_answer(tmp_path, change):
    with start(tmp_path, change) as process:
        wait_for_part(tmp_path)
        if "here" in change:
            process.stderr.readline()
        ends_in_time(process, signal.SIGTERM)
    # By the last moment, the system ends it; a file that is only being made is not waited for as long.
    assert process.returncode == (-signal.SIGTERM if "here" in change else -signal.SIGALRM)


@pytest.mark.slow
@pytest.mark.parametrize("run", range(RUNS))
def test_signals_in_short_succession(tmp_path, run):
    chance = random.Random(run)
    first, second, third = chance.sample(ENDS, 3)
    with start(tmp_path, "", "-9", "--block-size", "100k", "-T", str(1 + run % 2), "text") as process:
        wait_for_part(tmp_path)
        time.sleep(chance.random() * 0.2)
        begin = time.monotonic()
        for number in (first, second, first, third):
            process.send_signal(number)
            time.sleep(chance.choice((0, 0, 0.0002, 0.001)))
        assert process.communicate(timeout=20) == (None, b"")
        assert time.monotonic() - begin < LONGEST
    assert process.returncode in (-first, -second, -third)
    assert [path.name for path in tmp_path.iterdir()] == ["text"]
