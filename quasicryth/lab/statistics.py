"""How sure a difference is: intervals for means of repeated draws, and the sign test over files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt
from statistics import NormalDist, fmean, stdev

_CONFIDENCE = 0.95
_FEWEST_DRAWS = 3


@dataclass(frozen=True)
class Interval:
    """A *mean* of *count* values, their standard *deviation*, and half the width of its 95 % confidence interval."""

    mean: float
    deviation: float
    half_width: float
    count: int


def student_quantile(degrees: float, confidence: float = _CONFIDENCE) -> float:
    """Return t such that Student's distribution of *degrees* of freedom lies within -t .. t with probability *confidence*.

    An expansion about the normal quantile (Abramowitz and Stegun, 26.7.5): right to 2 % from 2 degrees on, to 0.1 % from 5 on.
    Raises ValueError below 2.
    """
    if degrees < 2:
        raise ValueError("Student's quantile is given from 2 degrees of freedom on")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    total: float = z
    for power, term in enumerate(terms, start=1):
        total += term / degrees**power
    return total


def interval(values: Sequence[float]) -> Interval:
    """Return the mean of *values*, at least three, with its interval. Raises ValueError for fewer."""
    if len(values) < _FEWEST_DRAWS:
        raise ValueError("an interval takes at least three values")
    deviation = stdev(values)
    return Interval(fmean(values), deviation, student_quantile(len(values) - 1) * deviation / sqrt(len(values)), len(values))


def difference(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Return the interval of the mean of *first* less that of *second*, independent draws whose spread may differ (Welch)."""
    one, other = interval(first), interval(second)
    shares = [sample.deviation**2 / sample.count for sample in (one, other)]
    variance = sum(shares)
    if variance == 0:
        return Interval(one.mean - other.mean, 0.0, 0.0, one.count + other.count)
    squares = sum(share**2 / (sample.count - 1) for share, sample in zip(shares, (one, other), strict=True))
    degrees = max(2.0, variance**2 / squares)
    half_width = student_quantile(degrees) * sqrt(variance)
    return Interval(one.mean - other.mean, sqrt(variance), half_width, one.count + other.count)


def sign(value: Interval) -> int:
    """Return -1 or 1 where all of the interval is below or above zero, and 0 where it is not."""
    if abs(value.mean) <= value.half_width:
        return 0
    return 1 if value.mean > 0 else -1


def sign_test(differences: Sequence[float]) -> float:
    """Return the probability of a majority of one sign as large as in *differences*, or larger, if either sign were as likely.

    Two-sided and exact; differences of zero do not count. 1 where nothing is left.
    """
    signs = [value > 0 for value in differences if value != 0]
    if not signs:
        return 1.0
    fewer = min(sum(signs), len(signs) - sum(signs))
    tail = sum(comb(len(signs), k) for k in range(fewer + 1))
    return min(1.0, tail / (1 << (len(signs) - 1)))
