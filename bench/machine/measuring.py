"""CPU time and peak memory, of this process and of commands."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")


def own_seconds(action: Callable[[], Result]) -> tuple[float, Result]:
    """Return the CPU time of *action* in this process, and what it returned."""
    start = time.process_time()
    result = action()
    return time.process_time() - start, result


def command_seconds(action: Callable[[], Result]) -> tuple[float, Result]:
    """Return the CPU time of the commands that *action* runs, without this process, and what it returned."""
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = action()
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    return end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime, result


def compare(times: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Return what *times*, pairs of ours and a rival's taken in turn, come to.

    The ratio of each pair holds when the machine's speed drifts.
    """
    ratios = sorted(theirs / ours for ours, theirs in times)
    return {
        "seconds": statistics.median(ours for ours, _ in times),
        "rival_seconds": statistics.median(theirs for _, theirs in times),
        "speed_ratio": statistics.median(ratios),
        "speed_ratio_range": [ratios[0], ratios[-1]],
        "runs": len(times),
    }


# Source of `peak()`, a process's own high-water mark in bytes: what the system reports of a child begins with its parent's.
PEAK = """
def peak():
    with open("/proc/self/status") as status:
        return 1024 * next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
"""

_COMMAND = f"""{PEAK}
import sys
from quasicryth.command.interface import invoke
try:
    if invoke(sys.argv[1:]):
        sys.exit(1)
finally:
    print(peak(), file=sys.stderr)
"""


def start_command(*arguments: str, **streams: Any) -> subprocess.Popen[bytes]:
    """Start the command `qcz` with *arguments*; the last line of its standard error will be its `peak` (Linux)."""
    return subprocess.Popen([sys.executable, "-c", _COMMAND, *arguments], stderr=subprocess.PIPE, **streams)


def wait_for_peak(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of *process*, started by `start_command`, and return its peak of resident bytes."""
    assert process.stderr is not None
    with process:
        lines = process.stderr.read().decode().splitlines()
    if process.wait() != 0:
        raise RuntimeError("\n".join(lines))
    return int(lines[-1])


def peak_memory(*arguments: str) -> int:
    """Return the peak of resident bytes of the command `qcz` with *arguments* (Linux)."""
    return wait_for_peak(start_command(*arguments, stdout=subprocess.DEVNULL))
