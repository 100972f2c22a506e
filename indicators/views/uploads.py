"""Uploading figures in four steps, each with its own address (design: look, Upload)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from indicators.models import Upload, UploadRow
from indicators.permissions import ENTERING, get_upload_for
from indicators.selectors import uploads as selectors
from indicators.selectors.templates import template_quarters, template_units
from indicators.services import uploads as services
from indicators.views.templates import file_response
from indicators.views.upload_mapping import foreign_mapping
from ipdash.core import clock
from ipdash.core.errors import Conflict, DomainError, Invalid
from ipdash.core.periods import Quarter
from plans.models import Role, Unit
from plans.permissions import not_found, require_role
from plans.scope import Scope, scope_of

PAGE, ROWS = 30, 100
QUESTIONS = 1000  # with a box each; beyond them only all together
Verdict = UploadRow.Verdict


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("数据文件"),
        help_text=gettext_lazy("本系统的填报模板，或其他来源的统计表；.xlsx、.xls 或 .csv，最大10 MB。"),
        allow_empty_file=True,  # an empty file is refused like any other, with its own sentence
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )


class CommitForm(forms.Form):
    choice = forms.ChoiceField(choices=[("partial", ""), ("all", "")], initial="partial")
    confirm_all = forms.BooleanField(required=False)


@require_safe
def upload_list(request: HttpRequest) -> HttpResponse:
    """Every upload that one sees, newest first: who, when, what, how many, and where it stands."""
    scope = scope_of(request.user)
    page = Paginator(selectors.uploads_for(scope), PAGE).get_page(request.GET.get("page"))
    counts = selectors.counts_for(scope, page.object_list)
    rows = [{"upload": upload, "counts": counts[upload.pk]} for upload in page.object_list]
    return render(request, "uploads/list.html", {"page": page, "rows": rows, "may_upload": scope.has(*ENTERING)})


@require_http_methods(["GET", "HEAD", "POST"])
def upload_new(request: HttpRequest) -> HttpResponse:
    """Step 1: the file; beside it the template to fill in."""
    scope = scope_of(request.user)
    require_role(scope, *ENTERING)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        upload = services.receive(request.user, file, file.name or "", clock.today())
        step = "upload" if upload.state == Upload.State.REFUSED else "upload-mapping"
        return redirect(step, upload_id=upload.pk)
    context = {"form": form, "step": 1, **_template_choices(scope, request)}
    return render(request, "uploads/new.html", context, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_mapping(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Step 2: what was recognised, for the person to agree with."""
    upload = _own(request, upload_id)
    is_open = upload.state in {Upload.State.RECEIVED, Upload.State.MAPPED, Upload.State.PREVIEWED}
    if is_open and upload.mapping.get("kind") == "foreign":
        return foreign_mapping(request, upload)
    if request.method == "POST":
        upload = services.confirm_mapping(request.user, upload)
        services.preview(request.user, upload, clock.today())
        return redirect("upload-preview", upload_id=upload.pk)
    if not is_open:
        return redirect("upload", upload_id=upload.pk)
    unit = Unit.objects.visible_to(scope_of(request.user)).filter(pk=upload.mapping.get("unit") or 0).first()
    context = {"upload": upload, "step": 2, "unit": unit, "periods": _periods(upload), **_findings(request, upload)}
    return render(request, "uploads/mapping.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def upload_preview(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Step 3: the difference that storing would make, with the questions to answer."""
    upload = _own(request, upload_id)
    if upload.state != Upload.State.PREVIEWED or services.is_busy(upload):
        step = "upload-mapping" if upload.state in {Upload.State.RECEIVED, Upload.State.MAPPED} else "upload"
        return redirect(step, upload_id=upload.pk)
    form = CommitForm(request.POST) if request.method == "POST" else CommitForm()
    error: DomainError | None = None
    confirmed = _ids(request, "confirm")
    if form.is_bound and not form.is_valid():
        error = Invalid("choice_needed", _("请选择入库方式：只入库正确的行，或有错全不入库。"))
    elif form.is_bound:
        try:
            services.request_commit(
                request.user, upload, all_or_nothing=form.cleaned_data["choice"] == "all",
                confirmed=confirmed, kinds=request.POST.getlist("confirm_kind")[:50], all_confirmed=form.cleaned_data["confirm_all"],
            )  # fmt: skip
            return redirect("upload", upload_id=upload.pk)
        except DomainError as refused:
            error = refused
    context = {
        "upload": upload,
        "step": 3,
        "form": form,
        "error": error,
        "confirmed": confirmed,
        "kinds_confirmed": request.POST.getlist("confirm_kind"),
    }
    context |= _difference(request, upload)
    return render(request, "uploads/preview.html", context, status=error.status if error else 200)


@require_POST
def upload_compare(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Step 3 again, against what stands there now."""
    services.preview(request.user, _own(request, upload_id), clock.today())
    messages.success(request, _("已按当前数据重新比对。"))
    return redirect("upload-preview", upload_id=upload_id)


@require_safe
def upload_detail(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Step 4: what became of it. A fragment of it asks for itself until the job has ended."""
    scope = scope_of(request.user)
    upload = get_upload_for(scope, upload_id)
    own = upload.uploaded_by_id == scope.user_id
    counts = selectors.counts_for(scope, [upload])[upload.pk]
    rows = selectors.rows_for(scope, upload).filter(verdict__in=[Verdict.REFUSED, Verdict.QUESTION])
    stored = selectors.rows_for(scope, upload).filter(verdict__in=[Verdict.NEW, Verdict.CHANGED])
    context = {
        "upload": upload, "step": 4, "own": own, "busy": services.is_busy(upload), "counts": counts,
        "left_out": list(rows[:ROWS]), "left_out_count": counts.get("refused", 0) + counts.get("question", 0),
        "page": Paginator(stored, ROWS).get_page(request.GET.get("page")),
        "plans": selectors.plans_of(scope, upload), "reviews": scope.has(Role.REVIEWER),
        "may_undo": upload.state == Upload.State.COMMITTED and scope.has(*ENTERING, Role.REVIEWER),
        **_findings(request, upload),
    }  # fmt: skip
    if getattr(request, "htmx", False):
        return render(request, "uploads/_result.html", context)
    return render(request, "uploads/detail.html", context)


@require_POST
def upload_undo(request: HttpRequest, upload_id: int) -> HttpResponse:
    """Takes a stored upload back, or says which figures stand in the way."""
    upload = get_upload_for(scope_of(request.user), upload_id)
    try:
        services.request_undo(request.user, upload, today=clock.today(), reason=request.POST.get("reason", ""))
    except Conflict as refused:
        obstacles = [sentence for sentences in refused.details.values() for sentence in sentences]
        context = {"upload": upload, "error": refused, "obstacles": obstacles}
        return render(request, "uploads/undo_refused.html", context, status=refused.status)
    return redirect("upload", upload_id=upload.pk)


@require_safe
def upload_annotated(request: HttpRequest, upload_id: int) -> HttpResponse:
    """The same file with its findings marked."""
    name, content = services.annotated(_own(request, upload_id))
    return file_response(content, name, "csv" if name.endswith(".csv") else "xlsx")


def _own(request: HttpRequest, upload_id: int) -> Upload:
    """The upload, for whoever sent it; the file's content is nobody else's."""
    upload = get_upload_for(scope_of(request.user), upload_id)
    if upload.uploaded_by_id != request.user.pk:
        raise not_found()
    return upload


def _difference(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """The rows by verdict; `?verdict=new&page=2` shows one of them in pages."""
    scope = scope_of(request.user)
    counts = selectors.counts_for(scope, [upload])[upload.pk]
    verdict = request.GET.get("verdict", "")
    if verdict in Verdict.values and verdict != Verdict.QUESTION:
        rows = selectors.rows_for(scope, upload).filter(verdict=verdict)
        page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
        return {"verdict": Verdict(verdict), "page": page, "counts": counts}
    groups = selectors.preview_groups(scope, upload, counts, {"refused": 500, "question": QUESTIONS})
    storable = sum(counts.get(name, 0) for name in ("new", "changed", "question"))
    kinds = selectors.question_kinds(scope, upload) if counts.get("question") else []
    return {"groups": groups, "counts": counts, "storable": storable, "kinds": kinds, **_findings(request, upload)}


def _findings(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Remarks on the file: what is wrong, and what is only to be known."""
    findings = selectors.findings_for(scope_of(request.user), upload)
    notes = [finding for finding in findings if finding["level"] in {"note", "question"}]
    return {"problems": [finding for finding in findings if finding not in notes], "notes": notes}


def _periods(upload: Upload) -> list[Quarter]:
    asked = [Quarter.parse(text) for text in upload.mapping.get("periods", [])]
    return [quarter for quarter in asked if quarter is not None]


def _template_choices(scope: Scope, request: HttpRequest) -> dict[str, Any]:
    quarters = template_quarters(clock.today())
    return {"units": template_units(scope), "quarters": quarters, "unit_asked": request.GET.get("unit", "")}


def _ids(request: HttpRequest, name: str) -> frozenset[int]:
    """Ids among the values sent under a name; anything else is no id."""
    return frozenset(
        int(text) for text in request.POST.getlist(name) if text.isascii() and text.isdigit() and len(text) < 19
    )
