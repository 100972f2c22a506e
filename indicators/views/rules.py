"""计算规则: the rules in the users' words, for everybody who has logged in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicators.selectors.rules_text import rules


@require_safe
def written_rules(request: HttpRequest) -> HttpResponse:
    """The document with its worked examples, and its own contents at the top."""
    title, *body = rules()
    contents = [block for block in body if block.kind == "h2"]
    return render(request, "rules/rules.html", {"title": title, "body": body, "contents": contents})
