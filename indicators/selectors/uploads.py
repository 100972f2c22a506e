"""What a person sees of uploads: all of their own, of others' the rows about regions inside their reach and no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from indicators.models import Upload, UploadRow
from indicators.permissions import INSIDE_REGION, visible_uploads
from plans.models import Plan
from plans.querysets import code_within
from plans.scope import Scope


def uploads_for(scope: Scope) -> QuerySet[Upload]:
    """The uploads a person sees, newest first, without their long parts."""
    return (
        Upload.objects.filter(visible_uploads(scope)).select_related("uploaded_by", "job").defer("mapping", "findings")
    )


def visible_rows(scope: Scope) -> Q:
    """Rows of one's own uploads, and rows about figures that one sees as working records."""
    return Q(upload__uploaded_by=scope.user_id) | code_within("region__code", scope.prefixes(*INSIDE_REGION))


def rows_for(scope: Scope, upload: Upload) -> QuerySet[UploadRow]:
    """The rows of an upload that a person sees, with their indicator and region."""
    rows = UploadRow.objects.filter(visible_rows(scope), upload=upload)
    return rows.select_related("indicator", "region").defer("before")


def counts_for(scope: Scope, uploads: Iterable[Upload]) -> dict[int, dict[str, int]]:
    """For each upload the counts by verdict that a person may know: the whole file's only for whoever sent it."""
    uploads = list(uploads)
    foreign = [upload.pk for upload in uploads if upload.uploaded_by_id != scope.user_id]
    counts: dict[int, dict[str, int]] = {
        upload.pk: dict(upload.counts) for upload in uploads if upload.pk not in foreign
    }
    if foreign:
        rows = UploadRow.objects.filter(visible_rows(scope), upload__in=foreign).order_by()
        for upload, verdict, number in rows.values_list("upload", "verdict").annotate(number=Count("pk")):
            counts.setdefault(upload, {})[verdict] = number
    for pk in foreign:
        counts[pk] = {"rows": sum(counts.get(pk, {}).values()), **counts.get(pk, {})}
    return counts


def findings_for(scope: Scope, upload: Upload) -> list[dict[str, Any]]:
    """What was said of the file: it may quote any cell, so only its sender reads it."""
    return list(upload.findings) if upload.uploaded_by_id == scope.user_id else []


@dataclass(frozen=True)
class Group:
    """The rows of one verdict: the first of them, and how many there are."""

    verdict: str
    rows: list[UploadRow]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


GROUPS = ("refused", "question", "changed", "new", "unchanged", "missing", "total", "derived", "left_out")


def preview_groups(scope: Scope, upload: Upload, counts: dict[str, int], limits: dict[str, int]) -> list[Group]:
    """The difference, what needs attention first. At most `limits` rows of each verdict are read (100 unless given)."""
    groups = []
    for verdict in GROUPS:
        if counts.get(verdict):
            rows = rows_for(scope, upload).filter(verdict=verdict)
            groups.append(Group(verdict, list(rows[: limits.get(verdict, 100)]), counts[verdict]))
    return groups


def question_kinds(scope: Scope, upload: Upload) -> list[dict[str, Any]]:
    """The kinds of questions with more than one row, each with its number and its first row as the example."""
    rows = rows_for(scope, upload).filter(verdict=UploadRow.Verdict.QUESTION).order_by()
    kinds = (
        rows.values("code").annotate(count=Count("pk"), first=Min("pk")).filter(count__gt=1).order_by("-count", "code")
    )
    found = list(kinds[:20])
    examples = {row.pk: row.message for row in rows.filter(pk__in=[kind["first"] for kind in found])}
    return [{**kind, "example": examples[kind["first"]]} for kind in found]


def plans_of(scope: Scope, upload: Upload) -> list[Plan]:
    """Plans in force whose overview shows figures of this upload, at most five."""
    regions = UploadRow.objects.filter(visible_rows(scope), upload=upload, region__isnull=False).values("region")
    found = Plan.objects.visible_to(scope).filter(target_lines__region__in=regions, state=Plan.State.ACTIVE)
    return list(found.distinct().order_by("-start_year", "pk")[:5])
