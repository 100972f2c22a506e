"""What stands at a document's head and foot: title, number, issuer, signing date, region, period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from plans.documents.blocks import Block, Header, Phase
from plans.documents.outline import Outline
from plans.documents.places import ORGAN, Places
from plans.documents.plan_titles import is_report, notice_issuer, title_of
from plans.documents.signs import DATE, date_in, five_year_plan, fold, iso_date_in

DOC_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,12}\s?[〔\[【(〈]\s?\d{4}\s?[〕\]】)〉]\s?(?:第\s?)?\d{1,4}\s?号")
_NUMBER_LABEL = re.compile(r"(?:发文字号|发文文号|文号|文件编号|文\s?号)\s?[\]:】]*\s?")
_ISSUER_LABEL = re.compile(
    r"(?:发布机构|发文机关|发文单位|制发机关|发布单位|发文机构)\s?[\]:】]*\s?([\u4e00-\u9fff]{3,30})"
)
_DATE_LABEL = re.compile(r"(?:成文日期|发文日期|印发日期|签发日期)\s?[\]:】]*\s?")
_DAY = re.compile(rf"(?:\(\s?)?{DATE.pattern}(?:\s?\))?")
_SIGNED_ON_ONE_LINE = re.compile(rf"([\u4e00-\u9fff、 ]{{3,60}}?)\s*{DATE.pattern}")
# A cover names the body and a month: no day, so no signing date.
_SIGNED_WITH_MONTH = re.compile(
    r"([\u4e00-\u9fff]{4,40})\s*(?:20\d\d|二[〇○零Ｏ][〇○零Ｏ一二三四五六七八九]{2})\s?年\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?月"
)
_YEARS = re.compile(r"(?<!\d)(20\d\d|19\d\d)\s?年?\s?(?:[-—–~]{1,2}|至|到)\s?(20\d\d)(?!\d)")
_ONE_YEAR = re.compile(r"(?<!\d)(20\d\d|19\d\d)\s?年(?:度)?(?!\s?\d)")
_UNTIL = re.compile(r"到\s?(20\d\d)\s?年")
_SPAN = re.compile(r"([二三两五])年(?:行动|工作|实施)?(?:计划|方案|规划)")


def header_of(blocks: Sequence[Block], places: Places) -> Header:
    """The header of a document; `body_from` is the index of the block after the plan's own title."""
    header = Header()
    found = title_of(blocks)
    if found is not None:
        header.title, header.at["title"], header.body_from = found
    _number(header, blocks)
    _signature(header, blocks)
    _region(header, blocks, places)
    return header


def _number(header: Header, blocks: Sequence[Block]) -> None:
    """A number on a line of its own, else one with a label, else one beside the title; not one inside a sentence."""
    candidates: list[tuple[int, int, str]] = []
    for n, block in enumerate(blocks):
        if block.rows and n > 10:
            continue
        text = fold(block.text) if not block.rows else fold(" ".join(" ".join(row) for row in block.rows))
        for hit in DOC_NUMBER.finditer(text):
            number = hit[0] if block.rows else block.text[hit.start() : hit.end()]
            before = text[: hit.start()]
            if hit[0].strip("() ") == text.strip("() "):
                candidates.append((0, n, number))
            elif _NUMBER_LABEL.search(before[-12:]):
                candidates.append((1, n, number))
            elif (
                n <= max(header.body_from, 8)
                and "。" not in text
                and not before.rstrip().endswith(("》(", "通知(", "意见("))
                and len(text) < 120
            ):
                candidates.append((2, n, number))
    if candidates:
        _rank, n, number = min(candidates)
        header.doc_number, header.at["doc_number"] = "".join(number.split()), blocks[n].line


def _signature(header: Header, blocks: Sequence[Block]) -> None:
    """The body and the day the document is signed with; the notice's before the plan's; the page's own data last."""
    for n, block in enumerate(blocks):
        text = fold(block.text).strip()
        if block.rows or len(text) > 60:
            continue
        text = text.removeprefix("(").removesuffix(")").strip() if text.count("(") == 1 else text
        one_line = _SIGNED_ON_ONE_LINE.fullmatch(text)
        issuers = _signers(blocks, n) if _DAY.fullmatch(text) else []
        if one_line and ORGAN.fullmatch(one_line[1].strip()):
            issuers = [one_line[1].strip()]
        if issuers:
            header.issuer, header.at["issuer"] = "、".join(issuers), block.line
            header.issued_on, header.at["issued_on"] = date_in(text), block.line
            return
    _without_signature(header, blocks)


def _signers(blocks: Sequence[Block], n: int) -> list[str]:
    found: list[str] = []
    for block in reversed(blocks[max(0, n - 4) : n]):
        text = "".join(block.text.split())
        if block.rows or not ORGAN.fullmatch(fold(text)):
            break
        found.insert(0, text)
    return found


def _without_signature(header: Header, blocks: Sequence[Block]) -> None:
    for block in blocks:
        text = fold(block.text)
        label = _ISSUER_LABEL.search(text)
        if label and header.issuer is None:
            header.issuer, header.at["issuer"] = label[1], block.line
        monthly = _SIGNED_WITH_MONTH.fullmatch(_with_line_above(blocks, block, text))
        if monthly and ORGAN.fullmatch(monthly[1].strip()) and header.issuer is None:
            header.issuer, header.at["issuer"] = monthly[1].strip(), block.line
        dated = _DATE_LABEL.search(text)
        day = dated and (iso_date_in(text[dated.end() :][:16]) or date_in(text[dated.end() :][:24]))
        if day and header.issued_on is None:
            header.issued_on, header.at["issued_on"] = day, block.line
    issuer = notice_issuer(blocks[: header.body_from + 1], header.title)
    if issuer is not None:
        header.issuer, header.at["issuer"] = issuer[0], issuer[1]
    for block in blocks:
        if header.issued_on is None and not block.rows and _DAY.fullmatch(fold(block.text).strip()):
            header.issued_on, header.at["issued_on"] = date_in(block.text), block.line


def _with_line_above(blocks: Sequence[Block], block: Block, text: str) -> str:
    """A line with the one above it, where it is a month alone."""
    if not re.fullmatch(r"\S{4}年\S{1,3}月", text.strip()):
        return text.strip()
    n = next(n for n, other in enumerate(blocks) if other is block)
    return (fold(blocks[n - 1].text) if n else "").strip() + " " + text.strip()


def _region(header: Header, blocks: Sequence[Block], places: Places) -> None:
    for name in ("issuer", "title"):
        place = places.named_in(getattr(header, name) or "")
        if place is not None:
            break
    else:
        # Not from the text: a document it carries out names other places.
        place = places.named_shortly_in(header.title or "") or places.named_shortly_in(header.issuer or "")
    if place is not None:
        header.region, header.region_code = place.name, place.code


def period_of(header: Header, outline: Outline, phases: Sequence[Phase]) -> tuple[int, int] | None:
    """First and last year the plan governs: from its title, its phases, or its day and the year its goals name."""
    title = fold(header.title or "")
    if is_report(title):
        return None
    years = _YEARS.search(title)
    if years:
        return int(years[1]), int(years[2])
    five = five_year_plan(title)
    if five:
        return five
    goals = _goal_years(outline)
    if phases:
        ends = [int(phase.end[:4]) for phase in phases]
        return int(min(phase.start for phase in phases)[:4]), max(ends)
    single = _ONE_YEAR.search(title)
    span = _SPAN.search(title)
    first = int(single[1]) if single else _year(header.issued_on)
    if single and not span:
        return int(single[1]), int(single[1])
    if span and first is not None:
        return first, first + {"二": 2, "两": 2, "三": 3, "五": 5}[span[1]] - 1
    if goals is None:
        year = _work_year(outline, title)
        return (year, year) if year is not None else (first, first) if first is not None and "要点" in title else None
    if first is not None and first <= goals[1]:
        return first, goals[1]
    return goals


def _work_year(outline: Outline, title: str) -> int | None:
    """The one year of a yearly programme, from the sentence before its first heading."""
    found = next(
        (
            hit
            for block in outline.preamble
            if (hit := re.search(r"(20\d\d)\s?年(?:度)?(?=[^。]{0,12}(?:工作|要点|计划|任务))", fold(block.text)))
        ),
        None,
    )
    return int(found[1]) if found and "年" not in title else None


def _goal_years(outline: Outline) -> tuple[int, int] | None:
    """The years up to which something is to be reached, first and last, of the paragraph that first names one."""
    blocks = [*outline.preamble, *(block for item in outline.items for block in item.paragraphs)]
    found = next(
        (hits for block in blocks if (hits := _UNTIL.findall(re.sub(r"《[^》]*》|展望.*", "", fold(block.text))))), None
    )
    return (int(min(found)), int(max(found))) if found else None


def _year(day: date | None) -> int | None:
    return day.year if day else None
