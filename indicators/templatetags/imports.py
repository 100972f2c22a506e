"""How a draft of an imported plan words what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django import template
from django.utils.translation import gettext as _

from indicators.imports.bases import target_words
from plans.models import Assignment, ImportItem

register = template.Library()
register.filter(target_words)


@register.filter
def kind_label(kind: str) -> str:
    """`{{ "task"|kind_label }}` → 任务."""
    return str(ImportItem.Kind(kind).label)


@register.filter
def duties(assignments: Sequence[Mapping[str, Any]]) -> str:
    """牵头单位：市科技局；责任单位：市财政局、市教育局."""
    return _("；").join(
        f"{Assignment.Role(role).label}{_('：')}{_('、').join(a['unit'] for a in group)}"
        for role, group in groupby(assignments, key=lambda a: a["role"])
    )


@register.filter
def open_words(questions: Sequence[str]) -> str:
    """What is still to be decided about a target."""
    words = {
        "indicator": _("对应哪个指标"),
        "unit": _("单位不能换算"),
        "basis": _("是什么口径"),
        "twice": _("与另一条重复"),
        "target": _("没有目标值"),
        "long": _("文字或数值无法保存"),
    }
    return _("、").join(words[code] for code in questions)
