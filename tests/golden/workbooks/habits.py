"""Further habits of those who publish figures: ranks beside them, regions merged over rows, the period in a sheet's or a
file's name, tabs and UTF-16, units that change from column to column, notes between the rows.

`python -m tests.golden.workbooks.habits` writes the expected rows to the JSON files beside.
"""

from __future__ import annotations

from tests.golden.workbooks.layouts import (
    PCT,
    PLEDGE,
    TRADEMARKS,
    VALID,
    F,
    Layout,
    Page,
    as_csv,
    as_json,
    bare,
    expected_file,
    xlsx,
)

GRANTED, ALL_GRANTED = "invention_patents_granted", "patents_granted"
UTILITY, DESIGNS = "utility_models_granted", "designs_granted"


def ranked() -> Layout:
    """A provincial bulletin: the figure, its rank, its growth, the rank of the growth; the province in the first line."""
    page = Page("有效发明专利")
    page.row("2024年江苏省各设区市有效发明专利情况")
    page.row("地区", "有效发明专利拥有量（件）", "位次", "比上年增长（%）", "增幅排名")

    for name, code, value, rank, growth in (
        ("南京市", "320100", 140000, 1, 12.5),
        ("苏州市", "320500", 130000, 2, 11.1),
        ("无锡市", "320200", 70000, 3, 9.8),
    ):
        beside = (F(at, str(at), code, None, "2024", None, "derived") for at in (rank, growth, rank))
        page.row(name, F(value, str(value), code, VALID, "2024"), *beside)
    return Layout("ranked.xlsx", xlsx([page]), page.expected())


def region_over_rows() -> Layout:
    """Each city once, merged over the rows of its indicators; years across."""
    page = Page("Sheet1")
    page.row("四川省部分市知识产权主要指标（单位：件）")
    page.row("市", "指标", "2023年", "2024年")
    for name, code, base in (("成都市", "510100", 20000), ("绵阳市", "510700", 3000)):
        at = len(page.rows) + 1
        page.merges.append(f"A{at}:A{at + 1}")
        page.row(
            name, "发明专利授权量",
            F(base, str(base), code, GRANTED, "2023", "ytd"), F(base + 500, str(base + 500), code, GRANTED, "2024", "ytd"),
        )  # fmt: skip
        page.row(
            None, "PCT国际专利申请量",
            F(base // 10, str(base // 10), code, PCT, "2023", "ytd"), F(base // 8, str(base // 8), code, PCT, "2024", "ytd"),
        )  # fmt: skip
    return Layout("region_over_rows.xlsx", xlsx([page]), page.expected())


def tabs_in_utf16() -> Layout:
    """Saved by Excel as 「Unicode 文本」 and renamed; running totals of the year across."""
    page = Page("")
    page.row("2024年浙江省各市发明专利授权量（本年累计）")
    page.row("单位：件")
    page.row("地区", "一季度", "上半年", "前三季度", "全年")
    for name, code, base in (("杭州市", "330100", 8000), ("宁波市", "330200", 3000), ("温州市", "330300", 1000)):
        ends = ("2024Q1", "2024-01/2024-06", "2024-01/2024-09", "2024")
        page.row(name, *(F(base * n, str(base * n), code, GRANTED, end, "ytd") for n, end in enumerate(ends, 1)))
    text = "\r\n".join("\t".join(str(bare(cell) or "") for cell in row) for row in page.rows)
    return Layout("tabs_in_utf16.csv", text.encode("utf-16"), page.expected())


def units_by_column() -> Layout:
    """万件 beside 万元 beside 件, each column its own."""
    page = Page("汇总")
    page.row("2024年末广东省各市知识产权拥有量")
    page.row("城市", "有效发明专利拥有量（万件）", "知识产权质押融资金额（万元）", "有效注册商标量（件）")
    for name, code, valid, money, marks in (
        ("深圳市", "440300", ("30.25", "302500"), ("1234567.8", "123.45678"), "2600000"),
        ("广州市", "440100", ("15.5", "155000"), ("987654", "98.7654"), "2400000"),
    ):
        page.row(
            name, F(float(valid[0]), valid[1], code, VALID, "2024"), F(float(money[0]), money[1], code, PLEDGE, "2024", "ytd"),
            F(int(marks), marks, code, TRADEMARKS, "2024"),
        )  # fmt: skip
    return Layout("units_by_column.xlsx", xlsx([page]), page.expected())


def a_sheet_a_year() -> Layout:
    """The same table on two sheets; nothing but the sheets' names tells the year."""
    pages = []
    for year, base in ((2023, 100), (2024, 120)):
        page = Page(f"{year}年")
        page.row("陕西省各市有效发明专利拥有量")
        page.row("市", "拥有量（件）")
        for name, code, times in (("西安市", "610100", 700), ("宝鸡市", "610300", 20)):
            page.row(name, F(base * times, str(base * times), code, VALID, str(year)))
        pages.append(page)
    return Layout("a_sheet_a_year.xlsx", xlsx(pages), [row for page in pages for row in page.expected()])


def period_in_the_file_name() -> Layout:
    """A district's export in GB18030 whose file name alone tells the quarter."""
    page = Page("")
    page.row("区县", "有效注册商标量（件）")
    for name, code, value in (("璧山区", "500120", 25123), ("铜梁区", "500151", 18456), ("彭水县", "500243", 9012)):
        page.row(name, F(value, str(value), code, TRADEMARKS, "2024Q3"))
    return Layout("重庆市2024年三季度商标数据.csv", as_csv(page, "gb18030"), page.expected())


def parts_below_the_whole() -> Layout:
    """One region in the title, the kinds of patents as 其中 rows below their sum, and a note between the rows."""
    page = Page("表3")
    page.row("吉林省2024年专利授权情况")
    page.row("单位：件")
    page.row("指标", "2024年", "2023年")

    def line(name: str, code: str, this: int, last: int) -> None:
        figures = (F(this, str(this), "220000", code, "2024", "ytd"), F(last, str(last), "220000", code, "2023", "ytd"))
        page.row(name, *figures)

    line("专利授权量", ALL_GRANTED, 33000, 31000)
    line("其中：发明", GRANTED, 8000, 7000)
    line("　　　实用新型", UTILITY, 21000, 20500)
    line("　　　外观设计", DESIGNS, 4000, 3500)
    page.row("注：数据来源于国家知识产权局。")
    return Layout("parts_below_the_whole.xlsx", xlsx([page]), page.expected())


def numbers_as_text() -> Layout:
    """Every figure a text, with blanks and commas as people type them: each is asked about, none is taken silently."""
    page = Page("Sheet1")
    page.row("2024年末各地区有效注册商标量")
    page.row("地区", "有效注册商标量（件）")
    page.row("北京市", F(" 3 250 000 ", "3250000", "110000", TRADEMARKS, "2024", verdict="question"))
    page.row("天津市", F("410,000", "410000", "120000", TRADEMARKS, "2024", verdict="question"))
    page.row("河北省", F("１２８万", "1280000", "130000", TRADEMARKS, "2024", verdict="question"))
    page.row("山西省", F("约30万", None, "140000", TRADEMARKS, "2024", verdict="refused"))
    page.row("内蒙古自治区", F("未公布", None, "150000", TRADEMARKS, "2024", verdict="missing"))
    return Layout("numbers_as_text.xlsx", xlsx([page]), page.expected())


def figures_like_codes_and_years() -> Layout:
    """Figures that could be codes of provinces, and others that could be years: their heads say what they are."""
    page = Page("Sheet1")
    page.row("2024年各地区情况")
    page.row("地区", "有效注册商标量（件）", "有效发明专利拥有量（件）")
    for name, code, marks, valid in (
        ("河北省", "130000", 140000, 2018),
        ("山西省", "140000", 150000, 2020),
        ("辽宁省", "210000", 130000, 1999),
    ):
        page.row(
            name, F(marks, str(marks), code, TRADEMARKS, "2024"), F(valid, str(valid), code, VALID, "2024")
        )  # fmt: skip
    return Layout("figures_like_codes_and_years.xlsx", xlsx([page]), page.expected())


LAYOUTS = (
    figures_like_codes_and_years,
    ranked, region_over_rows, tabs_in_utf16, units_by_column, a_sheet_a_year, period_in_the_file_name,
    parts_below_the_whole, numbers_as_text,
)  # fmt: skip

if __name__ == "__main__":
    for make in LAYOUTS:
        made = make()
        expected_file(made).write_text(as_json(made), encoding="utf-8")
