"""`python -m quasicryth` is the command `qcz`."""

from .cli import main

main()
