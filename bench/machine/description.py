"""What a result must say about where it came from."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import quasicryth

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / "bench" / "results"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _xz_version() -> str:
    """The library that Python's lzma uses does not say; the command of the same system does, where it is installed."""
    if shutil.which("xz") is None:
        return "unknown"
    return subprocess.run(["xz", "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[-2]


def first_line(*command: str) -> str:
    """The first line that *command* prints: where bzip3 and zpaq say which version they are."""
    if shutil.which(command[0]) is None:
        return "not installed"
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return run.stdout.split("\n")[0]


def describe_machine() -> dict[str, Any]:
    """Return the machine and the versions of all that takes part."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "quasicryth": quasicryth.__version__,
        "xz": _xz_version(),
        "bzip3": first_line("bzip3", "-V"),
        "zpaq": first_line("zpaq"),
    }


def verdict(met: bool) -> str:
    """Return the word that ends a line about a bar."""
    return "ok" if met else "MISSED"


def judge(value: float, bar: float, at_most: bool = True) -> str:
    """Return the words that end a line about *value*, which is to be at most, or at least, *bar*."""
    if value <= bar if at_most else value >= bar:
        return "met"
    return f"MISSED by {100 * abs(value / bar - 1):.1f} %"


def today() -> dict[str, str]:
    """Return the date, as results have it."""
    return {"date": datetime.now(UTC).date().isoformat()}


def keep(name: str, result: dict[str, Any]) -> Path:
    """Write *result* with the machine and the date to bench/results/*name*.json."""
    path = RESULTS / f"{name}.json"
    stamped = {**today(), "machine": describe_machine(), **result}
    path.write_text(json.dumps(stamped, indent=2) + "\n", encoding="utf-8")
    return path
