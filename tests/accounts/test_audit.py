"""What an entry of the audit log holds."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError

from ipdash.accounts.audit import from_address, record, record_refusal, storable
from ipdash.accounts.audit_check import verify
from ipdash.accounts.models import AuditEntry, AuditHead, User
from ipdash.core.logs import request_number

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_what_from_where(user):
    token = request_number.set("ab12cd34")
    with from_address("10.0.0.7"):
        entry = record(
            "figure.approve",
            ("figure", 42),
            actor=user,
            before={"value": Decimal("1.50"), "state": "submitted"},
            after={"value": Decimal("1.50"), "state": "approved"},
            reason="核对无误",
            region_code="500120",
        )
    request_number.reset(token)
    stored = AuditEntry.objects.values().get(number=entry.number)
    del stored["at"], stored["digest"], stored["previous"]
    assert stored == {
        "number": entry.number,
        "actor_id": user.pk,
        "actor_name": "张三（zhangsan）",
        "address": "10.0.0.7",
        "action": "figure.approve",
        "object_type": "figure",
        "object_id": "42",
        "region_code": "500120",
        "before": {"value": "1.5", "state": "submitted"},
        "after": {"value": "1.5", "state": "approved"},
        "result": "done",
        "reason": "核对无误",
        "request_number": "ab12cd34",
    }


def test_a_stored_object_is_named_by_its_model_and_key(user):
    entry = record("user.change", user, actor=None)
    assert (entry.object_type, entry.object_id, entry.actor_name) == ("user", str(user.pk), "")


def test_entries_are_numbered_without_a_gap_and_each_names_the_one_before():
    entries = [record("probe", actor=None) for _place in range(3)]
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == ["", entries[0].digest, entries[1].digest]
    head = AuditHead.objects.get()
    assert (head.count, head.digest) == (3, entries[2].digest)


def test_an_entry_vanishes_with_the_transaction_that_is_rolled_back():
    record("probe.kept", actor=None)
    with transaction.atomic():
        record("probe.lost", actor=None)
        transaction.set_rollback(True)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["probe.kept"]
    assert record("probe.next", actor=None).number == 2
    assert verify() == []


def test_adding_an_entry_takes_three_queries(django_assert_num_queries, user):
    record("probe", actor=user)
    with transaction.atomic(), django_assert_num_queries(3):
        record("probe", actor=user)


def test_a_refusal_is_marked_so_that_it_is_recorded_once(user):
    with from_address("10.0.0.7") as origin:
        entry = record_refusal("figure.approve", ("figure", 1), actor=user, reason="own_entry")
        assert origin.refusal_recorded
    assert (entry.result, entry.reason, entry.address) == ("refused", "own_entry", "10.0.0.7")


def test_values_read_back_as_they_were_sealed():
    after = {
        "decimal": Decimal("123456789012.345600"),
        "zero": Decimal("0.00"),
        "none": None,
        "day": date(2025, 10, 12),
        "moment": datetime(2025, 10, 12, 8, 0, tzinfo=UTC),
        "list": [1, True, ("a", Decimal("-1.10"))],
        7: "Zürich 璧山 😀",
        "large": 10**30,
    }
    record("probe", actor=None, after=after)
    assert AuditEntry.objects.get().after == {
        "decimal": "123456789012.3456",
        "zero": "0",
        "none": None,
        "day": "2025-10-12",
        "moment": "2025-10-12T08:00:00+00:00",
        "list": [1, True, ["a", "-1.1"]],
        "7": "Zürich 璧山 😀",
        "large": 10**30,
    }
    assert verify() == []


def test_a_float_is_refused_since_it_would_not_read_back():
    with pytest.raises(TypeError, match="float"):
        storable({"value": [0.1]})
    with pytest.raises(TypeError, match="object"):
        storable(object())


def test_text_that_no_database_stores_is_replaced_and_not_an_error():
    record("probe", ("path", "/a\0b"), actor=None, reason="x\ud800y", after={"k\0": "\0"})
    entry = AuditEntry.objects.get()
    assert (entry.object_id, entry.reason, entry.after) == ("/a\ufffdb", "x\ufffdy", {"k\ufffd": "\ufffd"})
    assert verify() == []


def test_a_very_long_name_path_or_address_is_cut_and_not_an_error():
    with from_address("a" * 500):
        record("probe", ("path", "/" + "b" * 500), actor=None, actor_name="c" * 500)
    entry = AuditEntry.objects.get()
    assert (len(entry.address), len(entry.object_id), len(entry.actor_name)) == (64, 255, 255)
    assert verify() == []


def test_a_person_with_entries_cannot_be_deleted(user):
    record("probe", actor=user)
    with pytest.raises(ProtectedError):
        User.objects.get(pk=user.pk).delete()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_recorded_at_the_edge_outlives_the_rolled_back_transaction():
    with transaction.atomic():
        record("figure.approve", actor=None)
        transaction.set_rollback(True)
    record_refusal("figure.approve", actor=None, reason="stale")
    assert list(AuditEntry.objects.values_list("number", "result")) == [(1, "refused")]


@pytest.mark.django_db(transaction=True)
def test_the_log_of_one_test_is_gone_in_the_next():
    assert record("probe", actor=None).number == 1
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_entries_written_at_once_stand_in_one_chain():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite admits one writer at a time; the in-memory database of the tests admits one connection")

    def write() -> None:
        for _place in range(10):
            record("probe", actor=None)
        connection.close()

    threads = [threading.Thread(target=write) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(AuditEntry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 41))
    assert verify() == []
