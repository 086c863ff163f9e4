"""`python -m quasicryth` is the command `qcz`."""

from .command.entry import qcz

if __name__ == "__main__":
    qcz()
