"""Promises every template keeps: nothing inline, nothing foreign, nothing too long; the frame works without a context."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django_htmx.jinja import htmx_script

from ipdash.core.errors import Conflict, NotAllowed, NotVisible
from ipdash.core.logs import request_number

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static").rglob("*.css"))
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "an inline handler": re.compile(r"\s(on[a-z]+|hx-on[\w:-]*)\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a foreign address": re.compile(r"""(src|href|action|hx-\w+)\s*=\s*["']?(https?:)?//""", re.IGNORECASE),
    # USE_THOUSAND_SEPARATOR writes 1,234 and 2,025 into addresses and form values.
    "a number with thousands separators in an address": re.compile(r"""[=/"]{{\s*[\w.]*\.(pk|id|year)\s*}}"""),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what):
    assert {
        path.relative_to(ROOT).as_posix(): found.group(0)
        for path in TEMPLATES
        if (found := FORBIDDEN[what].search(path.read_text(encoding="utf-8")))
    } == {}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a style attribute", '<p style="x">'),
        ("a style element", "<style>"),
        ("an inline handler", '<a onclick="x">'),
        ("an inline handler", '<a hx-on:click="x">'),
        ("an inline script", "<script>x</script>"),
        ("a javascript: address", '<a href="javascript:x">'),
        ("a foreign address", '<script src="https://cdn.example/x.js">'),
        ("a foreign address", '<a href="//example.cn">'),
        ("a number with thousands separators in an address", '<a href="?plan={{ o.plan.pk }}">'),
    ],
)
def test_the_patterns_find_what_they_forbid(what, text):
    assert FORBIDDEN[what].search(text)


def test_no_template_is_longer_than_120_lines():
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in TEMPLATES
    }
    assert {path: length for path, length in lengths.items() if length > 120} == {}


def test_the_house_style_stays_small_and_loads_nothing_foreign():
    house = [ROOT / "static/css/tokens.css", ROOT / "static/css/components.css"]
    size = sum(path.stat().st_size for path in house)
    assert size <= 30 * 1024, "what one page alone needs stands in a file of its own, loaded in {% block styles %}"
    for path in STYLES:
        text = path.read_text(encoding="utf-8")
        assert "url(" not in text
        assert "@import" not in text
        assert not re.search(r":has\(|@layer|@container|&[ .:]", text), f"{path.name}: too new for Chromium 90"


@pytest.mark.parametrize("debug", [True, False])
def test_htmx_comes_as_a_file_and_never_inline(debug):
    with override_settings(DEBUG=debug):
        tags = htmx_script()
    assert tags.count("<script") == tags.count("></script>") == tags.count('src="/static/')


def test_the_frame_switches_off_what_the_content_policy_forbids():
    page = render_to_string("error.html", {"status": 409, "error": Conflict("stale", "已被他人修改。")})
    for setting in (
        '"includeIndicatorStyles":false',
        '"allowEval":false',
        '"selfRequestsOnly":true',
        '"historyCacheSize":0',
    ):
        assert setting in page
    assert page.count("<h1") == page.count("<main") == page.count('role="status"') == 1
    assert 'lang="zh-CN"' in page


@pytest.mark.parametrize("name", ["404.html", "403.html", "500.html"])
def test_error_pages_can_be_drawn_without_any_context(name):
    page = render_to_string(name)
    assert page.count("<h1") == 1
    assert 'href="/"' in page


def test_the_500_page_gives_the_number_that_the_log_has():
    token = request_number.set("1a2b3c4d")
    try:
        assert "1a2b3c4d" in render_to_string("500.html")
    finally:
        request_number.reset(token)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotAllowed("x", "只有审核人可以审核。"), "请联系安全管理员授权"),
        (NotVisible("x", "没有找到。"), "没有权限查看的内容也会这样显示"),
        (Conflict("x", "已被修改。", {"": ["第3行：<b>"]}), "第3行：&lt;b&gt;"),
    ],
)
def test_an_error_page_shows_the_sentence_and_what_to_do(error, sentence):
    page = render_to_string("error.html", {"error": error, "status": error.status})
    assert str(error) in page
    assert sentence in page


def test_a_missing_page_and_a_hidden_one_look_alike():
    hidden = render_to_string("error.html", {"status": 404})
    assert render_to_string("404.html").strip() == hidden.strip()


def test_the_form_fragments_join_label_hint_error_and_summary():
    class Sample(forms.Form):
        name = forms.CharField(label="用途", help_text="写明程序")
        kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], widget=forms.RadioSelect)
        note = forms.CharField(label="说明", required=False)

    form = Sample({})
    name = render_to_string("_field.html", {"field": form["name"]})
    assert '<label for="id_name">' in name
    assert 'aria-describedby="id_name_helptext id_name_error"' in name
    assert 'id="id_name_helptext"' in name
    assert 'id="id_name_error"' in name
    assert "<legend>类别</legend>" in render_to_string("_field.html", {"field": form["kind"]})
    assert "（选填）" in render_to_string("_field.html", {"field": form["note"]})
    summary = render_to_string("_error_summary.html", {"form": form})
    assert 'href="#id_name"' in summary
    assert 'href="#id_kind_0"' in summary
    assert "autofocus" in summary
    assert render_to_string("_error_summary.html", {"form": Sample()}).strip() == ""


@pytest.mark.django_db
def test_pages_keep_the_other_fields_of_the_address():
    request = RequestFactory().get("/tasks/", {"plan": "3", "page": "2"})
    page = render_to_string("_pagination.html", {"page": Paginator(range(50_000), 20).page(2)}, request)
    assert 'href="?plan=3&amp;page=3"' in page
    assert "第2页，共2,500页、50,000条" in page
