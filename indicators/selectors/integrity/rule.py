"""The form of an integrity rule: a code, what is wrong, what to do, and a search for the places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

Search = Callable[[date], Iterable[str]]
LISTED = 20
"""Places named for one rule; the others are counted."""


@dataclass(frozen=True)
class Finding:
    """A rule that is broken: `places` are the first of them in words, `count` all."""

    rule: Rule
    places: list[str]
    count: int


@dataclass(frozen=True)
class Rule:
    """`what` is the sentence about the data, `remedy` the one about what to do."""

    code: str
    what: Any
    remedy: Any
    search: Search

    def check(self, today: date) -> Finding | None:
        """The places where it is broken, None where it holds."""
        places, count = list[str](), 0
        for place in self.search(today):
            count += 1
            if count <= LISTED:
                places.append(place)
        return Finding(self, places, count) if count else None


class Rules(dict[str, Rule]):
    """A module's rules, in the order in which they are written down."""

    def add(self, code: str, what: Any, remedy: Any) -> Callable[[Search], Search]:
        """Registers the function below as a rule's search."""

        def register(search: Search) -> Search:
            if code in self:
                raise ValueError(f"two rules are called {code}")
            self[code] = Rule(code, what, remedy, search)
            return search

        return register
