"""What may go wrong in a way the user can understand and mend.

A `DomainError` carries a stable code and a finished sentence; edges show it as written. Anything else that is
raised is a defect: it is logged and answered neutrally.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Details = Mapping[str, Sequence[str]]


class DomainError(Exception):
    """A request the product refuses, with the sentence to show. `details` maps a field or row to sentences."""

    status = 400

    def __init__(self, code: str, message: Any, details: Details | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.details: Details = details or {}

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """The request itself is wrong (400)."""


class NotAllowed(DomainError):
    """The object may be seen but not changed by this person (403)."""

    status = 403


class NotVisible(DomainError):
    """The object is missing, or this person must not learn that it exists (404). Both look the same."""

    status = 404


class Conflict(DomainError):
    """The object is in another state, or somebody changed it meanwhile (409)."""

    status = 409


class Unavailable(DomainError):
    """Something the request needs is down for the moment (503)."""

    status = 503
