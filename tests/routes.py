"""Every address that the product answers, read from its own URL configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern


def addresses() -> list[str]:
    """Paths with `{}` for each part that names an object; `*` ends one that stands for all others below it."""
    return sorted(set(_below("/", get_resolver().url_patterns)))


def _below(prefix: str, patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        path = prefix + _text(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(path, pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield path if str(pattern.pattern) or path == "/" else f"{path}*"


def _text(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<[^>]+>", "{}", str(pattern))
    assert isinstance(pattern, RegexPattern)
    text = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "{}", str(pattern))
    return text.removeprefix("^").removesuffix("$").removesuffix("\\Z")
