"""Puts the explanation of results together, for one or for a whole list with the same few queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indicators.explanations.facts import Facts, Origin, facts_of
from indicators.explanations.findings import Finding, findings
from indicators.explanations.inputs import Input, make_input, read_sources
from indicators.explanations.needs import Need, needed_figures
from indicators.explanations.readings import Reading, read_around
from indicators.explanations.sentences import further_sentences, sentence
from indicators.models import Attainment, Indicator
from ipdash.core.periods import Quarter
from ipdash.core.words import one_language

Key = tuple[int, Quarter]
"""target line id and quarter: what a result is known by"""


@dataclass(frozen=True)
class Explanation:
    """`sentence` says how the status came about; `further` what else the page shows: the plan's progress, the forecast,
    what is needed. `origin` says which target it was, None without one, `source_line` and `source_text` where the plan
    sets it."""

    sentence: str
    further: list[str]
    inputs: list[Input]
    findings: list[Finding]
    origin: Origin | None
    source_line: int | None
    source_text: str
    rules_version: str

    @property
    def text(self) -> str:
        """All sentences."""
        return "".join([self.sentence, *self.further])


def explain_many(
    rows: Sequence[Attainment],
    *,
    insider_of: Iterable[str] = (),
    shown: Mapping[Key, dict[str, str]] | None = None,
    with_members: bool = False,
) -> dict[Key, Explanation]:
    """Explanations by line id and quarter; the queries grow with the plans among the rows, not with the rows.

    The rows' lines come with plan, region and indicator (and its parts) fetched. `insider_of` are region code prefixes
    for which the people and sources behind a figure may be shown (domain.md, Access (c)). `shown` are the strings of
    the page where they have been made already. `with_members` names the children behind each sum.
    """
    readings = read_around(rows)
    needs = {_key(row): _needs(row, readings[row.plan_id]) for row in rows}
    sources = read_sources(
        ((row.line, need) for row in rows for need in needs[_key(row)]), tuple(dict.fromkeys(insider_of))
    )
    ready = shown or {}
    with one_language():
        return {
            _key(row): _explained(
                row,
                readings[row.plan_id],
                [
                    make_input(row.line, need, readings[row.plan_id], sources, with_members=with_members)
                    for need in needs[_key(row)]
                ],
                ready.get(_key(row)),
            )
            for row in rows
        }


def explain(row: Attainment, *, insider_of: Iterable[str] = (), with_members: bool = False) -> Explanation:
    """The explanation of one result."""
    return explain_many([row], insider_of=insider_of, with_members=with_members)[_key(row)]


def _key(row: Attainment) -> Key:
    return row.line_id, row.as_quarter


def _needs(row: Attainment, reading: Reading) -> list[Need]:
    region = row.line.region_id

    def latest(indicator: Indicator, quarter: Quarter) -> Quarter:
        return reading.latest(indicator.pk, region, quarter)

    return needed_figures(row.line, row, latest)


def _explained(row: Attainment, reading: Reading, inputs: list[Input], shown: dict[str, str] | None) -> Explanation:
    apart = [
        (item, difference)
        for item in inputs
        if (difference := reading.apart(item.indicator.pk, row.line.region_id, item.quarter)) is not None
    ]
    facts: Facts = facts_of(row, inputs, reading.around(row.line_id, row.as_quarter), apart, shown)
    return Explanation(
        sentence=sentence(facts),
        further=further_sentences(facts),
        inputs=inputs,
        findings=findings(facts),
        origin=facts.origin,
        source_line=row.line.source_line,
        source_text=row.line.source_text,
        rules_version=row.rules_version,
    )
