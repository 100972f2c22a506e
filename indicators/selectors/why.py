"""Why a number is what it is: one result opened, for its own address, for the panel on any page and for the indicator's page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from django.urls import reverse

from indicators.display import figure_value_text, line_display, line_unit
from indicators.explanations import Explanation, Input, explain
from indicators.models import Attainment, TargetLine
from indicators.permissions import INSIDE_REGION
from ipdash.core.display import MISSING, unit_after
from ipdash.core.periods import Quarter
from plans.models import PlanSection, Region
from plans.scope import BUSINESS_READERS, Scope

SHOWN_WORDS = 20
"""So many characters of the source paragraph find it on the document's page."""


@dataclass(frozen=True)
class Member:
    """A region below whose figure is added to the line's; `text` is — where it has none."""

    region: Region
    name: str
    text: str


@dataclass(frozen=True)
class Why:
    """A line at one quarter with what its result was made of. `now` is None where nothing has been computed yet.

    `section` is the part of the document in which the target stands; `inside`: the reader sees who reported and approved.
    """

    line: TargetLine
    quarter: Quarter
    unit: str
    now: Attainment | None
    display: dict[str, str]
    explanation: Explanation | None
    members: list[Member]
    section: PlanSection | None
    inside: bool

    @property
    def document_address(self) -> str:
        """The document at the paragraph that sets the target; browsers that know text fragments go to its words."""
        page = reverse("plan-document", args=[self.line.plan_id])
        words = quote(" ".join(self.line.source_text.split())[:SHOWN_WORDS], safe="")
        at = f"#section-{self.section.pk}" if self.section else "#"
        return f"{page}{at}:~:text={words}" if words else page + at.rstrip("#")


def why(scope: Scope, line: TargetLine, quarter: Quarter) -> Why:
    """The result of a line the person may see."""
    now = Attainment.objects.at(quarter).filter(line=line).first()
    if now is not None:
        now.line = line
    return why_of(scope, line, quarter, now)


def why_of(scope: Scope, line: TargetLine, quarter: Quarter, now: Attainment | None) -> Why:
    """The same of a result that has been read."""
    explanation = explain(now, insider_of=scope.prefixes(*INSIDE_REGION), with_members=True) if now else None
    return Why(
        line=line,
        quarter=quarter,
        unit=line_unit(line),
        now=now,
        display=line_display(line, now),
        explanation=explanation,
        members=_members(scope, line, explanation),
        section=_section(line),
        inside=scope.reaches(line.region.code, *INSIDE_REGION),
    )


def _members(scope: Scope, line: TargetLine, explanation: Explanation | None) -> list[Member]:
    """Whose figures are added up to the latest figure used; not for outsiders where the plan hides regions from each other."""
    summed = [item for item in explanation.inputs if item.members] if explanation else []
    if not summed or (line.plan.hide_siblings and not scope.reaches(line.region.code, *BUSINESS_READERS)):
        return []
    item = summed[-1]
    regions = Region.objects.in_bulk([region for region, _value in item.members])
    found = [
        Member(regions[region], item.name, figure_value_text(item.indicator, value) + _unit(item, value))
        for region, value in item.members
    ]
    return sorted(found, key=lambda member: (member.text != MISSING, member.region.code))


def _unit(item: Input, value: Decimal | None) -> str:
    return "" if value is None else unit_after(item.indicator.unit)


def _section(line: TargetLine) -> PlanSection | None:
    """The heading under which the target stands in the document."""
    if line.source_line is None:
        return None
    return (
        PlanSection.objects.filter(plan=line.plan, source_line__lte=line.source_line).order_by("-source_line").first()
    )
