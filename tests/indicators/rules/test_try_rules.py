"""`try_rules FILE`: results as JSON, and a sentence instead of a traceback."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "attainment.json"
CASE: dict[str, Any] = {
    "name": "level",
    "plan": {"start_year": 2021, "end_year": 2025, "yellow_below": "0", "red_below": "-10"},
    "indicator": {"quantity": "stock", "direction": "up", "reporting_basis": "level", "frequency": "quarterly"},
    "target": {"basis": "level", "years": {"2023": {"comparator": ">=", "value": "19"}}},
    "figures": [{"year": 2023, "quarter": 3, "value": "18.5"}],
    "as_of": {"year": 2023, "quarter": 3},
}


def tried(path: Path) -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("try_rules", str(path), stdout=out, stderr=err)
    except SystemExit as end:
        return out.getvalue(), err.getvalue(), int(end.code or 0)
    return out.getvalue(), err.getvalue(), 0


def refused(tmp_path: Path, content: str | bytes) -> str:
    path = tmp_path / "cases.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    out, err, code = tried(path)
    assert (out, code) == ("", 2)
    assert err.endswith(("。\n", "。"))
    return err


def with_part(path: str, value: Any) -> str:
    case = json.loads(json.dumps(CASE))
    *nodes, last = path.split(".")
    node = case
    for name in nodes:
        node = node[int(name)] if isinstance(node, list) else node[name]
    node[int(last) if isinstance(node, list) else last] = value
    return json.dumps([case])


def test_every_case_of_the_file_is_printed_with_the_expected_results() -> None:
    out, err, code = tried(GOLDEN)
    expected = [{"name": case["name"], "result": case["expect"]} for case in json.loads(GOLDEN.read_text("utf-8"))]
    assert (json.loads(out), err, code) == (expected, "", 0)


def test_an_empty_list_gives_an_empty_list(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text("[]")
    assert json.loads(tried(path)[0]) == []


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    _, err, code = tried(tmp_path / "nothing.json")
    assert code == 2
    assert "nothing.json" in err


@pytest.mark.parametrize("content", ["{", "[1,", b"\xff\xfe\x00", "{}", "3", "[" * 100_000, "", "[" + "9" * 5000 + "]"])
def test_what_is_no_list_of_cases_is_refused(tmp_path: Path, content: str | bytes) -> None:
    refused(tmp_path, content)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("figures.0.value", 18.5, "字符串"),
        ("figures.0.value", "NaN", "NaN"),
        ("figures.0.value", "1e5", "1e5"),
        ("figures.0.value", "１８", "１８"),
        ("figures.0.value", "1.2345678", "小数至多 6 位"),
        ("figures.0.value", "1234567890123", "整数至多 12 位"),
        ("figures.0.value", True, "字符串"),
        ("figures.0.value", [], "第 1 项"),
        ("figures.0.quarter", 5, "1 至 4"),
        ("figures.0.quarter", 3.0, "1 至 4"),
        ("figures", 0, "列表"),
        ("figures.0.year", "2023", "年份"),
        ("figures.0.year", 1, "年份"),
        ("figures.0", "x", "对象"),
        ("figures", {"year": 1}, "列表"),
        ("figures", [CASE["figures"][0]] * 2, "两次"),
        ("indicator.quantity", "stocks", "stock、flow"),
        ("indicator.quantity", None, "空"),
        ("indicator.reporting_basis", "ytd", "应为 level"),
        ("target.basis", "year", "时期数"),
        ("target.years", [], "对象"),
        ("target.years", {"23": {}}, "四位数"),
        ("target.years.2023", {"comparator": "≥", "value": "1"}, "≥"),
        ("target.years.2023", {"comparator": "range", "value": "1"}, "upper"),
        ("target.years.2023", {"comparator": "range", "value": "3", "upper": "1"}, "上限"),
        ("target.years.2023", {"comparator": ">=", "value": "1", "source": "next"}, "decomposed"),
        ("target.baseline", {"year": 2020}, "value"),
        ("plan.end_year", 2020, "早于"),
        ("plan.red_below", "0", "低于黄线"),
        ("as_of", None, "as_of"),
        ("name", 7, "字符串"),
    ],
)
def test_what_is_not_in_the_form_is_refused_with_what_where_and_what_is_expected(
    tmp_path: Path, path: str, value: Any, said: str
) -> None:
    sentence = refused(tmp_path, with_part(path, value))
    assert "第 1 个案例" in sentence
    assert said in sentence


def test_a_case_with_something_missing_says_what(tmp_path: Path) -> None:
    assert "“plan”" in refused(tmp_path, json.dumps([{"name": "x"}]))
    assert "第 2 个案例" in refused(tmp_path, json.dumps([CASE, 3]))


def test_a_null_value_is_a_missing_figure(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(with_part("figures.0.value", None))
    assert json.loads(tried(path)[0])[0]["result"]["status"] == "missing"


def test_a_result_beyond_what_can_be_stored_is_still_right(tmp_path: Path) -> None:
    case = CASE | {"figures": [{"year": 2023, "quarter": 3, "value": "999999999999.999999"}]}
    case = case | {"target": {"basis": "level", "years": {"2023": {"comparator": ">=", "value": "0.000001"}}}}
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([case]))
    assert json.loads(tried(path)[0])[0]["result"]["completion"] == "99999999999999999900"
