"""What is sent to and told by `uploads/`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from indicators.api.results import number
from indicators.models import Upload, UploadRow
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import (
    Choice,
    DecimalOut,
    Text,
    Whole,
    YesNo,
    identifier,
    indicator_code,
    quarter,
    region_code,
    year,
)
from ipdash.core.api.filters import Filters, WordFilter, YesNoFilter

MULTIPART: dict[str, Any] = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary", "description": ".xlsx、.xls或.csv，最大10 MB。"}},
        "required": ["file"],
    }
}


class UploadSerializer(serializers.Serializer[Any]):
    """An upload; `file` is the name people gave it. Mapping and findings are told to its sender alone."""

    id = identifier()
    file = Text()
    size = Whole()
    state = Choice(Upload.State.choices)
    mapping = serializers.DictField()
    counts = serializers.DictField(child=Whole())
    findings = serializers.ListField(child=serializers.DictField())
    all_or_nothing = YesNo()
    job = identifier(allow_null=True)
    uploaded_at = serializers.DateTimeField()
    committed_at = serializers.DateTimeField(allow_null=True)
    version = Whole()


class UploadRowSerializer(serializers.Serializer[Any]):
    """One figure cell and what is to become of it; `old_value` is what stands there now."""

    id = identifier()
    sheet = Text(allow_blank=True)
    cell = Text(allow_blank=True)
    indicator = indicator_code(allow_null=True)
    indicator_text = Text(allow_blank=True)
    region = region_code(allow_null=True)
    region_text = Text(allow_blank=True)
    year = year(allow_null=True)
    quarter = quarter(allow_null=True)
    value = DecimalOut(allow_null=True)
    old_value = DecimalOut(allow_null=True)
    printed = Text(allow_blank=True)
    note = Text(allow_blank=True)
    verdict = Choice(UploadRow.Verdict.choices)
    code = Text(allow_blank=True)
    message = Text(allow_blank=True)


def row_told(row: UploadRow) -> dict[str, Any]:
    """The fields of `UploadRowSerializer`."""
    same = (
        "sheet",
        "cell",
        "indicator_text",
        "region_text",
        "year",
        "quarter",
        "printed",
        "note",
        "verdict",
        "code",
        "message",
    )
    return {
        "id": row.pk,
        "indicator": row.indicator.code if row.indicator else None,
        "region": row.region.code if row.region else None,
        "value": number(row.value),
        "old_value": number(row.old_value),
        **{name: getattr(row, name) for name in same},
    }


class AskedJobSerializer(serializers.Serializer[Any]):
    """The job that does it; see `jobs/`."""

    job = identifier()


class CommitBody(Body):
    """`confirmed`: ids of rows in question that are right as understood; `kinds`: codes of questions, all of whose rows
    are; `all_confirmed`: every one of them."""

    all_or_nothing = YesNo(required=False)
    confirmed = serializers.ListField(child=identifier(), required=False, max_length=100_000)
    kinds = serializers.ListField(child=Text(max_length=40), required=False, max_length=50)
    all_confirmed = YesNo(required=False)


class UndoBody(Body):
    """Why the upload is taken back."""

    reason = Text(max_length=500, allow_blank=True, required=False)


class UploadFilters(Filters):
    state = WordFilter("state", Upload.State.values)


class PreviewFilters(Filters):
    verdict = WordFilter("verdict", UploadRow.Verdict.values)
    again = YesNoFilter(method="not_a_filter", label="按当前数据重新比对")

    def not_a_filter(self, queryset: Any, _name: str, _value: bool) -> Any:
        return queryset
