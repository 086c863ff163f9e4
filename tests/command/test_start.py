"""What is loaded at the start: next to nothing, until something is asked for."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time

import pytest

import quasicryth

VERSION = "import sys; sys.argv = ['qcz', '--version']; from quasicryth.command.entry import qcz"
HEAVY = {"click", "inspect", "dataclasses", "logging", "secrets", "numpy", "zstandard", "asyncio", "concurrent", "tempfile"}


def loaded(program: str) -> set[str]:
    """The modules that are loaded after *program*, beside those that Python has anyway."""
    code = f"import sys\nbefore = set(sys.modules)\n{program}\nprint(*sorted(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


def test_the_import_loads_nothing_that_takes_time():
    assert loaded("import quasicryth") == {"quasicryth", "quasicryth.base", "quasicryth.base.version", "quasicryth.errors"}


def test_the_version_loads_what_it_tells_of():
    modules = loaded(VERSION + "\ntry: qcz()\nexcept SystemExit: pass")
    assert not HEAVY & {module.partition(".")[0] for module in modules}
    assert {module for module in modules if module.startswith("quasicryth.")} == {
        "quasicryth.base",
        "quasicryth.base.version",
        "quasicryth.command",
        "quasicryth.command.entry",
        "quasicryth.engines",
        "quasicryth.engines._engine",
        "quasicryth.engines.registry",
        "quasicryth.errors",
        "quasicryth.frames",
        "quasicryth.frames.version",
    }


def test_one_shot_calls_load_no_threads_and_nothing_of_the_laboratory():
    modules = loaded("import quasicryth\nquasicryth.decompress(quasicryth.compress(b'some words', 1))")
    assert not (HEAVY - {"inspect", "dataclasses", "zstandard"}) & {module.partition(".")[0] for module in modules}
    assert not [module for module in modules if module.startswith(("quasicryth.lab", "quasicryth.command"))]


@pytest.mark.parametrize("name", ["quasicryth; quasicryth.compress", "quasicryth.tiling"])
def test_a_second_interpreter_of_the_process_is_told_what_to_do(name):
    interpreters = "_interpreters" if importlib.util.find_spec("_interpreters") else "_xxsubinterpreters"
    program = f"""
import {interpreters} as interpreters
import {name}
try:
    failure = interpreters.run_string(interpreters.create(), "import {name}")
except interpreters.RunFailedError as error:  # raised until Python 3.12, given since
    failure = error
print(failure)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "interpreter" in run.stdout, run.stderr
    assert "use threads or processes" in run.stdout, run.stdout


def test_the_names_of_the_package_are_the_public_ones():
    assert dir(quasicryth) == sorted(quasicryth.__all__)
    for name in dir(quasicryth):
        assert getattr(quasicryth, name) is not None


def test_the_version_is_printed_in_no_time():
    def seconds(program: str) -> float:
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin

    times = [(seconds(VERSION + "; qcz()"), seconds("pass")) for _ in range(7)]
    assert min(version for version, _ in times) < 3 * min(nothing for _, nothing in times)
