"""Exact arithmetic with a + b phi, a and b rational: the numbers that the theory of the golden tiling is about."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class GoldenNumber:
    """The number *rational* + *golden* * phi, phi = (1 + sqrt 5) / 2."""

    rational: Fraction
    golden: Fraction = Fraction(0)

    def __add__(self, other: GoldenNumber) -> GoldenNumber:
        return GoldenNumber(self.rational + other.rational, self.golden + other.golden)

    def __neg__(self) -> GoldenNumber:
        return GoldenNumber(-self.rational, -self.golden)

    def __sub__(self, other: GoldenNumber) -> GoldenNumber:
        return self + -other

    def __mul__(self, other: GoldenNumber) -> GoldenNumber:
        both = self.golden * other.golden  # phi^2 = phi + 1
        crossed = self.rational * other.golden + self.golden * other.rational
        return GoldenNumber(self.rational * other.rational + both, crossed + both)

    def inverse(self) -> GoldenNumber:
        """Return 1 / self. Raises ZeroDivisionError for zero."""
        norm = self.rational**2 + self.rational * self.golden - self.golden**2
        return GoldenNumber((self.rational + self.golden) / norm, -self.golden / norm)

    def __pow__(self, exponent: int) -> GoldenNumber:
        base = self if exponent >= 0 else self.inverse()
        result = whole(1)
        for _ in range(abs(exponent)):
            result = result * base
        return result

    def sign(self) -> int:
        """Return -1, 0 or 1, without rounding."""
        # 2 a + b + b sqrt 5: the two parts are compared by their squares.
        plain, root = 2 * self.rational + self.golden, self.golden
        signs = ((plain > 0) - (plain < 0), (root > 0) - (root < 0))
        if signs[0] * signs[1] >= 0:
            return signs[0] or signs[1]
        return signs[0] if plain**2 > 5 * root**2 else signs[1]

    def __lt__(self, other: GoldenNumber) -> bool:
        return (self - other).sign() < 0

    def __abs__(self) -> GoldenNumber:
        return self if self.sign() >= 0 else -self

    def __float__(self) -> float:
        return float(self.rational) + float(self.golden) * (1 + 5**0.5) / 2


def whole(number: int) -> GoldenNumber:
    """Return *number* as a GoldenNumber."""
    return GoldenNumber(Fraction(number))


PHI = GoldenNumber(Fraction(0), Fraction(1))
ROOT_5 = PHI + PHI - whole(1)
