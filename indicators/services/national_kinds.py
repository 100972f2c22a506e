"""The synthetic catalogue of `make_national_data`: every kind of indicator and basis that attainment.md knows, over and over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.models import Indicator

PREFIX = "synthetic_"
"""Codes of synthetic indicators begin with this, slugs of synthetic plans too."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a synthetic indicator is, and how its targets are put."""

    quantity: str
    basis: str
    direction: str = "up"
    reporting_basis: str = "level"
    frequency: str = "quarterly"
    decimals: int = 0


_LEVEL = [Kind("stock", "level")] * 8
_FLOW = [
    Kind("flow", "year", reporting_basis="quarter"), Kind("flow", "cumulative", reporting_basis="quarter"),
    Kind("flow", "year", reporting_basis="ytd"), Kind("flow", "cumulative", reporting_basis="ytd"),
]  # fmt: skip
KINDS = (
    *_LEVEL,
    *_FLOW * 4,
    Kind("stock", "level", decimals=2),
    Kind("stock", "growth"),
    Kind("stock", "average_growth"),
    Kind("stock", "level", "down"),
    Kind("stock", "level", "range"),
    Kind("stock", "level", frequency="annual"),
    Kind("stock", "average_growth", decimals=2),
    Kind("flow", "year", "down", "quarter"),
    Kind("flow", "growth", reporting_basis="quarter"),
    Kind("flow", "growth", reporting_basis="ytd", decimals=2),
    Kind("flow", "average_growth", reporting_basis="ytd"),
    Kind("flow", "year", reporting_basis="ytd", frequency="annual"),
    Kind("flow", "cumulative", reporting_basis="ytd", frequency="annual", decimals=2),
    Kind("flow", "year", "down", "ytd"),
    Kind("rate", "level", decimals=1),
    Kind("rate", "level", decimals=2),
    Kind("rate", "level", "down", decimals=1),
    Kind("rate", "level", "range", decimals=1),
    Kind("score", "level", decimals=2),
    Kind("score", "level", decimals=1),
)
"""The kinds of reported indicators with targets, in the order in which they are handed out."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The indicators with targets, each with its kind, and those that only ratios are made of."""

    lines: list[tuple[Indicator, Kind]]
    parts: list[tuple[Indicator, Kind]]

    @property
    def reported(self) -> list[tuple[Indicator, Kind]]:
        """Whatever has figures."""
        return [*((i, kind) for i, kind in self.lines if i.is_reported), *self.parts]


def store_catalogue(count: int) -> Catalogue:
    """Adds `count` indicators that lines ask for, an eighth of them ratios, and the parts that the ratios need."""
    ratios = count // 8
    lines = list(_reported(count - ratios))
    parts = [
        _indicator(f"part_{number:03d}", _("合成分量%(number)s") % {"number": number}, kind)
        for number, kind in enumerate(
            [
                Kind("stock", "level"),
                Kind("flow", "year", reporting_basis="quarter"),
                *[Kind("stock", "level")] * max(ratios, 1),
                *[Kind("flow", "year", reporting_basis="quarter")] * max(ratios // 3, 1),
            ],
            start=1,
        )
    ]
    people, cases, *counted = parts
    lines += [_ratio(number, counted[number % len(counted)], people, cases) for number in range(ratios)]
    return Catalogue(lines, parts)


def _reported(count: int) -> Iterator[tuple[Indicator, Kind]]:
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        yield _indicator(f"{number + 1:03d}", _("合成指标%(number)s") % {"number": number + 1}, kind)


def _indicator(code: str, name: str, kind: Kind) -> tuple[Indicator, Kind]:
    unit = "%" if kind.quantity == "rate" else "分" if kind.quantity == "score" else "件"
    return Indicator.objects.create(
        code=PREFIX + code, name=name, quantity=kind.quantity, direction=kind.direction, unit=unit,
        reporting_basis=kind.reporting_basis, frequency=kind.frequency, decimals=kind.decimals,
        definition=_("合成数据，不是真实指标。"),
    ), kind  # fmt: skip


def _ratio(
    number: int, numerator: tuple[Indicator, Kind], people: tuple[Indicator, Kind], cases: tuple[Indicator, Kind]
) -> tuple[Indicator, Kind]:
    """Of stocks per head (factor 10,000), of flows per case (%)."""
    flow = numerator[1].quantity == "flow"
    kind = Kind("ratio", "level" if number % 4 else "growth", decimals=2)
    indicator = Indicator.objects.create(
        code=f"{PREFIX}ratio_{number + 1:03d}", name=_("合成比率%(number)s") % {"number": number + 1},
        quantity="ratio", direction="up", reporting_basis="level", unit="%" if flow else "件/万人", decimals=2,
        numerator=numerator[0], denominator=(cases if flow else people)[0], factor=Decimal(100 if flow else 10_000),
        definition=_("合成数据，不是真实指标。"),
    )  # fmt: skip
    return indicator, kind
