"""What staff type to correct one target: its words, and its years as a small table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.models import TargetLine
from indicators.views.import_forms import Data, ItemForm, year_field
from ipdash.core.comparators import Comparator
from ipdash.core.forms import ExactField, text_field, with_blank
from ipdash.core.numbers import decimal_text

MOST_BASELINES = 4


class TargetItemForm(ItemForm):
    """指标和目标: the years as a small table."""

    name = text_field(gettext_lazy("指标名称"), length=120)
    unit = text_field(gettext_lazy("单位"), length=20, required=False)
    attribute = forms.ChoiceField(
        label=gettext_lazy("属性"), required=False, choices=with_blank(TargetLine.Attribute.choices, gettext_lazy("无"))
    )
    requirement = text_field(gettext_lazy("要求"), length=60, required=False)
    overall = ExactField(label=gettext_lazy("总体目标"), required=False)
    measures_growth = forms.BooleanField(label=gettext_lazy("目标值是增长速度（%）"), required=False)

    def __init__(self, *args: Any, years: Sequence[int] = (), **kwargs: Any) -> None:
        self.plan_years = years
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        stated = {target["year"] for target in self.old.get("targets") or []}
        self.years = sorted({*self.plan_years, *stated})
        for year in self.years:
            self.fields[f"comparator_{year}"] = forms.ChoiceField(
                label=_("%(year)s年比较") % {"year": year}, choices=Comparator.choices, required=False
            )
            self.fields[f"value_{year}"] = ExactField(label=_("%(year)s年目标值") % {"year": year}, required=False)
            self.fields[f"upper_{year}"] = ExactField(label=_("%(year)s年上限") % {"year": year}, required=False)
        for n in range(min(MOST_BASELINES, len(self.old.get("baselines") or []) + 1)):
            self.fields[f"base_year_{n}"] = year_field(_("第%(n)s个基期年") % {"n": n + 1})
            self.fields[f"base_value_{n}"] = ExactField(label=_("第%(n)s个基期值") % {"n": n + 1}, required=False)

    def to_form(self, data: Data) -> Data:
        found = {n: data.get(n) for n in ("name", "unit", "attribute", "requirement", "measures_growth")}
        found["overall"] = data["overall"]["value"] if data.get("overall") else None
        for target in data.get("targets") or []:
            for name in ("comparator", "value", "upper"):
                found[f"{name}_{target['year']}"] = target[name]
        for n, baseline in enumerate(data.get("baselines") or []):
            found[f"base_year_{n}"], found[f"base_value_{n}"] = baseline["year"], baseline["value"]
        return found

    @property
    def target_rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        return [(year, [self[f"{name}_{year}"] for name in ("comparator", "value", "upper")]) for year in self.years]

    @property
    def baseline_rows(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"base_year_{n}"], self[f"base_value_{n}"]]
            for n in range(MOST_BASELINES) if f"base_year_{n}" in self.fields
        ]  # fmt: skip

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        names = ("name", "unit", "attribute", "requirement", "overall", "measures_growth", "line")
        return [self[name] for name in names if name in self.fields]

    def clean(self) -> Data:
        cleaned: Data = self.cleaned_data
        for year in self.years:
            value, upper = cleaned.get(f"value_{year}"), cleaned.get(f"upper_{year}")
            ranged = cleaned.get(f"comparator_{year}") == Comparator.RANGE
            if value is not None and ranged and (upper is None or upper < value):
                self.add_error(f"upper_{year}", _("区间目标要有上限，且不小于下限。"))
            if upper is not None and not ranged:
                self.add_error(f"upper_{year}", _("只有区间目标需要上限。"))
        for n in range(MOST_BASELINES):
            if (cleaned.get(f"base_year_{n}") is None) != (cleaned.get(f"base_value_{n}") is None):
                self.add_error(f"base_year_{n}", _("基期年和基期值要一起填写。"))
        return cleaned

    def item_data(self) -> Data:
        cleaned = self.cleaned_data
        overall = cleaned["overall"]
        old = self.old.get("overall") or {"comparator": ">="}
        baselines = [
            {"year": cleaned[f"base_year_{n}"], "value": decimal_text(cleaned[f"base_value_{n}"])}
            for n in range(MOST_BASELINES) if cleaned.get(f"base_year_{n}") is not None
        ]  # fmt: skip
        return {
            "name": cleaned["name"], "unit": cleaned["unit"] or None, "attribute": cleaned["attribute"] or None,
            "requirement": cleaned["requirement"] or None, "measures_growth": cleaned["measures_growth"],
            "overall": None if overall is None else {**old, "value": _same_text(overall, old.get("value"))},
            "baselines": _kept(baselines, self.old.get("baselines")),
            "targets": [target for year in self.years if (target := self._target(year)) is not None],
            **({} if self.old else {"increase": None, "where": "text", "raw": ""}),
        }  # fmt: skip

    def _target(self, year: int) -> Data | None:
        value, upper = self.cleaned_data[f"value_{year}"], self.cleaned_data[f"upper_{year}"]
        if value is None:
            return None
        old = next((t for t in self.old.get("targets") or [] if t["year"] == year), None)
        entry = {
            "year": year, "comparator": self.cleaned_data[f"comparator_{year}"] or ">=",
            "value": decimal_text(value), "upper": None if upper is None else decimal_text(upper),
        }  # fmt: skip
        if old is not None and Decimal(old["value"]) == value and _equal(old["upper"], upper):
            return {**old, "comparator": entry["comparator"]}
        return {**entry, "printed": decimal_text(value)}


def _equal(text: str | None, value: Decimal | None) -> bool:
    return value is None if text is None else value == Decimal(text)


def _same_text(value: Decimal, text: str | None) -> str:
    """The printed digits as long as the number is the same."""
    return text if text is not None and Decimal(text) == value else decimal_text(value)


def _kept(fresh: list[Data], old: Sequence[Data] | None) -> list[Data]:
    known = {baseline["year"]: baseline["value"] for baseline in old or []}
    return [{**b, "value": _same_text(Decimal(b["value"]), known.get(b["year"]))} for b in fresh]
