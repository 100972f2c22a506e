"""The English pages: the catalogue says everything the code says, and no Chinese is left where English belongs."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.utils import translation
from lxml import html

from indicators.models import TargetLine
from ipdash.core.templatetags.ui import chinese
from ipdash.launch.catalogues import compile_changed
from plans.models import Plan, PlanTask

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|<[^>]+>")
HAN = re.compile(r"[\u3400-\u9fff]")
FULL_WIDTH = re.compile(r"[，。；：！？（）]")
# Attributes that are read out; names of plans and units cannot be told apart in them, Chinese punctuation can.
SPOKEN = ("aria-label", "title", "alt", "data-label", "data-hint", "data-confirm", "data-failed")
# A document's title has no markup inside; the rest are values of forms and the choices among names.
EXEMPT = frozenset({"script", "style", "title", "option", "textarea"})


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> None:
    compile_changed(ROOT)
    translation.trans_real._translations.clear()  # type: ignore[attr-defined]  # a catalogue read before it was compiled


def _catalogue() -> Catalog:
    with open(CATALOGUE, "rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def _pairs() -> Iterator[tuple[str, str]]:
    for message in _catalogue():
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else message.id
            strings = [message.string] if isinstance(message.string, str) else message.string or ()
            yield from zip(ids, strings, strict=True)


def _checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_translations", ROOT / ".ci" / "check_translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogue_says_what_the_sources_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("NOT CHECKED: gettext's tools are missing here (apt-get install gettext)")
    monkeypatch.setattr(sys, "argv", ["check_translations.py"])
    monkeypatch.setenv("IPDASH_VAR", str(settings.VAR_DIR))  # the check sets its own; put back afterwards
    failed = _checker().main()
    assert not failed, capsys.readouterr().out


def test_every_sentence_is_translated_and_none_is_a_guess() -> None:
    fuzzy = [message.id for message in _catalogue() if message.id and message.fuzzy]
    assert fuzzy + [source for source, english in _pairs() if not english.strip()] == []


def test_a_translation_has_the_placeholders_and_the_markup_of_its_source() -> None:
    wrong = [
        source for source, english in _pairs() if set(PLACEHOLDER.findall(source)) != set(PLACEHOLDER.findall(english))
    ]
    assert wrong == []


def test_english_has_english_punctuation() -> None:
    # （曾用） is what a person types to mark a former name.
    wrong = [english for _source, english in _pairs() if FULL_WIDTH.search(english.replace("（曾用）", ""))]
    assert wrong == []


def _is_chinese(element: Any) -> bool:
    for each in [element, *element.iterancestors()]:
        language = each.get("lang")
        if language:
            return bool(language.startswith("zh"))
    return False


def _left_over(page: str) -> list[str]:
    """Chinese words outside `lang="zh"`, and Chinese punctuation in what is read out."""
    found: list[str] = []
    for element in html.fromstring(page).iter():
        if not isinstance(element.tag, str) or element.tag in EXEMPT:
            continue
        found += [spoken for name in SPOKEN if FULL_WIDTH.search(spoken := element.get(name) or "")]
        if _is_chinese(element):
            continue
        texts = [element.text, *(child.tail for child in element)]
        found += [text.strip() for text in texts if text and (HAN.search(text) or FULL_WIDTH.search(text))]
    return found


def _addresses() -> list[str]:
    plan = Plan.objects.get(slug="bishan")
    line = TargetLine.objects.filter(plan=plan).first()
    task = PlanTask.objects.filter(plan=plan).first()
    assert line is not None
    assert task is not None
    pages = [
        "/plans/",
        "/my-work/",
        "/entry/",
        "/review/",
        "/uploads/",
        "/uploads/new/",
        "/tasks/",
        "/jobs/",
        "/manage/",
    ]
    pages += [f"/plans/{plan.pk}/", f"/plans/{plan.pk}/document/", f"/plans/{plan.pk}/indicators/{line.pk}/"]
    return [*pages, f"/tasks/{task.pk}/", "/account/", "/plans/999999/"]


@pytest.mark.parametrize("username", ["staff", "leader", "reporter"])
def test_the_english_pages_have_no_chinese_but_names(
    client_of: Callable[[str], Client], demo: None, username: str
) -> None:
    client = client_of(username)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    wrong = []
    for address in _addresses():
        answer = client.get(address)
        assert answer.status_code in (200, 403, 404), f"{address}: {answer.status_code}"
        assert answer["Content-Language"] == "en"
        wrong += [f"{address}: {text}" for text in _left_over(answer.content.decode())]
    assert wrong == []


def test_what_is_chinese_on_an_english_page_says_so_and_stays_escaped() -> None:
    with translation.override("en"):
        marked = chinese("Furthest: 发明专利 (市知识产权局) <b>")
        assert marked == ('Furthest: <span lang="zh">发明专利</span> (<span lang="zh">市知识产权局</span>) &lt;b&gt;')
    with translation.override("zh-hans"):
        assert chinese("差距最大的是<发明专利>。") == "差距最大的是&lt;发明专利&gt;。"
