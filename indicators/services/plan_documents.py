"""A whole issued document: its plan and tasks (which `plans` stores) and its target lines, in one transaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from indicators.services.lines_in_bulk import store_lines
from plans.services.documents import Data, StoredDocument, store_document
from plans.services.task_goals import store_task_goals


@transaction.atomic
def store_plan_document(
    data: Data,
    text: str,
    *,
    actor: Any,
    state: str | None = None,
    source_name: str = "",
    is_demo: bool = False,
) -> StoredDocument:
    """Stores the document as `plans.services.documents.store_document` does, and its target lines with it; what a task
    itself promises in numbers is its quantified goal, too.

    A document that had been stored before is given back unchanged, lines included. Raises `Invalid` where a line's
    indicator is not in the catalogue.
    """
    stored = store_document(data, text, actor=actor, state=state, source_name=source_name, is_demo=is_demo)
    if stored.created:
        store_lines(stored.plan, data["target_lines"], actor=actor)
        store_task_goals(stored.plan, data["target_lines"])
    return stored
