"""Things made once: kept by everything that they are made of, so that nothing in here can go out of date."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """At most so many things, in this process; when there are more, it begins anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Hashable, T] = {}

    def get(self, made_of: Hashable, make: Callable[[], T]) -> T:
        """The thing that `make` gives; `made_of` names everything that it follows from."""
        found = self._known.get(made_of)
        if found is None:
            found = make()
            if len(self._known) >= self._most:
                self._known.clear()
            self._known[made_of] = found
        return found
