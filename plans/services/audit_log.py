"""What the audit administrator does with the log: checking its chain and taking a copy. Both stand in the log too."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ipdash.accounts import audit
from ipdash.accounts.audit_check import Break, verify
from ipdash.accounts.models import AuditEntry, User
from ipdash.core.errors import Invalid
from plans.models import Role
from plans.permissions import require_role
from plans.scope import scope_of

CHECK = "audit.verify"
EXPORT = "audit.export"
MOST_ROWS = 100_000
_MOST_NAMED = 100


def check_chain(actor: User) -> list[Break]:
    """Reads the whole log and records what was found; `last_check` gives it back."""
    require_role(scope_of(actor), Role.AUDITOR)
    found = verify()
    after: dict[str, object] = {"breaks": len(found), "messages": [broken.message for broken in found[:_MOST_NAMED]]}
    audit.record(CHECK, None, actor=actor, after=after)
    return found


@dataclass(frozen=True)
class ChainCheck:
    """A check of the chain: its entry, how many places were broken, and what they are (the first hundred)."""

    entry: AuditEntry
    breaks: int
    messages: list[str]


def last_check() -> ChainCheck | None:
    """The latest check of the chain, by a person."""
    entry = AuditEntry.objects.filter(action=CHECK, result=AuditEntry.Result.DONE).first()
    if entry is None or not isinstance(entry.after, dict):
        return None
    return ChainCheck(entry, int(entry.after["breaks"]), list(entry.after["messages"]))


def export(actor: User, entries: QuerySet[AuditEntry], chosen: dict[str, str]) -> QuerySet[AuditEntry]:
    """The entries to copy out, oldest first, ending before the copy's own entry. Raises `Invalid` where they are too many."""
    require_role(scope_of(actor), Role.AUDITOR)
    count = entries.count()
    if count > MOST_ROWS:
        raise Invalid(
            "too_many_rows",
            _("符合条件的日志有%(count)s条，一次最多导出%(most)s条；请缩小日期范围后重试。")
            % {"count": f"{count:,}", "most": f"{MOST_ROWS:,}"},
        )
    own = audit.record(EXPORT, None, actor=actor, after={"filter": chosen, "rows": count})
    return entries.filter(number__lt=own.number).order_by("number")
