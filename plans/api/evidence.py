"""`evidence/`: files attached to figures and reports, for whoever sees these."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import FileResponse, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ipdash.core import clock
from ipdash.core.api.fields import Text, Whole, identifier
from ipdash.core.api.filters import Filters, TextFilter, WholeFilter
from ipdash.core.api.parsers import FormParser
from ipdash.core.file_kinds import KINDS
from plans.api.base import ScopedReadOnly
from plans.evidence import visible_evidence
from plans.models import EvidenceFile
from plans.services.evidence import add_evidence, remove_evidence
from plans.views.evidence import served

_FIELDS = ("holder_kind", "holder")
MULTIPART: dict[str, Any] = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "holder_kind": {"type": "string", "description": "材料附在什么上：figure为填报数据。"},
            "holder": {"type": "integer", "description": "该记录的id。"},
            "file": {"type": "string", "format": "binary", "description": "PDF、OFD、Office、图片或文本，最大20 MB。"},
        },
        "required": ["holder_kind", "holder", "file"],
    }
}


class EvidenceSerializer(serializers.Serializer[Any]):
    """A file; `holder_kind` and `holder` say what it hangs on, `kind` is told from its content."""

    id = identifier()
    holder_kind = Text()
    holder = identifier(source="holder_id")
    name = Text()
    kind = Text()
    size = Whole()
    checksum = Text()
    added_at = serializers.DateTimeField()


class EvidenceFilters(Filters):
    holder_kind = TextFilter(field_name="holder_kind", label="材料附在什么上，如figure")
    holder = WholeFilter("holder_id", label="该记录的id")


@extend_schema_view(list=extend_schema(summary="佐证材料：列表"), retrieve=extend_schema(summary="佐证材料：查看一份"))
class EvidenceViewSet(ScopedReadOnly):
    """佐证材料：附在填报数据等记录上的文件；能看到该记录的人能看到它的材料。"""

    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilters
    orderings = {"id": "id", "added_at": "added_at", "size": "size"}
    queryset = EvidenceFile.objects.none()
    parser_classes = [FormParser]
    http_method_names = ("get", "post", "delete", "head", "options")

    def visible(self) -> QuerySet[Any]:
        return visible_evidence(self.scope)

    @extend_schema(
        operation_id="evidence_create",
        summary="佐证材料：附上一份",
        description="类型按内容判断，不看扩展名。同一记录上内容相同的文件只留一份，答复已有的那份。",
        request=MULTIPART,
        responses={201: EvidenceSerializer},
    )
    def create(self, request: Request) -> Response:
        kind, holder, file = _form(request.data)
        made = add_evidence(request.user, kind, holder, file, file.name or "", today=clock.today())
        return Response(self.get_serializer(made).data, status=201)

    @extend_schema(operation_id="evidence_destroy", summary="佐证材料：移除一份", responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        remove_evidence(request.user, int(self.kwargs["pk"]), today=clock.today())
        return Response(status=204)

    @extend_schema(
        operation_id="evidence_file",
        summary="佐证材料：下载",
        responses={
            (200, kind.media_type.split(";")[0]): OpenApiResponse({"type": "string", "format": "binary"})
            for kind in KINDS.values()
        },
    )
    @action(detail=True, methods=["get"])
    def file(self, request: Request, *args: Any, **kwargs: Any) -> FileResponse:
        return served(self.get_object())


def _form(form: Any) -> tuple[str, int, UploadedFile[Any]]:
    """What a multipart request asks for; raises `ValidationError` for anything else in it."""
    if not isinstance(form, QueryDict):  # a request without a body is no form at all
        raise ValidationError({"file": [_("请以multipart/form-data上传文件，字段名为file。")]})
    errors = {
        name[:40]: [_("没有名为“%(name)s”的字段。") % {"name": name[:40]}]
        for name in form
        if name not in (*_FIELDS, "file")
    }
    files = form.getlist("file")
    if len(files) != 1 or not isinstance(files[0], UploadedFile):
        errors["file"] = [_("请以multipart/form-data上传一个文件，字段名为file。")]
    holder, kind = form.get("holder", ""), form.get("holder_kind", "")
    if not isinstance(holder, str) or not holder.isascii() or not holder.isdigit() or len(holder) > 18:
        errors["holder"] = [_("请给出材料所附记录的id。")]
    if not isinstance(kind, str) or not kind:
        errors["holder_kind"] = [_("请给出holder_kind，例如figure。")]
    if errors:
        raise ValidationError(errors)
    file: UploadedFile[Any] = files[0]  # type: ignore[assignment]  # a form's values are texts and files
    return str(kind), int(str(holder)), file
