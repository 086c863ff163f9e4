"""Drives the fuzz targets that are written in Python: decode_oneshot, decode_stream, frame_info, round_trip.

    python tests/fuzz/drive.py TARGET replay FILE_OR_FOLDER...
    python tests/fuzz/drive.py TARGET mutate FIRST_NUMBER COUNT
    python tests/fuzz/drive.py TARGET explore [libFuzzer's arguments]

`mutate` makes its inputs from files of every kind of block; input number N is always the same, so that of a failure is one command.
`explore` needs the package `atheris` and is guided by what parts of the package an input reaches. With the environment variable
CFLAGS=-DQCZ_SKIP_CHECKSUMS when the package was built, checksums stop nothing.
"""

from __future__ import annotations

import importlib
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent
sys.path[:0] = [str(FOLDER / "targets"), str(FOLDER), str(FOLDER.parent), str(FOLDER.parent.parent)]

TARGETS = ("decode_oneshot", "decode_stream", "frame_info", "round_trip")


def replay(fuzz_one_input: Callable[[bytes], None], names: list[str]) -> int:
    """Run the inputs in the files *names*, and those in folders; return how many there were."""
    found = [path for name in names for path in (sorted(Path(name).iterdir()) if Path(name).is_dir() else [Path(name)])]
    paths = [path for path in found if path.is_file()]
    for path in paths:
        try:
            fuzz_one_input(path.read_bytes())
        except Exception as error:
            error.add_note(f"the input is {path}")
            raise
    return len(paths)


def mutate(fuzz_one_input: Callable[[bytes], None], target: str, first: int, count: int) -> int:
    """Run *count* mutations from number *first* on; return how many there were."""
    from mutations import mutate as make_input
    from seeds import PREFIX_SIZES, SEEDS

    seeds = SEEDS[target]()
    for number in range(first, first + count):
        data = make_input(seeds, number, PREFIX_SIZES.get(target, 0))
        try:
            fuzz_one_input(data)
        except Exception as error:
            error.add_note(f"the input is mutation number {number}: {data.hex()}")
            raise
    return count


def explore(target: str, arguments: list[str]) -> None:
    """Let libFuzzer find inputs, beginning with those in the folders among *arguments*; it ends the process."""
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["quasicryth"]):
        module: ModuleType = importlib.import_module(target)
    again = shlex.join([sys.executable, str(Path(__file__).resolve()), target, "explore"])  # libFuzzer has a shell call itself
    atheris.Setup([again, *arguments], module.fuzz_one_input)
    atheris.Fuzz()


def main() -> None:
    """Do what the arguments say."""
    if len(sys.argv) < 3 or sys.argv[1] not in TARGETS:
        sys.exit(__doc__)
    target, mode, *arguments = sys.argv[1:]
    if mode == "explore":
        explore(target, arguments)
        return
    fuzz_one_input = importlib.import_module(target).fuzz_one_input
    count = replay(fuzz_one_input, arguments) if mode == "replay" else mutate(fuzz_one_input, target, *map(int, arguments))
    print(f"{count} inputs, nothing found")


if __name__ == "__main__":
    main()
