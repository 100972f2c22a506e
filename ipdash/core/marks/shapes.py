"""The status marks ✓ ● ▲ ■ ○ – as small drawings, so that they look alike in every font."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

_DRAWINGS = {
    "✓": '<path d="M1 5.2 4 8l5-6" fill="none" stroke="currentColor" stroke-width="1.8"/>',
    "●": '<circle cx="5" cy="5" r="4.5" fill="currentColor"/>',
    "▲": '<path d="M5 .5 9.8 9.5H.2z" fill="currentColor"/>',
    "■": '<path d="M1 1h8v8H1z" fill="currentColor"/>',
    "○": '<circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-width="1.5"/>',
    "–": '<path d="M1 5h8" stroke="currentColor" stroke-width="1.6"/>',
}


def shape(mark: str, *, x: float = 0, y: float = 0, nested: bool = False) -> SafeString:
    """The drawing of a mark, hidden from screen readers because its word stands beside it; `nested` inside a chart."""
    place = f' x="{x:g}" y="{y:g}"' if nested else ""
    return mark_safe(  # noqa: S308 - constants and numbers only
        f'<svg{place} width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">{_DRAWINGS[mark]}</svg>'
    )


def drawing_of(mark: str) -> str:
    """The drawing alone, in a box of 10 × 10."""
    return _DRAWINGS[mark]
