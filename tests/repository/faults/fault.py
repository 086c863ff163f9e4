"""A deliberate fault: what of which file becomes what, and which tests are to notice."""

from __future__ import annotations

from dataclasses import dataclass


class StaleFaultError(Exception):
    """The text that a fault replaces is not in its file, or not once: the fault has to be brought up to date."""


@dataclass(frozen=True)
class Fault:
    """Takes a guard away: in *file*, *text* becomes *replacement*.

    *tests* are to notice, by failing or, since a fault may make a program wait for ever, by not ending in so many *seconds*.
    """

    name: str
    file: str
    text: str
    replacement: str
    tests: tuple[str, ...]
    seconds: float = 60

    def put_into(self, source: str) -> str:
        """Return *source*, what is in the file, with the fault."""
        count = source.count(self.text)
        if count != 1:
            raise StaleFaultError(f"{self.name}: its text is {count} times in {self.file}")
        return source.replace(self.text, self.replacement)
