"""佐证材料: the page of a holder's files, and a file itself (plans.evidence)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ipdash.core import clock
from ipdash.core.errors import Conflict, DomainError, Invalid
from ipdash.core.file_kinds import KINDS
from ipdash.core.file_names import as_download, clean_name
from plans.evidence import Holder, evidence_of, get_evidence_for, get_held_for, removed_evidence_of
from plans.models import EvidenceFile
from plans.scope import Scope, scope_of
from plans.services.evidence import FILE_BYTES, FILES, MEGABYTE, add_evidence, remove_evidence

ACCEPTED = ",".join(f".{extension}" for kind in KINDS.values() for extension in kind.extensions)
AT_ONCE = FILES


@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, kind: str, holder_id: int) -> HttpResponse:
    """What hangs on one holder; a POST attaches the files that were chosen, each judged for itself."""
    scope = scope_of(request.user)
    holder, thing = get_held_for(scope, kind, holder_id)
    if request.method != "POST":
        return _show(request, scope, holder, thing, [])
    errors = _take_in(request, holder, thing.pk)
    if errors:
        return _show(request, scope, holder, thing, errors)
    return redirect("evidence", kind=kind, holder_id=holder_id)


def _take_in(request: HttpRequest, holder: Holder, pk: int) -> list[str]:
    """Attaches what was sent; gives back a sentence for each file that was refused."""
    files = request.FILES.getlist("file")
    if not files:
        return [_("请先选择要附上的文件。")]
    errors, added = [], 0
    for file in files[:AT_ONCE]:
        name = file.name or ""
        try:
            add_evidence(request.user, holder.kind, pk, file, name, today=clock.today())
            added += 1
        except Invalid as refused:
            errors.append(_("%(name)s：%(why)s") % {"name": clean_name(name), "why": refused})
        except Conflict:
            if not added:
                raise
            errors.append(_("%(name)s没有附上：最多附%(most)d份材料。") % {"name": clean_name(name), "most": FILES})
    if added:
        messages.success(request, _("已附上%(count)d份材料。") % {"count": added})
    return errors


def _show(request: HttpRequest, scope: Scope, holder: Holder, thing: Any, errors: list[str]) -> HttpResponse:
    today = clock.today()
    refusal = holder.refuse_adding(scope, thing, today)
    files = evidence_of(holder.kind, [thing.pk])[thing.pk]
    context = {
        "title": holder.title(thing),
        "back": holder.address(thing),
        "rows": [(file, _keeps(holder, scope, thing, file)) for file in files],
        "removed": removed_evidence_of(holder.kind, thing.pk),
        "refusal": refusal,
        "is_full": len(files) >= FILES,
        "errors": [{"href": "#file", "text": sentence} for sentence in errors],
        "accepted": ACCEPTED,
        "limit": FILE_BYTES // MEGABYTE,
        "most": FILES,
    }
    return render(request, "evidence/page.html", context, status=400 if errors else 200)


def _keeps(holder: Holder, scope: Scope, thing: Any, file: EvidenceFile) -> DomainError | None:
    return holder.refuse_removing(scope, thing, file, clock.today())


@require_safe
def evidence_file(request: HttpRequest, evidence_id: int) -> FileResponse:
    """The file, to be saved under the name it came with; it is never shown as a page of ours."""
    return served(get_evidence_for(scope_of(request.user), evidence_id))


def served(file: EvidenceFile) -> FileResponse:
    """The file's content as a download. Raises `Conflict` where it is gone."""
    try:
        content = file.file.open("rb")
    except FileNotFoundError:
        raise Conflict("file_gone", _("这份材料的文件不在了，请联系系统管理员从备份中取回。")) from None
    response = FileResponse(content, content_type=KINDS[file.kind].media_type)
    as_download(response, file.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
def evidence_remove(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Takes a file away."""
    file = remove_evidence(request.user, evidence_id, today=clock.today())
    messages.success(request, _("已移除“%(name)s”。") % {"name": file.name})
    return redirect(reverse("evidence", args=[file.holder_kind, file.holder_id]))
