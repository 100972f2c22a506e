"""What must be true of reported figures and of their revisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from indicators.models import Figure, FigureRevision, Indicator
from indicators.selectors.integrity.rule import Rules
from ipdash.core.periods import Quarter

RULES = Rules()
State, Quantity = Figure.State, Indicator.Quantity
_ENTER_AGAIN = _("请填报单位重新填报该数据，由审核人审核。")
_APPROVE_AGAIN = _("请审核人退回该数据，重新填报、审核。")
_ASK = _("数据可能被绕过系统直接改动：请核对审计日志，并从备份恢复。")


def _places(figures: QuerySet[Figure]) -> Iterator[str]:
    names = ("indicator__code", "region__code", "year", "quarter")
    for code, region, year, quarter in figures.order_by("pk").values_list(*names).iterator(chunk_size=2000):
        yield f"{code} {region} {year}Q{quarter}"


@RULES.add("figure_approved_is_not_what_counts", _("数据状态为“已通过”，但计入结果的数值与它不同"), _APPROVE_AGAIN)
def approved_is_not_what_counts(_today: date) -> Iterator[str]:
    approved = Figure.objects.filter(state=State.APPROVED)
    return _places(approved.filter(Q(approved_value=None) | ~Q(approved_value=F("value"))))


@RULES.add("figure_without_value", _("待审核或已通过的数据没有数值"), _ENTER_AGAIN)
def without_value(_today: date) -> Iterator[str]:
    return _places(Figure.objects.filter(state__in=[State.SUBMITTED, State.APPROVED], value=None))


@RULES.add("figure_approved_by_who_entered", _("数据由填报人自己审核通过"), _APPROVE_AGAIN)
def approved_by_who_entered(_today: date) -> Iterator[str]:
    return _places(Figure.objects.filter(state=State.APPROVED, approved_by=F("entered_by")))


@RULES.add("figure_first_approved_yet_not_waiting", _("草稿或已退回的数据仍留有初审记录"), _ENTER_AGAIN)
def first_approved_yet_not_waiting(_today: date) -> Iterator[str]:
    idle = Figure.objects.filter(state__in=[State.DRAFT, State.RETURNED])
    return _places(idle.exclude(first_approved_by=None, first_approved_at=None))


@RULES.add("figure_counts_without_approval", _("数值计入结果，却没有人审核通过的记录"), _ASK)
def counts_without_approval(_today: date) -> Iterator[str]:
    approvals = FigureRevision.objects.filter(
        figure=OuterRef("pk"), action=FigureRevision.Action.APPROVE, to_value=OuterRef("approved_value")
    )
    counting = Figure.objects.exclude(approved_value=None).annotate(approval=Subquery(approvals.values("pk")[:1]))
    return _places(counting.filter(approval=None))


@RULES.add(
    "figure_of_a_ratio", _("相对数由分子、分母计算，却有直接填报的数据"), _("请改填分子、分母，并删除这些数据。")
)
def of_a_ratio(_today: date) -> Iterator[str]:
    return _places(Figure.objects.filter(indicator__quantity=Quantity.RATIO))


@RULES.add(
    "figure_of_an_annual_before_q4", _("年度指标在四季度以外有数据，不会计入结果"), _("请填报单位改填到四季度。")
)
def of_an_annual_before_q4(_today: date) -> Iterator[str]:
    annual = Figure.objects.filter(indicator__frequency=Indicator.Frequency.ANNUAL)
    return _places(annual.exclude(quarter=4))


@RULES.add("figure_negative", _("不可能为负的指标有负数"), _ENTER_AGAIN)
def negative(_today: date) -> Iterator[str]:
    counts = Figure.objects.filter(indicator__quantity__in=[Quantity.STOCK, Quantity.FLOW, Quantity.SCORE])
    return _places(counts.filter(Q(value__lt=0) | Q(approved_value__lt=0)))


@RULES.add("figure_of_the_future", _("数据所属的季度还没有开始"), _("请核对年份和季度，改填到正确的季度。"))
def of_the_future(today: date) -> Iterator[str]:
    now = Quarter.containing(today)
    return _places(Figure.objects.filter(Q(year__gt=now.year) | Q(year=now.year, quarter__gt=now.quarter)))


@RULES.add("figure_returned_without_reason", _("数据被退回，却没有写明原因"), _("请审核人向填报单位说明原因。"))
def returned_without_reason(_today: date) -> Iterator[str]:
    return _places(Figure.objects.filter(state=State.RETURNED, reason=""))


@RULES.add("figure_corrected_without_reason", _("锁定后的更正没有写明原因"), _("请审核人补充更正的书面依据。"))
def corrected_without_reason(_today: date) -> Iterator[str]:
    return _places(Figure.objects.filter(is_correction=True, reason=""))


@RULES.add("figure_without_entrant", _("数据没有填报人"), _ASK)
def without_entrant(_today: date) -> Iterator[str]:
    return _places(Figure.objects.filter(entered_by=None))


@RULES.add(
    "figure_upload_unknown",
    _("数据来源为文件上传，却没有对应的上传记录"),
    _("来源已不可查：请填报单位重新上传或填报。"),
)
def upload_unknown(_today: date) -> Iterator[str]:
    return _places(Figure.objects.filter(source=Figure.Source.UPLOAD, upload=None))


def _last(field: str) -> Subquery:
    revisions = FigureRevision.objects.filter(figure=OuterRef("pk")).order_by("-version")
    return Subquery(revisions.values(field)[:1])


def _not_last(field: str) -> QuerySet[Figure]:
    """Figures whose last revision says something else; a missing value equals a missing one."""
    told: Any = Figure.objects.annotate(told=_last(f"to_{field}"), version_told=_last("version"))
    same = Q(told=F(field)) | Q(told=None, **{field: None})
    found: QuerySet[Figure] = told.filter(version_told=F("version")).exclude(same)
    return found


@RULES.add("figure_version_without_revision", _("数据的最后一次改动没有修订记录"), _ASK)
def version_without_revision(_today: date) -> Iterator[str]:
    told = Figure.objects.annotate(version_told=_last("version"))
    return _places(told.filter(Q(version_told=None) | ~Q(version_told=F("version"))))


@RULES.add("figure_value_not_the_last_told", _("数值与最后一次修订记录不同"), _ASK)
def value_not_the_last_told(_today: date) -> Iterator[str]:
    return _places(_not_last("value"))


@RULES.add("figure_state_not_the_last_told", _("状态与最后一次修订记录不同"), _ASK)
def state_not_the_last_told(_today: date) -> Iterator[str]:
    return _places(_not_last("state"))


@RULES.add("revision_missing", _("修订记录不连续，中间缺少几次改动"), _ASK)
def revision_missing(_today: date) -> Iterator[str]:
    counted = Figure.objects.annotate(n=Count("revisions"), last=Max("revisions__version"))
    return _places(counted.exclude(last=None).exclude(n=F("last")))
