"""Which figures may be reported: everything that is asked before a value is taken, for one entry or ten thousand.

What the answers need is read in a handful of queries for the whole batch; each entry is then judged in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from indicators.check_words import finding_words
from indicators.checks import Around, findings
from indicators.models import Figure, Indicator, ReportingPeriod
from indicators.permissions import can_enter, duty_day, duty_units_on, sees_working_records
from indicators.selectors.figure_checks import measure_of
from indicators.selectors.periods import governing_period, read_periods
from ipdash.core.numbers import OutOfRange, to_scaled
from ipdash.core.periods import Quarter
from plans.models import Region, Role
from plans.scope import Scope

Key = tuple[int, int, int, int]
"""indicator id, region id, year, quarter"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure as somebody reports it, in the indicator's unit and reporting basis.

    `version` is the one the person saw (None: whatever stands there), `note` None leaves the note as it is; `printed` and
    `cell` say what was written where. `hold` keeps an empty draft where there is no figure yet, for files to hang on.
    """

    indicator: str
    region: str
    year: int
    quarter: int
    value: Decimal | None
    note: str | None = None
    printed: str = ""
    cell: str = ""
    version: int | None = None
    hold: bool = False


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a request; `row` counts from 0 as given."""

    row: int
    ok: bool
    code: str
    message: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an entry is not taken."""

    code: str
    message: str


@dataclass(frozen=True)
class Ground:
    """What entries are judged against, read once for a batch."""

    scope: Scope
    today: date
    reason: str
    submit: bool
    indicators: dict[str, Indicator]
    regions: dict[str, Region]
    duty_units: dict[tuple[int, int, Quarter], int]
    periods: dict[tuple[str, Quarter], ReportingPeriod]

    @classmethod
    def read(cls, scope: Scope, entries: Sequence[Entry], *, today: date, reason: str, submit: bool) -> Ground:
        """Reads catalogue, regions, duties and periods for these entries."""
        known = Indicator.objects.filter(code__in={e.indicator for e in entries}).select_related("part_of")
        indicators = {i.code: i for i in known}
        regions = {r.code: r for r in Region.objects.filter(code__in={e.region for e in entries})}
        quarters = {Quarter(e.year, e.quarter) for e in entries if 1 <= e.quarter <= 4}
        pairs = {
            (indicators[e.indicator].pk, regions[e.region].pk)
            for e in entries
            if e.indicator in indicators and e.region in regions
        }
        duty_units = {
            (*pair, quarter): unit
            for quarter in quarters
            for pair, unit in duty_units_on(duty_day(quarter), pairs).items()
        }
        return cls(
            scope, today, reason.strip(), submit, indicators, regions, duty_units, read_periods(regions, quarters)
        )

    def key(self, entry: Entry) -> Key:
        """The figure an accepted entry is about."""
        return (self.indicators[entry.indicator].pk, self.regions[entry.region].pk, entry.year, entry.quarter)

    def period(self, region_code: str, quarter: Quarter) -> ReportingPeriod | None:
        return governing_period(self.periods, region_code, quarter)

    def is_locked(self, entry: Entry) -> bool:
        period = self.period(entry.region, Quarter(entry.year, entry.quarter))
        return period is not None and period.state_on(self.today) == ReportingPeriod.State.LOCKED

    def refusal(self, entry: Entry) -> Refusal | None:
        """The first reason not to take the entry, None where there is none."""
        return self._unknown(entry) or self._foreign(entry) or self._wrong_time(entry) or self._wrong_value(entry)

    def _unknown(self, entry: Entry) -> Refusal | None:
        if entry.indicator not in self.indicators:
            return Refusal(
                "unknown_indicator",
                _("指标目录中没有编码“%(code)s”，请核对编码，或先在指标目录中添加该指标。") % {"code": entry.indicator},
            )
        if entry.region not in self.regions:
            return _no_such_place(entry.region)
        if not 1 <= entry.quarter <= 4 or not 1949 <= entry.year <= 2200:
            return Refusal("bad_period", _("%(year)s年第%(quarter)s季度不是有效的季度。") % entry_params(entry))
        return None

    def _foreign(self, entry: Entry) -> Refusal | None:
        indicator, region = self.indicators[entry.indicator], self.regions[entry.region]
        unit = self.duty_units.get((indicator.pk, region.pk, Quarter(entry.year, entry.quarter)))
        if can_enter(self.scope, region.code, unit):
            return None
        if self.is_locked(entry) and self.scope.reaches(region.code, Role.REVIEWER):
            return None
        inside = sees_working_records(self.scope, region.code) or unit in self.scope.unit_ids(Role.DEPARTMENT)
        if not inside:
            return _no_such_place(entry.region)
        return Refusal(
            "not_allowed",
            _("您不能填报%(region)s的“%(indicator)s”：它由承担填报责任的单位或局工作人员填报。")
            % {"region": region.name, "indicator": indicator.name},
        )

    def _wrong_time(self, entry: Entry) -> Refusal | None:
        indicator = self.indicators[entry.indicator]
        if not indicator.is_reported:
            return Refusal("derived", _("“%(name)s”由分子、分母计算得出，不直接填报。") % {"name": indicator.name})
        if indicator.frequency == Indicator.Frequency.ANNUAL and entry.quarter != 4:
            return Refusal("annual", _("“%(name)s”是年度指标，只在四季度填报。") % {"name": indicator.name})
        return self.not_open(entry)

    def not_open(self, entry: Entry) -> Refusal | None:
        """Why figures of the entry's region and quarter are not taken today, whatever their indicator."""
        quarter = Quarter(entry.year, entry.quarter)
        period = self.period(entry.region, quarter)
        if period is None:
            return self._without_period(entry, quarter)
        state = period.state_on(self.today)
        if state == ReportingPeriod.State.UPCOMING:
            return Refusal(
                "not_open",
                _("%(quarter)s的填报尚未开放，%(day)s起可以填报。")
                % {"quarter": quarter.label, "day": period.opens.isoformat()},
            )
        if state == ReportingPeriod.State.LOCKED:
            return self._locked(entry, quarter, period)
        return None

    def _without_period(self, entry: Entry, quarter: Quarter) -> Refusal | None:
        # History that was never opened for reporting comes in through the bureau.
        if quarter.has_ended(self.today) and self.scope.reaches(entry.region, Role.STAFF):
            return None
        return Refusal(
            "not_open", _("%(quarter)s的填报尚未开放，请联系局工作人员设置填报期。") % {"quarter": quarter.label}
        )

    def _locked(self, entry: Entry, quarter: Quarter, period: ReportingPeriod) -> Refusal | None:
        if self.scope.reaches(entry.region, Role.REVIEWER):
            if self.reason:
                return None
            return Refusal("reason_needed", _("%(quarter)s已锁定，更正须填写原因。") % {"quarter": quarter.label})
        return Refusal(
            "locked",
            _("%(quarter)s已于%(day)s锁定，不能再填报；如有错误，请审核人按更正办理。")
            % {"quarter": quarter.label, "day": period.locks.isoformat()},
        )

    def _wrong_value(self, entry: Entry) -> Refusal | None:
        if entry.value is None:
            return Refusal("missing", _("没有数值：请填写数值；确实为零请填0。")) if self.submit else None
        try:
            to_scaled(entry.value)
        except OutOfRange:
            return Refusal(
                "out_of_range",
                _("数值 %(value)s 超出范围：整数部分最多12位，小数部分最多6位。")
                % {"value": entry.printed or entry.value},
            )
        impossible = self._impossible(entry.value, self.indicators[entry.indicator])
        if impossible is not None:
            return impossible
        if entry.value < 0 and self.indicators[entry.indicator].quantity in NEVER_NEGATIVE:
            return Refusal("negative", _("数值 %(value)s 为负：该指标不可能小于0，请核对。") % {"value": entry.value})
        return None

    @staticmethod
    def _impossible(value: Decimal, indicator: Indicator) -> Refusal | None:
        """The bounds that the catalogue sets; what is merely odd is asked about when it is handed in."""
        for finding in findings(value, Quarter(1, 1), measure_of(indicator), Around({})):
            if finding.blocks:
                return Refusal(finding.code, finding_words(finding, indicator))
        return None


NEVER_NEGATIVE = frozenset({Indicator.Quantity.STOCK, Indicator.Quantity.FLOW, Indicator.Quantity.SCORE})


def entry_params(entry: Entry) -> dict[str, object]:
    """Names for sentences about an entry."""
    return {"year": entry.year, "quarter": entry.quarter, "region": entry.region, "indicator": entry.indicator}


def _no_such_place(code: str) -> Refusal:
    """A region that does not exist and one out of reach read the same."""
    return Refusal("not_found", _("没有找到代码为“%(code)s”的区划，或您无权填报该区划的数据。") % {"code": code})


def same_content(figure: Figure, entry: Entry) -> bool:
    """Whether the entry says nothing new."""
    return figure.value == entry.value and entry.note in {None, figure.note}
