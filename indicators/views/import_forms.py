"""What staff type to correct one thing that was read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ipdash.core.forms import ServiceForm, day_field, lines_of, text_field, with_blank
from plans.documents.milestones import milestones_of
from plans.documents.unit_names import unit_names
from plans.models import Assignment, ImportItem
from plans.models.plan import YEARS
from plans.services.lookups import region_called

Data = dict[str, Any]
Kind = ImportItem.Kind
_MONTH = re.compile(r"(20\d\d|19\d\d)[-年/.](0?[1-9]|1[0-2])月?$")


class ItemForm(ServiceForm):
    """A form for one kind of item: from its data, and back to the fields that it changes."""

    def __init__(self, *args: Any, data_of: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.old: Data = dict(data_of or {})
        super().__init__(*args, **kwargs)
        self.prepare()
        if not self.is_bound:
            self.initial = {**self.to_form(self.old), **self.initial}

    def prepare(self) -> None:
        """Adds the fields that depend on the item."""

    def to_form(self, data: Data) -> Data:
        return data

    def item_data(self) -> Data:
        """The item's fields as the form has them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "line"}


def year_field(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=YEARS[0].limit_value, max_value=YEARS[1].limit_value,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "n"}),
        error_messages={"invalid": gettext_lazy("年份应写成2025这样。")},
    )  # fmt: skip


class HeadForm(ItemForm):
    """基本信息."""

    title = text_field(gettext_lazy("规划名称"), length=200)
    doc_number = text_field(gettext_lazy("文号"), length=60, required=False)
    issuer = text_field(gettext_lazy("印发机关"), length=120, required=False)
    region_code = text_field(
        gettext_lazy("适用区划"), length=60, help_text=gettext_lazy("全称或6位代码，例如璧山区、500120。")
    )
    issued_on = day_field(gettext_lazy("成文日期"), required=False)
    start_year = year_field(gettext_lazy("起始年"))
    end_year = year_field(gettext_lazy("结束年"))

    def to_form(self, data: Data) -> Data:
        return {**data, "region_code": data.get("region_code") or ""}

    def clean_end_year(self) -> int | None:
        first, last = self.cleaned_data.get("start_year"), self.cleaned_data["end_year"]
        if first is not None and last is not None and last < first:
            raise ValidationError(_("结束年不能早于起始年。"))
        return last if last is None else int(last)

    def item_data(self) -> Data:
        found = super().item_data()
        region = region_called(found["region_code"], "region_code")
        found |= {"region_code": region.code, "region": region.name}
        found["issued_on"] = found["issued_on"].isoformat() if found["issued_on"] else None
        for name in ("doc_number", "issuer"):
            found[name] = found[name] or None
        return found


class ReferenceForm(ItemForm):
    """依据文件."""

    title = text_field(gettext_lazy("名称"), length=300)
    doc_number = text_field(gettext_lazy("文号"), length=60, required=False)

    def item_data(self) -> Data:
        return {**super().item_data(), "doc_number": self.cleaned_data["doc_number"] or None}


def month_field(label: Any) -> forms.CharField:
    return text_field(label, length=12, help_text=gettext_lazy("写成2020-06或2020年6月。"))


class PhaseForm(ItemForm):
    """阶段."""

    name = text_field(gettext_lazy("名称"), length=100)
    start = month_field(gettext_lazy("开始月份"))
    end = month_field(gettext_lazy("结束月份"))

    def clean_start(self) -> str:
        return _month(self.cleaned_data["start"])

    def clean_end(self) -> str:
        end = _month(self.cleaned_data["end"])
        if end < self.cleaned_data.get("start", ""):
            raise ValidationError(_("结束应晚于开始。"))
        return end


def _month(text: str) -> str:
    found = _MONTH.match(text.strip())
    if found is None:
        raise ValidationError(_("月份应写成2020-06或2020年6月。"))
    return f"{found[1]}-{int(found[2]):02d}"


class SectionForm(ItemForm):
    """章节."""

    level = forms.IntegerField(label=gettext_lazy("层级（1为最外层）"), min_value=1, max_value=9, initial=1)
    number = text_field(gettext_lazy("编号"), length=20, required=False)
    title = text_field(gettext_lazy("标题"), length=300)
    text = text_field(gettext_lazy("正文"), length=200_000, rows=5, required=False)

    def item_data(self) -> Data:
        found = super().item_data()
        number = found["number"] or None
        path = list(self.old.get("path") or [])
        if number != self.old.get("number") or not path:
            path = [*path[:-1], number or found["title"]]
        return {**found, "number": number, "path": path}


class TaskForm(ItemForm):
    """任务, with who answers for it and what is due when."""

    number = text_field(gettext_lazy("编号"), length=20, required=False)
    title = text_field(gettext_lazy("任务"), length=300, rows=2)
    section = forms.ChoiceField(label=gettext_lazy("所在章节"), required=False)
    objective = text_field(gettext_lazy("工作目标"), length=4000, rows=2, required=False)
    measures = text_field(
        gettext_lazy("具体措施"), length=20_000, rows=4, required=False, help_text=gettext_lazy("每行一条。")
    )
    milestones = text_field(
        gettext_lazy("进度安排"), length=20_000, rows=4, required=False,
        help_text=gettext_lazy("每行一条，先写时段，例如“第一季度：制定方案”“第二阶段：全面实施”。"),
    )  # fmt: skip
    text = text_field(gettext_lazy("正文"), length=200_000, rows=4, required=False)

    def __init__(self, *args: Any, sections: Sequence[tuple[Sequence[str], str]] = (), **kwargs: Any) -> None:
        self.sections = sections
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        choices = [(" ".join(path), label) for path, label in self.sections]
        own = " ".join(self.old.get("section") or [])
        if own and own not in dict(choices):
            choices.append((own, own))
        field = self.fields["section"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class says
        field.choices = with_blank(choices, _("无"))
        order = ["number", "title", "section"]
        for role, label in Assignment.Role.choices:
            self.fields[role] = text_field(label, length=4000, required=False, help_text=_("多个单位用顿号分开。"))
            order.append(role)
        self.order_fields([*order, "objective", "measures", "milestones", "text"])

    def to_form(self, data: Data) -> Data:
        found = {
            **data,
            "section": " ".join(data.get("section") or []),
            "measures": "\n".join(data.get("measures") or []),
        }
        found["milestones"] = "\n".join(f"{m['label']}：{m['text']}" for m in data.get("milestones") or [])
        for role in Assignment.Role.values:
            found[role] = "、".join(a["unit"] for a in data.get("assignments") or [] if a["role"] == role)
        return found

    def clean_milestones(self) -> list[Data]:
        known = {(m["label"], m["text"]): m for m in self.old.get("milestones") or []}
        found = []
        for line in lines_of(self.cleaned_data["milestones"]):
            label, mark, text = line.partition("：") if "：" in line else line.partition(":")
            if not mark or not label.strip() or not text.strip():
                raise ValidationError(_("“%(line)s”没有写成“时段：安排”。") % {"line": line[:30]})
            label, text = label.strip(), text.strip()
            read = milestones_of(f"{label}，{text}", 0)
            quarters = (read[0].from_quarter, read[0].to_quarter) if read else (None, None)
            entry = {"label": label[:60], "from_quarter": quarters[0], "to_quarter": quarters[1], "text": text}
            found.append(known.get((label, text)) or {**entry, "line": self.old.get("line")})
        return found

    def item_data(self) -> Data:
        cleaned = self.cleaned_data
        lines = {(a["role"], a["unit"]): a["line"] for a in self.old.get("assignments") or []}
        assignments = []
        for role in Assignment.Role.values:
            kept = [a["unit"] for a in self.old.get("assignments") or [] if a["role"] == role]
            units = kept if cleaned[role] == "、".join(kept) else unit_names(cleaned[role])
            assignments += [
                {"role": role, "unit": unit, "line": lines.get((role, unit))} for unit in dict.fromkeys(units)
            ]
        order = list(dict.fromkeys(a["role"] for a in self.old.get("assignments") or []))
        assignments.sort(key=lambda a: order.index(a["role"]) if a["role"] in order else len(order))
        path = next((list(p) for p, _label in self.sections if " ".join(p) == cleaned["section"]), None)
        if path is None:
            path = list(self.old.get("section") or []) if cleaned["section"] else []
        return {
            "number": cleaned["number"] or None, "title": cleaned["title"], "section": path,
            "objective": cleaned["objective"] or None, "measures": lines_of(cleaned["measures"]),
            "milestones": cleaned["milestones"], "text": cleaned["text"], "assignments": assignments,
        }  # fmt: skip


class TermForm(ItemForm):
    """名词解释."""

    term = text_field(gettext_lazy("名词"), length=100)
    definition = text_field(gettext_lazy("解释"), length=20_000, rows=4)


FORMS: dict[str, type[ItemForm]] = {
    Kind.PLAN: HeadForm, Kind.REFERENCE: ReferenceForm, Kind.PHASE: PhaseForm, Kind.SECTION: SectionForm,
    Kind.TASK: TaskForm, Kind.TERM: TermForm,
}  # fmt: skip
