"""What bureau staff type on the pages of management."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.models import Indicator, TargetLine
from ipdash.core.comparators import Comparator
from ipdash.core.forms import ExactField, ServiceForm, day_field, lines_of, text_field, with_blank
from ipdash.core.periods import Quarter
from plans.models import Plan, Region, Unit
from plans.scope import Scope

CHOOSE = gettext_lazy("请选择")


def unit_choices(scope: Scope) -> list[tuple[Any, Any]]:
    """Units that may have a duty, under their region's name."""
    groups: dict[str, list[tuple[str, str]]] = {}
    units = Unit.objects.visible_to(scope).filter(is_collective=False).order_by("region__code", "name")
    for pk, name, region in units.values_list("pk", "name", "region__name"):
        groups.setdefault(region, []).append((str(pk), name))
    return list(groups.items())


def unit_field(label: Any, **kwargs: Any) -> forms.TypedChoiceField:
    """A unit; its choices come from the person's scope."""
    return forms.TypedChoiceField(label=label, coerce=int, empty_value=None, **kwargs)


class PeriodForm(ServiceForm):
    """The days of a quarter's reporting."""

    opens = day_field(gettext_lazy("开放日"), help_text=gettext_lazy("这一天起可以填报。"))
    due = day_field(gettext_lazy("截止日"), help_text=gettext_lazy("这一天之后仍可填报，但算逾期。"))
    locks = day_field(gettext_lazy("锁定日"), help_text=gettext_lazy("这一天之后不能再填报，只能走更正。"))


class DutyForm(ServiceForm):
    """A new reporting duty."""

    indicator = forms.ChoiceField(label=gettext_lazy("指标"))
    region = forms.ChoiceField(label=gettext_lazy("区划"), help_text=gettext_lazy("填报哪个区划的数值。"))
    unit = unit_field(gettext_lazy("填报单位"))
    valid_from = day_field(gettext_lazy("起始日期"), help_text=gettext_lazy("每个季度由季末那一天的责任单位填报。"))
    valid_to = day_field(gettext_lazy("终止日期"), required=False, help_text=gettext_lazy("不填表示长期。"))
    beside_county = forms.BooleanField(label=gettext_lazy("功能区的数值不含在所在区县数中"), required=False)

    def __init__(self, *args: Any, scope: Scope, regions: Iterable[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reported = Indicator.objects.exclude(quantity=Indicator.Quantity.RATIO).order_by("name")
        _offer(self, "indicator", list(reported.values_list("code", "name")))
        _offer(self, "region", [(region.code, region.name) for region in regions])
        _offer(self, "unit", unit_choices(scope))


class DutyEndForm(ServiceForm):
    """When a duty ends."""

    valid_to = day_field(gettext_lazy("最后一天"))


class DutyHandOverForm(ServiceForm):
    """To whom a duty passes, and from when."""

    unit = unit_field(gettext_lazy("移交给"))
    first_day = day_field(
        gettext_lazy("自哪天起"), help_text=gettext_lazy("从这一天起由新单位填报；已填报的数据不变，仍记在原单位名下。")
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", unit_choices(scope))


def _offer(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class says
    field.choices = with_blank(choices, CHOOSE)


class IndicatorForm(ServiceForm):
    """A catalogue entry."""

    code = forms.SlugField(
        label=gettext_lazy("编码"), max_length=60,
        help_text=gettext_lazy("小写英文、数字、下划线，例如 patents_granted；建立后不能修改，接口和文件以它为准。"),
        error_messages={"invalid": gettext_lazy("编码只能由英文字母、数字、下划线和连字符组成。")},
    )  # fmt: skip
    name = text_field(gettext_lazy("名称"), length=120)
    aliases = text_field(
        gettext_lazy("别名"), length=4000, rows=4, required=False,
        help_text=gettext_lazy("每行一个：文件和统计表里的其他写法。"),
    )  # fmt: skip
    definition = text_field(gettext_lazy("定义"), length=4000, rows=4, required=False)
    unit = text_field(gettext_lazy("计量单位"), length=20)
    decimals = forms.IntegerField(label=gettext_lazy("小数位数"), min_value=0, max_value=6, initial=0)
    quantity = forms.ChoiceField(
        label=gettext_lazy("指标类型"), choices=with_blank(Indicator.Quantity.choices, CHOOSE),
        help_text=gettext_lazy("时点数如拥有量，时期数如当年授权量，相对数由分子除以分母算出。"),
    )  # fmt: skip
    direction = forms.ChoiceField(label=gettext_lazy("方向"), choices=Indicator.Direction.choices)
    reporting_basis = forms.ChoiceField(
        label=gettext_lazy("填报口径"), choices=with_blank(Indicator.ReportingBasis.choices, CHOOSE)
    )
    frequency = forms.ChoiceField(label=gettext_lazy("频度"), choices=Indicator.Frequency.choices)
    numerator = forms.ChoiceField(label=gettext_lazy("分子"), required=False)
    denominator = forms.ChoiceField(label=gettext_lazy("分母"), required=False)
    factor = ExactField(
        label=gettext_lazy("系数"), required=False,
        help_text=gettext_lazy("只有相对数需要，例如每万人 10000，百分比 100。"),
    )  # fmt: skip
    minimum = ExactField(label=gettext_lazy("最小可能值"), required=False)
    maximum = ExactField(
        label=gettext_lazy("最大可能值"), required=False,
        help_text=gettext_lazy("超出最小、最大可能值的数不能填报，例如占比不超过100。"),
    )  # fmt: skip
    part_of = forms.ChoiceField(
        label=gettext_lazy("包含于"), required=False,
        help_text=gettext_lazy("总体指标，例如高价值发明专利包含于有效发明专利；大于总体时提示。"),
    )  # fmt: skip
    mad_times = forms.IntegerField(
        label=gettext_lazy("偏离以往的倍数"), min_value=1, max_value=100, initial=3, required=False,
        help_text=gettext_lazy("与以往各期的中位数相差超过离差中位数的几倍时，请填报人说明；通常为3。"),
    )  # fmt: skip
    jump_percent = forms.IntegerField(
        label=gettext_lazy("突增突减的百分比"), min_value=1, max_value=10000, initial=50, required=False,
        help_text=gettext_lazy("以往数据不多时，比上期增减达到这个百分比，请填报人说明；通常为50。"),
    )  # fmt: skip
    reason = text_field(
        gettext_lazy("判定理由"), length=1000, rows=3, required=False,
        help_text=gettext_lazy("为什么定为这个类型和口径。"),
    )  # fmt: skip

    def __init__(self, *args: Any, indicator: Indicator | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counted = Indicator.objects.filter(quantity__in=(Indicator.Quantity.STOCK, Indicator.Quantity.FLOW))
        parts = list(counted.order_by("name").values_list("code", "name"))
        for name in ("numerator", "denominator"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class says
            field.choices = with_blank(parts, _("无"))
        reported = Indicator.objects.exclude(quantity=Indicator.Quantity.RATIO).order_by("name")
        if indicator is not None:
            reported = reported.exclude(pk=indicator.pk)
        whole = self.fields["part_of"]
        assert isinstance(whole, forms.ChoiceField)  # noqa: S101 - tells mypy what the class says
        whole.choices = with_blank(list(reported.values_list("code", "name")), _("无"))
        if indicator is not None:
            del self.fields["code"]

    def values(self) -> dict[str, Any]:
        """As `indicators.services.catalogue` takes them."""
        cleaned = dict(self.cleaned_data)
        cleaned["aliases"] = lines_of(cleaned["aliases"])
        for name in ("numerator", "denominator", "part_of"):
            cleaned[name] = cleaned[name] or None
        for name in ("mad_times", "jump_percent"):
            cleaned[name] = cleaned[name] or getattr(Indicator(), name)
        return cleaned


def indicator_initial(indicator: Indicator) -> dict[str, Any]:
    """What stands in the form when an entry is opened."""
    names = (
        "name",
        "definition",
        "unit",
        "decimals",
        "quantity",
        "direction",
        "reporting_basis",
        "frequency",
        "factor",
        "minimum",
        "maximum",
        "mad_times",
        "jump_percent",
        "reason",
    )
    return {
        **{name: getattr(indicator, name) for name in names},
        "aliases": "\n".join(alias.name for alias in indicator.aliases.all()),
        "numerator": indicator.numerator.code if indicator.numerator is not None else "",
        "denominator": indicator.denominator.code if indicator.denominator is not None else "",
        "part_of": indicator.part_of.code if indicator.part_of is not None else "",
    }


class PlanForm(ServiceForm):
    """A plan's state and the lines below which its lamps turn yellow and red."""

    state = forms.ChoiceField(
        label=gettext_lazy("状态"), choices=Plan.State.choices,
        help_text=gettext_lazy("印发后不能改回草稿；已结束的规划不再催报。"),
    )  # fmt: skip
    yellow_below = ExactField(
        label=gettext_lazy("黄灯线（百分点）"), help_text=gettext_lazy("较年度序时进度差低于此值时亮黄灯，通常为0。")
    )
    red_below = ExactField(
        label=gettext_lazy("红灯线（百分点）"),
        help_text=gettext_lazy("较年度序时进度差低于此值时亮红灯，通常为-10；必须低于黄灯线。"),
    )
    hide_siblings = forms.BooleanField(
        label=gettext_lazy("各地区互不可见：下级地区只看到自己的数值和位次"), required=False
    )
    second_review = forms.BooleanField(
        label=gettext_lazy("两级审核：数据由两位审核人先后通过才生效，同一人不能审两次"), required=False
    )


class BasisForm(ServiceForm):
    """What a line's target means, confirmed by a person."""

    basis = forms.ChoiceField(label=gettext_lazy("目标口径"), choices=TargetLine.Basis.choices)
    basis_reason = text_field(
        gettext_lazy("理由"),
        length=1000,
        rows=3,
        help_text=gettext_lazy("依据原文哪一句，或请示了谁；会随目标一起显示。"),
    )


class LeadForm(ServiceForm):
    """Who answers for a line."""

    lead_unit = unit_field(gettext_lazy("牵头单位"), required=False)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lead_unit"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class says
        field.choices = with_blank(unit_choices(scope), _("无"))


class TargetForm(ServiceForm):
    """One year's target: set, or corrected because it was read or printed wrongly."""

    comparator = forms.ChoiceField(label=gettext_lazy("比较"), choices=Comparator.choices)
    value = ExactField(label=gettext_lazy("目标值"))
    upper = ExactField(label=gettext_lazy("上限"), required=False, help_text=gettext_lazy("只有区间目标需要。"))
    printed = text_field(gettext_lazy("原文写法"), length=60, required=False)
    reason = text_field(gettext_lazy("理由"), length=500, rows=2, help_text=gettext_lazy("记入审计日志。"))


class EndForm(ServiceForm):
    """终止: from a quarter on by a document."""

    ended_from = forms.TypedChoiceField(
        label=gettext_lazy("自哪个季度起终止"), coerce=Quarter.parse,
        help_text=gettext_lazy("此前各季的完成情况和判断不变。"),
    )  # fmt: skip
    document = text_field(gettext_lazy("终止依据"), length=200, help_text=gettext_lazy("文件名称和文号。"))
    ended_on = day_field(gettext_lazy("文件日期"), required=False)

    def __init__(self, *args: Any, quarters: Iterable[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "ended_from", [(str(quarter), quarter.label) for quarter in quarters])


class AdjustForm(ServiceForm):
    """目标调整: a new version by a document."""

    comparator = forms.ChoiceField(label=gettext_lazy("比较"), choices=Comparator.choices)
    value = ExactField(label=gettext_lazy("调整后的目标值"))
    upper = ExactField(label=gettext_lazy("上限"), required=False, help_text=gettext_lazy("只有区间目标需要。"))
    in_force_from = forms.TypedChoiceField(
        label=gettext_lazy("自哪个季度起生效"), coerce=Quarter.parse,
        help_text=gettext_lazy("此前的季度仍按原目标计算。"),
    )  # fmt: skip
    document = text_field(gettext_lazy("调整文件"), length=200, help_text=gettext_lazy("文件名称和文号。"))
    adjusted_on = day_field(gettext_lazy("调整日期"), required=False)

    def __init__(self, *args: Any, quarters: Iterable[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "in_force_from", [(str(quarter), quarter.label) for quarter in quarters])
