"""Tries an installed package by itself, without the tests' own dependencies: `python tests/repository/round_trip.py`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import files
from pathlib import Path

import quasicryth
from quasicryth import integrations

TEXT = "".join(f"Line {number}, installed from a wheel: naïve, 天地 and Ω.\n" for number in range(2000)).encode()


def main() -> None:
    """Take text through every level and the command, and look at what was installed."""
    for level in range(1, 10):
        packed = quasicryth.compress(TEXT, level)
        assert len(packed) < len(TEXT) / 4, level
        assert quasicryth.decompress(packed) == TEXT, level
    assert quasicryth.decompress(quasicryth.compress(TEXT, tiling="fibonacci")) == TEXT
    for command, data, expected in (("compress", TEXT, None), ("decompress", quasicryth.compress(TEXT), TEXT)):
        run = subprocess.run([sys.executable, "-m", "quasicryth", command, "-c"], input=data, stdout=subprocess.PIPE, check=True)
        assert expected is None or run.stdout == expected
    with tempfile.TemporaryDirectory() as folder:
        with integrations.open_tar(Path(folder) / "new.tar.qcz", "w") as archive:
            archive.add(__file__, "round_trip.py")
        with integrations.open_tar(Path(folder) / "new.tar.qcz") as archive:
            assert archive.getnames() == ["round_trip.py"]
    names = {Path(str(file)).name for file in files("quasicryth") or []}
    assert {"FORMAT.md", "py.typed", "_engine.pyi", "LICENSE"} <= names
    assert not [name for name in names if name.endswith((".c", ".h", ".pyx", ".pxd"))]
    print("quasicryth", quasicryth.__version__, "of", Path(quasicryth.__file__).parent, "keeps every byte")


if __name__ == "__main__":
    main()
