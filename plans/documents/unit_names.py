"""Lists of units taken apart: 、 ， ； and blanks between names, 及/和/与 inside or between them, collectives kept whole."""

from __future__ import annotations

import re

from plans.documents.signs import fold, split_outside

_SUFFIX = (
    r"(?:局|委|办|厅|院|部|会|府|所|处|科|室|中心|银行|海关|公司|集团|法院|检察院|大学|学院|学校|党校|协会|联盟|支队|总队|大队|队|站|组|行|"
    r"部门|单位|机构|企业|园区|开发区|新区|高新区|示范区|试验区|管理区|度假区|街道|乡镇|镇街|镇乡|区县|县区|县市区|市县区|基地|平台|社|馆|台|联|公安|分局|支行|办事处|委员会|领导小组|工作小组|小组|专班|各市|市州|地州市)"
)
_ENDS_AS_UNIT = re.compile(rf"{_SUFFIX}(?:[(〔\[【][^()〔〕\[\]【】]{{1,20}}[)〕\]】])?$")
_COLLECTIVE = re.compile(
    r"各(?:有关|相关)?(?:[省市州区县旗镇乡盟]|地(?:区|市)?|区\(县\)|县\(市、区\)|县\(区\)|市\(州\)|街道|园区|设区市|区县|市州)"
)
# A bare 各市 goes on into 县(市、区)人民政府: one collective, not two.
_OPEN_COLLECTIVE = re.compile(r"(?:全市)?各(?:设区)?(?:[市州区县旗盟镇乡]|地区?|市州|区市)(?:\([^()]{1,12}\))?$")
_GOES_ON = re.compile(
    r"(?:县|区|旗|州|盟|乡|镇|街道|自治[县州区旗])(?!级|直|属|域)|市(?=[\(区县]|人民政府|政府|$)|(?:省直管|扩权)县"
)
_AND = re.compile(r"[和与及]|以及")
_LEVEL = re.compile(r"(?:国家|中央|省|市|区|县|州|自治|各|有关|相关|[\u4e00-\u9fff]{2,3}[省市区县州]|驻)")
_ETC = re.compile(r"等(?:(?:市|省|区|县|州)?(?:级|直)?(?:有关|相关|各)?(?:部门|单位|成员单位|部门和单位|单位和部门)?)$")
_TIDY = " 。.;；,，、:：\n\r"


def looks_like_unit(name: str) -> bool:
    """Whether a name ends as names of bodies do, or is a collective of governments."""
    name = fold(name).strip(_TIDY)
    return (
        2 <= len(name) <= 40
        and "。" not in name
        and (bool(_ENDS_AS_UNIT.search(name)) or bool(_COLLECTIVE.match(name)))
    )


def unit_names(text: str) -> list[str]:
    """The single units of a printed list, each as printed."""
    text = text.strip(_TIDY)
    parts = [part.strip(_TIDY) for _n, part in split_outside(text, "、,，;；\n/")]
    parts = _collectives(_blanks([part for part in parts if part]))
    names = [name for part in parts for name in _and(_without_etc(part))]
    return [name for name in names if name]


def _blanks(parts: list[str]) -> list[str]:
    """A blank parts two names only where both sides are names of units."""
    found: list[str] = []
    for part in parts:
        words = part.replace("\u3000", " ").replace("\xa0", " ").split()
        if len(words) > 1 and all(looks_like_unit(word) for word in words):
            found += words
        else:
            found.append(part)
    return found


def _collectives(parts: list[str]) -> list[str]:
    found: list[str] = []
    for part in parts:
        if found and _OPEN_COLLECTIVE.search(fold(found[-1])) and _GOES_ON.match(fold(part)):
            found[-1] += "、" + part
        else:
            found.append(part)
    return found


def _without_etc(part: str) -> str:
    found = _ETC.search(fold(part))
    return part[: found.start()].strip() if found else part


def _and(part: str) -> list[str]:
    """市科技局和市财政局 is two; 市林业和草原局 is one: both sides have to be names of units."""
    folded = fold(part)
    for found in _AND.finditer(folded):
        left, right = part[: found.start()].strip(), part[found.end() :].strip()
        if folded[: found.start()].count("(") > folded[: found.start()].count(")"):
            continue
        if len(left) > 2 and looks_like_unit(left) and looks_like_unit(right) and _LEVEL.match(fold(right)):
            return [*_and(left), *_and(right)]
    return [part]
