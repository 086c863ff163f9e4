"""What `qcz --version` prints."""

from __future__ import annotations

from ..base.version import __version__
from ..engines.registry import CPU_PATHS, ENGINE_NAMES
from ..frames.version import VERSION


def describe_version() -> str:
    """The version of the package, and what it has: engines, format, and what the processor runs them with."""
    return f"qcz {__version__}\nengines {', '.join(ENGINE_NAMES)}; file format {VERSION}; CPU path {CPU_PATHS[-1]}"
