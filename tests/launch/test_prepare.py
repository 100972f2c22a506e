"""What a preparation finds out about the database before it decides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model

from ipdash.launch import catalogues, demo, prepare

pytestmark = pytest.mark.django_db


def test_a_database_is_empty_until_somebody_has_an_account() -> None:
    assert prepare.database_is_empty()
    get_user_model()._default_manager.create(username="somebody")
    assert not prepare.database_is_empty()


def test_the_demo_is_there_while_its_published_password_opens_an_account() -> None:
    assert not prepare.demo_is_there()
    user = get_user_model()._default_manager.create(username="leader")
    assert not prepare.demo_is_there()
    user.set_password(demo.PASSWORD)
    user.save()
    assert prepare.demo_is_there()
    user.is_active = False
    user.save()
    assert not prepare.demo_is_there()


def test_only_a_demonstration_has_a_day_of_its_own() -> None:
    """Neither a real account of the same name nor one with the published password makes one."""
    users = get_user_model()._default_manager
    assert demo.day_of_database() is None
    real = users.create(username="leader")
    real.set_password(demo.PASSWORD)
    real.save()
    assert demo.day_of_database() is None
    marked = users.create(username="staff", is_demo=True)
    assert demo.day_of_database() == date(2025, 10, 12)
    marked.is_active = False
    marked.save()
    assert demo.day_of_database() is None


def test_an_installation_without_the_demo_has_the_regions_and_the_catalogue() -> None:
    region = apps.get_model("plans", "Region")._default_manager
    prepare._load_reference_data()
    assert region.count() > 3000
    assert apps.get_model("indicators", "Indicator")._default_manager.exists()
    assert prepare.database_is_empty()
    region.filter(code="500120").update(name="改过的名称")
    prepare._load_reference_data()
    assert region.get(code="500120").name == "改过的名称"


def test_catalogues_are_compiled_when_changed_and_fuzzy_entries_are_left_out(tmp_path: Path) -> None:
    import gettext

    folder = tmp_path / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (folder / "django.po").write_text(
        header + 'msgid "规划"\nmsgstr "Plan"\n\n#, fuzzy\nmsgid "任务"\nmsgstr "Guess"\n', encoding="utf-8"
    )
    assert catalogues.compile_changed(tmp_path) == 1
    assert catalogues.compile_changed(tmp_path) == 0
    with open(folder / "django.mo", "rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert [compiled.gettext(sentence) for sentence in ("规划", "任务")] == ["Plan", "任务"]
