"""计划: the document as it was issued, each task beside its source (design: product, page 3)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ipdash.core import clock
from ipdash.core.marks.timeline import TimelineRow
from plans.permissions import get_plan_for
from plans.scope import scope_of
from plans.selectors import document


@require_safe
def plan_document(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Outline, sections with their tasks, phases, references, glossary."""
    plan = get_plan_for(scope_of(request.user), plan_id)
    phases = [TimelineRow(phase.name, phase.start, phase.end) for phase in plan.phases.all()]
    context = {
        "plan": plan,
        "document": document(plan),
        "phases": phases,
        "references": list(plan.references.all()),
        "glossary": list(plan.glossary.all()),
        "today": clock.today(),
    }
    return render(request, "plans/document.html", context)


@require_safe
def plan_source(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The document's text by lines, each with its number to link to; what was read says in which one it stands."""
    plan = get_plan_for(scope_of(request.user), plan_id)
    lines = [(n, line.strip()) for n, line in enumerate(plan.source_text.split("\n"), start=1) if line.strip()]
    return render(request, "plans/source.html", {"plan": plan, "lines": lines})
