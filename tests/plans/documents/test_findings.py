"""What a person has to look at: each finding has its line, its code, the printed text and a sentence."""

from __future__ import annotations

import pytest

from tests.plans.documents.support import read

TITLE = "某市知识产权规划（2021-2025年）\n"
TABLE = "一、目标\n| 指标 | 2021年 | 2022年 | 2023年 |\n| --- | --- | --- | --- |\n"
BROKEN = "知识产权强市建设规划"
FOUND = {
    "ambiguous_basis": (TITLE + TABLE + "| 贯标企业（家） | 30 | 30 | 100 |\n", 5, "贯标企业（家） 30 30 100"),
    "misprinted_year": ("某市规划（2021-2025年）\n一、目标\n| 指标 | 2020年 | 202年 |\n| --- | --- | --- |\n| 专利（件） | 3 | 9 |\n", 3, "202年"),
    "increase_mismatch": (TITLE + "一、目标\n| 指标 | 2020年 | 2025年 | 累计增加值 |\n| --- | --- | --- | --- |\n| 有效专利（件） | 10 | 25 | 12 |\n", 5, "有效专利（件） 10 25 12"),
    "units_differ": (TITLE + TABLE + "| 有效专利（件） | 30件 | 40家 | 100件 |\n", 5, "有效专利（件） 30件 40家 100件"),
    "cell_not_understood": (TITLE + TABLE + "| 有效专利（件） | 30 | 稳步提升 | 100 |\n", 5, "稳步提升"),
    "bracket_without_task": (TITLE + "（责任单位：市科技局）\n一、任务\n（一）保护。健全机制。（责任单位：市法院）\n", 2, "（责任单位：市科技局）"),
    "bracket_open": (TITLE + "一、任务\n（一）保护。健全机制。（责任单位：市法院、市公安局\n", 3, "（责任单位：市法院、市公安局"),
    "table_not_understood": (TITLE + "一、任务\n| 姓名 | 电话 |\n| --- | --- |\n| 张三 | 110 |\n| 李四 | 120 |\n", 3, "姓名 电话"),
    "table_without_targets": ("某市2022年工作总结\n一、指标\n| 指标 | 2021年 | 2022年 |\n| --- | --- | --- |\n| 专利（件） | 3 | 9 |\n", 3, "指标 2021年 2022年"),
    "not_a_plan": ("某市2022年工作总结\n一、成效\n（一）全市有效专利达到900件。\n", 1, "某市2022年工作总结"),
    "goal_not_understood": (TITLE + "一、目标\n到2025年，质押融资额翻一番。\n", 3, "到2025年，质押融资额翻一番"),
    "unreadable_text": (TITLE + BROKEN.encode().decode("gb18030", "replace") + "\n", 2, BROKEN.encode().decode("gb18030", "replace")),
}  # fmt: skip


@pytest.mark.parametrize("code", FOUND)
def test_what_is_doubtful_is_reported_with_its_place(code: str) -> None:
    text, line, printed = FOUND[code]
    found = [finding for finding in read(text).findings if finding.code == code]
    assert [(finding.line, finding.text) for finding in found] == [(line, printed)]
    assert found[0].message.endswith("。")


@pytest.mark.parametrize(
    "row",
    [
        "| 有效专利（件） | 30 | 70 | 200 |",
        "| 贯标企业覆盖率（%） | 30 | 30 | 40 |",
        "| 专利拥有量（件） | 30 | 30 | 40 |",
    ],
)
def test_a_row_that_can_be_read_in_one_way_only_is_not_asked_about(row: str) -> None:
    assert "ambiguous_basis" not in {finding.code for finding in read(f"{TITLE}{TABLE}{row}\n").findings}


@pytest.mark.parametrize("encoding", ["latin-1", "gb18030"])
def test_nothing_is_invented_from_broken_text(encoding: str) -> None:
    text = TITLE + "一、目标\n到2025年，有效专利达到900件。（责任单位：市科技局、市财政局）\n"
    broken = text.encode("gb18030" if encoding == "latin-1" else "utf-8").decode(encoding, "replace")
    reading = read(broken)
    assert (reading.tasks, reading.indicators) == ([], [])
    assert {"unreadable_text", "nothing_understood"} <= {finding.code for finding in reading.findings}


def test_the_scattered_cells_of_a_table_that_cannot_be_put_together_are_reported() -> None:
    cells = "\n".join(f"项目{n}\n{n}\n{n + 5}\n件" for n in range(1, 6))
    found = read(f"{TITLE}一、目标\n{cells}\n").findings
    assert [(f.line, f.code) for f in found if f.code == "table_not_understood"] == [(3, "table_not_understood")]
