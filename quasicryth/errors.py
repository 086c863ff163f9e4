"""The errors of the package: one family, so that one `except QczError` covers all that can be wrong with a file."""

from __future__ import annotations


class QczError(Exception):
    """What is wrong with compressed data or with a request; the base class of all errors of this package."""


class QczFormatError(QczError):
    """The data is not a .qcz frame."""


class QczVersionError(QczError):
    """The data is a .qcz frame of a version, or with features, that this release does not know: a newer one may."""


class QczCorruptError(QczError):
    """The data began as a .qcz frame and is damaged."""


class QczTruncatedError(QczCorruptError, EOFError):
    """The data ends before the frame does. It is an EOFError too, as truncation is for lzma."""


class QczLimitError(QczError):
    """A limit of the caller or of the format would be exceeded; raised before the memory is taken."""
