"""What the engine mix costs: CPU time against zpaq and bzip3 in turn, and whether decoding keeps to the memory it states."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import quasicryth

from ..machine.description import judge
from ..machine.measuring import command_seconds, compare, own_seconds, peak_memory
from .rivals import RIVALS, Rival, is_installed

FILE = "enwik7"
OPTIONS = "CPU time of one thread: ours in memory, without the start of Python; rivals as the commands of bench/measures/rivals.py"
MIB = 1 << 20


@dataclass(frozen=True)
class Bars:
    """The rival of a level, how many pairs of runs are taken, and the speeds to reach as multiples of the rival's."""

    rival: str
    runs: int
    compress: float
    decompress: float


BARS = {4: Bars("bzip3 -b 128", 5, 0.8, 1.0), 6: Bars("bzip3 -b 128", 5, 0.5, 0.5), 9: Bars("zpaq -m5", 3, 8, 8)}


def _run_rival(rival: Rival, content: bytes) -> tuple[float, float]:
    """The seconds that *rival* takes to pack and to unpack *content*, verified."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / FILE).write_bytes(content)
        packing, _ = command_seconds(lambda: rival.pack(folder, FILE))
        unpacking, unpacked = command_seconds(lambda: rival.unpack(folder, FILE))
    if unpacked != content:
        raise AssertionError("the round trip of a rival failed")
    return packing, unpacking


def _run_ours(level: int, content: bytes) -> tuple[float, float]:
    packing, packed = own_seconds(lambda: quasicryth.compress(content, level))
    unpacking, unpacked = own_seconds(lambda: quasicryth.decompress(packed))
    if unpacked != content:
        raise AssertionError(f"the round trip failed at level {level}")
    return packing, unpacking


def measure_speed(level: int, content: bytes, runs: int) -> dict[str, Any]:
    """Return the times of *level* and of its rival, taken in turn."""
    title = BARS[level].rival
    pairs = [(_run_ours(level, content), _run_rival(RIVALS[title], content)) for _ in range(runs)]
    return {
        "rival": title,
        "compress": compare([(ours[0], theirs[0]) for ours, theirs in pairs]),
        "decompress": compare([(ours[1], theirs[1]) for ours, theirs in pairs]),
    }


def _peaks(level: int, content: bytes) -> tuple[int, int]:
    """The peak memory of the command that compresses *content*, and of the one that brings it back."""
    with tempfile.TemporaryDirectory() as made:
        plain = Path(made) / FILE
        plain.write_bytes(content)
        return peak_memory("compress", f"-{level}", str(plain)), peak_memory("decompress", "-c", f"{plain}.qcz")


def measure_memory(level: int, content: bytes) -> dict[str, int]:
    """Return the peaks of the commands on *content*, and of one that has nothing to do: the interpreter."""
    compress, decompress = _peaks(level, content)
    return {"compress_bytes": compress, "decompress_bytes": decompress, "interpreter_bytes": _peaks(level, b"")[1]}


def _report_speed(level: int, what: str, size: int, result: dict[str, Any], bar: float) -> bool:
    speed, low, high = result["speed_ratio"], *result["speed_ratio_range"]
    ours, theirs = (size / 1e6 / result[key] for key in ("seconds", "rival_seconds"))
    print(
        f"{FILE:16} -{level} {what:10} {ours:6.2f} MB/s, {BARS[level].rival} {theirs:6.2f} MB/s: {speed:.2f} x "
        f"(from {low:.2f} to {high:.2f}), at least {bar:.1f}  {judge(speed, bar, at_most=False)}",
        flush=True,
    )
    return bool(speed >= bar)


def _report_memory(level: int, memory: dict[str, int], stated: int) -> bool:
    interpreter = memory["interpreter_bytes"]
    compressing, taken = (memory[key] - interpreter for key in ("compress_bytes", "decompress_bytes"))
    print(
        f"{FILE:16} -{level} compressing took {compressing / MIB:.0f} MiB over the {interpreter / MIB:.0f} of the interpreter, "
        f"decoding {taken / MIB:.0f}, at most {stated / MIB:.0f} as stated  {judge(taken, stated)}",
        flush=True,
    )
    return taken <= stated


def _measure_level(level: int, content: bytes, stated_memory: int) -> tuple[dict[str, Any], bool]:
    bars = BARS[level]
    memory = measure_memory(level, content)
    fine = _report_memory(level, memory, stated_memory)
    if not is_installed(RIVALS[bars.rival]):
        print(f"{FILE:16} -{level} is not timed: {RIVALS[bars.rival].needs} is not installed")
        return {"memory": memory}, fine
    speed = measure_speed(level, content, bars.runs)
    fine &= _report_speed(level, "compress", len(content), speed["compress"], bars.compress)
    fine &= _report_speed(level, "decompress", len(content), speed["decompress"], bars.decompress)
    return {"memory": memory, **speed}, fine


def measure(content: bytes | None, stated_memory: dict[int, int]) -> tuple[dict[str, Any], bool]:
    """Print and return times and memory of *content*, and whether every bar is met; *stated_memory* is what `qcz info` says."""
    if content is None:
        return {}, True
    results = {}
    fine = True
    for level, stated in stated_memory.items():
        results[str(level)], met = _measure_level(level, content, stated)
        fine &= met
    return results, fine
