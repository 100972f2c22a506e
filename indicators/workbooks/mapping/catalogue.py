"""Which indicator of the catalogue a printed head means: one name, or the levels of a merged head put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from indicators.workbooks.mapping.units import unit_within
from indicators.workbooks.mapping.words import REMEMBERED, is_part, without_latin, without_marks

_ENDING = re.compile(r"(?:总数量|数量|总量|总数|件数|户数|家数|个数|数|量)$")
_PUNCTUATION = re.compile(r"[“”\"'‘’、,，;；:：/\\\s·《》<>-]")
_OWN = re.compile(r"^(?:全[省市区县州国]|[本我][省市区县州]|本地区?)")
# Heads that only group what stands below them.
_NEUTRAL = re.compile(
    r"知识产权|创造|运用|保护|管理|服务|主要|核心|重点|约束性|预期性|质量|基础|指标|情况|数据|统计|一览|汇总|专利|商标|版权|地理标志|类|方面|领域|部分|及|和|与|的|表|\d+"
)
NEAREST = 3
_MOST_REMEMBERED = 20_000
_LONGEST_COMPARED = 60  # characters
_NEAR_ENOUGH = 0.45


@dataclass(frozen=True)
class IndicatorEntry:
    """One entry of the catalogue, as far as reading needs it."""

    code: str
    name: str
    unit: str
    quantity: str = "flow"
    reporting_basis: str = "ytd"
    frequency: str = "quarterly"
    aliases: tuple[str, ...] = ()

    @property
    def is_level(self) -> bool:
        return self.reporting_basis == "level"

    @property
    def adds_up(self) -> bool:
        """Whether the parts of a region sum to it."""
        return self.quantity in ("stock", "flow")


@dataclass(frozen=True)
class Match:
    """The entry's code, or `None` with the nearest entries for a person to choose from."""

    code: str | None
    candidates: tuple[str, ...] = ()


@dataclass
class IndicatorIndex:
    """The look-up of the catalogue by every wording."""

    by_code: dict[str, IndicatorEntry] = field(default_factory=dict)
    _exact: dict[str, str] = field(default_factory=dict)
    _loose: dict[str, set[str]] = field(default_factory=dict)
    _matches: dict[tuple[str, ...], Match] = field(default_factory=dict)
    _found: dict[str, str | None] = field(default_factory=dict)
    labels: dict[str, object] = field(default_factory=dict)  # what `labels` has read, which depends on the catalogue

    @classmethod
    def of(cls, entries: Iterable[IndicatorEntry]) -> IndicatorIndex:
        """The look-up of a list of entries."""
        index = cls()
        for entry in entries:
            index.by_code[entry.code] = entry
            for name in (entry.name, *entry.aliases):
                key = name_key(name)
                index._exact.setdefault(key, entry.code)
                index._loose.setdefault(_ENDING.sub("", key), set()).add(entry.code)
        return index

    def exact(self, text: str) -> str | None:
        """The code of a name as it stands, its ending (数, 量, 总量) aside; `None` for any other text."""
        if len(self._found) > _MOST_REMEMBERED:
            self._found.clear()
            self._matches.clear()
            self.labels.clear()
        if text not in self._found:
            self._found[text] = self._exactly(text)
        return self._found[text]

    def _exactly(self, text: str) -> str | None:
        key = name_key(text)
        for name in (key, _OWN.sub("", key)):
            if name in self._exact:
                return self._exact[name]
            loose = self._loose.get(_ENDING.sub("", name), set())
            if len(loose) == 1:
                return next(iter(loose))
        return text if text in self.by_code else None

    def match(self, parts: Sequence[str]) -> Match:
        """The entry that the levels of a head mean, outermost first (专利授权量, 其中：发明)."""
        key = tuple(name_key(part) for part in parts if name_key(part))
        if key not in self._matches:
            self._matches[key] = self._match([part for part in parts if name_key(part)])
        return self._matches[key]

    def _match(self, parts: list[str]) -> Match:
        if not parts:
            return Match(None)
        for count in range(len(parts), 0, -1):
            inner, outer = parts[-count:], parts[: len(parts) - count]
            found = {code for text in _joined(inner) if (code := self.exact(text))}
            if len(found) == 1:
                code = next(iter(found))
                if is_part(parts[-1]) or all(_is_neutral(part, self.by_code[code]) for part in outer):
                    return Match(code)
                return Match(None, (code,))
        return Match(None, self.nearest("".join(parts)))

    def nearest(self, text: str) -> tuple[str, ...]:
        """The entries whose wording is most like a text, the likest first; none where nothing is like it."""
        wanted = _pairs(name_key(text)[:_LONGEST_COMPARED])
        scores: dict[str, float] = {}
        for name, code in self._exact.items():
            have = _pairs(name)
            shared = len(wanted & have)
            if shared:
                scores[code] = max(scores.get(code, 0), 2 * shared / (len(wanted) + len(have)))
        best = sorted((code for code, score in scores.items() if score >= _NEAR_ENOUGH), key=lambda code: -scores[code])
        return tuple(best[:NEAREST])

    def within(self, text: str) -> tuple[str | None, str, str]:
        """(code, its wording, the text without it) for a title that names one indicator; no code for none or several."""
        plain = rest = name_key(text)
        found: dict[str, str] = {}
        for name in sorted(self._exact, key=len, reverse=True):
            if len(name) >= 4 and name in rest:
                found[self._exact[name]] = name
                rest = rest.replace(name, "\n")
        if len(found) != 1:
            return None, "", plain
        ((code, name),) = found.items()
        return code, name, rest.replace("\n", "")


@lru_cache(REMEMBERED)
def name_key(text: str) -> str:
    """A wording as it is looked up: no blanks, ordinal, footnote mark, unit, English half or punctuation."""
    plain, _ = unit_within(without_latin(without_marks(text)))
    return _PUNCTUATION.sub("", without_marks(plain)).casefold()


def _joined(parts: Sequence[str]) -> list[str]:
    """The wordings that levels of a head can stand for: 专利授权量 + 发明 → 发明专利授权量, 商标 + 注册量 → 商标注册量."""
    plain = [name_key(part) for part in parts]
    if len(plain) == 1:
        return [parts[-1]]
    inner_first, outer_first = plain[-1], plain[0]
    for part in reversed(plain[:-1]):
        inner_first = _overlapped(inner_first, part)
    for part in plain[1:]:
        outer_first = _overlapped(outer_first, part)
    return [inner_first, outer_first]


def _overlapped(first: str, second: str) -> str:
    """发明专利 + 专利授权量 → 发明专利授权量."""
    if first in second:
        return second if second.startswith(first) or second.endswith(first) else first + second
    for length in range(min(len(first), len(second)), 0, -1):
        if first.endswith(second[:length]):
            return first + second[length:]
    return first + second


def _is_neutral(part: str, entry: IndicatorEntry) -> bool:
    """Whether an outer head says nothing that the entry's own wording does not say."""
    key = name_key(part)
    return not _NEUTRAL.sub("", key) or key in name_key(entry.name) or any(key in name_key(a) for a in entry.aliases)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)} or {text}
