"""The rows of the overview's table as ready strings, each kept until its line changes.

A page of fifty lines is lost in formatting its cells one by one in the template engine, not in its queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.cache import cache
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from indicators.display import value_text
from indicators.models.attainment import Status
from indicators.selectors.overview import OverviewLine, some_lines
from indicators.selectors.stamps import Stamp
from indicators.views.kept import KEPT_SECONDS, program_stamp
from ipdash.core import marks
from ipdash.core.periods import Quarter
from ipdash.core.templatetags.ui import chinese, unit
from plans.models import Plan, Region


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """What the overview's page needs of one line: for its order and its sentences, and its row of the table."""

    pk: int
    where: str
    actual: str
    name: str
    owner_name: str
    told: str
    status: str
    status_before: str
    light: str
    light_before: str
    year_gap: Decimal | None
    gap_before: Decimal | None
    source_line: int | None
    changed: bool
    misses: bool | None
    computed_at: datetime | None
    rules_version: str
    html: SafeString
    change_html: SafeString
    waiting_html: SafeString


def rows_of(plan: Plan, region: Region, quarter: Quarter, stamps: dict[int, Stamp]) -> list[OverviewRow]:
    """The rows of these lines, in their order: the kept ones, and those made anew whose stamp has changed."""
    key = f"rows:{plan.pk}:{region.pk}:{quarter}:{get_language()}:{program_stamp()}"
    kept: dict[int, tuple[Stamp, OverviewRow]] = cache.get(key, {})
    known = {pk: kept[pk] for pk, stamp in stamps.items() if pk in kept and kept[pk][0] == stamp}
    wanted = [pk for pk in stamps if pk not in known]
    if wanted:
        for line in some_lines(wanted, plan, region, quarter):
            known[line.line.pk] = (stamps[line.line.pk], _row(line, quarter))
        cache.set(key, known, KEPT_SECONDS)
    return [known[pk][1] for pk in stamps if pk in known]


def _row(line: OverviewLine, quarter: Quarter) -> OverviewRow:
    address = f"{reverse('indicator', args=[line.line.plan_id, line.line.pk])}?quarter={quarter}"
    return OverviewRow(
        pk=line.line.pk,
        where=line.line.where,
        actual=line.display["actual"],
        name=line.name,
        owner_name=line.owner_name,
        told=line.told,
        status=line.status,
        status_before=line.status_before,
        light=line.light,
        light_before=line.light_before,
        year_gap=line.year_gap,
        gap_before=line.gap_before,
        source_line=line.line.source_line,
        changed=line.changed,
        misses=line.misses,
        computed_at=line.now.computed_at if line.now else None,
        rules_version=line.now.rules_version if line.now else "",
        html=_html(line, quarter, address),
        change_html=_change(line, address) if line.changed else SafeString(),
        waiting_html=_waiting(line, address) if line.status == Status.MISSING else SafeString(),
    )


def _change(line: OverviewLine, address: str) -> SafeString:
    """The line among those whose light is another than a quarter ago, and why it is."""
    return format_html(
        '<li><a href="{}" lang="zh">{}</a> <span class="nowrap">{} → {}</span> <span class="meta">{}</span></li>',
        address, line.name, marks.status_tag(line.status_before), marks.status_tag(line.status), _reason(line),
    )  # fmt: skip


def _reason(line: OverviewLine) -> SafeString:
    """From which value to which, and where it should be by now: what moved the light."""
    shown, now = line.display, line.now
    before = value_text(line.line, line.before.actual) if line.before and line.previous is not None else ""
    parts = [format_html("{}{}{}", _("实际值"), f"{before} → " if before else "", _valued(line, shown["actual"]))]
    if now is not None and now.actual is None:
        parts = [format_html("{}", _("本季没有实际值"))]
    elif now is not None and now.expected is not None:
        gap = _("，较序时%(gap)s") % {"gap": shown["year_gap"]} if now.year_gap is not None else ""
        parts.append(format_html("{}{}{}", _("序时进度目标值"), _valued(line, shown["expected"]), gap))
    return chinese(format_html_join(_("，"), "{}", ((part,) for part in parts)))


def _valued(line: OverviewLine, text: str) -> SafeString:
    return format_html("{}{}", text, unit(line.display["unit"]))


def _waiting(line: OverviewLine, address: str) -> SafeString:
    """The line among those without an approved figure, which stand by the unit that owes them."""
    return format_html('<a href="{}" lang="zh">{}</a>', address, line.name)


def _html(line: OverviewLine, quarter: Quarter, address: str) -> SafeString:
    """The row: every number leads to its explanation."""
    shown, why = line.display, reverse("why", args=[line.line.pk, quarter])
    words = {
        "actual": _("实际值"),
        "target": _("年度目标"),
        "completion": _("完成率"),
        "change": _("较上季"),
        "trend": _("走势"),
        "forecast": _("年末预计"),
        "status": _("状态"),
    }
    return format_html(
        '<tr><th scope="row"><a href="{address}">{name}</a><span class="meta">{unit}{owner}</span></th>'
        '<td class="n" data-label="{l_actual}"><a href="{why}">{actual}</a></td>'
        '<td class="n" data-label="{l_target}"><a href="{why}">{target}</a></td>'
        '<td class="wide">{bullet}</td>'
        '<td class="n" data-label="{l_completion}"><a href="{why}">{completion}</a></td>'
        '<td class="n" data-label="{l_change}"><a href="{why}">{change}</a></td>'
        '<td class="spark" data-label="{l_trend}">{spark}</td>'
        '<td class="n" data-label="{l_forecast}"><a href="{why}">{forecast}</a></td>'
        '<td data-label="{l_status}"><a href="{why}">{status}</a></td></tr>',
        address=address,
        why=why,
        name=chinese(line.name),
        unit=chinese(shown["unit"]),
        owner=format_html(" · {}", chinese(line.owner_name)) if line.owner_name else "",
        actual=shown["actual"],
        target=shown["target"],
        bullet=_bullet(line),
        completion=shown["completion"],
        change=shown["change_on_quarter"],
        spark=marks.sparkline(line.trend, target=line.target, label=line.name, places=line.places),
        forecast=shown["forecast"],
        status=marks.status_tag(line.status) if line.now else shown["status"],
        **{f"l_{name}": label for name, label in words.items()},
    )


def _bullet(line: OverviewLine) -> SafeString:
    return marks.bullet(
        line.actual,
        line.expected,
        line.target,
        upper=line.target_upper,
        previous=line.previous,
        lower_is_better=line.lower_is_better,
        places=line.places,
        unit=line.display["unit"],
        label=line.name,
        missing=line.display["status"],
    )
