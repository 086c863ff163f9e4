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

RESULTS = Path(__file__).parent / "results"


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


def describe_machine() -> dict[str, Any]:
    """Return the machine and the versions of all that takes part."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "quasicryth": quasicryth.__version__,
        "xz": _xz_version(),
    }


def verdict(met: bool) -> str:
    """Return the word that ends a line about a bar."""
    return "ok" if met else "MISSED"


def keep(name: str, result: dict[str, Any]) -> Path:
    """Write *result* with the machine and the date to bench/results/*name*.json."""
    path = RESULTS / f"{name}.json"
    stamped = {"date": datetime.now(UTC).date().isoformat(), "machine": describe_machine(), **result}
    path.write_text(json.dumps(stamped, indent=2) + "\n", encoding="utf-8")
    return path
