"""The version of the package; the file pyproject.toml and the C header qcz.h say the same."""

__version__ = "0.1.0"
