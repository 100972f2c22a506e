"""Statistics workbooks in the layouts in which they are published, made from figures that are known.

A layout puts cells on a sheet and says beside each figure cell what it means; so the expected rows come from what was
put there and never from the reader. `python -m tests.golden.workbooks.layouts` writes them to the JSON files beside.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlwt
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

FOLDER = Path(__file__).parent
VALID, TRADEMARKS, HIGH_VALUE, PCT = (
    "valid_invention_patents", "valid_registered_trademarks", "high_value_invention_patents", "pct_applications"
)  # fmt: skip
PLEDGE, WORKS, PER_10K, GI = (
    "ip_pledge_financing_amount", "work_registrations", "invention_patents_per_10k", "geographical_indications"
)  # fmt: skip


@dataclass(frozen=True)
class F:
    """A figure cell: what stands there and what it means. `value` is the figure in the catalogue's unit, as text."""

    cell: Any
    value: str | None
    region: str | None
    indicator: str | None
    period: str | None
    basis: str | None = "level"
    verdict: str = "ok"
    percent: bool = False


@dataclass
class Page:
    """One sheet in the making."""

    name: str = "Sheet1"
    rows: list[list[Any]] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)
    hidden: bool = False
    left: int = 0

    def row(self, *cells: Any) -> None:
        self.rows.append([None] * self.left + list(cells))

    def expected(self) -> list[dict[str, Any]]:
        return [
            {
                "sheet": self.name, "cell": f"{get_column_letter(at)}{number}", "region_code": figure.region,
                "indicator": figure.indicator, "period": figure.period, "basis": figure.basis, "value": figure.value,
                "verdict": figure.verdict,
            }
            for number, row in enumerate(self.rows, 1)
            for at, figure in enumerate(row, 1)
            if isinstance(figure, F)
        ]  # fmt: skip


@dataclass
class Layout:
    """A file and the rows that a reader has to find in it."""

    name: str
    content: bytes
    rows: list[dict[str, Any]]
    findings: list[str] = field(default_factory=list)


def bare(cell: Any) -> Any:
    return cell.cell if isinstance(cell, F) else cell


def xlsx(pages: Sequence[Page]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.name)
        for number, row in enumerate(page.rows, 1):
            for at, cell in enumerate(row, 1):
                if bare(cell) is not None:
                    sheet.cell(number, at, bare(cell))
                    if isinstance(cell, F) and cell.percent:
                        sheet.cell(number, at).number_format = "0.0%"
        for merge in page.merges:
            sheet.merge_cells(merge)
        for number in page.hidden_rows:
            sheet.row_dimensions[number].hidden = True
        for letter in page.hidden_columns:
            sheet.column_dimensions[letter].hidden = True
        if page.hidden:
            sheet.sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xls(page: Page) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet(page.name)
    for number, row in enumerate(page.rows):
        for at, cell in enumerate(row):
            if bare(cell) is not None:
                style = (
                    xlwt.easyxf(num_format_str="0.0%")
                    if isinstance(cell, F) and cell.percent
                    else xlwt.Style.default_style
                )
                sheet.write(number, at, bare(cell), style)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def as_csv(page: Page, encoding: str) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([["" if bare(cell) is None else bare(cell) for cell in row] for row in page.rows])
    return target.getvalue().encode(encoding)


def titled_with_merged_heads() -> Layout:
    """Title, unit line, heads merged over two rows, a sum row, growth beside each figure, notes below; 万件 beside 件."""
    page = Page(merges=["A1:G1", "A3:A4", "B3:C3", "D3:E3", "F3:G3"])
    page.row("2024年三季度浙江省各市知识产权主要指标情况表")
    page.row("填报单位：浙江省市场监督管理局", None, None, None, None, None, "单位：件")
    page.row("地区", "有效发明专利拥有量", None, "有效注册商标量（万件）", None, "高价值发明专利拥有量", None)
    page.row(None, "数量", "同比增长（%）", "数量", "同比增长（%）", "数量", "占比")
    data = [
        ("合计", None, 300, "300", "9.1", 3.5, "35000", "-1.2", 120, "120", 0.4, "40", "total"),
        ("杭 州 市", "330100", 200, "200", "8.4", 2, "20000", "3", 80, "80", 0.4, "40", "ok"),
        ("宁波", "330200", 100, "100", "10", 1.5, "15000", "-2.5", 40, "40", 0.4, "40", "ok"),
    ]
    for name, code, v, v_is, v_up, t, t_is, t_up, h, h_is, share, share_is, verdict in data:
        page.row(
            name,
            F(v, v_is, code, VALID, "2024Q3", "level", verdict), F(float(v_up), v_up, code, None, "2024Q3", None, "derived"),
            F(t, t_is, code, TRADEMARKS, "2024Q3", "level", verdict), F(float(t_up), t_up, code, None, "2024Q3", None, "derived"),
            F(h, h_is, code, HIGH_VALUE, "2024Q3", "level", verdict), F(share, share_is, code, None, "2024Q3", None, "derived", True),
        )  # fmt: skip
    page.row("注：1.数据来源于国家知识产权局；2.商标数据截至9月15日。")
    page.row("填表人：张三", None, "联系电话：0571-12345678")
    return Layout("titled_with_merged_heads.xlsx", xlsx([page]), page.expected())


def years_across() -> Layout:
    """One indicator in the title, regions down, years across; blanks in names, full-width digits, marks for no data."""
    page = Page("表1")
    page.row("各地区有效发明专利拥有量（2021—2023年）")
    page.row(None, None, None, "单位：件")
    page.row("地　区", 2021, 2022, "2023年")
    page.row(
        "全　国",
        *(F(n, str(n), None, VALID, p, verdict="total") for n, p in ((600, "2021"), (700, "2022"), (800, "2023"))),
    )
    page.row(
        "北　京",
        F(100, "100", "110000", VALID, "2021"),
        F("１２０", "120", "110000", VALID, "2022", verdict="question"),
        F(150, "150", "110000", VALID, "2023"),
    )
    page.row(
        "天  津",
        F("…", None, "120000", VALID, "2021", verdict="missing"),
        F("-", None, "120000", VALID, "2022", verdict="missing"),
        F(50, "50", "120000", VALID, "2023"),
    )
    page.row(
        "河北",
        F(70, "70", "130000", VALID, "2021"),
        F(0, "0", "130000", VALID, "2022"),
        F("1,234", "1234", "130000", VALID, "2023", verdict="question"),
    )
    page.row(
        "吉林",
        F(70, "70", "220000", VALID, "2021"),
        F(None, None, "220000", VALID, "2022", verdict="missing"),
        F("约100", None, "220000", VALID, "2023", verdict="refused"),
    )
    page.row("海南", *(F(n, str(n), "460000", VALID, p) for n, p in ((7, "2021"), (8, "2022"), (9, "2023"))))
    page.row(
        "新疆维吾尔自治区", *(F(n, str(n), "650000", VALID, p) for n, p in ((5, "2021"), (6, "2022"), (7, "2023")))
    )
    page.row("数据来源：国家知识产权局")
    return Layout("years_across.xlsx", xlsx([page]), page.expected())


def quarters_down() -> Layout:
    """A city's own table as CSV in GB18030: quarters down, running totals, the region in the title only."""
    page = Page("")
    page.row("宝鸡市2023年知识产权统计（累计）")
    page.row("时间", "PCT国际专利申请量（件）", "知识产权质押融资金额（万元）", "作品登记量")
    for at, (name, pct, pledge, pledge_is, works) in enumerate(
        [
            ("一季度", 1, 12000, "1.2", 30),
            ("上半年", 3, 25000.5, "2.50005", 55),
            ("前三季度", 4, 40000, "4", 90),
            ("全年", 6, 100000, "10", 130),
        ]
    ):
        period = ("2023Q1", "2023-01/2023-06", "2023-01/2023-09", "2023")[at]
        page.row(
            name, F(pct, str(pct), "610300", PCT, period, "ytd"), F(pledge, pledge_is, "610300", PLEDGE, period, "ytd"),
            F(works, str(works), "610300", WORKS, period, "ytd"),
        )  # fmt: skip
    return Layout("quarters_down.csv", as_csv(page, "gb18030"), page.expected())


def old_excel() -> Layout:
    """An .xls with ordinals, a code column, percent cells for a ratio, the period as a date of state."""
    page = Page("数据")
    page.row("吉林省各市（州）知识产权情况（截至2024年9月底）")
    page.row("序号", "行政区划代码", "市州", "有效发明专利量", "知识产权贯标覆盖率", "每万人口发明专利拥有量(件)")
    for number, code, name, valid, rate, rate_is, per in [
        (1, "220100", "长春市", 500, 0.125, "12.5", 5.25),
        (2, "220200", "吉林", 90, 0.2, "20", 3.1),
        (3, "222400", "延边州", 45, 0.08, "8", 2),
    ]:
        page.row(
            number, code, name, F(valid, str(valid), code, VALID, "2024-09"),
            F(rate, rate_is, code, "ip_standard_coverage_rate", "2024-09", "level", "question", True),
            F(per, str(per), code, PER_10K, "2024-09"),
        )  # fmt: skip
    return Layout("old_excel.xls", xls(page), page.expected())


def bilingual() -> Layout:
    """Heads and names in Chinese and English, an English row of heads below the Chinese one."""
    page = Page("2-1", merges=["B3:C3"])
    page.row("2-1 各市有效发明专利和商标 (2022年)")
    page.row("Patents and Trademarks by City (2022)")
    page.row(
        "城市\nCity", "有效发明专利拥有量\nValid Invention Patents (piece)", None, "有效注册商标量(万件)\nTrademarks"
    )
    page.row("City", "合计 Total", "#高价值发明专利拥有量\nHigh-value", "Trademarks (10 000 pieces)")
    for name, code, valid, high, marks, marks_is in [
        ("沈 阳 Shenyang", "210100", 900, 400, 12.5, "125000"),
        ("大 连 Dalian", "210200", 800, 300, 9.06, "90600"),
        ("朝 阳 Chaoyang", "211300", 30, 10, 1, "10000"),
    ]:
        page.row(
            name, F(valid, str(valid), code, VALID, "2022"), F(high, str(high), code, HIGH_VALUE, "2022"),
            F(marks, marks_is, code, TRADEMARKS, "2022"),
        )  # fmt: skip
    return Layout("bilingual.xlsx", xlsx([page]), page.expected())


def two_tables() -> Layout:
    """Two tables under each other without a blank row between the note and the next title, a third beside them."""
    page = Page("附表")
    page.row("附表1 2024年一季度质押融资情况", None, None, None, "附表3 2024年一季度有效注册商标量")
    page.row("单位：万元", None, None, None, "单位：万件")
    page.row("县区", "知识产权质押融资金额", "知识产权质押融资登记数（件）", None, "县区", "有效注册商标量")
    for name, code, money, money_is, count, marks, marks_is in [
        ("金台区", "610303", 5000, "0.5", 3, 0.31, "3100"),
        ("渭滨区", "610302", 12345, "1.2345", 7, 0.4, "4000"),
        ("岐山县", "610323", 0, "0", 0, 0.05, "500"),
    ]:
        page.row(
            name, F(money, money_is, code, PLEDGE, "2024Q1", "ytd"), F(count, str(count), code, "ip_pledge_registrations", "2024Q1", "ytd"),
            None, name, F(marks, marks_is, code, TRADEMARKS, "2024Q1"),
        )  # fmt: skip
    page.row("注：质押融资为登记口径。")
    page.row("附表2 2024年一季度宝鸡市地理标志拥有量")
    page.row("县区", "地理标志拥有量（个）", "备注")
    for name, code, count, note in [("凤翔区", "610305", 4, "含1件初审"), ("眉县", "610326", 6, None)]:
        page.row(name, F(count, str(count), code, GI, "2024Q1"), note)
    return Layout("two_tables.xlsx", xlsx([page]), page.expected())


def period_in_title_and_hidden() -> Layout:
    """The period in the title only; a hidden row, a hidden column and a hidden sheet that are read and told."""
    page = Page("三季度", merges=["A1:D1"], hidden_rows=[4], hidden_columns=["D"])
    page.row("截至2024年9月底各市知识产权存量")
    page.row("市", "有效发明专利拥有量/件", "有效注册商标量（件）", "地理标志拥有量（个）")
    for name, code, numbers in [
        ("福州市", "350100", (700, 9000, 5)),
        ("厦门市", "350200", (650, 8000, 3)),
        ("泉州市", "350500", (500, 12000, 9)),
    ]:
        page.row(name, F(numbers[0], str(numbers[0]), code, VALID, "2024-09"), F(numbers[1], str(numbers[1]), code, TRADEMARKS, "2024-09"),
                 F(numbers[2], str(numbers[2]), code, GI, "2024-09"))  # fmt: skip
    old = Page("旧表", hidden=True)
    old.row("截至2023年9月底")
    old.row("市", "有效发明专利拥有量")
    old.row("福州", F(600, "600", "350100", VALID, "2023-09"))
    findings = ["hidden_rows", "hidden_columns", "hidden_sheet"]
    return Layout("period_in_title_and_hidden.xlsx", xlsx([page, old]), page.expected() + old.expected(), findings)


def cities_in_provinces() -> Layout:
    """Cities and districts under what they belong to, indented; names that stand in several cities."""
    page = Page()
    page.row("2023年有效发明专利拥有量（件）")
    page.row("地区", "有效发明专利拥有量")
    for name, code, number in [
        ("江苏省", "320000", 100),
        ("　南京市", "320100", 40),
        ("　　鼓楼区", "320106", 15),
        ("　徐州市", "320300", 20),
        ("　　鼓楼区", "320302", 8),
        ("　　云龙区", "320303", 6),
        ("福建省", "350000", 90),
        ("　福州市", "350100", 50),
        ("　　鼓楼区", "350102", 30),
        ("　　仓山区", "350104", 20),
    ]:
        page.row(name, F(number, str(number), code, VALID, "2023"))
    return Layout("cities_in_provinces.xlsx", xlsx([page]), page.expected())


def transposed() -> Layout:
    """Indicators down with their unit in a column, regions across with a sum in front."""
    page = Page("2024年上半年")
    page.row("璧山区等区县知识产权指标")
    page.row("指标名称", "计量单位", "合计", "璧山区", "大足", "渝北区")
    for name, unit, indicator, basis, numbers, is_ in [
        ("1.有效发明专利拥有量", "件", VALID, "level", (60, 10, 20, 30), ("60", "10", "20", "30")),
        ("2.PCT国际专利申请量", "件", PCT, "ytd", (6, 1, 2, 3), ("6", "1", "2", "3")),
        ("3.知识产权质押融资金额", "万元", PLEDGE, "ytd", (6000, 1000, 2000, 3000.5), ("0.6", "0.1", "0.2", "0.30005")),
    ]:
        period = "2024-01/2024-06"
        codes = (None, "500120", "500111", None)
        verdicts = ("total", "ok", "ok", "question")  # 渝北区 is no region of the tree any more
        page.row(
            name,
            unit,
            *(
                F(n, v, c, indicator, period, basis, verdict)
                for n, v, c, verdict in zip(numbers, is_, codes, verdicts, strict=True)
            ),
        )
    return Layout("transposed.xlsx", xlsx([page]), page.expected())


def long_list() -> Layout:
    """One figure a line: code, name, indicator, year, quarter, value, unit; a line twice, equal, and one twice, different."""
    page = Page("明细")
    page.row("地区代码", "地区名称", "指标", "年份", "季度", "数值", "单位", "备注")
    for code, name, indicator, word, year, quarter, number, value, unit, basis, verdict in [
        ("110105", "朝阳区", VALID, "有效发明专利拥有量", 2024, 3, 10, "10", "件", "level", "ok"),
        ("110108", "海淀区", VALID, "有效发明专利拥有量", 2024, 3, 20, "20", "件", "level", "ok"),
        ("110108", "海淀区", VALID, "有效发明专利拥有量", 2024, 3, 20, "20", "件", "level", "duplicate"),
        ("110108", "海淀区", TRADEMARKS, "有效注册商标量", 2024, 3, 2.5, "25000", "万件", "level", "refused"),
        ("110108", "海淀区", TRADEMARKS, "有效注册商标量", 2024, 3, 2.6, "26000", "万件", "level", "refused"),
        ("110101", "西城区", VALID, "有效发明专利拥有量", 2024, 3, 7, "7", "件", "level", "question"),
        ("110101", "东城区", VALID, "有效发明专利拥有量", 2024, 2, "", None, "件", "level", "missing"),
    ]:
        region = None if name == "西城区" else code
        page.row(
            code,
            name,
            word,
            year,
            quarter,
            F(number if number != "" else None, value, region, indicator, f"{year}Q{quarter}", basis, verdict),
            unit,
            None,
        )
    return Layout("long_list.xlsx", xlsx([page]), page.expected())


def running_total_beside_quarter() -> Layout:
    """Indicators down with parts (其中), this quarter beside the running total and the year before, a rank."""
    page = Page("季报", merges=["A3:A4", "B3:B4", "C3:D3", "E3:F3"])
    page.row("杭州市知识产权工作季报")
    page.row("2024年第三季度")
    page.row("指标", "单位", "本年", None, "对比", None, "全省位次")
    page.row(None, None, "当季", "累计", "上年同期累计", "同比±%", None)
    page.row("甲", "乙", 1, 2, 3, 4, 5)
    for name, unit, indicator, quarter, ytd, before in [
        ("一、PCT国际专利申请量", "件", PCT, 11, 30, 25),
        ("二、作品登记量", "件", WORKS, 100, 320, 300),
        ("三、知识产权质押融资金额", "亿元", PLEDGE, 1.5, 4, 3.5),
    ]:
        page.row(
            name, unit, F(quarter, str(quarter), "330100", indicator, "2024Q3", "quarter"), F(ytd, str(ytd), "330100", indicator, "2024Q3", "ytd"),
            F(before, str(before), "330100", indicator, "2023Q3", "ytd"), F(0.2, "20", "330100", None, "2024Q3", None, "derived", True),
            F(1, "1", "330100", None, "2024Q3", None, "derived"),
        )  # fmt: skip
    return Layout("running_total_beside_quarter.xlsx", xlsx([page]), page.expected())


def months_under_years() -> Layout:
    """Years as lines between, running months below them; months that end no quarter are read and told as such."""
    page = Page("月报")
    page.row("乌鲁木齐市各月累计作品登记量", None, "单位：件")
    page.row("月份", "作品登记量", "商标注册量")
    for year, lines in (
        (2012, [("1-2月", 5, 50), ("1-3月", 9, 90), ("1-10月", 31, 310)]),
        (2013, [("1-6月", 20, 200), ("1-12月", 44, 440)]),
    ):
        page.row(f"{year}年")
        for name, works, marks in lines:
            last = int(name[2:-1])
            period = f"{year}-01/{year}-{last:02}"
            page.row(
                name,
                F(works, str(works), "650100", WORKS, period, "ytd"),
                F(marks, str(marks), "650100", "trademarks_registered", period, "ytd"),
            )
    return Layout("months_under_years.xlsx", xlsx([page]), page.expected())


def years_over_indicators() -> Layout:
    """Years over indicators over regions: a head of two merged levels, the unit in a third row of heads."""
    page = Page("综合", merges=["A2:A4", "B2:C2", "D2:E2"])
    page.row("表3-2 吉林省各地有效发明专利与商标")
    page.row("地 区", "2022年", None, "2023年", None)
    page.row(None, "有效发明专利拥有量", "有效注册商标量", "有效发明专利拥有量", "有效注册商标量")
    page.row(None, "件", "万件", "件", "万件")
    for name, code, numbers, verdict in [
        ("全省", None, (300, 3.2, 340, 4), "total"), ("长春", "220100", (200, 2.1, 230, 2.5), "ok"), ("吉林", "220200", (60, 0.7, 65, 0.9), "ok"),
        ("延边", "222400", (40, 0.4, 45, 0.6), "ok"),
    ]:  # fmt: skip
        cells = []
        for at, number in enumerate(numbers):
            value = str(number) if at % 2 == 0 else f"{round(number * 10000)}"
            cells.append(
                F(number, value, code, (VALID, TRADEMARKS)[at % 2], ("2022", "2023")[at // 2], "level", verdict)
            )
        page.row(name, *cells)
    return Layout("years_over_indicators.xlsx", xlsx([page]), page.expected())


def folded_yearbook_page() -> Layout:
    """A long list folded into two halves beside each other, as yearbooks print it."""
    page = Page("表12")
    page.row("12 各地级市有效注册商标量（2022年末）")
    page.row(None, None, None, "单位：万件")
    page.row("城 市", "有效注册商标量", "城 市", "有效注册商标量")
    left = [("南京市", "320100", 9.5, "95000"), ("无锡市", "320200", 8.25, "82500"), ("徐州市", "320300", 5, "50000")]
    right = [("常州市", "320400", 4.01, "40100"), ("苏州市", "320500", 20, "200000"), (None, None, None, None)]
    for (a, code_a, n, v), (b, code_b, m, w) in zip(left, right, strict=True):
        page.row(a, F(n, v, code_a, TRADEMARKS, "2022"), b, F(m, w, code_b, TRADEMARKS, "2022") if b else None)
    return Layout("folded_yearbook_page.xlsx", xlsx([page]), page.expected())


def exported_list() -> Layout:
    """An export of another system: English column names, full codes, ISO months, thousands in quotes."""
    page = Page("")
    page.row("region_code", "region", "indicator", "period", "value", "unit")
    for code, name, word, indicator, period, printed, value, unit, verdict in [
        ("330100000000", "杭州市", "有效发明专利拥有量", VALID, "2024-09", "12345", "12345", "件", "ok"),
        ("330200000000", "宁波市", "有效发明专利拥有量", VALID, "2024-09", "9,876", "9876", "件", "question"),
        ("330100000000", "杭州市", "有效注册商标量", TRADEMARKS, "2024-09", "1.5", "15000", "万件", "ok"),
        ("330200000000", "宁波市", "有效注册商标量", TRADEMARKS, "2024-08", "1.2", "12000", "万件", "ok"),
        ("330300000000", "温州市", "有效注册商标量", TRADEMARKS, "2024-09", "", None, "万件", "missing"),
        ("330300000000", "温州市", "知识产权质押融资金额", PLEDGE, "2024-01/2024-09", "1e5", None, "万元", "refused"),
        ("330300000000", "温州市", "旅游收入", None, "2024Q3", "77", "77", "万元", "question"),
    ]:
        basis = "ytd" if indicator == PLEDGE else "level" if indicator else None
        page.row(code, name, word, period, F(printed, value, code[:6], indicator, period, basis, verdict), unit)
    return Layout("exported_list.csv", as_csv(page, "utf-8-sig"), page.expected())


def blocks_by_region() -> Layout:
    """One head, then a block of indicators for each region, the region on a line of its own."""
    page = Page("各县区")
    page.row("宝鸡市各县区2024年第二季度知识产权指标完成情况")
    page.row("序号", "指标", "单位", "本季度完成", "本年累计完成", "去年同期", "备注")
    for region, code, pct, works in [
        ("金台区", "610303", (1, 3, 2), (10, 25, 20)),
        ("渭滨区", "610302", (0, 2, 2), (7, 14, 15)),
        ("眉县", "610326", (0, 0, 1), (3, 9, 8)),
    ]:
        page.row(region)
        for number, name, indicator, figures in ((1, "PCT国际专利申请量", PCT, pct), (2, "作品登记量", WORKS, works)):
            quarter, ytd, before = figures
            page.row(
                number, name, "件", F(quarter, str(quarter), code, indicator, "2024Q2", "quarter"), F(ytd, str(ytd), code, indicator, "2024Q2", "ytd"),
                F(before, str(before), code, indicator, "2023Q2", None, "question"), None,
            )  # fmt: skip
    return Layout("blocks_by_region.xlsx", xlsx([page]), page.expected(), ["table_basis_unclear"])


def counties_with_subtotals() -> Layout:
    """City and county in two columns, the city merged over its counties; subtotals, a grand total; a sheet a quarter."""
    pages = []
    for name, factor in (("2024年1季度", 1), ("2024年2季度", 2)):
        page = Page(name, merges=["A3:A5", "A6:A8", "A9:B9"])
        page.row("全省有效发明专利拥有量分县区统计表", None, "单位：件")
        page.row("市", "县（市、区）", "有效发明专利拥有量", "排名")
        period = name[:4] + f"Q{name[5]}"
        lines = [
            ("福州市", "小计", None, 50, "total"), (None, "鼓楼区", "350102", 30, "ok"), (None, "仓山区", "350104", 20, "ok"),
            ("厦门市", "小计", None, 45, "total"), (None, "思明区", "350203", 25, "ok"), (None, "集美区", "350211", 20, "ok"),
            ("总计", None, None, 95, "total"),
        ]  # fmt: skip
        for city, county, code, number, verdict in lines:
            rank = F(1, "1", code, None, period, None, "derived") if code else None
            page.row(
                city, county, F(number * factor, str(number * factor), code, VALID, period, "level", verdict), rank
            )
        pages.append(page)
    return Layout("counties_with_subtotals.xlsx", xlsx(pages), [row for page in pages for row in page.expected()])


def bulletin_table() -> Layout:
    """A province's own series: indicators down with units in brackets, years across newest first, the head printed again
    in the middle, footnote marks, a ratio in percent."""
    page = Page("主要指标")
    page.row("吉林省知识产权发展主要指标")
    head = ("指　　标", "2023年①", "2022年", "2021年")
    page.row(*head)

    def line(name: str, indicator: str, numbers: tuple[Any, ...], values: tuple[str, ...], basis: str) -> None:
        page.row(
            name,
            *(
                F(n, v, "220000", indicator, p, basis)
                for n, v, p in zip(numbers, values, ("2023", "2022", "2021"), strict=True)
            ),
        )

    line("一、有效发明专利拥有量（万件）", VALID, (2.8, 2.5, 2.1), ("28000", "25000", "21000"), "level")
    line("　　其中：高价值发明专利拥有量（万件）", HIGH_VALUE, (1.1, 1, 0.8), ("11000", "10000", "8000"), "level")
    line("　　每万人口发明专利拥有量（件）", PER_10K, (11.9, 10.5, 8.85), ("11.9", "10.5", "8.85"), "level")
    page.row("续表")
    page.row(*head)
    line("二、作品登记量（件）", WORKS, (5200, 4100, 3300), ("5200", "4100", "3300"), "ytd")
    line(
        "三、知识产权保护社会满意度（分）",
        "ip_protection_satisfaction",
        (82.06, 80.61, 80.05),
        ("82.06", "80.61", "80.05"),
        "level",
    )
    page.row("①2023年为快报数。")
    return Layout("bulletin_table.xlsx", xlsx([page]), page.expected())


def month_beside_running_total() -> Layout:
    """A month's own figures beside the running total, kinds of one indicator with their sum, 全国 and 兵团 among provinces."""
    page = Page("10月", merges=["A3:A5", "B3:E3", "B4:C4", "D4:E4"])
    page.row("2012年10月各省区市商标注册和作品登记统计")
    page.row("单位：件")
    page.row("省区市", "本月与累计", None, None, None)
    page.row(None, "商标注册量", None, "作品登记量", None)
    page.row(None, "当月", "累计", "当月", "累计")
    for name, code, numbers, verdict in [
        ("全国总计", None, (111, 1111, 12, 99), "total"), ("江　苏", "320000", (60, 600, 7, 50), "ok"), ("新疆", "650000", (50, 500, 4, 40), "ok"),
        ("兵　团", None, (1, 11, 1, 9), "total"),
    ]:  # fmt: skip
        page.row(
            name,
            *(
                F(n, str(n), code, indicator, period, basis, verdict)
                for n, indicator, period, basis in zip(
                    numbers,
                    ("trademarks_registered",) * 2 + (WORKS,) * 2,
                    ("2012-10", "2012-01/2012-10") * 2,
                    ("month", "ytd") * 2,
                    strict=True,
                )
            ),
        )
    return Layout("month_beside_running_total.xlsx", xlsx([page]), page.expected())


def census() -> Layout:
    """A census by province: the day in the title line together with the units, shares of two years beside the figures."""
    page = Page("七普", merges=["A3:A4", "B3:B4", "C3:D3"])
    page.row("第七次全国人口普查各地区人口")
    page.row("2020年11月1日零时　　单位：人、%")
    page.row("地　区", "常住人口", "比重", None)
    page.row(None, None, "2020年", "2010年")
    for name, code, people, now, before, verdict in [
        ("全　国", None, 1411778724, 100, 100, "total"), ("北　京", "110000", 21893095, 1.55, 1.46, "ok"), ("天　津", "120000", 13866009, 0.98, 0.97, "ok"),
        ("现役军人", None, 2000000, None, None, "total"),
    ]:  # fmt: skip
        shares = [
            F(s, str(s), code, None, p, None, "derived") if s else None
            for s, p in ((now, "2020-11-01"), (before, "2010-11-01"))
        ]
        page.row(name, F(people, str(people), code, "resident_population", "2020-11-01", "level", verdict), *shares)
    page.row("注：常住人口不包括港澳台居民。")
    return Layout("census.xlsx", xlsx([page]), page.expected())


def growth_beside_each_year() -> Layout:
    """Years across, each with the figure and its growth on the year before; the unit in a column without a head."""
    page = Page("简表", merges=["A2:A3", "C2:D2", "E2:F2"])
    page.row("宝鸡市人口与商标简表")
    page.row("指标", None, "2020", None, "2021", None)
    page.row(None, "单位", "绝对数", "比上年增长%", "绝对数", "比上年增长%")
    for name, unit, indicator, before, before_is, now, now_is in [
        ("常住人口", "万人", "resident_population", 332.19, "3321900", 330.5, "3305000"), ("有效注册商标量", "件", TRADEMARKS, 9000, "9000", 9900, "9900")
    ]:  # fmt: skip
        page.row(
            name, unit, F(before, before_is, "610300", indicator, "2020"), F(1.2, "1.2", "610300", None, "2020", None, "derived"),
            F(now, now_is, "610300", indicator, "2021"), F(-0.5, "-0.5", "610300", None, "2021", None, "derived"),
        )  # fmt: skip
    return Layout("growth_beside_each_year.xlsx", xlsx([page]), page.expected())


LAYOUTS: tuple[Callable[[], Layout], ...] = (
    titled_with_merged_heads, years_across, quarters_down, old_excel, bilingual, two_tables, period_in_title_and_hidden,
    cities_in_provinces, transposed, long_list, running_total_beside_quarter, months_under_years,
    years_over_indicators, folded_yearbook_page, exported_list, blocks_by_region, counties_with_subtotals, bulletin_table,
    month_beside_running_total, census,
    growth_beside_each_year,
)  # fmt: skip


def expected_file(layout: Layout) -> Path:
    return FOLDER / f"{layout.name}.json"


def as_json(layout: Layout) -> str:
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in layout.rows)
    return f'{{"findings": {json.dumps(layout.findings)}, "rows": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    for make in LAYOUTS:
        made = make()
        expected_file(made).write_text(as_json(made), encoding="utf-8")
