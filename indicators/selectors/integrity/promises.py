"""What must be true of the catalogue, of target lines, and of the results that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from indicators.models import Attainment, Baseline, Indicator, IndicatorAlias, Target, TargetLine
from indicators.models.attainment import Light, Status
from indicators.selectors.integrity.rule import Rules
from ipdash.jobs.models import JobRun, JobState

RULES = Rules()
Quantity, Basis = Indicator.Quantity, TargetLine.Basis
RECOMPUTE = "recompute_attainment"
_RECOMPUTE_ALL = _("请运行 recompute_attainment --all。")
_MEND_LINE = _("请局工作人员在“管理 → 目标”中改正。")


def _lines(lines: QuerySet[TargetLine]) -> Iterator[str]:
    names = ("pk", "plan_id", "region__code", "indicator__code", "basis")
    for pk, plan, region, indicator, basis in lines.order_by("pk").values_list(*names).iterator(chunk_size=2000):
        yield str(_("目标%(pk)s（规划%(plan)s %(region)s %(indicator)s %(basis)s）")) % {
            "pk": pk, "plan": plan, "region": region, "indicator": indicator, "basis": basis
        }  # fmt: skip


def _results(rows: QuerySet[Attainment]) -> Iterator[str]:
    names = ("line_id", "year", "quarter")
    for line, year, quarter in rows.order_by(*names).values_list(*names).iterator(chunk_size=2000):
        yield str(_("目标%(line)s %(year)sQ%(quarter)s")) % {"line": line, "year": year, "quarter": quarter}


@RULES.add(
    "ratio_part_not_counted", _("相对数的分子或分母不是时点数、时期数"), _("请在“管理 → 指标目录”中改正分子、分母。")
)
def ratio_part_not_counted(_today: date) -> Iterator[str]:
    counted = [Quantity.STOCK, Quantity.FLOW]
    ratios = Indicator.objects.filter(quantity=Quantity.RATIO)
    wrong = ~Q(numerator__quantity__in=counted) | ~Q(denominator__quantity__in=counted)
    return iter(ratios.filter(wrong).order_by("code").values_list("code", flat=True))


@RULES.add("ratio_factor_not_positive", _("相对数的系数不是正数"), _("请在“管理 → 指标目录”中改正系数。"))
def ratio_factor_not_positive(_today: date) -> Iterator[str]:
    return iter(Indicator.objects.filter(factor__lte=0).order_by("code").values_list("code", flat=True))


@RULES.add(
    "indicator_name_taken_twice", _("一个指标的别名是另一个指标的名称"), _("请删去其中一个别名，否则导入时分不清。")
)
def indicator_name_taken_twice(_today: date) -> Iterator[str]:
    others = Indicator.objects.filter(name=OuterRef("name")).exclude(pk=OuterRef("indicator"))
    return iter(IndicatorAlias.objects.filter(Exists(others)).order_by("name").values_list("name", flat=True))


@RULES.add("line_outside_plan", _("目标的区划不在规划的区划范围内"), _MEND_LINE)
def line_outside_plan(_today: date) -> Iterator[str]:
    # A plan's codes are few; what lies below one is told by the leading digits.
    for plan in TargetLine.objects.order_by("plan").values_list("plan", flat=True).distinct():
        lines = TargetLine.objects.filter(plan=plan)
        region = lines.select_related("plan__region")[0].plan.region
        # A line of a region that was moved away has been ended with the move, and stays for its history.
        yield from _lines(lines.filter(ended_from=None).exclude(region__code__startswith=region.prefix))


@RULES.add("line_basis_needs_a_flow", _("目标口径为当年完成或规划期累计，指标却不是时期数"), _MEND_LINE)
def line_basis_needs_a_flow(_today: date) -> Iterator[str]:
    lines = TargetLine.objects.filter(basis__in=[Basis.YEAR, Basis.CUMULATIVE])
    return _lines(lines.exclude(indicator__quantity=Quantity.FLOW))


@RULES.add("line_without_starting_point", _("目标有基期值，却没有标明从哪一个算起"), _MEND_LINE)
def line_without_starting_point(_today: date) -> Iterator[str]:
    baselines = Baseline.objects.filter(line=OuterRef("pk"))
    return _lines(TargetLine.objects.filter(Exists(baselines)).exclude(Exists(baselines.filter(counted_from=True))))


@RULES.add("target_adjusted_from_nothing", _("有调整后的目标，却没有原来的目标"), _MEND_LINE)
def target_adjusted_from_nothing(_today: date) -> Iterator[str]:
    first = Target.objects.filter(line=OuterRef("line"), year=OuterRef("year"), in_force_from=None)
    orphans = Target.objects.exclude(in_force_from=None).exclude(Exists(first))
    return _lines(TargetLine.objects.filter(pk__in=orphans.values("line")))


@RULES.add("target_adjusted_without_document", _("目标调整没有写明依据的文件"), _MEND_LINE)
def target_adjusted_without_document(_today: date) -> Iterator[str]:
    adjusted = Target.objects.exclude(in_force_from=None).filter(adjusting_document="")
    return _lines(TargetLine.objects.filter(pk__in=adjusted.values("line")))


@RULES.add("target_at_or_before_baseline", _("目标年份不晚于基期年份，实现程度无从计算"), _MEND_LINE)
def target_at_or_before_baseline(_today: date) -> Iterator[str]:
    later = Target.objects.filter(line=OuterRef("line"), year__gt=OuterRef("year"))
    any_target = Target.objects.filter(line=OuterRef("line"))
    starts = Baseline.objects.filter(Exists(any_target), counted_from=True).exclude(Exists(later))
    return _lines(TargetLine.objects.filter(pk__in=starts.values("line")))


@RULES.add("results_stale", _("目标的结果已过期，却没有等待中的重算"), _RECOMPUTE_ALL)
def results_stale(_today: date) -> Iterator[str]:
    if JobRun.objects.filter(kind=RECOMPUTE, state__in=[JobState.QUEUED, JobState.RUNNING]).exists():
        return iter(())
    return _lines(TargetLine.objects.exclude(input_version=F("computed_version")))


@RULES.add("results_from_the_future", _("结果的版本比数据的版本还新"), _RECOMPUTE_ALL)
def results_from_the_future(_today: date) -> Iterator[str]:
    return _lines(TargetLine.objects.filter(computed_version__gt=F("input_version")))


@RULES.add("results_not_of_every_quarter", _("算过的目标没有规划期每个季度的结果"), _RECOMPUTE_ALL)
def results_not_of_every_quarter(_today: date) -> Iterator[str]:
    computed = TargetLine.objects.filter(computed_version=F("input_version"))
    quarters = (F("plan__end_year") - F("plan__start_year") + 1) * 4
    return _lines(computed.annotate(rows=Count("attainments__year"), quarters=quarters).exclude(rows=F("quarters")))


@RULES.add(
    "result_without_line",
    _("结果所属的目标已不存在"),
    _("这些结果不会显示；请系统管理员从表 indicators_attainment 中删去，再运行 verify_attainment 确认。"),
)
def result_without_line(_today: date) -> Iterator[str]:
    # The database checks no foreign key of a result, for the sake of speed.
    return _results(Attainment.objects.exclude(Exists(TargetLine.objects.filter(pk=OuterRef("line")))))


@RULES.add("result_outside_plan_years", _("结果的季度在规划期以外"), _RECOMPUTE_ALL)
def result_outside_plan_years(_today: date) -> Iterator[str]:
    outside = Q(year__lt=F("line__plan__start_year")) | Q(year__gt=F("line__plan__end_year"))
    return _results(Attainment.objects.filter(outside))


@RULES.add("result_of_another_place", _("结果所记的规划或区划与目标不同"), _RECOMPUTE_ALL)
def result_of_another_place(_today: date) -> Iterator[str]:
    return _results(Attainment.objects.exclude(plan=F("line__plan"), region=F("line__region")))


LIGHTS = {
    Light.GREEN: (Status.ACHIEVED, Status.ON_TRACK),
    Light.YELLOW: (Status.BEHIND,),
    Light.RED: (Status.MISSED, Status.FAR_BEHIND),
    Light.GREY: (Status.UNDEFINED, Status.MISSING, Status.NO_PACE),
    Light.NONE: (Status.NOT_DUE, Status.NO_TARGET),
}


@RULES.add("result_light_unlike_status", _("亮灯与状态不符"), _RECOMPUTE_ALL)
def result_light_unlike_status(_today: date) -> Iterator[str]:
    fitting = Q()
    for light, statuses in LIGHTS.items():
        fitting |= Q(light=light, status__in=statuses)
    return _results(Attainment.objects.exclude(fitting))


@RULES.add("result_missing_with_a_value", _("状态为“未填报”，却有实际值"), _RECOMPUTE_ALL)
def result_missing_with_a_value(_today: date) -> Iterator[str]:
    return _results(Attainment.objects.filter(status=Status.MISSING).exclude(actual=None))


@RULES.add("result_judged_without_a_value", _("没有实际值或目标值，却有完成与否的判断"), _RECOMPUTE_ALL)
def result_judged_without_a_value(_today: date) -> Iterator[str]:
    judged = [Status.ACHIEVED, Status.MISSED, Status.ON_TRACK, Status.BEHIND, Status.FAR_BEHIND]
    rows = Attainment.objects.filter(status__in=judged, too_large=False)
    return _results(rows.filter(Q(actual=None) | Q(target=None)))


@RULES.add("result_of_several_rule_versions", _("同一规划的结果由不同版本的规则算出"), _RECOMPUTE_ALL)
def result_of_several_rule_versions(_today: date) -> Iterator[str]:
    counted = Attainment.objects.values("plan").annotate(versions=Count("rules_version", distinct=True))
    plans = counted.filter(versions__gt=1).order_by("plan").values_list("plan", flat=True)
    return (str(_("规划%(plan)s")) % {"plan": plan} for plan in plans)
