"""What stands for a file by its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import TypeIs

Name = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def is_name(file: object) -> TypeIs[Name]:
    """Return whether *file* is a name, and not a file object."""
    return isinstance(file, str | bytes | os.PathLike)
