"""Fuzz every decoder under the address and undefined-behaviour sanitizers for a stated time, and keep how many inputs that was."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..machine.description import RESULTS, first_line, keep, today
from .sanitized import ROOT, SANITIZERS, build, environment

FUZZ = ROOT / "tests" / "fuzz"
C_TARGETS = ("decode_paper_block", "decode_fast_block", "decode_mix_block")
PYTHON_TARGETS = ("decode_oneshot", "decode_stream", "frame_info", "round_trip")
TARGETS = C_TARGETS + PYTHON_TARGETS
ENOUGH_EXECUTIONS = 10_000_000
ENOUGH_SECONDS = 3600
_OPTIONS = ("-max_len=4096", "-timeout=60", "-rss_limit_mb=4000")


def _compile_c_target(target: str, folder: Path) -> list[str]:
    sources = [FUZZ / "targets" / f"{target}.c", *sorted((ROOT / "csrc").rglob("*.c"))]
    flags = ["-std=c11", "-g", "-O1", f"-fsanitize=fuzzer,{SANITIZERS[0]}", "-fno-sanitize-recover=all"]
    subprocess.run(["clang", *flags, "-I", ROOT / "csrc", *sources, "-o", folder / target], check=True)
    return [str(folder / target)]


def _python_target(target: str, package: Path) -> list[str]:
    return [sys.executable, str(package / "tests" / "fuzz" / "drive.py"), target, "explore"]


def _runtime() -> Path:
    """The sanitizers and libFuzzer in one library, which comes with atheris."""
    found = importlib.util.find_spec("atheris")
    if found is None or found.origin is None:
        sys.exit("fuzzing needs clang and the package atheris: pip install --editable '.[fuzz]'")
    return Path(found.origin).parent.parent / "asan_with_fuzzer.so"


class _Run:
    """One target being fuzzed, in a process of its own."""

    def __init__(self, target: str, command: list[str], folder: Path, seconds: int, variables: dict[str, str]) -> None:
        self.target = target
        self._crashes = folder / f"{target}-found-"
        self._log = folder / f"{target}.log"
        corpus = folder / f"{target}-corpus"
        corpus.mkdir(exist_ok=True)
        seed_command = [sys.executable, "-c", _WRITE_SEEDS, target, str(corpus)]
        subprocess.run(seed_command, env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, FUZZ.parent)))}, check=True)
        arguments = [*command, str(corpus), f"-max_total_time={seconds}", f"-artifact_prefix={self._crashes}", *_OPTIONS]
        self._begin = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(arguments, stdout=log, stderr=subprocess.STDOUT, env=variables)

    def finish(self) -> dict[str, Any]:
        """Wait for the end; return what came of it."""
        status = self._process.wait()
        text = self._log.read_text(errors="replace")
        counts = [int(number) for number in re.findall(r"^(?:#|Done )(\d+)", text, re.MULTILINE)]
        kept = sorted(self._crashes.parent.glob(self._crashes.name + "*"))
        slow = [path for path in kept if "slow-unit" in path.name]  # libFuzzer keeps them, and they are no error
        found = [path for path in kept if path not in slow]
        if status or found:
            print(text[-3000:])
        seconds = round(time.monotonic() - self._begin)
        found_count = max(len(found), int(status != 0))
        return {"executions": max(counts, default=0), "seconds": seconds, "found": found_count, "slow": len(slow), **today()}


_WRITE_SEEDS = (
    "import sys; from pathlib import Path; from fuzz.seeds import write_seeds; write_seeds(sys.argv[1], Path(sys.argv[2]))"
)


@contextmanager
def _work_folder(folder: str | None) -> Iterator[Path]:
    if folder is not None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        yield Path(folder)
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def target_command(target: str, folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the command that fuzzes *target*, and its environment. What it needs is built in *folder*, unless it is there."""
    if target in C_TARGETS:
        return _compile_c_target(target, folder), dict(os.environ)
    package = folder / "package"
    runtime = _runtime()
    if not package.exists():
        package.mkdir()
        build(package, skip_checksums=True, fuzzer=True)
    return _python_target(target, package), environment(runtime=runtime)


def _print(results: dict[str, dict[str, Any]]) -> bool:
    fine = True
    for target, result in results.items():
        is_enough = result["executions"] >= ENOUGH_EXECUTIONS or result["seconds"] >= ENOUGH_SECONDS
        fine &= is_enough and not result["found"]
        verdict = f"FOUND {result['found']}" if result["found"] else "nothing found" + ("" if is_enough else ", TOO SHORT")
        print(f"{target:20} {result['executions']:>12,} inputs in {result['seconds']:>5} s: {verdict}")
    return fine


def run(seconds: int = ENOUGH_SECONDS, targets: tuple[str, ...] = TARGETS, folder: str | None = None) -> bool:
    """Fuzz all *targets* at the same time for *seconds*; return whether that was long enough and nothing was found.

    Inputs and what is found stay in *folder*, if one is named; corpora that are there are gone on with. Targets in Python run
    on a build that skips checksums. The results of other targets are kept as they are.
    """
    with _work_folder(folder) as work, tempfile.TemporaryDirectory() as built:
        commands = {target: target_command(target, Path(built)) for target in targets}
        runs = [_Run(target, command, work, seconds, variables) for target, (command, variables) in commands.items()]
        results = {run.target: run.finish() for run in runs}
    earlier = json.loads((RESULTS / "fuzz.json").read_text())["targets"] if (RESULTS / "fuzz.json").exists() else {}
    results = {target: results.get(target) or earlier[target] for target in TARGETS if target in results or target in earlier}
    keep("fuzz", {"sanitizers": SANITIZERS[0], "compiler": first_line("clang", "--version"), "targets": results})
    return _print(results)
