"""`units/`: who answers for work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from ipdash.core.api.bodies import Body, for_change
from ipdash.core.api.fields import Day, Text, Whole, YesNo, also, identifier, region_code
from ipdash.core.api.filters import Filters, TextFilter, WholeFilter, YesNoFilter
from ipdash.core.api.views import JobId
from plans.api.base import ScopedWritable, region_filter, written
from plans.models import Role, Unit, UnitAlias
from plans.services.units import Alias, UnitChanges, change_unit, create_unit


class AliasSerializer(serializers.Serializer[Any]):
    """Another name, or (`is_former`) one the unit had from a day to a day, where known."""

    name = Text()
    is_former = YesNo()
    valid_from = Day(allow_null=True)
    valid_to = Day(allow_null=True)
    note = Text(allow_blank=True)


@also(parent=identifier(source="parent_id", allow_null=True))
class UnitSerializer(serializers.Serializer[Any]):
    """A unit; `aliases` are its other and former names, `members` the ids of a collective's members."""

    id = identifier()
    name = Text()
    aliases = serializers.SerializerMethodField()
    region = region_code(source="region.code")
    alias_details = AliasSerializer(source="aliases", many=True)
    is_collective = YesNo()
    members = serializers.SerializerMethodField()
    version = Whole()

    def get_aliases(self, unit: Unit) -> list[str]:
        return [alias.name for alias in unit.aliases.all()]

    def get_members(self, unit: Unit) -> list[int]:
        return [link.member_id for link in unit.member_links.all()]


class AliasBody(Body):
    """Another name, or (`is_former`) one the unit had from a day to a day, where known."""

    name = Text(max_length=120)
    is_former = YesNo(default=False)
    valid_from = Day(allow_null=True, default=None)
    valid_to = Day(allow_null=True, default=None)
    note = Text(max_length=300, allow_blank=True, default="")


@also(parent=identifier(allow_null=True, required=False))
class UnitBody(Body):
    """A unit. `aliases` names the whole list; what is known of a name that stays is kept. `alias_details` says all of it."""

    region = region_code()
    name = Text(max_length=120)
    is_collective = YesNo(required=False)
    aliases = serializers.ListField(child=Text(max_length=120), required=False, max_length=200)
    alias_details = AliasBody(many=True, required=False)
    members = serializers.ListField(child=identifier(), required=False, max_length=4000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "aliases" in attrs and "alias_details" in attrs:
            raise serializers.ValidationError({"aliases": [_("aliases与alias_details只能给一个。")]})
        return attrs


UnitChange = for_change(UnitBody, without=("region",))


class UnitFilters(Filters):
    region = region_filter()
    name = TextFilter(method="named", label="名称或别名，全名")
    parent = WholeFilter("parent")
    is_collective = YesNoFilter("is_collective")

    def named(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.named(value)


@written("单位", UnitBody, UnitChange, UnitSerializer)
class UnitViewSet(ScopedWritable):
    """单位：名称、别名、所属区划；集合名称（如“各县区政府”）列出其成员。"""

    serializer_class = UnitSerializer
    filterset_class = UnitFilters
    orderings = {"id": "id", "name": "name", "region": "region__code"}
    queryset = Unit.objects.none()
    writers = (Role.STAFF, Role.SYSADMIN)
    create_body, change_body = UnitBody, UnitChange

    def visible(self) -> QuerySet[Any]:
        return Unit.objects.visible_to(self.scope).select_related("region").prefetch_related("aliases", "member_links")

    def store(self, values: dict[str, Any]) -> tuple[int, JobId]:
        return create_unit(self.request.user, **_with_aliases(values, ())).pk, None

    def alter(self, found: Unit, values: dict[str, Any], version: int | None) -> JobId:
        changes = cast(UnitChanges, _with_aliases(values, found.aliases.all()))
        change_unit(self.request.user, found.pk, changes, version=version)
        return None


def _with_aliases(values: dict[str, Any], known: Iterable[UnitAlias]) -> dict[str, Any]:
    """The values with aliases as the service takes them."""
    if "alias_details" in values:
        values["aliases"] = [Alias(**alias) for alias in values.pop("alias_details")]
    elif "aliases" in values:
        kept = {a.name: Alias(a.name, a.is_former, a.valid_from, a.valid_to, a.note) for a in known}
        values["aliases"] = [kept.get(name, Alias(name)) for name in values["aliases"]]
    return values
