"""Exact numbers: decimals of at most 12 + 6 digits, held as integers scaled by 10⁶.

Scaled integers are what the database stores and what the rules compute on; `Decimal` is what everything else sees.
`None` is missing and never `0`.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

PLACES = 6
SCALE = 10**PLACES
LIMIT = 10**12 * SCALE  # scaled values lie strictly inside ±LIMIT

_EXACT = Context(prec=60)


class OutOfRange(ValueError):
    """The value has more than 12 digits before or 6 digits after the point, or is not finite."""


def to_scaled(value: Decimal) -> int:
    """The value × 10⁶ as an integer; raises `OutOfRange` where that would lose a digit."""
    if not value.is_finite():
        raise OutOfRange(str(value))
    scaled = _EXACT.multiply(value, SCALE)
    whole = int(scaled)
    if scaled != whole or abs(whole) >= LIMIT:
        raise OutOfRange(str(value))
    return whole


def from_scaled(scaled: int) -> Decimal:
    """The decimal that a scaled integer stands for, without trailing zeros or exponent."""
    whole, rest = divmod(scaled, SCALE)
    return Decimal(whole) if not rest else Decimal(scaled).scaleb(-PLACES, context=_EXACT).normalize(_EXACT)


def plain(value: Decimal) -> Decimal:
    """The same value without trailing zeros and without an exponent (100, not 1E+2)."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize(_EXACT)


def decimal_text(value: Decimal) -> str:
    """The value as plain digits: no exponent, no trailing zeros, `-` for minus."""
    text = format(plain(value), "f")
    return "0" if text == "-0" else text


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Rounded for display, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)
