"""What a quantity in running text counts: the name before it, or the thing after it, without the verbs around."""

from __future__ import annotations

import re
from functools import lru_cache

from plans.documents.quantities import UNIT
from plans.documents.signs import fold, split_outside

_VERB = (
    r"力争|争取|确保|努力|实现|完成|组织|举办|开展|培育(?!增长)|培养|培训|建成|建设|打造|引进|引入|创建|促进|推动|支持|协助|指导|选择|选取|深入|申报|编写|认定|"
    r"设立|建立|出台|查办|发布|召开|盘点|促成|年内|扶持|发行|推进|形成|制定|获得|获批|取得|到|使|将|其中|并|至少|达到|累计|总计|共|全年|每年|年均|重点|积极|新建成?|争创|帮助|进行|服务(?!机构|平台|业|体系|中心|网点|站)|调解(?!成功|组织|委员|案|员|中心)|办理|查处|孵化"
)
_LEADING = re.compile(
    rf"^(?:(?:依托|依靠|通过|利用|面向)[^,、]{{2,16}}?(?:设立|建立|建设|建成|开展|组织|举办)|[一二三四五六]年(?:内|来)?(?:累计)?(?=新增|培育|建成|建设|引进)|(?:到|至)?20\d\d年(?:度)?(?:底|末)?(?:以?前)?(?=[\u4e00-\u9fff])|(?:{_VERB})(?=[\u4e00-\u9fffA-Za-z“《])|[,、:;\s和及与]|(?:全[省市区县州](?=新增|组织|完成|培育|累计|有)))"
)
_TRAILING = re.compile(
    r"(?:达到?并?|达到?了|超过|突破|不低于|不少于|不超过|保持在?|稳定在|控制在|提高到?|提升到?至?|增加到?至?|增至|升至|降至|下降到?至?|增长到?至?|上升到|为|至|到|在|约|近|力争|分别|均|累计|合计|"
    r"总计|每年|年均|以每年|年|以|[\s:,、和及与,]|实现|完成|等|稳定|共|同比|新增至|达成|(?<!占)同?比[^,]{0,12}|较[^,]{0,12})$"
)
_GROWING = re.compile(r"^(?:的)?(?:以上|左右)?(?:的)?(?:速度|稳定|比例|幅度)?(?:的)?(?:增长|增幅|增速|递增|增加|提升)")
_GROWN = re.compile(
    r"(?:增长率?|增幅|增速|递增|提高|提升|下降|降低|压减)(?:率)?(?:达到?|保持在?|不低于|在|超过|约|为|控制在)?$"
)
# What comes before the thing itself: 区县、园区举办…, A、B等….
_LISTED = re.compile(
    r"^.*(?:牵头(?:建设|成立|组建|设立)|、.*等(?:有关|相关)?(?:部门|单位)?(?:联合)?|(?:举办|组织|开展)(?:了)?)"
)
_FROM = re.compile(r"(?:从|由)(?:20\d\d年|目前|现在|当前|\d).*$")
_METRIC = re.compile(r"(?:量|数|率|额|值|度|面积|收入|规模|金额|总量|数量)$")
# Words that name nothing: what is counted stands in the clause before.
_NO_NAME = re.compile(
    r"(?:到|至|力争|其中|全年|每年|年均|同比|比|较)?(?:20\d\d年(?:底|末)?)?(?:每年|年均|累计|达到?|突破|超过|实现|完成|增长|新增|均|总数|总量|数量)*"
)
_GENERIC = frozenset({"企业", "单位", "机构", "学校", "高校", "园区", "中小企业", "人员", "项目"})
_NEXT = re.compile(r"^(?:开展|进行|实施|参加|完成|通过)")


def growth(before: str, after: str, unit: str) -> bool:
    """Whether a percentage is a rate of growth."""
    return unit in {"%", "‰"} and bool(_GROWING.match(fold(after)) or _GROWN.search(fold(before).strip()))


def goal_name(before: str, after: str, following: str) -> str:
    """The name of what is counted: what follows the number where something does, else what stands before it.

    `following` is the next clause, which says what a bare 企业 is counted for.
    """
    thing = _after(after)
    if thing in _GENERIC and _NEXT.match(fold(following)):
        return _stripped(following)
    if len(thing) >= 2:
        return thing
    return name_before(before) or thing


def name_before(before: str) -> str:
    """A name that stands before its number, without the verbs around it."""
    name = _FROM.sub("", before.strip())
    while True:
        shorter = _TRAILING.sub("", name).strip()
        if shorter == name:
            break
        name = shorter
    listed = _LISTED.match(fold(name))
    name = _stripped(name[listed.end() :] if listed and len(name) - listed.end() > 2 else name)
    return "" if _NO_NAME.fullmatch(fold(name)) else name


def _stripped(name: str) -> str:
    name = name.strip().strip("。")
    while True:
        found = _LEADING.match(fold(name))
        rest = name[found.end() :].strip() if found else ""
        if not found or len(rest) < 3:
            return name.strip("，,、:： ")
        name = rest


def _after(after: str) -> str:
    folded = fold(after)
    if _GROWING.match(folded) or folded[:1] in {"、", ",", "和", "及", "与", "以", "(", ")", "。", ";", ""}:
        return ""
    thing = after.strip().removeprefix("的").strip()
    return re.sub(r"(?:来|在)[^,，]{1,3}落户$|[、，,和及与以]+$", "", thing).strip()


def shared_names(before: str, count: int) -> list[str]:
    """The names of a list that its numbers follow in order (A、B率分别达到…); the last one's head is shared where it is lacking."""
    listed = re.sub(r"分别.*$", "", before)
    names = [name_before(part) for _n, part in split_outside(listed, "、,")]
    if len(names) < count:
        names = [
            name_before(part)
            for name in names
            for part in re.split(r"(?<=[\u4e00-\u9fff])[和及与](?=[\u4e00-\u9fff])", name)
        ]
    names = [name for name in names if name][-count:]
    if len(names) != count:
        return []
    head = next((names[-1][at + 2 :] for name in names[:-1] if (at := names[-1].rfind(name[-2:])) >= 0), "")
    return [name if _METRIC.search(name) or not head else name + head for name in names[:-1]] + names[-1:]


def joint_names(before: str) -> list[str]:
    """The names of a list that one number is for, each a measure of its own (A数量、B数量等每年保持…); else none."""
    names = [
        name_before(part)
        for _n, part in split_outside(re.sub(r"等(?:指标)?(?=每年|年均|均|都|$).*$", "", before), "、")
    ]
    return names if len(names) > 1 and all(_METRIC.search(name) for name in names) else []


def likeness(left: str, right: str) -> float:
    """How far the shorter name's pairs of characters stand in the longer one; the field's own word does not count."""
    pairs = [_pairs(left), _pairs(right)]
    smaller = min(len(pairs[0]), len(pairs[1]))
    return len(pairs[0] & pairs[1]) / smaller if smaller else 0.0


@lru_cache(maxsize=4096)
def _pairs(name: str) -> frozenset[str]:
    name = re.sub(rf"知识产权|^全[省市区县州]|\({UNIT}\)|[\s、,的和及与]", "", fold(name))
    return frozenset(name[n : n + 2] for n in range(len(name) - 1))
