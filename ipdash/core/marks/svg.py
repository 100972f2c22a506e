"""Elements of SVG as escaped text, and how wide a text will be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from ipdash.core.words import say as _

Attribute = str | float | int | None
_MARKUP = re.compile("[<>&\"']")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def number(value: float) -> str:
    """A coordinate with one decimal at most, never -0."""
    return str(value) if type(value) is int else f"{round(value, 1) + 0:.1f}".removesuffix(".0")


def element(name: str, *children: str, **attributes: Attribute) -> SafeString:
    """`element("rect", x=1, class_="c-bar")`; `_` in names is `-`, None is left out, texts are escaped."""
    words = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        text = _escaped(value) if isinstance(value, str) else number(value)
        words.append(f'{_named(key)}="{text}"')
    inside = "".join([_escaped(child) for child in children])
    opened = f"<{' '.join(words)}"
    return mark_safe(f"{opened}>{inside}</{name}>" if inside else f"{opened}/>")  # noqa: S308 - all parts are escaped


@cache
def _named(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _escaped(text: str) -> str:
    """As `conditional_escape`, which takes its time with the many texts that need nothing."""
    return conditional_escape(text) if _MARKUP.search(text) else text


def name_text(name: str, **attributes: Attribute) -> SafeString:
    """A `<text>` with a name or unit from a plan: these stay Chinese on every page, and say so."""
    return element("text", name, **attributes, lang="zh" if _CHINESE.search(name) else None)


def group(children: Iterable[str], **attributes: Attribute) -> SafeString:
    return element("g", *children, **attributes)


def drawing(
    width: float | str, height: float, label: str, children: Iterable[str], *, class_: str = "", has_links: bool = False
) -> SafeString:
    """The outer element. A number as width is also the viewBox, so that a smaller slot shrinks and never cuts."""
    return element(
        "svg",
        *children,
        class_=f"chart {class_}".strip(),
        width=width,
        height=None if isinstance(width, float | int) and class_ != "spark" else height,
        viewBox=None if isinstance(width, str) else f"0 0 {number(width)} {number(height)}",
        role="group" if has_links else "img",
        aria_label=label,
    )


def hinted(hint: str, href: str, *children: str, class_: str | None = None) -> SafeString:
    """A part of a chart with its hint (native, or by app.js) and, where `href` is given, a link."""
    inner = (element("title", hint), *children)
    if href:
        return element("a", *inner, href=href, class_=class_, data_hint=hint, aria_label=hint)
    return element("g", *inner, class_=class_, data_hint=hint)


def text_width(text: str, size: float = 13) -> float:
    """About how many pixels a text takes: a Chinese character or sign is as wide as the type is high, a digit 0.57 of it."""
    return sum(size if unicodedata.east_asian_width(c) in "WFA" else size * 0.57 for c in text)


def shortened(text: str, width: float, size: float = 13) -> str:
    """The text, or its beginning with … where it is wider than `width`."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def sentence(name: str, facts: Iterable[str]) -> str:
    """`name：fact，fact。`"""
    joined = _("，").join(facts)
    return (
        _("%(name)s：%(facts)s。") % {"name": name, "facts": joined} if name else _("%(facts)s。") % {"facts": joined}
    )
