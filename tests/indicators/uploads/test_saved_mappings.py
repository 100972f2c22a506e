"""Sources whose files are known: listed to their unit, renamed, forgotten, and used by name on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from indicators.models import SavedMapping
from indicators.services import saved_mappings
from ipdash.accounts.models import AuditEntry
from ipdash.core.errors import Invalid, NotVisible
from plans.models import Role
from tests import builders
from tests.indicators.uploads.conftest import TODAY, World

SHEET = "地区,专利授权量（件）\n北京市,12\n上海市,34\n"


def remembered(world: World, name: str = "市统计局月报", mapping: Any = None) -> SavedMapping:
    empty: dict[str, Any] = {"tables": [], "regions": {}, "indicators": {}}
    return saved_mappings.remember(world.reporter, name, "f" * 64, mapping or empty, today=TODAY)


def test_a_unit_lists_renames_and_forgets_its_own(world: World, client: Client) -> None:
    saved = remembered(world)
    client.force_login(world.reporter)
    assert "市统计局月报" in client.get("/uploads/mappings/").content.decode()
    page = f"/uploads/mappings/{saved.pk}/"
    assert client.post(page, {"name": "  "}).status_code == 400
    assert client.post(page, {"name": "统计局季报"}).status_code == 302
    saved.refresh_from_db()
    assert saved.name == "统计局季报"
    assert client.post(page, {"action": "forget"}).status_code == 302
    assert not SavedMapping.objects.exists()
    assert "还没有保存过对应关系" in client.get("/uploads/mappings/").content.decode()
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"mapping.rename", "mapping.forget"}


def test_another_units_are_not_there(world: World) -> None:
    saved = remembered(world)
    stranger = builders.make_user(Role.REPORTER, unit=builders.make_unit(world.region))
    with pytest.raises(NotVisible):
        saved_mappings.rename(stranger, saved.pk, "别的")
    with pytest.raises(NotVisible):
        saved_mappings.forget(stranger, saved.pk)


def test_a_file_is_read_by_the_name_of_its_source(world: World, tmp_path: Path) -> None:
    file = tmp_path / "2024年三季度.csv"
    file.write_text(SHEET, encoding="utf-8")
    plain = io.StringIO()
    call_command("read_workbook", str(file), "--json", stdout=plain)
    mapping = json.loads(plain.getvalue())["mapping"]
    mapping["tables"][0]["left_out"] = True
    remembered(world, mapping=mapping)
    told = io.StringIO()
    call_command("read_workbook", str(file), "--json", "--mapping", "市统计局月报", stdout=told)
    assert json.loads(plain.getvalue())["rows"] != []
    assert json.loads(told.getvalue())["rows"] == []


def test_an_unknown_source_is_told_with_the_known_ones(world: World, tmp_path: Path) -> None:
    remembered(world)
    file = tmp_path / "a.csv"
    file.write_text(SHEET, encoding="utf-8")
    with pytest.raises(CommandError, match="市统计局月报"):
        call_command("read_workbook", str(file), "--mapping", "没有这个")
    with pytest.raises(Invalid):
        saved_mappings.saved_under("没有这个")
