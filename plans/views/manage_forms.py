"""What people type on the pages of accounts, roles and units."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ipdash.accounts.models import User
from ipdash.core.errors import Invalid
from ipdash.core.forms import ServiceForm, lines_of, text_field, with_blank
from plans.models import Region, Role, Unit
from plans.models.membership import REGION_ROLES, UNIT_ROLES
from plans.services.lookups import region_called, unit_called
from plans.services.units import Alias

FORMER = "（曾用）"


class RegionField(forms.CharField):
    """A region by code or name."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("区划"))
        super().__init__(
            max_length=60, widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}), **kwargs
        )

    def clean(self, value: Any) -> Region | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return region_called(text)
        except Invalid as error:
            raise ValidationError(str(error.message), code=error.code) from error


class AccountForm(ServiceForm):
    """A new account."""

    username = text_field(
        gettext_lazy("用户名"), length=150, help_text=gettext_lazy("登录用，建立后不能更改，例如 zhangsan。")
    )
    display_name = text_field(gettext_lazy("姓名"), length=100)
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"),
        required=False,
        error_messages={"invalid": gettext_lazy("电子邮箱格式不正确，应如 name@example.cn。")},
    )


class AccountChangeForm(ServiceForm):
    """What may be changed of an account."""

    display_name = text_field(gettext_lazy("姓名"), length=100)
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"),
        required=False,
        error_messages={"invalid": gettext_lazy("电子邮箱格式不正确，应如 name@example.cn。")},
    )


class RoleForm(ServiceForm):
    """A role for a person at the place that the role needs."""

    user = text_field(gettext_lazy("用户名"), length=150)
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=with_blank(Role.choices, gettext_lazy("请选择")))
    region = RegionField(
        required=False, help_text=gettext_lazy("全称或6位代码。管理员不填；角色的范围包括该区划及其下级。")
    )
    unit = text_field(
        gettext_lazy("单位"), length=120, required=False,
        help_text=gettext_lazy("只有填报人、责任部门需要，写该区划下的单位名称，例如“区市场监管局”。"),
    )  # fmt: skip

    def clean_user(self) -> User:
        user = User.objects.filter(username__iexact=self.cleaned_data["user"].strip()).first()
        if user is None:
            raise ValidationError(_("没有这个用户名；账号由系统管理员建立。"))
        return user

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        role, region, unit = values.get("role"), values.get("region"), (values.get("unit") or "").strip()
        if role in [*REGION_ROLES, *UNIT_ROLES] and region is None and not self.has_error("region"):
            self.add_error("region", _("请填写区划的全称或6位代码。"))
        if role in UNIT_ROLES and not unit:
            self.add_error("unit", _("请填写单位名称。"))
        if role not in UNIT_ROLES and unit:
            self.add_error("unit", _("这个角色不属于单位，请清空本栏。"))
        if role and role not in [*REGION_ROLES, *UNIT_ROLES] and region is not None:
            self.add_error("region", _("管理员不属于区划，请清空本栏。"))
        values["unit_id"] = self._unit_id(region, unit) if role in UNIT_ROLES and region is not None and unit else None
        return values

    def _unit_id(self, region: Region, name: str) -> int | None:
        try:
            return unit_called(region, name).pk
        except Invalid as error:
            self.add_error("unit", str(error.message))
            return None


class MergeForm(ServiceForm):
    """The entry that is the same body, and why."""

    merged = text_field(
        gettext_lazy("并入本单位的另一条目"), length=120,
        help_text=gettext_lazy("同一区划内的名称或别名。它的名称成为别名，任务、填报责任、人员等都归到本单位。"),
    )  # fmt: skip
    reason = text_field(gettext_lazy("合并原因"), length=300)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit

    def clean_merged(self) -> int:
        """The other unit's id."""
        try:
            return unit_called(self.unit.region, self.cleaned_data["merged"].strip()).pk
        except Invalid as error:
            raise forms.ValidationError(str(error.message)) from None


class UnitForm(ServiceForm):
    """A unit with its other names and, for a collective, its members: one a line."""

    region = RegionField()
    name = text_field(gettext_lazy("名称"), length=120)
    parent = text_field(
        gettext_lazy("上级单位"), length=120, required=False, help_text=gettext_lazy("处室填写所在单位的名称。")
    )
    aliases = text_field(
        gettext_lazy("别名和曾用名"), length=4000, rows=4, required=False,
        help_text=gettext_lazy("每行一个；曾用名在后面写“（曾用）”，例如：市工商局（曾用）。改名时请把原名称列在这里，原有文件和数据才能对上。"),
    )  # fmt: skip
    is_collective = forms.BooleanField(
        label=gettext_lazy("这是集合名称（如“各县区政府”），由下列成员单位承担"), required=False
    )
    members = text_field(
        gettext_lazy("成员单位"), length=8000, rows=6, required=False,
        help_text=gettext_lazy("只有集合名称需要，每行一个单位名称；下级区划的单位写成“区划 单位”，例如：璧山区 区政府办。"),
    )  # fmt: skip

    def __init__(self, *args: Any, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        if unit is not None:
            del self.fields["region"]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        region = self.unit.region if self.unit is not None else values.get("region")
        if region is None:
            return values
        values["parent_id"] = self._named("parent", region, (values.get("parent") or "").strip())
        found = [self._member(region, line) for line in lines_of(values.get("members") or "")]
        values["member_ids"] = [pk for pk in found if pk is not None]
        values["alias_list"] = self._aliases(lines_of(values.get("aliases") or ""))
        return values

    def _named(self, field: str, region: Region, name: str) -> int | None:
        if not name:
            return None
        try:
            return unit_called(region, name).pk
        except Invalid as error:
            self.add_error(field, str(error.message))
            return None

    def _member(self, region: Region, line: str) -> int | None:
        place, blank, name = line.partition(" ")
        if not blank:
            return self._named("members", region, line)
        below = Region.objects.filter(code__startswith=region.prefix, short_name=place).first()
        below = below or Region.objects.filter(code__startswith=region.prefix, name=place).first()
        return self._named("members", below or region, name.strip() if below else line)

    def _aliases(self, lines: list[str]) -> list[Alias]:
        """Dates and notes of names that stay are kept."""
        known = {} if self.unit is None else {alias.name: alias for alias in self.unit.aliases.all()}
        found = []
        for line in lines:
            name, former = line.removesuffix(FORMER).strip(), line.endswith(FORMER)
            old = known.get(name)
            found.append(Alias(name, former, *((old.valid_from, old.valid_to, old.note) if old else ())))
        return found


def unit_initial(unit: Unit) -> dict[str, Any]:
    """What stands in the form when a unit is opened."""
    members = unit.members.select_related("region").order_by("region__code", "name")
    return {
        "name": unit.name,
        "parent": unit.parent.name if unit.parent is not None else "",
        "aliases": "\n".join(alias.name + (FORMER if alias.is_former else "") for alias in unit.aliases.all()),
        "is_collective": unit.is_collective,
        "members": "\n".join(m.name if m.region_id == unit.region_id else f"{m.region.name} {m.name}" for m in members),
    }
