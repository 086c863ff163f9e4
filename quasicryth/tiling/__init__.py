"""Where phrases may begin: tilings and their hierarchies, the words and n-gram codebooks of a block, and the parse.

For research, as numpy arrays: `from quasicryth.tiling import hierarchy, parse_tiling`.
"""

try:
    from .tilings import (
        DEEPEST_LEVEL,
        GOLDEN_SLOPE,
        LEVEL_WORDS,
        TILING_NAMES,
        CutAndProject,
        Level,
        PeriodDoubling,
        Periodic,
        Positions,
        Random,
        ThueMorse,
        Tiling,
        hierarchy,
        parse_tiling,
    )
except ImportError as _error:
    from ..base.compiled import raise_explained

    raise_explained(_error)

__all__ = [
    "DEEPEST_LEVEL",
    "GOLDEN_SLOPE",
    "LEVEL_WORDS",
    "TILING_NAMES",
    "CutAndProject",
    "Level",
    "PeriodDoubling",
    "Periodic",
    "Positions",
    "Random",
    "ThueMorse",
    "Tiling",
    "hierarchy",
    "parse_tiling",
]
