"""`python -m quasicryth` is the command `qcz`."""

from .cli import main

if __name__ == "__main__":
    main()
