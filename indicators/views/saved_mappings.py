"""The sources whose files are known: their names, and forgetting them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from indicators.permissions import ENTERING, get_saved_mapping_for, saved_mappings
from indicators.services import saved_mappings as services
from ipdash.core.errors import Invalid
from plans.permissions import require_role
from plans.scope import scope_of


@require_safe
def mapping_list(request: HttpRequest) -> HttpResponse:
    """What was settled for the files of each source, the last used first."""
    scope = scope_of(request.user)
    require_role(scope, *ENTERING)
    rows = saved_mappings(scope).select_related("unit", "region", "saved_by").defer("mapping")
    return render(request, "uploads/saved_mappings.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def mapping_edit(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """One of them: another name, or `action=forget`."""
    saved = get_saved_mapping_for(scope_of(request.user), mapping_id)
    name, error = request.POST.get("name", saved.name), None
    if request.method == "POST":
        try:
            if request.POST.get("action") == "forget":
                services.forget(request.user, saved.pk)
                messages.success(
                    request, _("已删除“%(name)s”的对应关系；下一个同样版式的文件将重新识别。") % {"name": saved.name}
                )
            else:
                services.rename(request.user, saved.pk, name)
                messages.success(request, _("已改名为“%(name)s”。") % {"name": name.strip()})
            return redirect("saved-mappings")
        except Invalid as refused:
            error = refused
    context = {"saved": saved, "name": name, "error": error, "tables": saved.mapping.get("tables", [])}
    return render(request, "uploads/saved_mapping.html", context, status=error.status if error else 200)
