"""The import pages, as a browser without JavaScript and as htmx ask for them."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.models import ImportItem, Plan, PlanImport
from tests.indicators.imports.support import SMALL, draft_of, text_of
from tests.plans.documents.copies import docx, paragraph


@pytest.fixture
def client(client_of):
    return client_of("staff")


def body(response):
    return html.unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


def bring(client, content, name="方案.txt"):
    return client.post("/import/", {"file": SimpleUploadedFile(name, content)})


def item(draft, kind, number=0):
    return draft.items.filter(kind=kind)[number]


TABLE = [["指标", "2025年", "2026年", "2028年", "属性"], ["有效发明专利拥有量（件）", "1500", "1800", "2400", "预期性"]]
BEFORE = ["璧山区知识产权强区方案（2026—2028年）", "一、主要指标"]
AFTER = ["二、重点任务", "（一）培育企业", "1.开展强企认定。建立办法。（责任单位：区市场监管局、区科技局）"]


def as_page():
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    paragraphs = ["".join(f"<p>{line}</p>" for line in lines) for lines in (BEFORE, AFTER)]
    page = f'<html><head><meta charset="gb2312"></head><body>{paragraphs[0]}<table>{rows}</table>{paragraphs[1]}</body></html>'
    return page.encode("gb18030")


def as_word():
    rows = "".join("<w:tr>" + "".join(f"<w:tc>{paragraph(c)}</w:tc>" for c in row) + "</w:tr>" for row in TABLE)
    return docx("".join(map(paragraph, BEFORE)) + f"<w:tbl>{rows}</w:tbl>" + "".join(map(paragraph, AFTER)))


@pytest.mark.parametrize(("content", "name"), [(as_page(), "方案.html"), (as_word(), "方案.docx")])
def test_a_page_or_a_word_file_with_a_real_table_goes_all_the_way(client, content, name):
    address = bring(client, content, name)["Location"]
    shown = body(client.get(address))
    assert "有效发明专利拥有量" in shown
    assert "2028年 不低于2400件" in shown
    done = client.post(f"{address}confirm/", {"state": "active"})
    assert done.status_code == 302, body(client.get(f"{address}confirm/"))
    plan = Plan.objects.get(title=BEFORE[0])
    line = plan.target_lines.get()
    assert [(t.year, int(t.value)) for t in line.targets.all()] == [(2026, 1800), (2028, 2400)]
    assert [(b.year, int(b.value)) for b in line.baselines.all()] == [(2025, 1500)]
    assert "接下来：" in body(client.get(address))


def test_what_is_pasted_is_read_too(client):
    answer = client.post("/import/", {"text": SMALL})
    assert PlanImport.objects.get().name == "粘贴的正文.txt"
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "empty.txt", "文件是空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a.doc", "另存为"),
        (b"PK\x03\x04" + b"\x00" * 40, "a.docx", ""),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 64, "规划.docx", "图片"),
        (b"<html><body>" + b"<div>" * 200_000, "a.html", ""),
        (b"x" * (10 * 1024 * 1024 + 1), "a.txt", "超过 10 MB"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_document_ends_in_words_and_stores_nothing(client, content, name, sentence):
    answer = bring(client, content, name)
    assert answer.status_code == 400
    assert "请先改正以下内容" in body(answer)
    assert sentence in body(answer)
    assert not PlanImport.objects.exists()


def test_scripts_of_a_document_are_text(client):
    text = SMALL.replace("建立认定办法。", "<script>alert(1)</script>{{ 7*7 }}。")
    address = client.post("/import/", {"text": text})["Location"]
    assert b"<script>alert" not in client.get(address).content


def test_nothing_sent_is_asked_for(client):
    answer = client.post("/import/", {})
    assert answer.status_code == 400
    assert "请选择规划文件" in body(answer)


def test_the_same_file_leads_to_the_plan_that_it_was_stored_as(client):
    answer = bring(client, text_of("jilin").encode(), "吉林.txt")
    assert answer["Location"] == f"/plans/{Plan.objects.get(slug='jilin').pk}/document/"


def test_every_reading_leads_to_its_line_and_back(client, staff):
    draft = draft_of(staff)
    task = item(draft, "task")
    page = client.get(f"/import/{draft.pk}/").content.decode()
    assert f'<a class="read" href="#item-{task.pk}">开展强企认定</a>' in page
    assert f'<a class="read" href="#item-{task.pk}">区科技局</a>' in page
    assert 'id="L10"' in page
    assert 'href="#L10"' in page


def test_a_correction_without_javascript_comes_back_to_its_place(client, staff):
    draft = draft_of(staff)
    head = item(draft, "plan")
    form = {
        "title": "改后的名称", "region_code": "璧山区", "start_year": "2026", "end_year": "2028",
        "issued_on": "2026-01-15", "version": str(head.version),
    }  # fmt: skip
    answer = client.post(f"/import/{draft.pk}/items/{head.pk}/", form)
    assert answer["Location"] == f"/import/{draft.pk}/#item-{head.pk}"
    assert "改后的名称" in body(client.get(f"/import/{draft.pk}/"))
    again = client.post(f"/import/{draft.pk}/items/{head.pk}/", form | {"title": "又一个人改的"})
    assert again.status_code == 409
    assert "现为“改后的名称”，您填写的是“又一个人改的”。" in body(again)


def test_a_task_form_keeps_what_was_not_touched(client, staff):
    draft = draft_of(staff)
    task = item(draft, "task")
    page = client.get(f"/import/{draft.pk}/items/{task.pk}/")
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    client.post(f"/import/{draft.pk}/items/{task.pk}/", form)
    task.refresh_from_db()
    assert not task.is_changed
    client.post(f"/import/{draft.pk}/items/{task.pk}/", form | {"responsible": "区科技局、区财政局"})
    task.refresh_from_db()
    assert [a["unit"] for a in task.data["assignments"]] == ["区市场监管局", "区科技局", "区财政局"]


def test_a_target_form_keeps_what_was_not_touched_and_changes_a_year(client, staff):
    draft = draft_of(staff)
    row = item(draft, "indicator")
    page = client.get(f"/import/{draft.pk}/items/{row.pk}/")
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    client.post(f"/import/{draft.pk}/items/{row.pk}/", form)
    row.refresh_from_db()
    assert not row.is_changed
    client.post(f"/import/{draft.pk}/items/{row.pk}/", form | {"value_2028": "２９", "base_year_0": "2025"})
    answer = client.post(f"/import/{draft.pk}/items/{row.pk}/", form | {"base_year_0": "2025"})
    assert "基期年和基期值要一起填写" in body(answer)
    client.post(f"/import/{draft.pk}/items/{row.pk}/", form | {"value_2028": "２９"})
    row.refresh_from_db()
    assert [t["value"] for t in row.data["targets"]] == ["26", "27", "29"]


def test_htmx_gets_the_form_and_then_the_line_of_the_outline(client, staff):
    draft = draft_of(staff)
    task = item(draft, "task")
    address = f"/import/{draft.pk}/items/{task.pk}/"
    form = client.get(address, HTTP_HX_REQUEST="true").content.decode()
    assert form.lstrip().startswith("<li") or '<li id="item-' in form
    assert "<html" not in form
    dropped = client.post(address, {"do": "drop"}, HTTP_HX_REQUEST="true").content.decode()
    assert "不导入" in dropped
    assert "更正" in client.post(address, {"do": "restore"}, HTTP_HX_REQUEST="true").content.decode()


def test_something_the_reader_missed_is_added_at_its_line(client, staff):
    draft = draft_of(staff)
    answer = client.post(f"/import/{draft.pk}/add/term/", {"term": "强企", "definition": "有优势的企业", "line": "6"})
    added = ImportItem.objects.get(draft=draft, kind="term")
    assert answer["Location"].endswith(f"#item-{added.pk}")
    assert (added.line, added.data) == (6, {"term": "强企", "definition": "有优势的企业"})
    assert client.get(f"/import/{draft.pk}/add/unit/").status_code == 404
    assert "没有第9999行" in body(
        client.post(f"/import/{draft.pk}/add/term/", {"term": "强", "definition": "有", "line": "9999"})
    )


def test_names_are_decided_together(client, staff):
    draft = draft_of(staff)
    page = body(client.get(f"/import/{draft.pk}/units/"))
    assert "区数据局" in page
    client.post(f"/import/{draft.pk}/units/", {"name": ["区数据局"], "answer": ["new"]})
    assert "将新增为单位" in body(client.get(f"/import/{draft.pk}/units/"))
    client.post(f"/import/{draft.pk}/units/", {"do": "reset", "name": "区数据局"})
    assert "名录里没有的名称" in body(client.get(f"/import/{draft.pk}/units/"))


def test_a_basis_is_asked_in_words_with_what_each_answer_means(client, staff):
    draft = draft_of(staff)
    row = item(draft, "indicator", 1)
    page = body(client.get(f"/import/{draft.pk}/indicators/{row.pk}/"))
    assert "30家、30家、100家：每年新增，还是累计到年底？" in page
    assert "3年合计160家" in page
    assert "其中2028年当年再完成70家" in page
    client.post(f"/import/{draft.pk}/indicators/{row.pk}/", {"do": "basis", "basis": "cumulative"})
    row.refresh_from_db()
    assert row.data["answer"]["basis"] == "cumulative"


def test_a_new_indicator_needs_its_kind_and_unit(client, staff):
    draft = draft_of(staff)
    row = item(draft, "indicator", 1)
    address = f"/import/{draft.pk}/indicators/{row.pk}/"
    refused = client.post(address, {"do": "new", "name": "托管企业"})
    assert refused.status_code == 400
    assert "请填写计量单位" in body(refused)
    form = {"do": "new", "name": "托管企业数", "quantity": "flow", "unit": "家", "direction": "up", "decimals": "0"}
    assert client.post(address, form | {"frequency": "quarterly"}).status_code == 302
    row.refresh_from_db()
    assert row.data["answer"]["new"]["name"] == "托管企业数"


def test_what_is_open_is_listed_and_nothing_is_stored(client, staff):
    draft = draft_of(staff)
    answer = client.post(f"/import/{draft.pk}/confirm/", {"state": "draft"})
    assert answer.status_code == 400
    assert "还不能导入，先确定这些" in body(answer)
    assert not Plan.objects.filter(title__contains="强企").exists()


def test_the_number_of_queries_does_not_grow_with_the_document(client, staff):
    client.get("/import/")  # what is asked once a minute is asked now
    counts = []
    for text in (SMALL, text_of("bishan") + "\n.\n"):
        draft = draft_of(staff, text)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/import/{draft.pk}/").status_code == 200
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 14


def test_other_roles_are_told_who_may(client_of, staff):
    draft = draft_of(staff)
    for role in ("reporter", "leader", "auditor"):
        assert client_of(role).get("/import/").status_code == 403
        assert client_of(role).get(f"/import/{draft.pk}/").status_code == 403


def test_a_task_of_the_plan_leads_to_its_line_in_the_text(client):
    plan = Plan.objects.get(slug="jilin")
    task = plan.tasks.first()
    link = f"/plans/{plan.pk}/source/#L{task.source_line}"
    assert link in client.get(f"/plans/{plan.pk}/document/").content.decode()
    assert f'<p id="L{task.source_line}">' in client.get(f"/plans/{plan.pk}/source/").content.decode()


def test_the_findings_say_how_many_still_wait_for_somebody(client):
    page = client.get(bring(client, (text_of("jilin") + "\n（测试稿）").encode(), "吉林.txt")["Location"])
    text = page.content.decode()
    rows = page.context["findings"]
    waiting = sum(row.is_open for row in rows)
    assert 0 < waiting <= len(rows)
    assert f"共{len(rows)}处，{waiting}处待处理" in text
    section = text[text.index('id="findings"') :].partition("</section>")[0]
    pending = section.count(">待定<")
    unchecked = sum(row.line is None and not row.finding["checked"] for row in rows)
    assert waiting == pending + unchecked
