"""Inputs of the fuzz targets that are kept in tests/data/fuzz, an archive for each target."""

from __future__ import annotations

import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "data" / "fuzz"


def unpack_inputs(target: str, folder: Path) -> list[Path]:
    """Write the inputs of *target* into *folder*, and return their paths."""
    with zipfile.ZipFile(FOLDER / f"{target}.zip") as archive:
        return [Path(archive.extract(name, folder)) for name in archive.namelist()]
