"""Deliberate faults: each takes one guard away, and the tests are to notice. `deliberate_faults.py` puts them in, one by one."""

from __future__ import annotations

from . import of_base, of_command, of_engines, of_files, of_frames, of_salvage
from .fault import Fault, StaleFaultError

FAULTS = [
    *of_base.FAULTS,
    *of_files.FAULTS,
    *of_frames.FAULTS,
    *of_salvage.FAULTS,
    *of_command.FAULTS,
    *of_engines.FAULTS,
]

__all__ = ["FAULTS", "Fault", "StaleFaultError"]
