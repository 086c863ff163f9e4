"""What a checked claim is, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Cell = int | float | str


@dataclass(frozen=True)
class Claim:
    """A *statement*, the table of numbers it was checked by, whether it *holds*, and the *verdict* that follows from them."""

    name: str
    statement: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    holds: bool
    verdict: str


def show(cell: Cell) -> str:
    """Return *cell* as it is printed: thousands with commas, fractions with six digits."""
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:.6g}"


def print_lines(claim: Claim) -> Iterator[str]:
    """Yield *claim* as lines of text."""
    rows = [claim.header, *(tuple(show(cell) for cell in row) for row in claim.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(claim.header))]
    yield f"{claim.name}: {claim.statement}"
    for row in rows:
        yield "    " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    yield f"    {'holds' if claim.holds else 'DOES NOT HOLD'}: {claim.verdict}"
    yield ""
