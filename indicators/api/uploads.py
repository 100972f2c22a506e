"""`uploads/`: figures from files, from the file to the stored figures and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api.results import moment
from indicators.api.upload_bodies import (
    MULTIPART,
    AskedJobSerializer,
    CommitBody,
    PreviewFilters,
    UndoBody,
    UploadFilters,
    UploadRowSerializer,
    UploadSerializer,
    row_told,
)
from indicators.models import Upload, UploadRow
from indicators.permissions import ENTERING, REVIEWING, get_upload_for
from indicators.selectors import uploads as selectors
from indicators.services import uploads as services
from indicators.services.upload_foreign import CHANGEABLE
from ipdash.core import clock
from ipdash.core.api.parsers import ExactJSONParser, FormParser
from plans.api.base import ScopedReadOnly
from plans.permissions import not_found, require_role
from plans.scope import Scope

TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
JSON = [ExactJSONParser]
State = Upload.State


@extend_schema_view(list=extend_schema(summary="上传：列表"), retrieve=extend_schema(summary="上传：查看一次"))
class UploadViewSet(ScopedReadOnly):
    """统计数据上传：接收、核对列、预览、入库、撤销。"""

    serializer_class = UploadSerializer
    filterset_class = UploadFilters
    orderings = {"id": "id", "state": "state", "uploaded_at": "uploaded_at"}
    queryset = Upload.objects.none()
    parser_classes = [FormParser]

    def visible(self) -> QuerySet[Any]:
        return selectors.uploads_for(self.scope).defer(None)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(told(page or [], self.scope))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self._told(self.get_object()))

    @extend_schema(
        operation_id="uploads_create",
        summary="上传：上传文件",
        description="不能使用的文件存为“已拒绝”，原因在findings中；其他文件存为“已接收”。",
        request=MULTIPART,
        responses={201: UploadSerializer},
    )
    def create(self, request: Request) -> Response:
        require_role(self.scope, *ENTERING)
        file = _only_file(request.data)
        upload = services.receive(request.user, file, file.name or "", clock.today())
        return Response(self._told(upload), status=201)

    @extend_schema(operation_id="uploads_mapping", summary="上传：查看识别结果", responses={200: {"type": "object"}})
    @action(detail=True, methods=["get"], parser_classes=JSON)
    def mapping(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self._own().mapping)

    @extend_schema(
        operation_id="uploads_mapping_confirm",
        summary="上传：确认识别结果",
        description="本系统的模板：请求内容为空对象，或与识别结果相同。其他来源的文件：可以改正tables、regions、indicators，"
        "其余各项须与识别结果相同；另给出remember（来源名）的，对应关系留给下次同样的文件沿用。",
        request={"application/json": {"type": "object"}},
        responses={200: UploadSerializer},
    )
    @mapping.mapping.put
    def confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *ENTERING)
        upload = self._own()
        data, source = _corrections(request.data, upload)
        return Response(
            self._told(services.confirm_mapping(request.user, upload, data, source=source, today=clock.today()))
        )

    @extend_schema(
        operation_id="uploads_preview",
        summary="上传：预览",
        description="逐行给出将作的改动；again=true按当前数据重新比对。响应另含state和counts。",
        filters=True,
        responses={200: UploadRowSerializer(many=True)},
    )
    @action(
        detail=True, methods=["get"], parser_classes=JSON, serializer_class=UploadRowSerializer,
        filterset_class=PreviewFilters, queryset=UploadRow.objects.none(), pagination_class=ScopedReadOnly.pagination_class,
    )  # fmt: skip
    def preview(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        upload = get_upload_for(self.scope, int(self.kwargs["pk"]))
        own = upload.uploaded_by_id == self.scope.user_id
        rows = self.filter_queryset(selectors.rows_for(self.scope, upload))
        fresh = {State.RECEIVED, State.MAPPED} | (
            {State.PREVIEWED} if request.query_params.get("again") == "true" else set()
        )
        if own and (
            upload.state in fresh or upload.state == State.REFUSED
        ):  # a refused file has none: the service says so
            upload = services.preview(request.user, upload, clock.today())
        answer = self.get_paginated_response([row_told(row) for row in self.paginate_queryset(rows) or []])
        answer.data |= {"state": upload.state, "counts": selectors.counts_for(self.scope, [upload])[upload.pk]}
        return answer

    @extend_schema(
        operation_id="uploads_commit", summary="上传：入库", request=CommitBody, responses={202: AskedJobSerializer}
    )
    @action(detail=True, methods=["post"], parser_classes=JSON)
    def commit(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *ENTERING)
        upload, body = self._own(), self.read(CommitBody)
        confirmed = set(body.get("confirmed", ()))
        questions = UploadRow.objects.filter(upload=upload, verdict=UploadRow.Verdict.QUESTION, pk__in=confirmed)
        if questions.count() != len(confirmed):
            raise ValidationError({"confirmed": [_("其中有不是本次待确认行的编号，请重新读取预览。")]})
        job = services.request_commit(
            request.user,
            upload,
            all_or_nothing=body.get("all_or_nothing", False),
            confirmed=confirmed,
            kinds=body.get("kinds", ()),
            all_confirmed=body.get("all_confirmed", False),
        )
        return Response({"job": job.pk}, status=202)

    @extend_schema(
        operation_id="uploads_undo",
        summary="上传：撤销",
        description="恢复到入库前的状态；其后又有改动的不能撤销，答复409并列出。",
        request=UndoBody,
        responses={202: AskedJobSerializer},
    )
    @action(detail=True, methods=["post"], parser_classes=JSON)
    def undo(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(self.scope, *ENTERING, *REVIEWING)
        upload = get_upload_for(self.scope, int(self.kwargs["pk"]))
        reason = self.read(UndoBody).get("reason", "")
        job = services.request_undo(request.user, upload, today=clock.today(), reason=reason)
        return Response({"job": job.pk}, status=202)

    @extend_schema(
        operation_id="uploads_annotated",
        summary="上传：下载标注后的文件",
        responses={
            (200, media.split(";")[0]): OpenApiResponse({"type": "string", "format": "binary"})
            for media in TYPES.values()
        },
    )
    @action(detail=True, methods=["get"], parser_classes=JSON)
    def annotated(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        name, content = services.annotated(self._own())
        answer = HttpResponse(content, content_type=TYPES["csv" if name.endswith(".csv") else "xlsx"])
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return answer

    def _own(self) -> Upload:
        """The upload, for whoever sent it; the file's content is nobody else's."""
        upload = get_upload_for(self.scope, int(self.kwargs["pk"]))
        if upload.uploaded_by_id != self.scope.user_id:
            raise not_found()
        return upload

    def _told(self, upload: Upload) -> dict[str, Any]:
        return told([upload], self.scope)[0]


def _corrections(body: Any, upload: Upload) -> tuple[dict[str, Any] | None, str | None]:
    """What a request says of the mapping, and the source's name under which to remember it."""
    changeable = CHANGEABLE if upload.mapping.get("kind") == "foreign" else ()
    if not isinstance(body, Mapping):
        raise ValidationError({"": [_("请求内容应为JSON对象。")]})
    data = dict(body)
    source = data.pop("remember", None) if changeable else None
    if source is not None and not isinstance(source, str):
        raise ValidationError({"remember": [_("来源名应为文字。")]})
    other = {name for name in data if name not in changeable}
    if any(name not in upload.mapping or data[name] != upload.mapping[name] for name in other) or (
        data and not changeable and data != upload.mapping
    ):
        raise ValidationError({"": [_("识别结果与文件一致，不能另行指定；需要调整的请改正文件后重新上传。")]})
    return {name: data[name] for name in changeable if name in data} or None, source


def _only_file(form: Any) -> UploadedFile[Any]:
    """The one file of a multipart request; raises `ValidationError` for anything else in it."""
    extra = [name for name in form if name != "file"]
    if extra:
        raise ValidationError({name[:40]: [_("没有名为“%(name)s”的字段。") % {"name": name[:40]}] for name in extra})
    files = form.getlist("file") if isinstance(form, QueryDict) else []  # a request without a body is no form at all
    if len(files) != 1 or not isinstance(files[0], UploadedFile):
        raise ValidationError({"file": [_("请以multipart/form-data上传一个文件，字段名为file。")]})
    file: UploadedFile[Any] = files[0]
    return file


def told(uploads: Sequence[Upload], scope: Scope) -> list[dict[str, Any]]:
    """Uploads as this person may know them; mapping and findings quote the file and are its sender's alone."""
    counts = selectors.counts_for(scope, uploads)
    return [
        {
            "id": upload.pk,
            "file": upload.name,
            "size": upload.size,
            "state": upload.state,
            "mapping": upload.mapping if upload.uploaded_by_id == scope.user_id else {},
            "counts": counts[upload.pk],
            "findings": selectors.findings_for(scope, upload),
            "all_or_nothing": upload.all_or_nothing,
            "job": upload.job_id,
            "uploaded_at": moment(upload.uploaded_at),
            "committed_at": moment(upload.committed_at),
            "version": upload.version,
        }
        for upload in uploads
    ]
