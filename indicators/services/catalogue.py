"""The indicator catalogue: one entry for one thing, however plans word it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from indicators.models import Figure, Indicator, IndicatorAlias, TargetLine
from indicators.permissions import require_catalogue_change
from indicators.services.line_rules import refuse_unsupported
from indicators.services.staleness import mark_indicator_changed
from ipdash.accounts import audit
from ipdash.core.changes import Changes, differences, refuse_stale, save_changed, write
from ipdash.core.constraints import check, explained
from ipdash.core.errors import Conflict, Invalid
from ipdash.jobs.models import JobRun
from plans.permissions import not_found
from plans.scope import scope_of

FIGURES_FOLLOW = ("quantity", "reporting_basis", "frequency", "unit")
"""What reported figures were measured by: fixed once there are any."""
RESULTS_FOLLOW = (
    "quantity", "direction", "reporting_basis", "frequency", "numerator_id", "denominator_id", "factor"
)  # fmt: skip


class IndicatorValues(TypedDict, total=False):
    """The fields of a catalogue entry; `numerator`, `denominator`, `part_of` are codes, `aliases` all the other names."""

    code: str
    name: str
    aliases: Sequence[str]
    quantity: str
    direction: str
    reporting_basis: str
    frequency: str
    unit: str
    decimals: int
    numerator: str | None
    denominator: str | None
    factor: Decimal | None
    minimum: Decimal | None
    maximum: Decimal | None
    part_of: str | None
    mad_times: int
    jump_percent: int
    definition: str
    reason: str


@transaction.atomic
def create_indicator(actor: Any, values: IndicatorValues) -> Indicator:
    """Adds an entry. Any bureau's staff may.

    Raises `NotAllowed`, `Invalid`, and `Conflict` where the code, the name or an alias is taken.
    """
    require_catalogue_change(scope_of(actor), None)
    fields, aliases = _fields(values), _clean_names(values.get("aliases", ()))
    indicator = Indicator(**fields)
    _refuse_wrong_parts(indicator)
    _refuse_wrong_whole(indicator)
    check(indicator)
    _refuse_taken(indicator, aliases)
    with explained():
        indicator.save(force_insert=True)
        IndicatorAlias.objects.bulk_create([IndicatorAlias(indicator=indicator, name=name) for name in aliases])
    after: dict[str, object] = {**fields, "aliases": aliases}
    audit.record("indicator.create", indicator, actor=actor, after=after)
    return indicator


@transaction.atomic
def change_indicator(
    actor: Any, code: str, values: IndicatorValues, *, version: int | None = None
) -> tuple[Indicator, JobRun | None]:
    """Changes an entry; gives it with the recomputation that the change asked for, if any.

    Staff who reach every plan that uses it may. What figures were measured by (type, basis, frequency, unit) and the code
    are fixed once there are figures. Raises `NotVisible`, `NotAllowed`, `Invalid`, `Conflict`.
    """
    indicator = Indicator.objects.select_for_update().filter(code=code).first()
    if indicator is None:
        raise not_found()
    require_catalogue_change(scope_of(actor), indicator)
    fields = _fields(values)
    changes = differences(indicator, fields)
    old = list(indicator.aliases.values_list("name", flat=True))
    aliases = _clean_names(values["aliases"]) if "aliases" in values else old
    changes.note("aliases", sorted(old), sorted(aliases))
    refuse_stale(indicator, version, changes)
    if not changes:
        return indicator, None
    _refuse_what_figures_forbid(indicator, changes)
    write(indicator, changes, fields)
    _refuse_wrong_parts(indicator)
    _refuse_wrong_whole(indicator)
    check(indicator)
    _refuse_taken(indicator, aliases)
    _refuse_what_lines_forbid(indicator, changes)
    with explained():
        save_changed(indicator, changes, fields)
        indicator.aliases.exclude(name__in=aliases).delete()
        fresh = [name for name in aliases if name not in old]
        IndicatorAlias.objects.bulk_create([IndicatorAlias(indicator=indicator, name=name) for name in fresh])
    job = mark_indicator_changed(indicator, requested_by=actor) if changes.touches(*RESULTS_FOLLOW) else None
    audit.record("indicator.change", indicator, actor=actor, before=changes.before, after=changes.after)
    return indicator, job


def _fields(values: IndicatorValues) -> dict[str, Any]:
    """The columns that the values name, with ids instead of other indicators' codes."""
    fields: dict[str, Any] = {name: value for name, value in values.items() if name != "aliases"}
    for part in ("numerator", "denominator", "part_of"):
        if part not in fields:
            continue
        code = fields.pop(part)
        fields[f"{part}_id"] = None if code is None else _part(part, code)
    for name in ("code", "name", "unit"):
        if name in fields:
            fields[name] = fields[name].strip()
    return fields


def _part(part: str, code: str) -> int:
    found = Indicator.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        message = _("指标目录中没有编码“%(code)s”。") % {"code": code}
        raise Invalid("unknown_indicator", message, {part: [message]})
    return int(found)


def _clean_names(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in names if name.strip()))


def _refuse_wrong_parts(indicator: Indicator) -> None:
    """A ratio's parts are reported counts of their own: a ratio of ratios would have to be worked out in another way."""
    for part in (indicator.numerator, indicator.denominator):
        if part is not None and part.quantity not in (Indicator.Quantity.STOCK, Indicator.Quantity.FLOW):
            raise Invalid(
                "part_not_reported", _("“%(name)s”不是时点数或时期数，不能作分子或分母。") % {"name": part.name}
            )


def _refuse_wrong_whole(indicator: Indicator) -> None:
    """A whole is counted like its part: same unit, same way of reporting; no circle."""
    whole = indicator.part_of
    if whole is None:
        return
    same = ("unit", "reporting_basis", "frequency")
    if any(getattr(whole, name) != getattr(indicator, name) for name in same):
        message = _("“%(name)s”的计量单位、填报口径或频度与本指标不同，不能作为总体。") % {"name": whole.name}
        raise Invalid("whole_differs", message, {"part_of": [message]})
    seen = {indicator.pk}
    while whole is not None:
        if whole.pk in seen:
            message = _("不能互相包含。")
            raise Invalid("whole_in_circle", message, {"part_of": [message]})
        seen.add(whole.pk)
        whole = whole.part_of


def _refuse_taken(indicator: Indicator, aliases: Sequence[str]) -> None:
    """A name stands for one entry, be it a name or an alias there."""
    others = Indicator.objects.exclude(pk=indicator.pk)
    other_aliases = IndicatorAlias.objects.exclude(indicator=indicator.pk)
    for field, wanted in (("name", [indicator.name]), ("aliases", list(aliases))):
        taken = other_aliases.filter(name__in=wanted).values_list("name", "indicator__name").first()
        taken = taken or others.filter(name__in=wanted).values_list("name", "name").first()
        if taken is not None:
            message = _("“%(name)s”已是指标“%(owner)s”的名称或别名。") % {"name": taken[0], "owner": taken[1]}
            raise Conflict("indicator_name_taken", message, {field: [message]})
    if any(len(name) > 120 for name in aliases):
        message = _("别名最多120个字。")
        raise Invalid("alias_too_long", message, {"aliases": [message]})


def _refuse_what_figures_forbid(indicator: Indicator, changes: Changes) -> None:
    if changes.touches("code"):
        message = _("指标编码不能修改：接口、文件和填报数据都以它为准。")
        raise Invalid("indicator_code_fixed", message, {"code": [message]})
    fixed = [name for name in FIGURES_FOLLOW if changes.touches(name)]
    if not fixed or not Figure.objects.filter(indicator=indicator).exists():
        return
    names = _("、").join(str(Indicator._meta.get_field(name).verbose_name) for name in fixed)  # type: ignore[union-attr]
    message = _("“%(name)s”已有填报数据，不能再改%(fields)s：原有数据是按原来的口径填报的。请另建一个指标。") % {
        "name": indicator.name,
        "fields": names,
    }
    raise Conflict("indicator_has_figures", message, {key: [message] for key in fixed})


def _refuse_what_lines_forbid(indicator: Indicator, changes: Changes) -> None:
    if not changes.touches("quantity"):
        return
    for basis in TargetLine.objects.filter(indicator=indicator).values_list("basis", flat=True).distinct():
        refuse_unsupported(indicator, basis)
    whole = indicator.numerator_of.first() or indicator.denominator_of.first()
    if whole is not None and indicator.quantity not in (Indicator.Quantity.STOCK, Indicator.Quantity.FLOW):
        raise Invalid(
            "part_not_reported", _("它是“%(name)s”的分子或分母，只能是时点数或时期数。") % {"name": whole.name}
        )


@transaction.atomic
def store_catalogue(entries: Sequence[Mapping[str, Any]]) -> int:
    """Adds the entries of `fixtures/catalogue.json` whose code is not there; gives how many. What is there stays."""
    known = dict(Indicator.objects.values_list("code", "pk"))
    absent = [entry for entry in entries if entry["code"] not in known]
    # Parts first, so that a ratio finds the ids of its own.
    for ratios in (False, True):
        rows = [e for e in absent if (e["quantity"] == Indicator.Quantity.RATIO) == ratios]
        with explained():
            made = Indicator.objects.bulk_create([_indicator(entry, known) for entry in rows])
            known |= {indicator.code: indicator.pk for indicator in made}
            IndicatorAlias.objects.bulk_create(
                [IndicatorAlias(indicator_id=known[e["code"]], name=name) for e in rows for name in e["aliases"]]
            )
    wholes = [(known[e["code"]], known[e["part_of"]]) for e in absent if e.get("part_of")]
    for part, whole in wholes:
        Indicator.objects.filter(pk=part).update(part_of=whole)
    if absent:
        audit.record("indicator.load", ("indicator", ""), actor=None, after={"added": [e["code"] for e in absent]})
    return len(absent)


def _indicator(entry: Mapping[str, Any], known: Mapping[str, int]) -> Indicator:
    numerator, denominator, factor = entry["numerator"], entry["denominator"], entry["factor"]
    plain = (
        "code",
        "name",
        "quantity",
        "direction",
        "reporting_basis",
        "frequency",
        "unit",
        "decimals",
        "definition",
        "reason",
    )
    return Indicator(
        **{name: entry[name] for name in plain},
        numerator_id=None if numerator is None else known[numerator],
        denominator_id=None if denominator is None else known[denominator],
        factor=None if factor is None else Decimal(factor),
        **{name: Decimal(entry[name]) for name in ("minimum", "maximum") if name in entry},
    )
