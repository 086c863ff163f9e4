"""`python -m quasicryth` is the command `qcz`."""

from .command.entry import qcz

qcz()
