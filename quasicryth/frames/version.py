"""The version of the format that this release writes and reads, and what else there is to say of the release."""

from __future__ import annotations

from ..base.version import __version__
from ..engines.registry import CPU_PATHS, ENGINE_NAMES

VERSION = 2


def describe_release() -> str:
    """The version of the package, and what it has: engines, format, and what the processor runs them with."""
    return f"qcz {__version__}\nengines {', '.join(ENGINE_NAMES)}; file format {VERSION}; CPU path {CPU_PATHS[-1]}"
