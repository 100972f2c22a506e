"""What a request's body may say: named fields and no others, since a field nobody reads would be lost in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers
from rest_framework.fields import empty

from ipdash.core.api.fields import Whole


class Body(serializers.Serializer[Any]):
    """A JSON object with these fields; the others are refused by name."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"": [_("应为一个JSON对象。")]})
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            sentence = _("没有名为“%(name)s”的字段，或不能由此修改。")
            raise serializers.ValidationError({name[:40]: [sentence % {"name": name[:40]}] for name in unknown})
        return super().to_internal_value(data)


def for_change(body: type[Body], *, without: tuple[str, ...] = ()) -> type[Body]:
    """The same body for a change: every field may be left out, `version` is the one that was seen.

    Not DRF's `partial`, which would also let the parts of nested lists be left out.
    """

    class Changed(body):  # type: ignore[misc, valid-type]  # a base given as an argument
        def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
            fields: dict[str, Any] = {
                name: field for name, field in super().get_fields().items() if name not in without
            }
            for field in fields.values():
                field.required, field.default = False, empty
            fields["version"] = Whole(min_value=1, max_value=2**31 - 1, required=False)
            return fields

    Changed.__doc__ = body.__doc__
    name = body.__name__.removesuffix("Body")
    Changed.__name__ = Changed.__qualname__ = f"{name}Change"
    return extend_schema_serializer(component_name=f"{name}Change")(Changed)
