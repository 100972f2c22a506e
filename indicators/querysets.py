"""Named reads of the indicators app. `visible_to` answers who may see a row; the conditions stand in `permissions`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from ipdash.core.periods import Quarter

if TYPE_CHECKING:
    from plans.scope import Scope


class TargetLineQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from indicators.permissions import visible_lines

        return self.filter(visible_lines(scope))

    def stale(self) -> Self:
        """Lines whose stored results do not yet follow from what is stored."""
        return self.exclude(input_version=models.F("computed_version"))


class AttainmentQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from indicators.models import TargetLine

        return self.filter(line__in=TargetLine.objects.visible_to(scope))

    def at(self, quarter: Quarter) -> Self:
        return self.filter(year=quarter.year, quarter=quarter.quarter)

    def numbered(self, number: int) -> Self:
        """The row with this `Attainment.number`; none where no quarter is meant by it."""
        from indicators.models.attainment import NUMBER_STEP

        line, index = divmod(number, NUMBER_STEP)
        return self.filter(line=line).at(Quarter.from_index(index)) if line > 0 else self.none()


class FigureQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from indicators.permissions import visible_figures

        return self.filter(visible_figures(scope))

    def at(self, quarter: Quarter) -> Self:
        return self.filter(year=quarter.year, quarter=quarter.quarter)


class DutyQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from indicators.permissions import visible_duties

        return self.filter(visible_duties(scope))

    def in_force_on(self, day: date) -> Self:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class TaskLinkQuerySet(models.QuerySet[Any]):
    def visible_to(self, scope: Scope) -> Self:
        from indicators.permissions import visible_links

        return self.filter(visible_links(scope))

    def confirmed(self) -> Self:
        return self.filter(state="confirmed")
