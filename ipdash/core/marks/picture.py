"""The page's charts as PNG for documents: the same drawing, coloured by the same style sheet, so that both say the same.

Drawn by resvg inside vl-convert-python, in the process that asks: 30 to 50 MB more memory after the first picture and
0.15 s for each (its JavaScript engine, which would cost 110 MB and 0.7 s, is never started). The charts themselves are drawn by
`ipdash.core.marks` in 2 ms; as Vega-Lite they would take 0.1 s each, more than a whole page may.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache as once
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from django.utils.html import escape

FONT = "Noto Sans SC"
SCALE = 2.0  # sharp on paper
MARGIN = 16
KEPT_SECONDS = 24 * 3600
_VIEW = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_RULE = re.compile(
    r"^(\.[^{}@:]+) \{([^}]*)\}$", re.MULTILINE
)  # a chart's rule stands on a line; states of the pointer have a colon
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_drawing = Lock()


def as_png(drawing: str) -> bytes:
    """A chart of `ipdash.core.marks` with axes, on white; the same drawing is made once a day."""
    ready = _complete(drawing)
    key = f"png:{hashlib.sha256(ready.encode()).hexdigest()}"
    found: bytes | None = cache.get(key)
    if found is None:
        with _drawing:  # one at a time: a page of a document asks for several at once
            found = _converter().svg_to_png(ready, scale=SCALE)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _complete(drawing: str) -> str:
    """The drawing as a file of its own: with its colours, a ground and a margin."""
    size = _VIEW.search(drawing)
    if size is None:
        raise ValueError("only a drawing with a width of its own becomes a picture")
    width, height = (float(part) + 2 * MARGIN for part in size.groups())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"><style>{escape(_colours())}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<g transform="translate({MARGIN} {MARGIN})">{_sized(drawing, *size.groups())}</g></svg>'
    )


def _sized(drawing: str, width: str, height: str) -> str:
    return re.sub(r' width="[^"]*"', f' width="{width}" height="{height}"', drawing, count=1)


@once
def _colours() -> str:
    """The style sheet's rules for charts with the colours put in; what a pointer or a printer asks for is left out."""
    folder = Path(settings.BASE_DIR) / "static" / "css"
    values = dict(re.findall(r"(--[\w-]+): ([^;]+);", (folder / "tokens.css").read_text(encoding="utf-8")))
    charts = (folder / "components.css").read_text(encoding="utf-8").split("/* Charts:")[1].split("/* Phone.")[0]
    rules = [f"{selector} {{{body}}}" for selector, body in _RULE.findall(charts)]
    text = _VARIABLE.sub(lambda name: values[name[1]], "\n".join(rules))
    return text.replace(values["--font"], f'"{FONT}"')


@once
def _converter():  # type: ignore[no-untyped-def]  # a module without types
    """Loaded with the first picture, and never before: most processes draw none."""
    import pylopdf_fonts_zh_cn
    import vl_convert

    vl_convert.register_font_directory(str(Path(pylopdf_fonts_zh_cn.__file__).parent))
    return vl_convert
