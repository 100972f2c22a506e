"""管理 › 审计日志: the audit administrator's. Reading changes nothing; checking and copying leave an entry."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ipdash.accounts.audit_words import action_label
from ipdash.accounts.models import AuditEntry
from ipdash.core.csv_text import csv_text
from plans.administration import AuditFilter
from plans.models import Role
from plans.services.audit_log import check_chain, export, last_check
from plans.views.manage_common import actor_with, asked, page_of


@require_safe
def audit_log(request: HttpRequest) -> HttpResponse:
    """The log, newest first, narrowed by the address."""
    actor_with(request, Role.AUDITOR)
    wanted = asked(request, AuditFilter)
    page = page_of(request, wanted.entries())
    actions = AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct()
    context = {
        "page": page,
        "rows": [Row(entry) for entry in page.object_list],
        "wanted": wanted,
        "actions": [(action, action_label(action)) for action in actions],
        "results": AuditEntry.Result.choices,
        "check": last_check(),
    }
    return render(request, "manage/audit.html", context)


class Row:
    """An entry as the page shows it."""

    def __init__(self, entry: AuditEntry) -> None:
        self.entry = entry
        self.action = action_label(entry.action)
        self.before = _as_text(entry.before)
        self.after = _as_text(entry.after)
        self.refused = entry.result == AuditEntry.Result.REFUSED


@require_POST
def audit_check(request: HttpRequest) -> HttpResponse:
    """Reads the whole log now; the result stands on the page and in the log."""
    actor, _scope = actor_with(request, Role.AUDITOR)
    broken = len(check_chain(actor))
    if broken:
        messages.error(request, _("校验发现%(count)s处问题，请立即核查。") % {"count": broken})
    else:
        messages.success(request, _("校验通过：日志完整，未被改动。"))
    return redirect("manage-audit")


@require_POST
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """The entries that fit the filter as CSV (UTF-8 with mark, for Excel and WPS)."""
    actor, _scope = actor_with(request, Role.AUDITOR)
    wanted = asked(request, AuditFilter, sent=True)
    entries = export(actor, wanted.entries(), wanted.chosen)
    response = StreamingHttpResponse(_csv_lines(entries), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


class _Echo:
    """What `csv.writer` needs of a file; gives each line back."""

    def write(self, line: str) -> str:
        return line


def _csv_lines(entries: Any) -> Iterator[str]:
    writer = csv.writer(_Echo())
    heads = [
        _("序号"), _("时间"), _("操作人"), _("来源地址"), _("操作代码"), _("操作"), _("对象类型"), _("对象编号"),
        _("区划代码"), _("结果"), _("原因"), _("原值"), _("新值"), _("请求编号"), _("校验值"),
    ]  # fmt: skip
    yield "\ufeff" + writer.writerow(heads)
    for e in entries.iterator(chunk_size=1000):
        at = timezone.localtime(e.at).strftime("%Y-%m-%d %H:%M:%S")
        row = [
            str(e.number), at, e.actor_name, e.address, e.action, action_label(e.action), e.object_type, e.object_id,
            e.region_code, e.get_result_display(), e.reason, _as_text(e.before), _as_text(e.after), e.request_number,
            e.digest,
        ]  # fmt: skip
        yield writer.writerow([csv_text(str(cell)) for cell in row])


def _as_text(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=None)
