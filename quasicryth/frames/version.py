"""The version of the format that this release writes and reads."""

VERSION = 2
