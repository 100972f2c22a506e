"""A unit that reports for several regions: each region's staff get its lines there and see nothing of the others'."""

from __future__ import annotations

from decimal import Decimal

import pytest

from indicators.models import Figure
from indicators.selectors.templates import template_spec, template_unit_for, template_units
from ipdash.core.errors import NotVisible
from plans.models import Role
from plans.scope import Scope, scope_of
from tests import builders
from tests.indicators.uploads.conftest import QUARTER, World


def test_staff_of_each_region_have_their_own_lines_of_the_units_template(world: World) -> None:
    neighbour = builders.make_region("500151", "铜梁区")
    indicator = world.indicators[0]
    builders.make_duty(indicator, neighbour, world.unit)
    Figure.objects.create(
        indicator=indicator, region=neighbour, year=2025, quarter=2, value=Decimal(424242), state="draft", source="form"
    )
    home = scope_of(builders.make_user(Role.STAFF, region=world.region))
    next_door = scope_of(builders.make_user(Role.STAFF, region=neighbour))
    reporter = scope_of(world.reporter)

    def regions(scope: Scope) -> set[str]:
        return {line.region_code for line in template_spec(world.unit, QUARTER, scope).lines}

    assert regions(home) == {world.region.code}
    assert regions(next_door) == {neighbour.code}
    assert regions(reporter) == {world.region.code, neighbour.code}
    assert template_units(next_door) == [world.unit]
    assert template_unit_for(next_door, world.unit.pk) == world.unit


def test_staff_of_a_region_without_a_duty_of_the_units_have_no_template_of_it(world: World) -> None:
    elsewhere = scope_of(builders.make_user(Role.STAFF, region=builders.make_region("500152")))
    assert template_units(elsewhere) == []
    with pytest.raises(NotVisible):
        template_unit_for(elsewhere, world.unit.pk)
