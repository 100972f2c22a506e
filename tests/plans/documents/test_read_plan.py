"""The command: JSON alone on standard output, 0 with findings, 2 where the file is refused."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from tests.plans.documents.support import ROOT


def run(*arguments: str) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("read_plan", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return out.getvalue(), int(ended.code or 0)
    return out.getvalue(), 0


def test_a_document_is_printed_as_json_with_findings_and_positions():
    printed, code = run(str(ROOT / "fixtures" / "plans" / "jilin.txt"), "--json")
    document = json.loads(printed)
    assert code == 0
    assert set(document["plan"]) == {"title", "doc_number", "issuer", "region", "region_code", "issued_on", "period"}
    assert document["at"]["title"] == {"line": 27}
    assert '"value": 2.0,' in printed


def test_a_refused_file_prints_its_finding_and_ends_with_two(tmp_path):
    file = tmp_path / "规划.pdf"
    file.write_bytes(b"%PDF-1.7")
    printed, code = run(str(file), "--json")
    assert code == 2
    assert [finding["code"] for finding in json.loads(printed)["findings"]] == ["pdf_broken"]


@pytest.mark.parametrize("name", ["没有.txt"])
def test_a_file_that_is_not_there_ends_with_two(tmp_path, name):
    printed, code = run(str(tmp_path / name), "--json")
    assert code == 2
    assert [finding["code"] for finding in json.loads(printed)["findings"]] == ["file_not_opened"]


def test_units_that_the_directory_of_the_region_lacks_are_named_with_the_nearest(tmp_path):
    file = tmp_path / "方案.txt"
    file.write_text(
        "宝鸡市知识产权工作方案（2021-2025年）\n一、任务\n（一）加强保护。健全机制。（责任单位：市科技局、市农业农村和水利局）\n",
        encoding="utf-8",
    )
    found = [f for f in json.loads(run(str(file), "--json")[0])["findings"] if f["code"] == "unit_unknown"]
    assert [(finding["line"], finding["text"]) for finding in found] == [(3, "市农业农村和水利局")]


def test_without_json_people_get_a_summary():
    printed, code = run(str(ROOT / "fixtures" / "plans" / "bishan.txt"))
    assert code == 0
    assert "任务 67" in printed
    assert "202年" in printed
