"""Which region a printed name or code means, alone or among the names around it. The tree is an argument.

Names are not unique (鼓楼区, 和平, 朝阳), so a list of names is resolved together: what stands above, the region the
title names, and the brothers in the same list decide; what they leave open is a question with its candidates.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from indicators.workbooks.mapping.words import REMEMBERED, folded, without_latin, without_marks

_SUFFIX = re.compile(r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|特区|新区|矿区|省|市|区|县|州|盟|旗)$")
_HINT = re.compile(r"[(（](.+?)[)）]\s*$")
_LONGEST_NAME = 24
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True)
class RegionEntry:
    """One region: code, full and short name, level, the code above it ("" for none), former and other names."""

    code: str
    name: str
    short_name: str = ""
    level: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """The digits that everything below it begins with."""
        return {"province": self.code[:2], "prefecture": self.code[:4]}.get(self.level, self.code)


@dataclass(frozen=True)
class Resolution:
    """What a printed name means: a code, or none with the candidates a person chooses from.

    `why`: "" certain · `region_ambiguous` several regions of the name · `region_renamed` one of nearly the name ·
    `region_unknown` none · `region_elsewhere` one, far from all others of its list · `region_code_differs` name and code disagree.
    """

    code: str | None
    candidates: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class RegionLabel:
    """One printed name of a list: its text, its code where a column has one, how far it is indented, what stands left of it."""

    text: str
    code: str = ""
    indent: int = 0
    above: str = ""


@dataclass
class RegionDirectory:
    """The look-up of regions by code and by every form of their names."""

    by_code: dict[str, RegionEntry] = field(default_factory=dict)
    _full: dict[str, list[str]] = field(default_factory=dict)
    _short: dict[str, list[str]] = field(default_factory=dict)
    _bare: dict[str, list[str]] = field(default_factory=dict)
    _found: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[RegionEntry]) -> RegionDirectory:
        """The look-up of a list of regions."""
        directory = cls()
        for entry in entries:
            directory.by_code[entry.code] = entry
            short = entry.short_name or entry.name
            for name in (entry.name, *entry.aliases):
                directory._full.setdefault(folded(name), []).append(entry.code)
            for name in _short_forms(entry.name, short):
                directory._short.setdefault(name, []).append(entry.code)
            bare = _SUFFIX.sub("", entry.name)
            for name in {bare, _SUFFIX.sub("", short)}:
                if len(name) > 1:
                    directory._bare.setdefault(name, []).append(entry.code)
        return directory

    def name_of(self, code: str) -> str:
        """The full name with the name above it where that is needed to tell it apart: 福州市鼓楼区."""
        entry = self.by_code[code]
        above = self.by_code.get(entry.parent)
        return (above.name if above and len(self._full.get(entry.name, [])) > 1 else "") + entry.name

    def is_below(self, code: str, above: str) -> bool:
        """Whether a region lies below another."""
        entry = self.by_code.get(above)
        return entry is not None and code != above and code.startswith(entry.prefix)

    def above(self, code: str) -> set[str]:
        """The codes of all regions that a region lies in."""
        found: set[str] = set()
        entry = self.by_code.get(code)
        while entry is not None and entry.parent and entry.parent not in found:
            found.add(entry.parent)
            entry = self.by_code.get(entry.parent)
        return found

    def candidates(self, text: str) -> tuple[tuple[str, ...], ...]:
        """The codes a name can mean, in tiers: full name, usual short form, the name without its suffix, with another suffix."""
        key = name_key(text)
        if key not in self._found:
            if len(self._found) > _MOST_REMEMBERED:
                self._found.clear()
            self._found[key] = self._tiers(key) if 0 < len(key) <= _LONGEST_NAME else ()
        return self._found[key]

    def knows(self, text: str) -> bool:
        """Whether a text is the name of a region, another suffix aside."""
        return any(self.candidates(text)[:3])

    def named_in(self, text: str) -> str | None:
        """The innermost region that a title names, read from its beginning; `None` where there is none or more than one."""
        text = folded(text)
        best: str | None = None
        for start in range(min(len(text), 60)):
            for length in range(min(_LONGEST_NAME, len(text) - start), 1, -1):
                codes = self._full.get(text[start : start + length]) or (
                    [code for code in self._short.get(text[start : start + length], []) if code.endswith("00")]
                )
                if not codes:
                    continue
                inner = [code for code in codes if best is None or self.is_below(code, best)]
                if len(inner) == 1 and text[start + length : start + length + 1] not in ("等", "、", "和", "与"):
                    best = inner[0]
                break
        return best

    def _tiers(self, key: str) -> tuple[tuple[str, ...], ...]:
        full = tuple(self._full.get(key, ()))
        short = tuple(code for code in self._short.get(key, ()) if code not in full)
        bare = tuple(code for code in self._bare.get(key, ()) if code not in full + short)
        if full or short or bare:
            return full, short, bare, ()
        chained = self._chained(key)
        if chained:
            return chained, (), (), ()
        stem = _SUFFIX.sub("", key)
        other = tuple(self._bare.get(stem, ())) if stem != key and len(stem) > 1 else ()
        return (), (), (), other

    def _chained(self, key: str) -> tuple[str, ...]:
        """福州市鼓楼区, 福州鼓楼: a region's name behind that of one above it."""
        for cut in range(len(key) - 2, 1, -1):
            heads = [code for tier in self._direct(key[:cut]) for code in tier]
            for tier in self._direct(key[cut:]):
                tails = tuple(code for code in tier if any(self.is_below(code, head) for head in heads))
                if tails:
                    return tails
        above = next((cut for cut in range(2, len(key) - 3) if key[:cut] in self._full), None)
        return self._chained(key[above:]) if above else ()

    def _direct(self, key: str) -> tuple[Sequence[str], ...]:
        return self._full.get(key, ()), self._short.get(key, ()), self._bare.get(key, ())


@lru_cache(REMEMBERED)
def name_key(text: str) -> str:
    """A printed region name as it is looked up: no blanks, no ordinal, no footnote mark, no English half, no bracket."""
    plain = folded(without_latin(without_marks(text)))
    return re.sub(r"[(\[].*?[)\]]$", "", plain).strip(":,、.·-")


def _short_forms(name: str, short: str) -> set[str]:
    forms = {short}
    for ending in ("自治区", "自治州", "自治县", "自治旗", "地区"):
        if name.endswith(ending) and not short.endswith(ending):
            forms |= {short + ending, short + ending[-1]}
    return forms - {name}


def resolve_list(
    directory: RegionDirectory, labels: Sequence[RegionLabel], scope: str | None = None
) -> list[Resolution]:
    """The regions of a list of names in their order; `scope` is the region that the title names, where it names one."""
    options = [_options(directory, label) for label in labels]
    certain = [next((code for tier in tiers[:3] for code in tier), "") for tiers in options if _is_single(tiers)]
    around = _Around(
        scope,
        Counter(directory.by_code[code].parent for code in certain),
        Counter(directory.by_code[code].level for code in certain),
        nested=_is_nested(directory, certain),
    )
    found: list[Resolution] = []
    above: list[tuple[int, str]] = []  # (indent, code) of the regions that stand over the present line
    for label, tiers in zip(labels, options, strict=True):
        told = bool(label.above or _HINT.search(label.text)) and _is_single(tiers)
        resolution = _resolve(
            directory, label, tiers, replace(around, above=tuple(above), indent=label.indent, told=told)
        )
        if resolution.code:
            entry = directory.by_code[resolution.code]
            above = [(i, code) for i, code in above if directory.is_below(entry.code, code)]
            above.append((label.indent, entry.code))
        found.append(resolution)
    return found


@dataclass(frozen=True)
class _Around:
    """What stands around a name: the title's region, its brothers' parents and levels, what stands over it."""

    scope: str | None
    parents: Counter[str]
    levels: Counter[str]
    nested: bool
    above: tuple[tuple[int, str], ...] = ()
    indent: int = 0
    told: bool = False  # the name itself says what it lies in


def _is_single(tiers: tuple[tuple[str, ...], ...]) -> bool:
    return sum(map(len, tiers[:3])) == 1


def _is_nested(directory: RegionDirectory, codes: Sequence[str]) -> bool:
    """Whether a list holds regions and what lies below them (cities under their provinces)."""
    known = set(codes)
    return any(directory.by_code[code].parent in known for code in known)


def _options(directory: RegionDirectory, label: RegionLabel) -> tuple[tuple[str, ...], ...]:
    if label.code in directory.by_code:
        return ((label.code,),)
    tiers = directory.candidates(label.text) or ((),)
    hint = _HINT.search(label.text)
    for text in ([hint[1]] if hint else []) + ([label.above] if label.above else []):
        heads = [code for tier in directory.candidates(text)[:3] for code in tier]
        inside = tuple(tuple(c for c in tier if any(directory.is_below(c, h) for h in heads)) for tier in tiers)
        if any(inside):
            tiers = inside
    return tiers


def _resolve(
    directory: RegionDirectory, label: RegionLabel, tiers: tuple[tuple[str, ...], ...], around: _Around
) -> Resolution:
    if label.code and label.code in directory.by_code:
        printed = [code for tier in directory.candidates(label.text)[:3] for code in tier]
        if label.text and printed and label.code not in printed:
            return Resolution(None, (label.code, *printed), "region_code_differs")
        return Resolution(label.code)
    codes = [code for tier in tiers for code in tier]
    if not codes:
        return Resolution(None, (), "region_unknown")
    left = _narrowed(directory, tiers, codes, around)
    if len(left) != 1:
        return Resolution(None, tuple(left), "region_ambiguous")
    if _is_elsewhere(directory, left[0], around):
        return Resolution(None, tuple(left), "region_elsewhere")
    renamed = len(tiers) == 4 and left[0] in tiers[3]
    return Resolution(None, tuple(left), "region_renamed") if renamed else Resolution(left[0])


def _is_elsewhere(directory: RegionDirectory, code: str, around: _Around) -> bool:
    """A name that is known in another province only, in a list of one province's places: 江北区 among Chongqing's."""
    if (
        around.told
        or directory.by_code[code].level == "province"
        or (code[:2] + "0000" in around.parents and not around.scope)
    ):
        return False
    if around.scope:
        return code[:2] != around.scope[:2]
    provinces = Counter({above[:2]: 0 for above in around.parents})
    for above, count in around.parents.items():
        provinces[above[:2]] += count
    most, count = provinces.most_common(1)[0] if provinces else ("", 0)
    total = sum(provinces.values())
    return bool(most) and most != code[:2] and count >= 2 and provinces[code[:2]] <= 1 and count * 5 >= (total - 1) * 4


def _narrowed(
    directory: RegionDirectory, tiers: tuple[tuple[str, ...], ...], codes: list[str], around: _Around
) -> list[str]:
    """What is left of the candidates: by the region of the title, by what stands over the line, by the brothers."""
    left = codes
    if around.scope:
        left = _keep(left, [c for c in left if directory.is_below(c, around.scope) or c == around.scope])
    if len(left) > 1 and around.nested:
        left = _by_place(directory, left, around)
    elif len(left) > 1 and around.parents:
        most = max(around.parents.values())
        left = _keep(left, [c for c in left if around.parents[directory.by_code[c].parent] * 2 > most])
        if len(left) > 1:
            level = around.levels.most_common(1)[0][0]
            left = _keep(left, [c for c in left if directory.by_code[c].level == level])
    exact = [code for code in left if code in tiers[0]]
    return exact if len(exact) == 1 else left


def _by_place(directory: RegionDirectory, codes: list[str], around: _Around) -> list[str]:
    """Below the region that stands over the line, or beside it: the indent decides where both are possible."""
    inside: list[str] = []
    for indent, over in reversed(around.above):
        below = [code for code in codes if directory.by_code[code].parent == over]
        if below and not inside and around.indent >= indent:
            inside = below
        beside = [code for code in codes if directory.by_code[code].parent == directory.by_code[over].parent]
        if beside and around.indent == indent and any(i < indent for i, _ in around.above):
            return beside
        if inside and around.indent > indent:
            return inside
        inside += [code for code in beside if code not in inside]
    return inside or codes


def _keep(codes: list[str], some: list[str]) -> list[str]:
    return some or codes
