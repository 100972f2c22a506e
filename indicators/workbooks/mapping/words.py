"""Words of printed tables: what a cell's text is about, before anything is looked up. Pure text in, small facts out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

REMEMBERED = 8192  # labels repeat: a table of 100,000 lines has a few hundred of them
_FOOTNOTE = re.compile(r"(?:[\s①-⑳⑴-⒇⁰¹²³⁴-⁹*＊※†‡△▲]|\[\d{1,2}\]|[(（]?注\d{0,2}[)）]|【\d{1,2}】)+$")
_ORDINAL = re.compile(
    r"^(?:[(（][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]|[(（]\d{1,2}[)）]|\d{1,2}(?:[.．](?!\d)|、)"
    r"|\d{1,2}[)）]|[①-⑳⑴-⒇]|[●○■□◆◇▪·•—-]+(?=\D))\s*"
)
_AMONG = re.compile(r"^(?:其中|内含|#|＃)[:：,，、]?")
_LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z0-9 ,.'’&/()%:-]*")
_KEPT_LATIN = re.compile(r"^(?:PCT|GDP|R&D|IP|EUIPO|USPTO|Q[1-4])$", re.I)

# Rows that sum up, and scopes that have no region code. 全市 may be the plan's own region: a person says so.
_SUM = re.compile(
    r"(?:.{0,10}(?:合计|总计|小计|共计|总和)|总数|总体|计|全部|total|subtotal|sum)(?:[(（].*[)）])?", re.I
)
OWN_SCOPE = re.compile(r"全(?:省|市|区|县|州|盟|旗|自治区|地区)(?:合计|总计|总数)?|(?:本|我)(?:省|市|区|县|州)")
_SCOPE = re.compile(
    r"全国(?:合计|总计|总数|平均)?|全球|世界|国内|国外|境内|境外|(?:国内|国外|境外)(?:合计|小计)|其他|其它|不详|未知|未分(?:组|类|地区)"
    r"|(?:东部|中部|西部|东北|华北|华东|华南|华中|西南|西北|沿海|东北部|沿江)(?:地区)?|(?:长三角|珠三角|京津冀|粤港澳大湾区|长江经济带|成渝).{0,4}"
    r"|(?:省|市|区|县|州)(?:本级|直属?|级)|(?:新疆)?(?:生产建设)?兵团|现役军人|难以确定常住地|港澳台.{0,2}|计划单列市|副省级城市|(?:省|市)(?:直|属)(?:单位|机关)?|本级|直属|市区|城区合计|市辖区|县域|中央|省属.{0,4}|nation(?:al|wide)?|china|others?",
    re.I,
)
_AVERAGE = re.compile(r".{0,6}(?:平均|均值|平均数|平均值|中位数)|average|mean", re.I)
_DERIVED = re.compile(
    r"同比|环比|增速|增长率|增幅|增长|增减|增量|涨幅|占比|比重|占全|占总|所占|排名|位次|名次|排序|排位|位居|比上年|比上期|比上月|比去年|较上年|较去年"
    r"|较上期|较年初|±|百分点|完成率|份额|贡献率|growth|increase|share|rank|proportion|year-on-year|yoy|change",
    re.I,
)
_VALUE = re.compile(
    r"(?:本年度?|当年|今年|本期|报告期|对比|比较|对比情况|情况|绝对(?:数|值|量)|总量|规模|数值|数据|数量|数|值|指标值|统计值|数额|金额|实际值?|本期(?:值|数|末)?|本季值|完成(?:值|数|情况)|实绩|value|figure|number|amount)",
    re.I,
)
_NOTE = re.compile(
    r"^(?:注|说明|备注|附注|数据来源|资料来源|来源|填表人|制表人?|制表单位|审核人?|复核人?|单位负责人|负责人|填报人|统计负责人|联系人|联系电话|填报日期|报出日期"
    r"|打印日期|note|notes|source|data source)\s*\d{0,2}\s*(?:[:：、.．]|$)|^(?:注|note)\s*\d|^[*＊※]",
    re.I,
)


@lru_cache(REMEMBERED)
def folded(text: str) -> str:
    """The text without any blanks, full-width forms made plain: 北　京 → 北京, （件） → (件)."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(REMEMBERED)
def without_marks(text: str) -> str:
    """A label without its ordinal, its 其中 and the footnote mark behind it: 其中：1.发明专利① → 发明专利."""
    text = _FOOTNOTE.sub("", text.strip())
    for _ in range(3):
        shorter = _AMONG.sub("", _ORDINAL.sub("", text)).strip()
        if shorter == text or not shorter:
            break
        text = shorter
    return text.rstrip(":：")


@lru_cache(REMEMBERED)
def is_part(text: str) -> bool:
    """Whether a label names a part of what stands above it (其中：…)."""
    return _AMONG.match(_ORDINAL.sub("", text.strip())) is not None


@lru_cache(REMEMBERED)
def without_latin(text: str) -> str:
    """The Chinese half of a bilingual label; a label without Chinese stays as it is."""
    if not has_chinese(text):
        return text
    return _LATIN_RUN.sub(lambda run: run[0] if _is_kept(run[0]) else " ", text).strip()


def _is_kept(run: str) -> bool:
    bare = run.strip(" ,.:-/()%")
    return bool(_KEPT_LATIN.match(bare)) or len(bare) <= 1


@lru_cache(REMEMBERED)
def has_chinese(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in text)


@lru_cache(REMEMBERED)
def is_sum(text: str) -> bool:
    """合计, 总计, 小计, 全国合计: a row or column that sums up others."""
    return _SUM.fullmatch(folded(text)) is not None


@lru_cache(REMEMBERED)
def is_scope(text: str) -> bool:
    """A sum, or a scope that has no region code: 全国, 全省, 其他, 市本级, 东部地区."""
    text = folded(text)
    return bool(_SUM.fullmatch(text) or _SCOPE.fullmatch(text) or OWN_SCOPE.fullmatch(text))


@lru_cache(REMEMBERED)
def is_average(text: str) -> bool:
    return _AVERAGE.fullmatch(folded(text)) is not None


@lru_cache(REMEMBERED)
def is_derived(text: str) -> bool:
    """Growth, share, difference or rank: worked out from figures and never one."""
    return _DERIVED.search(unicodedata.normalize("NFKC", text)) is not None


@lru_cache(REMEMBERED)
def is_value_word(text: str) -> bool:
    """A head that says only that figures stand below: 数值, 本期值."""
    return _VALUE.fullmatch(folded(text)) is not None


def is_note(text: str) -> bool:
    """The first words of a line below a table: 注：…, 数据来源：…, 填表人：…."""
    return _NOTE.match(text.strip()) is not None


_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("indicator_code", re.compile(r"指标(?:编码|代码|编号)|indicator_?code", re.I)),
    ("region_code", re.compile(r"(?:行政)?(?:区划|地区|区域)?(?:代码|编码|码)|.*区划代?码|region_?code|code", re.I)),
    ("basis", re.compile(r"(?:填报|统计|数据|指标)?口径|basis", re.I)),
    ("unit", re.compile(r"(?:计量|数据|指标)?单位(?:\(.*\))?|unit", re.I)),
    ("ordinal", re.compile(r"序号?|编号|no\.?|序列|行次|行号|#", re.I)),
    ("year", re.compile(r"(?:统计|数据|所属)?(?:年份|年度)|年|year", re.I)),
    ("quarter", re.compile(r"季度|季|quarter", re.I)),
    ("period", re.compile(r"(?:统计|报告|数据|所属|填报)?(?:时间|日期|时期|期间|月份|月|期别|周期|期|年月|时段|时点)|period|date|time|month", re.I)),
    (
        "region",
        re.compile(
            r"(?:所属|所在|统计|填报|行政|各)?(?:地区|区域|地域|地方|行政区划?|区划|市县|县区|区县|地市|市州|州市|盟市|省份?|省市|省区市|城市|县市|市县区|辖区|地级市|县级市)"
            r"(?:名称)?|[省市县区州盟旗地、,/()()]{1,16}(?:别|名称)?|(?:市|县|区|省)(?:\(.{1,8}\))?|行政区划|region|area|city|cities|province|district|county|location",
            re.I,
        ),
    ),
    ("indicator", re.compile(r"(?:统计|主要|考核|监测)?(?:指标|项目|类别|类型|分类|事项|内容)(?:名称|内容)?|专利类型|种类|indicators?|item|items|type", re.I)),
    ("note", re.compile(r"备注|说明|注释?|注|来源|数据来源|note|remarks?", re.I)),
)  # fmt: skip


@lru_cache(REMEMBERED)
def head_role(text: str) -> str:
    """What a column's head says the column is (`region`, `unit`, `ordinal` …), "" where it says nothing of the kind."""
    text = folded(without_latin(without_marks(text)))
    return next((role for role, pattern in _ROLES if pattern.fullmatch(text)), "")


def printed_key(text: str) -> str:
    """A head as printed, on one line."""
    return " ".join(text.split())


@lru_cache(REMEMBERED)
def name_text(text: str) -> str:
    """A region's name as printed, the blanks inside and the ordinal in front aside: 1. 北 京 → 北京."""
    return "".join(without_marks(text).split()) if has_chinese(text) else printed_key(text)
