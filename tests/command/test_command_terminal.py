"""The command in a terminal: progress, questions, what it will not write there, and completion; and its manual page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT
from samples import english

import quasicryth
from bench.pages.session import SESSION, Terminal
from quasicryth.command.interface import cli, short_form
from quasicryth.command.manual import MANUAL, make_manual
from quasicryth.command.progress import describe_progress
from quasicryth.command.reports import shown
from quasicryth.tiling import TILING_NAMES

TEXT = english()
LONG = TEXT * 2  # so that there is time for progress


@pytest.fixture(scope="module")
def terminal_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("terminal")
    (folder / "notes.txt").write_bytes(TEXT)
    (folder / "long.txt").write_bytes(LONG)
    (folder / "bin").mkdir()
    script = folder / "bin" / "qcz"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m quasicryth "$@"\n')
    script.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def terminal(terminal_folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{terminal_folder / 'bin'}:/usr/bin:/bin")
        terminal = Terminal(terminal_folder)
    with terminal:
        terminal.type(f"PATH={terminal_folder / 'bin'}:$PATH\n")
        yield terminal


@pytest.mark.slow
def test_progress_on_a_terminal(terminal, terminal_folder):
    sent = terminal.type("qcz -9 --block-size 64k long.txt\n")
    lines = sent.split("\r\x1b[K")
    assert len(lines) > 2
    line = r"long.txt +\d+ %  [\d.]+ of [\d.]+ MiB  [\d.]+ MiB/s  0:\d\d left"
    assert any(re.fullmatch(line, each) for each in lines), sent
    assert lines[-1].startswith(f"qcz: long.txt: {len(LONG):,} bytes, compressed ")
    assert quasicryth.decompress((terminal_folder / "long.txt.qcz").read_bytes()) == LONG


@pytest.mark.slow
@pytest.mark.parametrize("options", ["-q", "--no-progress"])
def test_no_progress_if_it_is_not_wanted(terminal, options):
    assert "\x1b[K" not in terminal.type(f"qcz -9f {options} --block-size 64k notes.txt\n")


@pytest.mark.slow
def test_no_progress_where_the_content_goes(terminal):
    assert "\x1b[K" not in terminal.type("qcz -9c --block-size 64k notes.txt | wc -c\n")
    assert "\x1b[K" in terminal.type("qcz -9cv --block-size 64k long.txt | wc -c\n")


@pytest.mark.slow
def test_overwriting_is_asked_for(terminal, terminal_folder):
    (terminal_folder / "notes.txt.qcz").write_bytes(b"before")
    assert terminal.type("qcz -1 notes.txt\n", "(y/N)? ").endswith("notes.txt.qcz already exists; overwrite it (y/N)? ")
    assert "kept as it was" in terminal.type("n\n")
    assert (terminal_folder / "notes.txt.qcz").read_bytes() == b"before"
    terminal.type("qcz -1 notes.txt\n", "(y/N)? ")
    terminal.type("y\n")
    assert (terminal_folder / "notes.txt.qcz").read_bytes() == quasicryth.compress(TEXT, 1)
    assert "already exists; -f overwrites it" in terminal.type("qcz -1q notes.txt\n")


@pytest.mark.slow("cat", "-c")
@pytest.mark.parametrize("line", ["qcz", "qcz -c notes.txt", "qcz notes.txt -o /dev/tty", "cat notes.txt | qcz"])
def test_compressed_data_is_not_written_to_a_terminal(terminal, line):
    sent = terminal.type(f"{line}; echo status $?\n")
    assert "compressed data is not written to a terminal" in sent
    assert "status 1" in sent
    assert "QCZ" not in sent


@pytest.mark.slow("unqcz", "-t", "-l", "info")
@pytest.mark.parametrize("line", ["qcz -d", "unqcz -o new", "qczcat", "qcz -t", "qcz -l", "qcz info"])
def test_compressed_data_is_not_read_from_a_terminal(terminal, line):
    line = line.replace("unqcz", "qcz decompress").replace("qczcat", "qcz cat")
    sent = terminal.type(f"{line}; echo status $?\n", seconds=20)
    assert "compressed data is not read from a terminal" in sent
    assert "status 1" in sent


@pytest.mark.slow
def test_interrupting_leaves_the_folder_as_it_was(terminal, terminal_folder):
    before = sorted(os.listdir(terminal_folder))
    terminal.type("qcz -9 --block-size 64k long.txt -o interrupted\n", " left", seconds=20)
    sent = terminal.type("\x03", seconds=20)
    assert "status 130" in terminal.type("echo status $?\n")
    assert "Traceback" not in sent
    assert sorted(os.listdir(terminal_folder)) == before


def test_the_recorded_session_is_of_this_command():
    recorded = (ROOT / "bench" / "results" / "session.txt").read_text(encoding="utf-8")
    for line in SESSION[:2]:
        assert f"$ {line}\n" in recorded
    assert re.search(r"~ novel.txt +\d+ % .* MiB/s .* left", recorded)
    assert "the same\n" in recorded


@pytest.mark.parametrize(
    ("done", "total", "measured", "elapsed", "expected"),
    [
        (0, 9 << 20, 0.0, 65.0, "9.0 MiB  1:05 gone"),
        (0, None, 0.0, 1.0, "0:01 gone"),
        (3 << 20, 9 << 20, 1.5, 2.5, " 33 %  3.0 of 9.0 MiB  2.0 MiB/s  0:02 left"),
        (3 << 20, None, 1.5, 3700.0, "3.0 MiB  2.0 MiB/s  1:01:40 gone"),
        (9 << 20, 9 << 20, 1.0, 5.0, "100 %  9.0 of 9.0 MiB  9.0 MiB/s  0:00 left"),
    ],
)
def test_progress_is_described(done, total, measured, elapsed, expected):
    assert describe_progress(done, total, measured, elapsed) == expected


@pytest.mark.parametrize("name", ["evil\x1b[31m", "right\u202eleft", "new\nline", "bell\a", "\udcff"])
def test_names_are_shown_without_what_a_terminal_obeys(name):
    assert shown(name).isprintable()
    assert len(shown(name)) == len(name)


# ---- completion ------------------------------------------------------------------------------------------------------------


def complete(*words: str, program: str = "qcz") -> set[str]:
    variables = {
        "COMP_WORDS": " ".join([program, *words]),
        "COMP_CWORD": str(len(words)),
        f"_{program.upper()}_COMPLETE": "bash_complete",
    }
    code = f"from quasicryth.command.entry import {program}; {program}()"
    run = subprocess.run([sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    return {line.removeprefix("plain,") for line in run.stdout.splitlines()}


@pytest.mark.parametrize(
    ("words", "program", "expected"),
    [
        (["de"], "qcz", {"decompress", "file,de"}),
        (["--ve"], "qcz", {"--verify", "--verbose", "--version"}),
        (["-d", "no"], "qcz", {"file,no"}),
        (["compress", "--engine", ""], "qcz", {"fast", "mix", "paper"}),
        (["--max"], "unqcz", {"--max-length"}),
        (["--li"], "qczcat", {"--lines"}),
        (["theo"], "qcz", {"theory", "file,theo"}),
        (["ab", "--exp"], "qcz", {"--experiment"}),
    ],
)
def test_completion(words, program, expected):
    assert complete(*words, program=program) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    run = subprocess.run(
        [sys.executable, "-m", "quasicryth"],
        env={**os.environ, "_QCZ_COMPLETE": f"{shell}_source"},
        capture_output=True,
        check=True,
    )
    assert b"_QCZ_COMPLETE" in run.stdout


# ---- the manual ------------------------------------------------------------------------------------------------------------


def test_the_manual_is_that_of_this_command():
    """`python -m quasicryth.command.manual` would change nothing."""
    assert MANUAL.read_text(encoding="ascii") == make_manual()


def test_the_manual_has_all_options():
    text = make_manual().replace(r"\-", "-")
    for command in (short_form, *cli.commands.values()):
        for parameter in command.params:
            assert all(name.strip() in text for name in (*parameter.opts, *parameter.secondary_opts))


def test_the_help_names_all_tilings():
    (option,) = [parameter for parameter in short_form.params if parameter.name == "tiling"]
    assert all(name in option.help for name in TILING_NAMES)


@pytest.mark.parametrize("name", ["qcz.1", "unqcz.1", "qczcat.1"])
def test_the_manual_is_good_roff(name):
    path = MANUAL.with_name(name)
    if name != "qcz.1":
        assert path.read_text(encoding="ascii") == ".so man1/qcz.1\n"
        return
    checks = {"mandoc": ["-T", "lint", "-W", "warning"], "groff": ["-ww", "-man", "-Tascii", "-z"]}
    for program, options in checks.items():
        if shutil.which(program) is not None:
            run = subprocess.run([program, *options, str(path)], capture_output=True, text=True, check=False)
            assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert all(len(line) < 2000 and not line.startswith("'") for line in path.read_text(encoding="ascii").splitlines())
