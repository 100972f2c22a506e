"""`read_workbook`: the contract of its output, its exit code, and that it needs no prepared database."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.golden.workbooks import layouts
from tests.indicators.workbooks import hostile

KEYS = {
    "sheet", "cell", "row", "column", "region", "region_code", "name", "indicator", "period", "year", "quarter", "basis",
    "value", "unit", "printed", "verdict", "code", "message",
}  # fmt: skip


def run(*arguments: str) -> tuple[str, str, int]:
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("read_workbook", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return out.getvalue(), err.getvalue(), code


def kept(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_the_json_alone_carries_every_promised_field(tmp_path: Path) -> None:
    layout = layouts.transposed()
    out, err, code = run(kept(tmp_path, layout.name, layout.content), "--json")
    data = json.loads(out)
    assert (err, code) == ("", 0)
    assert all(row.keys() >= KEYS for row in data["rows"])
    row = next(row for row in data["rows"] if row["cell"] == "E5")
    assert row | {"candidates": []} == {
        "sheet": "2024年上半年", "cell": "E5", "row": 5, "column": 5, "region": "大足", "region_code": "500111",
        "name": "3.知识产权质押融资金额", "indicator": "ip_pledge_financing_amount", "period": "2024-01/2024-06", "year": 2024, "quarter": 2,
        "basis": "ytd", "value": "0.2", "unit": "亿元", "printed": "2000", "verdict": "ok", "code": "", "message": "", "candidates": [],
    }  # fmt: skip


def test_every_row_that_is_not_certain_says_why_in_a_sentence(tmp_path: Path) -> None:
    for make in layouts.LAYOUTS:
        layout = make()
        data = json.loads(run(kept(tmp_path, layout.name, layout.content), "--json")[0])
        for entry in [*data["findings"], *(row for row in data["rows"] if row["verdict"] != "ok")]:
            assert entry["message"].endswith("。"), entry
            assert "{" not in entry["message"]


def test_without_json_the_counts_and_the_doubts_are_printed(tmp_path: Path) -> None:
    layout = layouts.long_list()
    out, _, code = run(kept(tmp_path, layout.name, layout.content))
    assert out.startswith("数据表 1 张，数据 7 个：")
    assert "明细 F7 名称“西城区”与区划代码所指的地区（东城区、西城区）不一致" in out
    assert code == 0


def test_a_refused_file_ends_with_2_and_its_finding(tmp_path: Path) -> None:
    out, _, code = run(kept(tmp_path, "a.xlsx", hostile.with_parts({"xl/vbaProject.bin": b"x"})), "--json")
    data = json.loads(out)
    assert code == 2
    assert data["rows"] == []
    assert [finding["code"] for finding in data["findings"]] == ["macros"]
    assert run(str(tmp_path / "gone.xlsx"))[1:] == (
        f"无法打开文件“{tmp_path / 'gone.xlsx'}”：No such file or directory\n",
        2,
    )


def test_year_quarter_and_indicator_stand_in_where_the_file_is_silent(tmp_path: Path) -> None:
    path = kept(tmp_path, "数据.xlsx", hostile.workbook(["地区", "数量"], ["宝鸡市", 12], ["西安市", 13]))
    row: dict[str, Any] = json.loads(run(path, "--json")[0])["rows"][0]
    assert (row["verdict"], row["indicator"], row["period"]) == ("question", None, None)
    told = json.loads(run(path, "--json", "--year=2024", "--quarter=3", "--indicator=valid_invention_patents")[0])[
        "rows"
    ]
    assert [(row["verdict"], row["region_code"], row["indicator"], row["period"], row["value"]) for row in told] == [
        ("ok", "610300", "valid_invention_patents", "2024Q3", "12"), ("ok", "610100", "valid_invention_patents", "2024Q3", "13")
    ]  # fmt: skip


def test_what_cannot_be_asked_for_is_refused_in_words(tmp_path: Path) -> None:
    path = kept(tmp_path, "a.xlsx", hostile.workbook())
    with pytest.raises(CommandError, match="指标目录中没有编码“nothing”"):
        run(path, "--indicator=nothing")
    with pytest.raises(CommandError, match="也要给出年份"):
        run(path, "--quarter=3")
    with pytest.raises(CommandError, match="无法读取对应关系文件"):
        run(path, "--mapping", path)


def test_a_corrected_mapping_is_read_back_and_applied(tmp_path: Path) -> None:
    path = kept(tmp_path, "数据.xlsx", hostile.workbook(["2024年三季度"], ["地区", "授权"], ["鼓楼区", 12]))
    data = json.loads(run(path, "--json")[0])
    assert (data["rows"][0]["verdict"], data["rows"][0]["code"]) == ("question", "region_ambiguous")
    data["mapping"]["regions"]["鼓楼区"] = "350102"
    data["mapping"]["indicators"]["授权"] = "valid_invention_patents"
    corrected = kept(tmp_path, "mapping.json", json.dumps(data).encode())
    row = json.loads(run(path, "--json", "--mapping", corrected)[0])["rows"][0]
    assert (row["verdict"], row["region_code"], row["indicator"], row["value"]) == (
        "ok",
        "350102",
        "valid_invention_patents",
        "12",
    )
