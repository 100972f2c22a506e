"""管理 › 大屏: the links by which screens on walls show a plan, made and stopped."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from indicators.models import DisplayLink
from indicators.services.display_links import make_display_link, revoke_display_link
from ipdash.core import clock
from ipdash.core.forms import ServiceForm, day_field, text_field
from plans.models import Role
from plans.permissions import get_plan_for, require_staff_of
from plans.views.manage_common import actor_with


class DisplayForm(ServiceForm):
    """Where the screen hangs, and until when its link is good."""

    name: forms.Field = text_field(
        gettext_lazy("地点"), length=60, help_text=gettext_lazy("大屏所在的地点，例如“三楼大厅”。")
    )
    expires_on: forms.Field = day_field(
        gettext_lazy("有效期至"), required=False, help_text=gettext_lazy("不填则一直有效，直到停用。")
    )


@require_http_methods(["GET", "HEAD", "POST"])
def displays(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The plan's links; a new one is shown once, with its secret, on the page that answers the form."""
    actor, scope = actor_with(request, Role.STAFF)
    plan = get_plan_for(scope, plan_id)
    require_staff_of(scope, plan.region)
    today = clock.today()
    form = DisplayForm(request.POST if request.method == "POST" else None)
    made: list[tuple[DisplayLink, str]] = []
    address = ""
    if form.carried_out(lambda values: made.append(make_display_link(actor, plan_id, today=today, **values))):
        address = request.build_absolute_uri(f"{reverse('display')}?{urlencode({'key': made[0][1]})}")
        form = DisplayForm()
    context = {
        "plan": plan,
        "form": form,
        "made": made[0][0] if made else None,
        "address": address,
        "links": plan.display_links.select_related("made_by", "revoked_by"),
        "today": today,
    }
    return render(request, "manage/displays.html", context, status=form.status)


@require_POST
def revoke(request: HttpRequest, link_id: int) -> HttpResponse:
    """Stops a link."""
    actor, _scope = actor_with(request, Role.STAFF)
    link = revoke_display_link(actor, link_id)
    messages.success(request, _("大屏“%(name)s”的链接已停用。") % {"name": link.name})
    return redirect("manage-displays", plan_id=link.plan_id)
