"""The signs a document is made of: punctuation folded for looking, Chinese numerals, dates, years, balanced brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

# One character for one, so that a position found in folded text is a position in the printed text.
_FOLD = str.maketrans(
    "（），：；！？［］％～－．／＋｜０１２３４５６７８９﹝﹞\u3000\xa0\t\u2002\u2003",
    "(),:;!?[]%~-./+|0123456789〔〕     ",
)
_DIGITS = {
    char: n
    for n, chars in enumerate(("〇○零Ｏ", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
CN = "一二三四五六七八九十"
PAIRS = {"(": ")", "〔": "〕", "[": "]", "【": "】", "《": "》", "“": "”", "〈": "〉"}
_YEAR = r"(\d{4}|[〇○零ＯO一二三四五六七八九]{4})"
DATE = re.compile(rf"{_YEAR}\s?年\s?(\d{{1,2}}|[{CN}]{{1,3}})\s?月\s?(\d{{1,2}}|[{CN}]{{1,3}})\s?日")
ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
FIVE_YEARS = re.compile(
    r"[“\"]?(十[一二三四五六七八九]?|[七八九])五[”\"]?(?=规划|时期|期间|[^\u4e00-\u9fff]|[\u4e00-\u9fff])"
)


def fold(text: str) -> str:
    """The text with full-width punctuation and digits as half-width ones, blanks as plain blanks; same length."""
    return text.translate(_FOLD)


def squeezed(text: str) -> str:
    """Folded, without any white space: for comparing."""
    return "".join(fold(text).split())


def tidy(text: str) -> str:
    """Printed text on one line: runs of white space become one blank."""
    return " ".join(text.split())


def one_line(text: str) -> str:
    """A cell's text on one line: a line break between Chinese signs is none, any other white space is one blank."""
    return tidy(re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3000-\u9fff\uff00-\uffef])", "", text))


def chinese_number(text: str) -> int | None:
    """十三 → 13, 二十 → 20, 二○○九 → 2009; plain digits too; None for anything else."""
    if text.isascii() and text.isdigit():
        return int(text)
    text = text.replace("O", "〇")
    if not text or any(char not in _DIGITS and char not in "十百" for char in text):
        return None
    if not set(text) & set("十百"):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
    return total + digit


def date_in(text: str) -> date | None:
    """The first day written out in a text (2018年11月26日, 二○○九年一月五日); None where there is none or it does not exist."""
    found = DATE.search(fold(text))
    return _date(found.groups()) if found else None


def iso_date_in(text: str) -> date | None:
    """The first 2018-11-26 in a text."""
    found = ISO_DATE.search(fold(text))
    return _date(found.groups()) if found else None


def _date(parts: tuple[str | None, ...]) -> date | None:
    numbers = [chinese_number(part or "") for part in parts]
    year, month, day = ([n for n in numbers if n is not None] + [0, 0, 0])[:3]
    try:
        return date(year, month, day)
    except ValueError:
        return None


def five_year_plan(text: str) -> tuple[int, int] | None:
    """The years of the first N-五 a text names: 十三五 is 2016 to 2020."""
    found = FIVE_YEARS.search(text)
    number = chinese_number(found[1]) if found else None
    return None if number is None else (1951 + 5 * number, 1955 + 5 * number)


def closing(folded: str, start: int) -> int:
    """Where the bracket opened at `start` closes, counting brackets of its own kind inside; -1 where it does not."""
    opened, closed = folded[start], PAIRS[folded[start]]
    depth = 0
    for n in range(start, len(folded)):
        if folded[n] == opened:
            depth += 1
        elif folded[n] == closed:
            depth -= 1
            if depth == 0:
                return n
    return -1


def brackets(folded: str, openers: str) -> Iterator[tuple[int, int]]:
    """Outermost brackets of the given kinds as (opening, closing) positions; closing is -1 for one that stays open."""
    n = 0
    while n < len(folded):
        if folded[n] in openers:
            end = closing(folded, n)
            yield n, end
            if end < 0:
                return
            n = end
        n += 1


def split_outside(text: str, separators: str) -> list[tuple[int, str]]:
    """Parts of a text between separators that stand outside every bracket and quotation, each with its position."""
    folded = fold(text)
    parts: list[tuple[int, str]] = []
    stack: list[str] = []
    start = 0
    for n, char in enumerate(folded):
        if char in PAIRS:
            stack.append(PAIRS[char])
        elif stack and char == stack[-1]:
            stack.pop()
        elif char in separators and not stack:
            parts.append((start, text[start:n]))
            start = n + 1
    parts.append((start, text[start:]))
    return parts


def open_bracket(folded: str, openers: str) -> bool:
    """Whether a bracket of the given kinds is still open at the end."""
    return any(folded.count(opener) > folded.count(PAIRS[opener]) for opener in openers)


def first_sentence(text: str) -> str:
    """Up to the first 。 outside brackets and quotations, without it."""
    return split_outside(text, "。")[0][1]
