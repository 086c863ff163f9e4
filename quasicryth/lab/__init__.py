"""The laboratory: what a tiling is worth, measured with all else the same, and what is claimed of it, checked.

`Subject` is a text whose codebooks are built once and that is then coded with phrases at the positions of one design after another;
`make_designs` lists the designs of an experiment, `parse_design` reads one by name, `check_claims` goes through the theory. The
commands are `qcz ab` and `qcz theory`. Needs numpy; pictures and reports need matplotlib (`pip install 'quasicryth[lab]'`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .claims import Claim
    from .designs import EXPERIMENTS, LookupPlan, make_designs, parse_design
    from .experiment import Measurement, Subject
    from .theory import check_claims

__all__ = [
    "EXPERIMENTS",
    "Claim",
    "LookupPlan",
    "Measurement",
    "Subject",
    "check_claims",
    "make_designs",
    "parse_design",
]

# Loaded at first use: the command adds itself to `qcz` without numpy.
_LAZY = {
    "EXPERIMENTS": ".designs",
    "Claim": ".claims",
    "LookupPlan": ".designs",
    "Measurement": ".experiment",
    "Subject": ".experiment",
    "check_claims": ".theory",
    "make_designs": ".designs",
    "parse_design": ".designs",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name], __name__), name)
