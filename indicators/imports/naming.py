"""Which known thing a printed name means: the same wording, the same but for signs, or the nearest ones to choose from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from plans.documents.signs import squeezed

NEAREST = 5
_ENOUGH = 0.34
_SIGNS = re.compile(r"[\s、，,。；;：:·“”\"'（）()《》〈〉\-—]")


@dataclass(frozen=True)
class Candidate:
    """A known thing under one of its names; `how` is `name`, `alias` or `former`."""

    key: str
    name: str
    owner: str
    how: str = "name"


def bare(name: str) -> str:
    """A name without signs and blanks, full-width letters narrowed: what is left is its wording."""
    return _SIGNS.sub("", squeezed(name)).casefold()


class Names:
    """Known names to look printed ones up in."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._all = list(candidates)
        self._exact: dict[str, Candidate] = {}
        self._bare: dict[str, Candidate | None] = {}
        order = {"name": 0, "alias": 1, "former": 2}
        for candidate in sorted(self._all, key=lambda c: order[c.how]):
            self._exact.setdefault(candidate.name, candidate)
            wording = bare(candidate.name)
            known = self._bare.setdefault(wording, candidate)
            if known is not None and known.key != candidate.key:
                self._bare[wording] = None  # two things worded alike but for signs: a person decides
        self._pairs: list[tuple[frozenset[str], Candidate]] | None = None

    def same(self, printed: str) -> Candidate | None:
        """The one thing that has this name, white space and width and kind of signs apart."""
        return self._exact.get(printed.strip()) or self._bare.get(bare(printed))

    def nearest(self, printed: str, most: int = NEAREST) -> list[Candidate]:
        """The things whose names share most pairs of characters with it, best first, each once."""
        if self._pairs is None:
            self._pairs = [(_pairs(candidate.name), candidate) for candidate in self._all]
        wanted = _pairs(printed)
        rated = [(_shared(wanted, pairs), candidate) for pairs, candidate in self._pairs if wanted & pairs]
        found: dict[str, Candidate] = {}
        for likeness, candidate in sorted(rated, key=lambda pair: -pair[0]):
            if likeness < _ENOUGH or len(found) == most:
                break
            found.setdefault(candidate.key, candidate)
        return list(found.values())


def likeness(left: str, right: str) -> float:
    """How much of both names' pairs of characters is shared, from 0 to 1."""
    return _shared(_pairs(left), _pairs(right))


def _shared(left: frozenset[str], right: frozenset[str]) -> float:
    return 2 * len(left & right) / (len(left) + len(right))


def _pairs(name: str) -> frozenset[str]:
    wording = bare(name).replace("知识产权", "") or bare(name)  # the field's own word tells nothing apart
    return frozenset(wording[n : n + 2] for n in range(len(wording) - 1)) or frozenset({wording})
