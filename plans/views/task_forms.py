"""What people type about tasks: a quarter's report, milestones, handing over."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ipdash.core.forms import ExactField, ServiceForm, day_field, text_field, with_blank
from plans.models import Milestone, Phase, Plan, PlanTask, TaskGoal, TaskReport, Unit
from plans.models.task_report import WORDS
from plans.scope import Scope
from plans.services.milestones import Due
from plans.services.task_reports import ReportValues

NUMBER = "number_"


class ReportForm(ServiceForm):
    """A unit's report; milestones and numbers are the lead unit's to say."""

    standing = forms.ChoiceField(
        label=gettext_lazy("总体进展"), choices=TaskReport.Standing.choices, widget=forms.RadioSelect
    )
    text = text_field(
        gettext_lazy("进展情况"), length=WORDS, rows=6,
        help_text=gettext_lazy("本季度做了什么、到了哪一步，500字以内。"),
    )  # fmt: skip
    problems = text_field(
        gettext_lazy("存在问题"), length=WORDS, rows=3, required=False,
        help_text=gettext_lazy("进度滞后的必填；需要上级协调的写明请谁做什么。"),
    )  # fmt: skip
    next_step = text_field(gettext_lazy("下一步打算"), length=WORDS, rows=3, required=False)
    reached = forms.TypedMultipleChoiceField(
        label=gettext_lazy("本季度末已完成的进度安排"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    reason = text_field(
        gettext_lazy("更正原因"), length=WORDS, rows=2, required=False,
        help_text=gettext_lazy("本季度已锁定或反馈已通过，更正须说明原因，并重新审核。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, goals: Sequence[TaskGoal], milestones: Sequence[Milestone], corrects: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.goals = goals
        # A draft may be empty, what is handed in may not.
        self.fields["text"].required = not self.is_bound or self.data.get("do") == "submit"
        for goal in goals:
            unit = f"（{goal.unit}）" if goal.unit else ""
            printed = goal.printed or goal.get_comparator_display()
            help_text = _("目标：%(printed)s；填从规划开始到本季度末的累计数。") % {"printed": printed}
            self.fields[f"{NUMBER}{goal.pk}"] = ExactField(
                label=f"{goal.name}{unit}", required=False, help_text=help_text, unit=goal.unit
            )
        if milestones:
            field = self.fields["reached"]
            assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101 - tells mypy what the class says
            field.choices = [(m.pk, f"{m.label}：{m.text}") for m in milestones]
        else:
            del self.fields["reached"]
        if not corrects:
            del self.fields["reason"]

    def values(self) -> ReportValues:
        """As `plans.services.task_reports` takes them; what is not in the form stays as it is."""
        cleaned = self.cleaned_data
        given: dict[str, Any] = {name: cleaned[name] for name in ("standing", "text", "problems", "next_step")}
        if "reached" in self.fields:
            given["reached"] = cleaned["reached"]
        if self.goals:
            given["numbers"] = {goal.pk: cleaned[f"{NUMBER}{goal.pk}"] for goal in self.goals}
        return ReportValues(**given)  # type: ignore[typeddict-item, no-any-return]  # the form's fields are the values

    @staticmethod
    def initial_of(report: TaskReport, numbers: dict[int, Decimal], reached: Sequence[int]) -> dict[str, Any]:
        """What stands in the form when a report is opened."""
        words = {name: getattr(report, name) for name in ("standing", "text", "problems", "next_step")}
        return {**words, "reached": list(reached), **{f"{NUMBER}{pk}": value for pk, value in numbers.items()}}


class TimingFields(ServiceForm):
    """Quarters of a year, or a phase of the plan."""

    year = forms.TypedChoiceField(label=gettext_lazy("年份"), coerce=int, empty_value=None, required=False)
    from_quarter = forms.TypedChoiceField(label=gettext_lazy("起始季度"), coerce=int, empty_value=None, required=False)
    to_quarter = forms.TypedChoiceField(label=gettext_lazy("截止季度"), coerce=int, empty_value=None, required=False)
    phase = forms.TypedChoiceField(label=gettext_lazy("或所属阶段"), coerce=int, empty_value=None, required=False)
    reason = text_field(gettext_lazy("原因"), length=WORDS, rows=2, help_text=gettext_lazy("例如依据的文件或会议。"))

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "year", [(year, _("%(year)s年") % {"year": year}) for year in _years(plan)])
        for name in ("from_quarter", "to_quarter"):
            _offer(self, name, [(n, _("%(n)s季度") % {"n": "一二三四"[n - 1]}) for n in (1, 2, 3, 4)])
        phases = list(Phase.objects.filter(plan=plan).values_list("pk", "name"))
        if phases:
            _offer(self, "phase", phases)
        else:
            del self.fields["phase"]

    def due(self, label: str, text: str) -> Due:
        """The timing with these words."""
        cleaned = self.cleaned_data
        first = cleaned["from_quarter"] or cleaned["to_quarter"]
        last = cleaned["to_quarter"] or cleaned["from_quarter"]
        return Due(label, text, first, last, cleaned["year"], cleaned.get("phase"))


class MilestoneMoveForm(TimingFields):
    """Other quarters for a milestone."""


class MilestoneAddForm(TimingFields):
    """A milestone that the document does not have."""

    label = text_field(gettext_lazy("时段名称"), length=60, help_text=gettext_lazy("例如：2025年四季度。"))
    text = text_field(gettext_lazy("要完成什么"), length=1000, rows=3)

    field_order = ("label", "text")


class MilestoneSplitForm(ServiceForm):
    """Several milestones in the place of one, a line each."""

    parts = text_field(
        gettext_lazy("拆分为"), length=4000, rows=6,
        help_text=gettext_lazy("每行一项，写成“2025年三季度：要完成什么”，至少两行。"),
    )  # fmt: skip
    reason = text_field(gettext_lazy("原因"), length=WORDS, rows=2)


class MilestoneReasonForm(ServiceForm):
    """Why a milestone is withdrawn."""

    reason = text_field(gettext_lazy("原因"), length=WORDS, rows=2)


class MilestoneReachedForm(ServiceForm):
    """When a milestone was reached; empty: not reached after all."""

    reached_on = day_field(gettext_lazy("完成日期"), required=False, help_text=gettext_lazy("不填表示撤回“已完成”。"))
    reason = text_field(gettext_lazy("依据"), length=WORDS, rows=2)


class TransferForm(ServiceForm):
    """To whom a part in a task passes, and from when."""

    unit = forms.TypedChoiceField(label=gettext_lazy("移交给"), coerce=int, empty_value=None)
    on = day_field(gettext_lazy("自哪天起"), help_text=gettext_lazy("两个单位此前的反馈都保留，仍记在各自名下。"))
    reason = text_field(gettext_lazy("原因"), length=WORDS, rows=2, help_text=gettext_lazy("例如机构改革的文号。"))

    def __init__(self, *args: Any, scope: Scope, task: PlanTask, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(scope).filter(region__code__startswith=task.plan.region.prefix)
        rows = units.order_by("region__code", "name").values_list("pk", "region__short_name", "name")
        _offer(self, "unit", [(pk, f"{region} {name}") for pk, region, name in rows])


def _years(plan: Plan) -> range:
    return range(plan.start_year, plan.end_year + 1)


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class says
    field.choices = with_blank(choices, _("请选择"))
