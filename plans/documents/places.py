"""Which region a document governs: names of regions found in its issuer and title. The list of regions is an argument."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from plans.documents.signs import squeezed


@dataclass(frozen=True)
class Place:
    """A region: six-digit code, full and short name, the code of the region above it ("" for none)."""

    code: str
    name: str
    short_name: str = ""
    parent: str = ""


@dataclass
class Places:
    """The regions by name; names are not unique (朝阳区), so the region above decides."""

    by_name: dict[str, list[Place]] = field(default_factory=dict)
    by_code: dict[str, Place] = field(default_factory=dict)
    by_short: dict[str, list[Place]] = field(default_factory=dict)

    @classmethod
    def of(cls, places: Iterable[Place]) -> Places:
        """The look-up of a list of regions."""
        found = cls()
        for place in places:
            found.by_name.setdefault(place.name, []).append(place)
            found.by_short.setdefault(place.short_name or place.name, []).append(place)
            found.by_code[place.code] = place
        return found

    def named_in(self, text: str) -> Place | None:
        """The region a title or an issuer names: the innermost of the chain of names the text begins with, else the first."""
        text = squeezed(text)
        hits = [place for start in range(len(text)) for place in self._at(text, start)]
        if not hits:
            return None
        named = {place.name for place in hits}
        first = hits[0]
        inner = [
            place for place in hits if self._above(place) & named - {place.name} and first.name in self._above(place)
        ]
        return inner[-1] if inner else first

    def named_shortly_in(self, text: str) -> Place | None:
        """The region whose short name (宝鸡) stands in a text; provinces and cities only, and only where it is one region."""
        text = squeezed(text)
        for start in range(len(text)):
            for length in (4, 3, 2):
                found = [
                    place for place in self.by_short.get(text[start : start + length], []) if place.code.endswith("00")
                ]
                if len(found) == 1:
                    return found[0]
        return None

    def _at(self, text: str, start: int) -> list[Place]:
        for length in range(min(12, len(text) - start), 2, -1):
            found = self.by_name.get(text[start : start + length])
            if found:
                return found if len(found) == 1 else self._told_apart(found, text)
        return []

    def _told_apart(self, places: list[Place], text: str) -> list[Place]:
        """Of regions of one name the one whose region above is named too; none where that does not decide."""
        shorts = [
            place for place in places
            if any(name in text for name in self._above(place) - {place.name})
            or any(above.short_name in text for above in self._chain(place) if len(above.short_name) > 1)
        ]  # fmt: skip
        return shorts if len(shorts) == 1 else []

    def _chain(self, place: Place) -> list[Place]:
        found: list[Place] = []
        while place.parent in self.by_code and len(found) < 5:
            place = self.by_code[place.parent]
            found.append(place)
        return found

    def _above(self, place: Place) -> set[str]:
        return {place.name} | {above.name for above in self._chain(place)}


ORGAN = re.compile(
    r"^[\u4e00-\u9fff()、 ]{2,40}?(?:人民政府办公厅|人民政府办公室|人民政府|委员会办公室|领导小组办公室|联席会议办公室|领导小组|知识产权局|市场监督管理局|"
    r"管理委员会|委员会|办公厅|办公室|管理局|局|厅|委)(?:\([^()]{2,20}\))?"
)
