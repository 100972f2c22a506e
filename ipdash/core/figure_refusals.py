"""Why a writing is not a figure: one code for each family, so that the sentence can say what stands there.

Only `figure_text` asks, after it has failed to read the writing as a number; full-width ASCII is folded by then.
"""

from __future__ import annotations

import re
import unicodedata

# Marks that turn the direction of reading round: what is seen and what is stored are two different numbers.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]")

_NUM = r"[0-9][0-9,.]*"
_DASH = r"[-—–―~～〜至到]"
_DATE = re.compile(
    r"(?:19|20)\d\d[-/.年](?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12]\d|3[01])日?(?:[ T]\d\d?:.*)?"
    r"|(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])|(?:19|20)\d\d年.*|\d{1,2}月(?:\d{1,2}日)?|\d{1,2}:\d\d(?::\d\d)?",
    re.ASCII,
)
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for code, pattern in (
        ("formula_text", r"[=＝].*"),
        ("error_cell", r"#(?:[a-z]+/?[0-9a-z]*[!?]?|###*)"),
        ("truth_value", r"true|false|真|假|是|否"),
        ("not_a_number", r"[+-]?nan"),
        ("infinite", r"[+-]?(?:inf(?:inity)?|∞|无穷大?)"),
        ("base_prefix", r"[+-]?0[xob][0-9a-f]+"),
        ("exponent", rf"[+-]?{_NUM}e[+-]?\d+"),
        ("underscore", r"[+-]?\d[\d_.]*_[\d_.]*"),
        ("date", _DATE.pattern),
        ("among", r".*其中.*"),
        (
            "comparator",
            r"(?:[≥≤>＞<＜≧≦⩾⩽]|不低于|不少于|不超过|不高于|不足|超过?|突破|高于|低于|达到?|至少|最多).*\d.*",
        ),
        ("comparator", rf"{_NUM}.*(?:以上|以下|以内|之内|及以上)"),
        ("approximate", r"(?:大约|约|近|将近|接近|~|～|≈|±|估计).*\d.*|.*\d.*(?:左右|上下|±.*)"),
        ("and_more", rf"{_NUM}\s*[万亿]?[余多几来].*|余|.*\d\+"),
        ("question_mark", r".*[?？].*"),
        ("bracketed", rf"[(（\[【]\s*[+-]?{_NUM}[%万亿]?\s*[)）\]】]"),
        ("trailing_minus", rf"{_NUM}\s*-"),
        ("range", rf"{_NUM}[%万亿]?\s*{_DASH}+\s*{_NUM}.*"),
        ("fraction", rf"{_NUM}\s*/\s*{_NUM}|{_NUM}分之.*"),
        ("several_points", r"[+-]?\d*(?:\.\d*){2,}"),
        ("bad_thousands", r"[+-]?[\d,. ]*\d[, ][\d,. ]*"),
        ("bad_thousands", r"[+-]?,\d[\d,. ]*"),
        ("several_signs", r"[+-]\s*[+-]+\s*\d.*|[+-]\s+\d.*"),
        ("percent_not_expected", rf"[+-]?{_NUM}\s*(?:%|‰)"),
        ("chinese_numerals", r"[负]?[〇零一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟点半]+[^\d\s]?"),
        ("other_unit", rf"[+-]?{_NUM}\s*[a-zμ℃\u3400-\u9fff].*"),
    )
)


def hidden_code(printed: str) -> str:
    """The code of characters that nobody sees, or "": they are refused even where the rest would be a number."""
    if _BIDI.search(printed):
        return "bidi_marks"
    return "invisible_characters" if _INVISIBLE.search(printed) else ""


def refusal_code(folded: str) -> str:
    """The family that a writing without a readable number belongs to; `not_a_figure` where none fits."""
    if any(unicodedata.category(char) in ("Nd", "No", "Nl") and not char.isascii() and char != "〇" for char in folded):
        return "foreign_digits"
    return next((code for code, rule in _RULES if rule.fullmatch(folded)), "not_a_figure")
