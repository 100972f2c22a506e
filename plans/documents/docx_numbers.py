"""Numbers that Word writes itself: a paragraph's 一、 or (一) stands in its numbering, not in its text."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_CHINESE = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCountingThousand",
        "koreanCounting",
    }
)
_LEVELS = 9


class Numbers:
    """Counts through a document's numbered paragraphs in order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._abstract: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._of_number: dict[str, str] = {}
        self._counts: dict[str, list[int]] = {}
        self._styles = (
            {} if styles is None else {style.get(W + "styleId", ""): style for style in styles.iter(W + "style")}
        )
        for definition in [] if numbering is None else numbering.iter(W + "abstractNum"):
            self._abstract[definition.get(W + "abstractNumId", "")] = dict(
                _level(level) for level in definition.iter(W + "lvl")
            )
        for number in [] if numbering is None else numbering.iter(W + "num"):
            self._of_number[number.get(W + "numId", "")] = _value(number, "abstractNumId") or ""

    def heading(self, paragraph: Element) -> int:
        """The heading level of a paragraph's style; 0 for plain text."""
        style = self._styles.get(_style(paragraph))
        name = "" if style is None else (_value(style, "name") or "")
        found = re.fullmatch(r"(?:heading|标题)\s?([1-6])", name.lower())
        return int(found[1]) if found else 0

    def of(self, paragraph: Element) -> str:
        """The number as it is shown before the paragraph, "" where it has none."""
        number, level = self._numbered(paragraph)
        levels = self._abstract.get(self._of_number.get(number, ""), {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(self._of_number[number], [0] * _LEVELS)
        start = levels[level][2]
        counts[level] = counts[level] + 1 if counts[level] else start
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        return re.sub(
            r"%([1-9])",
            lambda found: _shown(counts[int(found[1]) - 1] or 1, levels.get(int(found[1]) - 1, levels[level])[0]),
            levels[level][1],
        )

    def _numbered(self, paragraph: Element) -> tuple[str, int]:
        """The numbering a paragraph names, itself or by its style."""
        seen = 0
        properties = paragraph.find(W + "pPr")
        style = self._styles.get(_style(paragraph))
        while seen < _LEVELS:
            found = None if properties is None else properties.find(W + "numPr")
            if found is not None and _value(found, "numId") is not None:
                level = _value(found, "ilvl") or "0"
                return _value(found, "numId") or "", int(level) if level.isdigit() and int(level) < _LEVELS else 0
            if style is None:
                break
            properties, style = style.find(W + "pPr"), self._styles.get(_value(style, "basedOn") or "")
            seen += 1
        return "", 0


def _level(level: Element) -> tuple[int, tuple[str, str, int]]:
    at, start = level.get(W + "ilvl", "0"), _value(level, "start") or "1"
    shape = (_value(level, "numFmt") or "decimal", _value(level, "lvlText") or "", int(start) if start.isdigit() else 1)
    return (int(at) if at.isdigit() and int(at) < _LEVELS else 0), shape


def _value(parent: Element, name: str) -> str | None:
    found = parent.find(W + name)
    return None if found is None else found.get(W + "val")


def _style(paragraph: Element) -> str:
    properties = paragraph.find(W + "pPr")
    return "" if properties is None else (_value(properties, "pStyle") or "")


def _shown(count: int, shape: str) -> str:
    if shape in _CHINESE and count < 100:
        tens, ones = divmod(count, 10)
        return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
    if shape.startswith("decimalEnclosedCircle") and count <= 20:
        return chr(0x245F + count)
    return "" if shape in {"bullet", "none"} else str(count)
