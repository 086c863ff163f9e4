"""Inputs of the fuzz targets that are kept in tests/data/fuzz: an archive for each target, and those that once showed a defect."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "data" / "fuzz"


def unpack_inputs(target: str, folder: Path) -> list[Path]:
    """Write the inputs of *target* into *folder*, and return their paths."""
    with zipfile.ZipFile(FOLDER / f"{target}.zip") as archive:
        paths = [Path(archive.extract(name, folder)) for name in archive.namelist()]
    return paths + [Path(shutil.copy(found, folder)) for found in sorted((FOLDER / "found").glob(f"{target}-*"))]
