"""导入计划: the documents taken in, and one of them with its reading beside the source (design: product, page 9)."""

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

from indicators.imports.marking import marked
from indicators.selectors.import_pages import counts_of, imports_for, marks_of, outline_of, similar_plans
from indicators.selectors.import_review import Review
from indicators.selectors.imports import review
from indicators.services.imports import confirm_import
from ipdash.core.errors import Invalid
from ipdash.core.file_names import clean_name
from ipdash.core.forms import ServiceForm
from plans.models import ImportItem, Plan, Role
from plans.permissions import get_import_for
from plans.scope import Scope
from plans.services.imports import check_findings, discard_import, receive_plan
from plans.services.reading import read_plan
from plans.views.manage_common import actor_with

PAGE = 30


class DocumentForm(ServiceForm):
    """A file, or its text pasted."""

    file = forms.FileField(
        label=gettext_lazy("规划文件"), required=False, allow_empty_file=True,
        help_text=gettext_lazy("网页（.html）、Word（.docx）、文本（.txt、.md）或可复制文字的PDF，最大10 MB。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".html,.htm,.docx,.txt,.md,.pdf"}),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("或粘贴正文"), required=False, max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("从网页或Word里全选、复制，粘贴到这里；表格会按制表符认出各列。"),
    )  # fmt: skip

    def content(self) -> tuple[bytes, str]:
        """The bytes to read and the name to show; raises `Invalid` where there is neither file nor text."""
        file, text = self.cleaned_data["file"], self.cleaned_data["text"]
        if file is not None:
            return file.read(), clean_name(file.name or "")
        if text.strip():
            return text.encode("utf-8", "replace"), _("粘贴的正文.txt")
        message = _("请选择规划文件，或把正文粘贴到下面的框里。")
        raise Invalid("document_needed", message, {"file": [message]})


class ConfirmForm(ServiceForm):
    """The last word before a draft becomes a plan."""

    state = forms.ChoiceField(
        label=gettext_lazy("导入后的状态"), initial=Plan.State.DRAFT, widget=forms.RadioSelect,
        choices=[
            (Plan.State.DRAFT, gettext_lazy("草稿：先不对外，设好填报期和填报责任后再改为执行中")),
            (Plan.State.ACTIVE, gettext_lazy("执行中：有任务的单位马上可以看到")),
            (Plan.State.CLOSED, gettext_lazy("已结束：只作留存，不催报")),
        ],
    )  # fmt: skip
    seen = forms.BooleanField(label=gettext_lazy("我已看过上面没有逐条核对的疑点"), required=False)

    def __init__(self, *args: Any, unchecked: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].required = unchecked > 0
        self.fields["seen"].error_messages["required"] = _("请先核对疑点，或在这里确认已经看过。")
        if not unchecked:
            del self.fields["seen"]


@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """What is being imported and what was; above it the way to bring a document."""
    actor, scope = actor_with(request, Role.STAFF)
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    found: list[HttpResponse] = []

    def act(_values: dict[str, Any]) -> None:
        content, name = form.content()
        received = receive_plan(actor, read_plan(content, name), name)
        if received.plan is not None:
            messages.warning(request, _("这份文件已经导入过，就是下面这个规划，没有重复导入。"))
            found.append(redirect("plan-document", plan_id=received.plan.pk))
        elif received.draft is not None:
            if not received.created:
                messages.warning(request, _("这份文件已有一份没有完成的导入草稿，可以接着做。"))
            found.append(redirect("import", import_id=received.draft.pk))

    if form.carried_out(act):
        return found[0]
    page = Paginator(imports_for(scope), PAGE).get_page(request.GET.get("page"))
    return render(request, "import/list.html", {"form": form, "page": page}, status=form.status)


@require_safe
def import_detail(request: HttpRequest, import_id: int) -> HttpResponse:
    """The source on one side, the reading on the other, findings first."""
    _actor, scope = actor_with(request, Role.STAFF)
    draft = get_import_for(scope, import_id)
    found = review(draft)
    context = {
        **page_context(scope, found, "detail"),
        "source": marked(draft.text, marks_of(found.items)),
        "outline": outline_of(found),
        "findings": found.findings,
        "kinds": [(kind.value, kind.label) for kind in ImportItem.Kind if kind not in ("plan", "unit")],
    }
    return render(request, "import/detail.html", context)


def page_context(scope: Scope, found: Review, tab: str) -> dict[str, Any]:
    """What the head of every page of a draft shows."""
    return {
        "draft": found.draft, "review": found, "tab": tab, "head": found.head.data, "open": found.draft.is_open,
        "counts": counts_of(found),
        "similar": similar_plans(scope, found) if found.draft.is_open else [],
    }  # fmt: skip


@require_POST
def import_findings(request: HttpRequest, import_id: int) -> HttpResponse:
    """Marks findings as looked at."""
    actor, _scope = actor_with(request, Role.STAFF)
    numbers = {int(text) for text in request.POST.getlist("checked") if text.isascii() and text.isdigit()}
    check_findings(actor, import_id, numbers)
    messages.success(request, _("已记下核对过的疑点。"))
    return redirect("import", import_id=import_id)


@require_POST
def import_discard(request: HttpRequest, import_id: int) -> HttpResponse:
    """Throws the draft away."""
    actor, _scope = actor_with(request, Role.STAFF)
    draft = discard_import(actor, import_id)
    messages.success(request, _("导入草稿“%(name)s”已放弃。") % {"name": draft.name})
    return redirect("import-list")


@require_http_methods(["GET", "HEAD", "POST"])
def import_confirm(request: HttpRequest, import_id: int) -> HttpResponse:
    """Everything that is going to be stored, what is still open, and the button."""
    actor, scope = actor_with(request, Role.STAFF)
    draft = get_import_for(scope, import_id)
    if request.method == "POST":
        form = ConfirmForm(request.POST, unchecked=review(draft).unchecked)
        found: list[Plan] = []

        def act(values: dict[str, Any]) -> None:
            done = confirm_import(actor, import_id, state=values["state"], version=form.version)
            found.append(done.plan)
            messages.success(request, _confirmed_words(done.plan, done.new_units, done.new_indicators))

        if form.carried_out(act):
            return redirect("import", import_id=import_id)
        draft = get_import_for(scope, import_id)
    reviewed = review(draft)
    if request.method != "POST":
        form = ConfirmForm(unchecked=reviewed.unchecked)
    context = {**page_context(scope, reviewed, "confirm"), "form": form, "outline": outline_of(reviewed)}
    return render(request, "import/confirm.html", context, status=form.status)


def _confirmed_words(plan: Plan, units: int, indicators: int) -> str:
    words = _("《%(title)s》已导入：%(tasks)s项任务，%(lines)s条目标；新增单位%(units)s个、指标%(indicators)s个。")
    return words % {
        "title": plan.title, "tasks": plan.tasks.count(), "lines": plan.target_lines.count(), "units": units,
        "indicators": indicators,
    }  # fmt: skip
