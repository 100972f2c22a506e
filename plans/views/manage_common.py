"""What the pages of management share: filters from the address, pages of a list, the one page that shows a form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ipdash.accounts.middleware import user_of
from ipdash.accounts.models import User
from ipdash.core.forms import ServiceForm
from plans.models import Role
from plans.permissions import require_role
from plans.scope import Scope, scope_of

PAGE = 50
Filter = TypeVar("Filter")


def actor_with(request: HttpRequest, *roles: Role) -> tuple[User, Scope]:
    """Who asks and what they reach; raises `NotAllowed` for people without one of these roles."""
    scope = scope_of(request.user)
    require_role(scope, *roles)
    user = user_of(request)
    assert user is not None  # noqa: S101 - without an account there is no role
    return user, scope


def asked(request: HttpRequest, kind: type[Filter], *, sent: bool = False) -> Filter:
    """A filter (a dataclass of texts) as the address has it, or with `sent` the form."""
    source = request.POST if sent else request.GET
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]  # a TypeVar cannot say "dataclass"
    return kind(**{name: source.get(name, "").replace("\0", "").strip() for name in names})


def page_of(request: HttpRequest, rows: Any, size: int = PAGE) -> Page[Any]:
    """The page of a list that the address asks for; the nearest one where there is none."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


@dataclass(frozen=True)
class FormPage:
    """A page that is one form: `lead` says in a sentence what follows from it, `crumbs` are (address, name)."""

    title: Any
    submit: Any
    back: str
    lead: Any = ""
    crumbs: tuple[tuple[str, Any], ...] = ()
    version: int | None = None
    lists: dict[str, list[Any]] = field(default_factory=dict)


def form_page(request: HttpRequest, form: ServiceForm, page: FormPage) -> HttpResponse:
    """The form with its errors, and the status that fits."""
    version = form.data.get("version", page.version) if form.is_bound else page.version
    context = {"form": form, "page": page, "version": version}
    return render(request, "manage/form.html", context, status=form.status)
