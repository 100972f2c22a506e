"""Two directory entries that are one body become one: nothing that hung on the other is lost, and the log says so."""

from __future__ import annotations

from typing import Any

import pytest

from indicators.models import ReportingDuty, TargetLine
from ipdash.accounts.models import AuditEntry, User
from ipdash.core.errors import Invalid, NotAllowed, NotVisible
from plans.models import Assignment, CollectiveMember, Membership, Unit
from plans.services.unit_merge import merge_units
from tests.builders import make_region, make_unit

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def staff() -> User:
    return User.objects.get(username="staff")


@pytest.fixture
def pair() -> tuple[Unit, Unit]:
    """A unit that stays, and one with tasks, duties, people and a line of its own."""
    names = ("区科技局", "区市场监管局")
    kept, merged = (Unit.objects.get(region__code="500120", name=name) for name in names)
    line = TargetLine.objects.filter(region__code="500120").first()
    assert line is not None
    TargetLine.objects.filter(pk=line.pk).update(lead_unit=merged)
    return kept, merged


def holdings(unit_ids: set[int]) -> dict[str, set[Any]]:
    """What hangs on these units, without saying on which."""
    return {
        "tasks": set(Assignment.objects.filter(unit__in=unit_ids).values_list("task", "role")),
        "duties": set(ReportingDuty.objects.filter(unit__in=unit_ids).values_list("indicator", "region", "valid_from")),
        "people": set(Membership.objects.filter(unit__in=unit_ids).values_list("user", "role")),
        "lines": set(TargetLine.objects.filter(lead_unit__in=unit_ids).values_list("pk", flat=True)),
        "collectives": set(CollectiveMember.objects.filter(member__in=unit_ids).values_list("collective", flat=True)),
    }


def test_everything_that_named_the_other_names_the_one_that_stays(staff: User, pair: tuple[Unit, Unit]) -> None:
    kept, merged = pair
    before = holdings({kept.pk, merged.pk})
    assert all(before[name] for name in ("tasks", "duties", "people", "lines"))
    merge_units(staff, kept.pk, merged.pk, "同一单位")
    assert holdings({kept.pk}) == before
    assert not Unit.objects.filter(pk=merged.pk).exists()


def test_its_name_is_an_alias_now_and_documents_find_it(staff: User, pair: tuple[Unit, Unit]) -> None:
    kept, merged = pair
    merge_units(staff, kept.pk, merged.pk, "同一单位")
    assert "区市场监管局" in kept.aliases.values_list("name", flat=True)


def test_what_both_held_is_held_once(staff: User, pair: tuple[Unit, Unit]) -> None:
    kept, merged = pair
    theirs = Assignment.objects.filter(unit=merged).first()
    assert theirs is not None
    Assignment.objects.get_or_create(
        task=theirs.task, role=theirs.role, unit=kept, defaults={"printed": "区科技局", "position": 99}
    )
    merge_units(staff, kept.pk, merged.pk, "同一单位")
    assert Assignment.objects.filter(task=theirs.task, role=theirs.role, unit=kept).count() == 1


def test_a_collective_has_the_unit_once_and_the_version_rises_above_both(staff: User, pair: tuple[Unit, Unit]) -> None:
    kept, merged = pair
    versions = kept.version + merged.version
    group = Unit.objects.create(region=kept.region, name="两个单位", is_collective=True)
    for unit in (kept, merged):
        CollectiveMember.objects.create(collective=group, member=unit)
    merge_units(staff, kept.pk, merged.pk, "同一单位")
    assert list(group.member_links.values_list("member", flat=True)) == [kept.pk]
    kept.refresh_from_db()
    assert kept.version > versions


def test_the_log_keeps_what_was_merged_and_why(staff: User, pair: tuple[Unit, Unit]) -> None:
    kept, merged = pair
    merge_units(staff, kept.pk, merged.pk, "机构改革前后重复建档")
    entry = AuditEntry.objects.get(action="unit.merge")
    assert entry.before["name"] == "区市场监管局"
    assert entry.after["reason"] == "机构改革前后重复建档"
    assert entry.after["moved"]["indicators.reportingduty"] > 0


def test_what_is_not_one_body_is_refused_in_words(staff: User, pair: tuple[Unit, Unit]) -> None:
    kept, _merged = pair
    group = Unit.objects.create(region=kept.region, name="集合", is_collective=True)
    office = Unit.objects.create(region=kept.region, name="某科", parent=kept)
    for other, words in ((kept, "另一个单位"), (group, "同一种类"), (office, "隶属关系")):
        with pytest.raises(Invalid, match=words):
            merge_units(staff, kept.pk, other.pk, "同一单位")
    with pytest.raises(Invalid, match="合并原因"):
        merge_units(staff, kept.pk, _merged.pk, "  ")
    assert AuditEntry.objects.filter(action="unit.merge").count() == 0


def test_only_keepers_of_the_directory_merge_and_foreign_units_are_not_there(pair: tuple[Unit, Unit]) -> None:
    kept, merged = pair
    foreign = make_unit(make_region("440300"))
    with pytest.raises(NotVisible):
        merge_units(User.objects.get(username="staff"), foreign.pk, kept.pk, "同一单位")
    for name in ("reporter", "leader"):
        with pytest.raises((NotAllowed, NotVisible)):
            merge_units(User.objects.get(username=name), kept.pk, merged.pk, "同一单位")


def test_staff_merge_from_the_directory_s_page(client_of: Any, pair: tuple[Unit, Unit]) -> None:
    kept, _merged = pair
    client = client_of("staff")
    assert "合并后不能拆开" in client.get(f"/manage/units/{kept.pk}/merge/").content.decode()
    wrong = client.post(f"/manage/units/{kept.pk}/merge/", {"merged": "没有的局", "reason": "x"})
    assert wrong.status_code == 400
    done = client.post(f"/manage/units/{kept.pk}/merge/", {"merged": "区市场监管局", "reason": "同一单位"}, follow=True)
    assert "原名称保留为别名" in done.content.decode()
