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


def own_seconds(action: Callable[[], bytes]) -> tuple[float, bytes]:
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


# The process reads its own high-water mark: what wait() reports would include the memory of the process that started it.
_COMMAND = """
import sys
from quasicryth.command.interface import invoke
try:
    if invoke(sys.argv[1:]):
        sys.exit(1)
finally:
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


def peak_memory(*arguments: str) -> int:
    """Return the peak of resident bytes of the command `qcz` with *arguments* (Linux)."""
    command = [sys.executable, "-c", _COMMAND, *arguments]
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(run.stderr) * 1024
