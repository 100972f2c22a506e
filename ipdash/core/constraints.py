"""From the database's named constraints to the sentences that stand beside them in the models.

A constraint is told to the user in one way, whether it is noticed before the write (`check`) or only by the database,
because somebody else was faster (`explained`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models.constraints import BaseConstraint, UniqueConstraint
from django.utils.translation import gettext as _

from ipdash.core.errors import Conflict, DomainError, Invalid

# SQLite names the columns of a broken unique constraint, and the constraint itself only where it stands on an expression.
_COLUMNS = re.compile(r"UNIQUE constraint failed: (\w+\.\w+(?:, \w+\.\w+)*)$")
_NAMED = re.compile(r"(?:CHECK constraint failed: (\w+)|UNIQUE constraint failed: index '(\w+)')$")


def check(instance: models.Model) -> None:
    """Raises the refusal that the database would give: a wrong field (`invalid_<model>`), then each constraint in order."""
    model = type(instance)
    # The database itself looks after relations; an empty list is a value.
    apart = {field.name for field in model._meta.fields if field.is_relation or isinstance(field, models.JSONField)}
    try:
        instance.clean_fields(exclude=apart)
        _refuse_unstorable(instance)
    except ValidationError as error:
        message = _("资料有误：%(details)s") % {"details": _("；").join(error.messages)}
        raise Invalid(f"invalid_{model._meta.model_name}", message, error.message_dict) from error
    for constraint in model._meta.constraints:
        try:
            constraint.validate(model, instance)
        except ValidationError as error:
            raise refusal_of(constraint) from error


def _refuse_unstorable(instance: models.Model) -> None:
    """PostgreSQL stores neither NUL nor half of a surrogate pair."""
    for field in instance._meta.concrete_fields:
        value = getattr(instance, field.attname)
        if isinstance(value, str) and ("\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)):
            raise ValidationError({field.name: [_("含有不可保存的字符，请删去后重新填写。")]})


@contextmanager
def explained(triggers: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turns the database's refusal of a named constraint into its sentence; anything else goes through as the defect it is.

    Runs the block in a savepoint of its own. `triggers` adds sentences for refusals of triggers, by what they raise.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = refusal_for(error, triggers or {})
        if refusal is None:
            raise
        raise refusal from error


def refusal_for(error: IntegrityError, triggers: Mapping[str, str]) -> DomainError | None:
    """The refusal with the sentence of the constraint or trigger that the error names, None where it names none of ours."""
    text = str(error).strip()
    for name, sentence in triggers.items():
        if name in text:
            return Conflict(name, sentence)
    constraint = _named(error, text)
    return None if constraint is None else refusal_of(constraint)


def _named(error: IntegrityError, text: str) -> BaseConstraint | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return _by_name().get(diagnosis.constraint_name)
    named = _NAMED.search(text)
    if named is not None:
        return _by_name().get(named[1] or named[2])
    columns = _COLUMNS.search(text)
    return _by_columns().get(frozenset(columns[1].split(", "))) if columns is not None else None


def refusal_of(constraint: BaseConstraint) -> DomainError:
    """A constraint's own sentence under its name: what exists already is a conflict, what must not be is invalid."""
    message = str(constraint.violation_error_message)
    if constraint.violation_error_message == constraint.default_violation_error_message:
        message = _("数据不符合规定“%(name)s”，请核对后重试。") % {"name": constraint.name}
    if isinstance(constraint, UniqueConstraint):
        fields = constraint.fields[-1:] or ("",)
        return Conflict(constraint.name, message, {fields[0]: [message]})
    return Invalid(constraint.name, message)


@cache
def _by_name() -> dict[str, BaseConstraint]:
    return {constraint.name: constraint for model in apps.get_models() for constraint in model._meta.constraints}


@cache
def _by_columns() -> dict[frozenset[str], BaseConstraint]:
    """Unique constraints by the columns they stand on; where two share them, the first declared."""
    found: dict[frozenset[str], BaseConstraint] = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and constraint.fields:
                fields = {field.name: field.column for field in model._meta.concrete_fields}
                columns = (fields[name] for name in constraint.fields)
                found.setdefault(frozenset(f"{model._meta.db_table}.{column}" for column in columns), constraint)
    return found
