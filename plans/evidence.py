"""What holds evidence files, and the access questions about them; pages, API, exports and checks ask here.

An app that has something to hold files registers a `Holder` when it starts (`apps.py`, `ready`):

    register_holder(Holder(
        kind="task_report",                      # at most 20 characters; stored, never changed
        visible=lambda scope: TaskReport.objects.visible_to(scope),
        refuse_adding=report_refuses_evidence,   # (scope, report, today) -> DomainError | None
        refuse_removing=report_keeps_evidence,   # (scope, report, file, today): the same for taking a file away
        region_code=lambda report: report.task.plan.region.code,
        title=lambda report: str(report),        # what the page of the files is called
        address=lambda report: reverse("task-report", args=[report.pk]),
        existing=lambda: TaskReport.objects.all(),
    ))

Who sees the holder sees its files, nobody else does: a working record's drafts and evidence have the same readers. Then

- `plans.services.evidence.add_evidence(user, "task_report", pk, file, name, today=…)` takes a file in,
  `remove_evidence(user, evidence_pk, today=…)` takes it away (its row stays),
- `plans.evidence.evidence_of("task_report", pks)` gives the files by holder in one query; the fragment
  `evidence/_list.html` (files) shows them with links, `{% url "evidence" "task_report" pk %}` is the page to add and remove,
- `evidence/` of the API lists, takes in, serves and removes for every kind.

A holder is not deleted while files hang on it (`has_evidence`): whoever deletes one asks first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from ipdash.core.errors import DomainError
from plans.models.evidence import EvidenceFile
from plans.permissions import not_found
from plans.scope import Scope

RefuseAdding = Callable[[Scope, Any, date], DomainError | None]
RefuseRemoving = Callable[[Scope, Any, EvidenceFile, date], DomainError | None]


@dataclass(frozen=True)
class Holder:
    """A kind of thing that holds evidence files; the module says how it is used."""

    kind: str
    visible: Callable[[Scope], QuerySet[Any]]
    refuse_adding: RefuseAdding
    refuse_removing: RefuseRemoving
    region_code: Callable[[Any], str]
    title: Callable[[Any], str]
    address: Callable[[Any], str]
    existing: Callable[[], QuerySet[Any]]
    """All of them, whoever asks: for the check of stored data."""


_holders: dict[str, Holder] = {}


def register_holder(holder: Holder) -> None:
    """Adds a kind; the same kind again takes the former's place."""
    _holders[holder.kind] = holder


def holders() -> list[Holder]:
    """Every kind that is registered."""
    return list(_holders.values())


def holder_of(kind: str) -> Holder:
    """The kind with this name, or `NotVisible`."""
    if kind not in _holders:
        raise not_found()
    return _holders[kind]


def get_held_for(scope: Scope, kind: str, pk: int) -> tuple[Holder, Any]:
    """The holder's kind and the thing itself, or `NotVisible`."""
    holder = holder_of(kind)
    thing = holder.visible(scope).filter(pk=pk).first()
    if thing is None:
        raise not_found()
    return holder, thing


def visible_evidence(scope: Scope) -> QuerySet[EvidenceFile]:
    """Files, not removed, of everything that the person sees."""
    condition = Q(pk__in=[])
    for holder in holders():
        condition |= Q(holder_kind=holder.kind, holder_id__in=holder.visible(scope).order_by().values("pk"))
    return EvidenceFile.objects.filter(condition, removed_at=None).select_related("added_by")


def get_evidence_for(scope: Scope, evidence_id: int) -> EvidenceFile:
    """A file that has not been removed, or `NotVisible`."""
    found = EvidenceFile.objects.filter(pk=evidence_id, removed_at=None).select_related("added_by").first()
    if found is None:
        raise not_found()
    get_held_for(scope, found.holder_kind, found.holder_id)
    return found


def evidence_of(kind: str, pks: Iterable[int]) -> dict[int, list[EvidenceFile]]:
    """By holder the files that hang on it, oldest first; the caller has found that the person sees the holders."""
    found: dict[int, list[EvidenceFile]] = defaultdict(list)
    files = EvidenceFile.objects.filter(holder_kind=kind, holder_id__in=list(pks), removed_at=None)
    for file in files.select_related("added_by"):
        found[file.holder_id].append(file)
    return found


def removed_evidence_of(kind: str, pk: int) -> list[EvidenceFile]:
    """What was taken away from a holder, latest first."""
    gone = EvidenceFile.objects.filter(holder_kind=kind, holder_id=pk).exclude(removed_at=None)
    return list(gone.select_related("added_by", "removed_by").order_by("-removed_at"))


def has_evidence(kind: str, pks: Iterable[int]) -> set[int]:
    """Which of these holders have files, removed ones included."""
    return set(
        EvidenceFile.objects.filter(holder_kind=kind, holder_id__in=list(pks)).values_list("holder_id", flat=True)
    )
