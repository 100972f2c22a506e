"""The audit log names the place where somebody went past it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from ipdash.accounts import triggers
from ipdash.accounts.audit import record
from ipdash.accounts.audit_check import verify
from ipdash.accounts.models import AuditEntry, AuditHead

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    """Six entries, and hands that got past the triggers."""
    for place in range(1, 7):
        record("probe", ("figure", place), actor=None, after={"value": str(place)})
    triggers.remove(connection)


def found() -> list[tuple[str, int | None]]:
    """What is broken, the missing triggers aside."""
    return [(place.kind, place.number) for place in verify() if place.kind != "unprotected"]


def entry(number: int):
    return AuditEntry.objects.filter(number=number)


def renumber(old: int, new: int) -> None:
    entry(old).update(number=new)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET reason = 'x'",
        "UPDATE accounts_auditentry SET number = 100 WHERE number = 1",
        "DELETE FROM accounts_auditentry WHERE number = 1",
        "DELETE FROM accounts_audithead",
        "UPDATE accounts_audithead SET count = 0",
        "UPDATE accounts_audithead SET digest = 'x'",
    ],
)
def test_the_database_itself_refuses_to_rewrite_the_log(statement):
    record("probe", actor=None)
    with pytest.raises(DatabaseError, match="audit log"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify() == []


def test_the_database_refuses_to_replace_or_empty_the_log():
    record("probe", actor=None)
    statements = {
        "sqlite": [
            "INSERT OR REPLACE INTO accounts_auditentry SELECT * FROM accounts_auditentry",
            "INSERT OR REPLACE INTO accounts_audithead SELECT * FROM accounts_audithead",
        ],
        "postgresql": ["TRUNCATE accounts_auditentry", "TRUNCATE accounts_audithead"],
    }[connection.vendor]
    connection.check_constraints()  # PostgreSQL empties no table while a foreign key waits to be checked
    for statement in statements:
        with pytest.raises(DatabaseError, match="audit log"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verify() == []


def test_an_untouched_log_is_whole(log):
    triggers.install(connection)
    assert verify() == []


def test_an_empty_log_is_whole():
    assert verify() == []


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "x"},
        {"after": {"value": "99"}},
        {"before": {}},
        {"actor_name": "李四"},
        {"address": "10.9.9.9"},
        {"action": "other"},
        {"object_type": "plan"},
        {"object_id": "77"},
        {"region_code": "500120"},
        {"result": "refused"},
        {"request_number": "1"},
        {"at": "2020-01-01T00:00:00+00:00"},
    ],
)
def test_an_edited_column_is_named(log, change):
    entry(3).update(**change)
    assert found() == [("edited", 3)]


def test_an_edited_actor_is_named(log, user):
    entry(3).update(actor=user)
    assert found() == [("edited", 3)]


def test_an_edited_digest_breaks_the_entry_and_the_link_to_the_next(log):
    entry(3).update(digest="0" * 64)
    assert found() == [("edited", 3), ("detached", 4)]


def test_an_edited_digest_of_the_last_entry_no_longer_fits_the_end(log):
    entry(6).update(digest="0" * 64)
    assert found() == [("edited", 6), ("head", 6)]


def test_removed_entries_are_named_once(log):
    entry(2).delete()
    AuditEntry.objects.filter(number__in=[4, 5]).delete()
    assert [(place.kind, place.number, place.message) for place in verify() if place.kind == "removed"] == [
        ("removed", 2, "第2条已被删除。"),
        ("removed", 4, "第4条至第5条已被删除。"),
    ]
    assert found() == [("removed", 2), ("removed", 4)]


def test_a_removed_first_entry_is_named(log):
    entry(1).delete()
    assert found() == [("removed", 1)]


def test_a_cut_tail_is_named(log):
    AuditEntry.objects.filter(number__gt=4).delete()
    assert found() == [("cut", 5)]


def test_a_cut_tail_shows_even_when_the_end_is_set_back_to_fit(log):
    AuditEntry.objects.filter(number__gt=4).delete()
    AuditHead.objects.update(count=4, digest=entry(4).get().digest)
    assert found() == [("head", None)]


def test_a_log_emptied_whole_shows(log):
    AuditEntry.objects.all().delete()
    assert found() == [("cut", 1)]


def test_a_removed_end_shows(log):
    AuditHead.objects.all().delete()
    assert found() == [("head", None)]


def test_exchanged_entries_are_named_with_their_old_places(log):
    renumber(3, 100)
    renumber(5, 3)
    renumber(100, 5)
    places = [place for place in verify() if place.kind == "reordered"]
    assert [place.message for place in places] == [
        "第3条的位置被改动过：原为第5条。",
        "第5条的位置被改动过：原为第3条。",
    ]


def test_a_removed_entry_whose_gap_was_closed_shows(log):
    entry(3).delete()
    for number in (4, 5, 6):
        renumber(number, number - 1)
    assert found() == [("reordered", 3), ("reordered", 4), ("reordered", 5), ("cut", 6)]


def test_a_forged_entry_after_the_end_shows(log):
    forged = entry(6).get()
    forged.number = 7
    forged.save(force_insert=True)
    assert found() == [("head", 7)]


def test_writing_goes_on_after_the_end_was_tampered_with_and_the_break_stays_visible(log):
    AuditHead.objects.update(count=3)
    record("probe", actor=None)
    assert found() == [("detached", 7)]
    record("probe", actor=None)
    assert found() == [("detached", 7)]


def test_writing_goes_on_after_the_end_was_removed_and_the_break_stays_visible(log):
    AuditHead.objects.all().delete()
    record("probe", actor=None)
    assert found() == [("detached", 7)]


def test_missing_triggers_are_named(log):
    assert {place.kind for place in verify()} == {"unprotected"}
    assert triggers.missing(connection)
    triggers.install(connection)
    assert triggers.missing(connection) == []


def test_another_key_does_not_open_the_log_but_a_former_one_does(log, settings):
    triggers.install(connection)
    former = settings.SECRET_KEY
    with override_settings(SECRET_KEY="another key of more than thirty-two letters"):
        assert len(verify()) == 7
    with override_settings(SECRET_KEY="another key of more than thirty-two letters", SECRET_KEY_FALLBACKS=[former]):
        assert verify() == []


def test_the_command_prints_every_place_and_fails(log):
    triggers.install(connection)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().startswith("审计日志完整：共6条")
    triggers.remove(connection)
    entry(2).update(reason="x")
    triggers.install(connection)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=out)
    assert ended.value.code == 1
    assert out.getvalue() == "第2条的内容被修改过。\n共1处异常。\n"
