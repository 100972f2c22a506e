"""What bureau staff fill in to split a target: the fields of one way of splitting, a row for each year or region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.display import line_unit, shown_value, stored_value, target_text
from indicators.models import Target, TargetLine
from indicators.selectors.decomposition.base import Goal, Method, Over, Wish, is_free, latest_targets
from indicators.selectors.decomposition.figures import usable_indicators
from indicators.selectors.decomposition.regions import lines_below, regions_below
from indicators.selectors.decomposition.years import known_total
from indicators.views.manage_forms import CHOOSE
from ipdash.core.comparators import Comparator
from ipdash.core.forms import ExactField, ServiceForm, text_field, with_blank

BY_FIGURES = frozenset({Method.INDICATOR, Method.OWN})
BASE_YEARS = 4


@dataclass(frozen=True)
class Row:
    """One year or region of the grid: what stands there, and whether it may be set."""

    key: str
    label: str
    present: str
    is_free: bool


class DecomposeForm(ServiceForm):
    """The inputs of one direction and method. Values are typed in the unit that the line is shown in."""

    def __init__(
        self, *args: Any, line: TargetLine, over: str, method: str, years: tuple[int, ...], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.line, self.over, self.method, self.years, self.today = line, over, method, years, today
        self.unit, self.targets = line_unit(line), latest_targets(line)
        self.regions = regions_below(line, today) if over == Over.REGIONS else []
        self.rows = self._region_rows() if over == Over.REGIONS else self._year_rows()
        self.has_uppers = method == Method.HAND and any(t.comparator == Comparator.RANGE for t in self.targets.values())
        self._add_fields()

    @property
    def grid(self) -> list[tuple[Row, Any, Any]]:
        """Each row with its box (and that for the upper bound), None where it has none."""
        name = {Method.HAND: "value", Method.SHARES: "share"}.get(Method(self.method), "")
        return [(row, self._box(name, row.key), self._box("upper", row.key)) for row in self.rows]

    @property
    def shows_present(self) -> bool:
        """Whether a row has one present target to show: of several years there are several."""
        return self.over == Over.YEARS or len(self.years) == 1

    @property
    def regions_field(self) -> Any:
        return self["regions"] if "regions" in self.fields else None

    @property
    def regions_chosen(self) -> list[str]:
        """The codes whose boxes are ticked."""
        return [str(code) for code in self["regions"].value() or ()] if "regions" in self.fields else []

    @property
    def loose_fields(self) -> list[Any]:
        """The fields that stand before the grid."""
        return [self[name] for name in ("total", "indicator", "base_year") if name in self.fields]

    def wish(self) -> Wish:
        """The filled form as the service takes it."""
        cleaned = self.cleaned_data
        values = {
            row.key: Goal(value, stored_value(self.line, cleaned.get(f"upper_{row.key}")))
            for row in self.rows
            if (value := stored_value(self.line, cleaned.get(f"value_{row.key}"))) is not None
        }
        shares = {row.key: s for row in self.rows if (s := cleaned.get(f"share_{row.key}")) is not None}
        return Wish(
            over=self.over,
            method=self.method,
            years=self.years,
            regions=tuple(cleaned["regions"]) if "regions" in self.fields else None,
            shares=shares,
            values=values,
            indicator=cleaned.get("indicator") or "",
            base_year=cleaned.get("base_year"),
            total=stored_value(self.line, cleaned.get("total")),
        )

    def _box(self, name: str, key: str) -> Any:
        return self[f"{name}_{key}"] if f"{name}_{key}" in self.fields else None

    def _add_fields(self) -> None:
        if self.over == Over.YEARS and self.line.basis == TargetLine.Basis.YEAR and self.method != Method.HAND:
            self.fields["total"] = self._total()
        if self.method == Method.INDICATOR:
            found = [(indicator.code, indicator.name) for indicator in usable_indicators(self.regions)]
            self.fields["indicator"] = forms.ChoiceField(
                label=_("按哪个指标"),
                choices=with_blank(found, CHOOSE),
                error_messages={"required": _("请选择按哪个指标。")},
            )
            if not found:
                self.fields["indicator"].help_text = _("下级地区还没有可作比例的审核通过数据，请改用其他方法。")
        if self.method in BY_FIGURES:
            years = [(year, _("%(year)s年") % {"year": year}) for year in self._base_years()]
            self.fields["base_year"] = forms.TypedChoiceField(
                label=_("按哪一年的数值"), coerce=int, choices=years, initial=self._usual_base_year(),
                help_text=_("时点数取年末的数，时期数取全年的数，都以审核通过的为准。"),
            )  # fmt: skip
        if self.over == Over.REGIONS and self.method not in {Method.HAND, Method.SHARES}:
            codes = [(row.key, row.label) for row in self.rows]
            self.fields["regions"] = forms.MultipleChoiceField(
                label=_("参与分解的地区"), choices=codes, initial=[code for code, _name in codes]
            )
            self.fields["regions"].error_messages["required"] = _("请至少让一个地区参与分解。")
        for row in self.rows:
            self._add_boxes(row)
        self.fields["reason"] = text_field(
            gettext_lazy("理由"), length=200, rows=2, required=False,
            help_text=gettext_lazy("合计有差额、已有季度结束或已在考核时必须填写；记入审计日志，随目标一起显示。"),
        )  # fmt: skip
        self.fields["allow_shortfall"] = forms.BooleanField(
            label=gettext_lazy("确认少分：差额由本级承担，各地区全部完成也达不到上级目标"), required=False
        )

    def _add_boxes(self, row: Row) -> None:
        widget = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "100", "data-cell": row.label}
        # On the way to a known point every year has its share of the way, the last one too.
        on_the_way = self.over == Over.YEARS and self.line.basis != TargetLine.Basis.YEAR
        if self.method == Method.SHARES and (row.is_free or on_the_way):
            self._box_field("share", row, "%", widget)
        if self.method == Method.HAND and row.is_free:
            self._box_field("value", row, self.unit, widget)
            if self.has_uppers:
                self._box_field("upper", row, self.unit, widget)

    def _box_field(self, name: str, row: Row, unit: str, attributes: dict[str, str]) -> None:
        attributes = {**attributes, "aria-labelledby": f"row-{row.key} head-{name}"}
        self.fields[f"{name}_{row.key}"] = ExactField(
            label=row.label, unit=unit, required=False, widget=forms.TextInput(attrs=attributes),
            initial=self._initial(name, row.key),
        )  # fmt: skip

    def _initial(self, name: str, key: str) -> Decimal | None:
        """By hand one begins with what stands there."""
        target = self._stored.get(key)
        if name == "share" or target is None:
            return None
        return shown_value(self.line, target.value if name == "value" else target.upper)

    def _total(self) -> ExactField:
        known = known_total(self.line)
        by_shares = self.method == Method.SHARES
        if known is not None:
            hint = _("各年相加等于它；现按%(source)s填好。") % {"source": known.source}
        else:
            hint = _("各年相加等于它。") if by_shares else _("各年相加等于它；不填的按直线在已知年份之间分。")
        return ExactField(
            label=_("各年合计的总量（%(unit)s）") % {"unit": self.unit}, unit=self.unit, required=by_shares, help_text=hint,
            error_messages={"required": _("请填写各年合计的总量。")}, initial=None if known is None else shown_value(self.line, known.value),
        )  # fmt: skip

    def _base_years(self) -> Sequence[int]:
        return range(self.today.year, self.line.plan.start_year - BASE_YEARS, -1)

    def _usual_base_year(self) -> int:
        """The year before the first one that is split, as far as it is over."""
        first = min(self.years or tuple(self.targets) or (self.today.year,))
        return min(first, self.today.year) - 1

    def _year_rows(self) -> list[Row]:
        self._stored: dict[str, Target] = {str(year): target for year, target in self.targets.items()}
        start = next((baseline.year for baseline in self.line.baselines.all() if baseline.counted_from), 0)
        first = max(self.line.plan.start_year, start + 1)
        return [
            self._row(str(year), _("%(year)s年") % {"year": year}) for year in range(first, self.line.plan.end_year + 1)
        ]

    def _region_rows(self) -> list[Row]:
        lines = lines_below(self.line)
        self._stored = {}
        if len(self.years) == 1:
            stored = {code: latest_targets(line).get(self.years[0]) for code, line in lines.items()}
            self._stored = {code: target for code, target in stored.items() if target is not None}
        return [self._row(region.code, region.name) for region in self.regions]

    def _row(self, key: str, label: str) -> Row:
        target = self._stored.get(key)
        text = "" if target is None else f"{target_text(target, self.line)}（{target.get_source_display()}）"
        return Row(key, label, text, is_free(target))
