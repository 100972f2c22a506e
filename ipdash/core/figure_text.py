"""What a written figure means: the one parser for everything people type and everything that stands in a cell.

`Decimal()` accepts Arabic-Indic digits, `1_000` and `1e5` and refuses `1,234`; a figure that is read wrongly is worse
than one that is refused. So the writings are listed here, each with a verdict:

* `ok`: read with certainty;
* `question`: understood, but a person confirms it, seeing the old text beside the understood value;
* `missing`: no figure (empty, a dash, 无); never zero;
* `refused`: not a figure; `figure_refusals` names what it is.

Codes and their parameters become Chinese sentences in `figure_sentences`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Context, Decimal
from enum import StrEnum

from ipdash.core.figure_refusals import hidden_code, refusal_code
from ipdash.core.numbers import decimal_text, plain


class Verdict(StrEnum):
    """What became of one writing."""

    OK = "ok"
    QUESTION = "question"
    MISSING = "missing"
    REFUSED = "refused"


class Origin(StrEnum):
    """Where the writing stood, which decides what has to be confirmed.

    FORM: typed by a person who is shown the understood value at once, so every understood writing is `ok`.
    CELL: a workbook cell, which has a type, so a number stored as text is a question.
    PLAIN: text without types (CSV), where plain digits are the normal way to write a number.
    """

    FORM = "form"
    CELL = "cell"
    PLAIN = "plain"


@dataclass(frozen=True)
class CellError:
    """An error cell of a workbook as printed (`#DIV/0!`), or a formula that was saved without a value."""

    text: str
    without_value: bool = False


CellValue = str | int | float | Decimal | bool | date | time | timedelta | CellError | None


@dataclass(frozen=True)
class ParsedFigure:
    """One writing, understood or not. `value` is set for `ok` and `question` only; `printed` is the writing as it stood.

    `code` names what was special (empty where nothing was); `params` fills its sentence.
    """

    verdict: Verdict
    value: Decimal | None
    code: str
    params: dict[str, str] = field(default_factory=dict)
    printed: str = ""


MAX_WHOLE_DIGITS = 12
MAX_PLACES = 6
MAX_DIGITS = 18
LONGEST_WRITING = 100
_LONGEST_SHOWN = 40
_SHOWN_DIGITS = 15  # significant digits that workbook programs show and let people type
_EXACT = Context(prec=2 * LONGEST_WRITING)  # the default 28 digits would round before the limits are checked

MISSING_MARKS = frozenset(
    [
        "-",
        "--",
        "---",
        "—",
        "——",
        "――",
        "―",
        "–",
        "−",
        "…",
        "……",
        "...",
        "..",
        "/",
        "//",
        "\\",
        "无",
        "暂无",
        "无数据",
        "暂无数据",
        "不详",
        "未公布",
        "尚未公布",
        "暂未公布",
        "未统计",
        "未报",
        "未填报",
        "未提供",
        "不适用",
        "缺",
        "缺失",
        "缺数",
        "暂缺",
        "空",
        "空白",
        "待公布",
        "待统计",
        "n/a",
        "na",
        "null",
        "none",
    ]
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，％＋－／−", "0123456789.,%+-/-")  # the last is the minus sign
_BLANKS = "\u00a0\u202f\u2007\u2009\u3000"  # no-break, narrow no-break, figure, thin and ideographic blank
_BLANK_TO_SPACE = str.maketrans(dict.fromkeys(_BLANKS, " "))
_PLAIN_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)
_GROUPED_NUMBER = re.compile(r"[+-]?[1-9][0-9]{0,2}([, ])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]+)?", re.ASCII)
_MULTIPLIERS = {"万": Decimal(10**4), "亿": Decimal(10**8)}
# The first of these that applies names the question: what changes the value most comes first.
_QUESTIONS = (
    "multiplier", "percent_sign", "unit_written", "thousands", "binary_noise", "full_width", "no_break_blank",
    "plus_sign", "bare_point", "leading_zeros", "text_number",
)  # fmt: skip


def parse_figure(
    cell: CellValue, unit: str = "", origin: Origin = Origin.CELL, *, percent_format: bool = False
) -> ParsedFigure:
    """The verdict on one writing or typed cell.

    `unit` is the unit the figure is reported in (`件`, `万元`, `%`): it decides about `%`, 万 and a unit written behind
    the number. `percent_format` says that a number cell is shown as a percentage (0.125 shown as 12.5%). Values have at
    most 12 digits before and 6 after the point; nothing is rounded to fit. Never raises.
    """
    if cell is None:
        return ParsedFigure(Verdict.MISSING, None, "empty")
    if isinstance(cell, str):
        return _Writing(cell, unit, origin).parsed()
    if isinstance(cell, bool):
        return _refused("truth_value", "TRUE" if cell else "FALSE", unit)
    if isinstance(cell, CellError):
        return _refused("formula_without_value" if cell.without_value else "error_cell", cell.text, unit)
    if isinstance(cell, date | time | timedelta):
        return _refused("date", str(cell), unit)
    return _number_cell(cell, unit, percent_format)


def _number_cell(cell: int | float | Decimal, unit: str, percent_format: bool) -> ParsedFigure:
    """A cell that holds a number. A float is the decimal of its shortest rendering, never of its binary digits."""
    is_float = isinstance(cell, float)
    number = Decimal(repr(cell)) if is_float else Decimal(cell)
    printed = str(number).removesuffix(".0")
    if not number.is_finite():
        return _refused("not_a_number" if number.is_nan() else "infinite", printed, unit)
    notes: set[str] = set()
    snapped = _without_noise(number, from_float=is_float)
    if snapped is not None:
        number = snapped
        notes.add("binary_noise")
    if percent_format:
        number = _EXACT.scaleb(number, 2)
        printed = f"{number:f}%"
        if not _is_percent(unit):
            return _refused("percent_not_expected", printed, unit)
        notes.add("percent_sign")
    return _verdict_on(number, notes, printed, unit, Origin.CELL)


class _Writing:
    """One text on its way to a verdict: `rest` is what is left to understand, `notes` what was understood on the way."""

    def __init__(self, printed: str, unit: str, origin: Origin) -> None:
        self.printed, self.unit, self.origin = printed, unit.strip(), origin
        # A number stored as text is the least of a workbook cell's questions, and always one.
        self.notes: set[str] = {"text_number"} if origin is Origin.CELL else set()
        self.rest = printed.translate(_BLANK_TO_SPACE).strip()
        if printed.strip(" \t\r\n") != printed.translate(_BLANK_TO_SPACE).strip():
            self.notes.add("no_break_blank")

    def parsed(self) -> ParsedFigure:
        hidden = hidden_code(self.printed)
        if hidden:
            return _refused(hidden, self.printed, self.unit)
        if not self.rest:
            return ParsedFigure(Verdict.MISSING, None, "empty", {}, self.printed)
        if len(self.rest) > LONGEST_WRITING:
            return _refused("not_a_figure", self.printed, self.unit)
        folded = self.rest.translate(_FULL_WIDTH)
        if self.rest.casefold() in MISSING_MARKS or folded.casefold() in MISSING_MARKS:
            return ParsedFigure(Verdict.MISSING, None, "missing_mark", {"printed": self.rest}, self.printed)
        # A full-width comma is a normal thousands mark in Chinese text; it alone is not worth a second remark.
        if self.rest.replace("，", ",") != folded:
            self.notes.add("full_width")
        self.rest = folded
        return self._number() or _refused(refusal_code(folded), self.printed, self.unit)

    def _number(self) -> ParsedFigure | None:
        """The verdict on a writing that is a number with at most a factor and a unit behind it; `None` if it is not."""
        unsuffixed, factor, code = self._without_suffixes()
        number = self._digits(unsuffixed)
        if number is None:
            return None
        if code:
            return _refused(code, self.printed, self.unit)
        return _verdict_on(_EXACT.multiply(number, factor), self.notes, self.printed, self.unit, self.origin)

    def _without_suffixes(self) -> tuple[str, Decimal, str]:
        """The text before unit, % and 万/亿, the factor these stand for, and the code of what forbids them."""
        rest, factor, code = self.rest, Decimal(1), ""
        if rest.endswith("%"):
            rest = rest[:-1].rstrip()
            self.notes.add("percent_sign")
            code = "" if _is_percent(self.unit) else "percent_not_expected"
        elif self.unit and rest.endswith(self.unit):
            rest = rest.removesuffix(self.unit).rstrip()
            self.notes.add("unit_written")
        if rest[-1:] in _MULTIPLIERS:
            # “1.2万” where the unit is 万元: 1.2 or 12000? Only the person who wrote it knows.
            code = code or ("ambiguous_multiplier" if self.unit[:1] in _MULTIPLIERS else "")
            factor = _MULTIPLIERS[rest[-1]]
            rest = rest[:-1].rstrip()
            self.notes.add("multiplier")
        return rest, factor, code

    def _digits(self, text: str) -> Decimal | None:
        """The decimal that the digits stand for, or `None` where they are not one number."""
        if _GROUPED_NUMBER.fullmatch(text):
            self.notes.add("thousands")
            text = text.replace(",", "").replace(" ", "")
        if not _PLAIN_NUMBER.fullmatch(text):
            return None
        bare = text.lstrip("+-")
        if text[0] == "+":
            self.notes.add("plus_sign")
        if bare[0] == "." or bare[-1] == ".":
            self.notes.add("bare_point")
        if bare[0] == "0" and bare[1:2].isdigit():
            self.notes.add("leading_zeros")
        number = Decimal(text)
        snapped = _without_noise(number, from_float=False)
        if snapped is not None:
            self.notes.add("binary_noise")
        return number if snapped is None else snapped


def _verdict_on(number: Decimal, notes: set[str], printed: str, unit: str, origin: Origin) -> ParsedFigure:
    """`ok` or `question` for a number within the limits, with the note that matters most; else why it does not fit."""
    code = _limit_broken(number)
    if code:
        return _refused(code, printed, unit)
    value = abs(plain(number)) if number == 0 else plain(number)
    code = next((name for name in _QUESTIONS if name in notes), "")
    params = {"printed": _short(printed), "value": decimal_text(value), "unit": unit} if code else {}
    verdict = Verdict.QUESTION if code and origin is not Origin.FORM else Verdict.OK
    return ParsedFigure(verdict, value, code, params, printed)


def _limit_broken(number: Decimal) -> str:
    """The code of the limit a finite number breaks (18 digits, 12 before and 6 after the point), or ""."""
    if not number:
        return ""
    digits = "".join(map(str, number.as_tuple().digits))
    kept = digits.rstrip("0")
    if len(kept) > MAX_DIGITS:
        return "too_many_digits"
    if number.adjusted() >= MAX_WHOLE_DIGITS:
        return "too_large"
    return "too_many_places" if len(kept) - 1 - number.adjusted() > MAX_PLACES else ""


def _without_noise(number: Decimal, *, from_float: bool) -> Decimal | None:
    """0.3 for 0.30000000000000004: the 15 digits a workbook shows, where the number is only binary noise away from them.

    A text or an exact cell is left alone as long as it can be kept as it stands, since 18 written digits are not noise.
    """
    if len(number.as_tuple().digits) <= _SHOWN_DIGITS or not (from_float or _limit_broken(number)):
        return None
    binary = float(number)
    if number not in (Decimal(repr(binary)), Decimal(f"{binary:.17g}"), Decimal(f"{binary:.16g}")):
        return None
    snapped = Decimal(f"{binary:.{_SHOWN_DIGITS}g}")
    return snapped if len(snapped.as_tuple().digits) < _SHOWN_DIGITS else None


def _is_percent(unit: str) -> bool:
    return unit.strip() in ("%", "％")


def _short(printed: str) -> str:
    return printed if len(printed) <= _LONGEST_SHOWN else printed[: _LONGEST_SHOWN - 1] + "…"


def _refused(code: str, printed: str, unit: str) -> ParsedFigure:
    return ParsedFigure(Verdict.REFUSED, None, code, {"printed": _short(printed), "unit": unit}, printed)
