"""The process that opens PDF files: `python -m plans.documents.pdf_child`, started by `read_pdf` and confined before it reads.

Answers `{"pages": […]}`, each with its lines and tables in the order of the page, or `{"refused": code}`.
"""

from __future__ import annotations

from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.psparser import PSException
from pdfplumber.utils.exceptions import PdfminerException

from ipdash.core.children import serve

MOST_PAGES = 400
MOST_CHARACTERS = 400_000
_OUTPUT_BYTES = 64 * 1024 * 1024
_LINE_TOLERANCE = 3


def run(request: dict[str, Any]) -> dict[str, Any]:
    """The text of a PDF: lines with where they stand, tables with their cells."""
    try:
        with pdfplumber.open(request["path"]) as document:
            if len(document.pages) > MOST_PAGES:
                return {"refused": "pdf_too_long"}
            return _pages(document)
    except PdfminerException as defect:
        locked = isinstance(defect.args[0] if defect.args else None, PDFPasswordIncorrect)
        return {"refused": "pdf_encrypted" if locked else "pdf_broken"}
    except (PSException, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, ArithmeticError):
        return {"refused": "pdf_broken"}


def _pages(document: Any) -> dict[str, Any]:
    pages: list[dict[str, Any]] = []
    characters = images = 0
    for page in document.pages:
        images += len(page.images)
        pages.append(_page(page))
        characters += sum(len(line["text"]) for line in pages[-1]["lines"])
        characters += sum(len(cell) for table in pages[-1]["tables"] for row in table["rows"] for cell in row)
        page.close()
        if characters > MOST_CHARACTERS:
            return {"refused": "pdf_too_long"}
    if characters < 20 * max(1, len(pages)):
        return {"refused": "pdf_scanned" if images else "pdf_without_text"}
    return {"pages": pages}


def _page(page: Any) -> dict[str, Any]:
    """Watermarks stand askew, and are left out; text inside a table is its cells', once."""
    seen: set[tuple[str, int, int]] = set()

    def stands(thing: dict[str, Any]) -> bool:
        """Upright, and not the second print of a sign that is made bold by printing it twice."""
        if thing["object_type"] != "char":
            return True
        place = (thing["text"], round(thing["x0"] / 2), round(thing["top"] / 2))
        known = place in seen
        seen.add(place)
        return bool(thing.get("upright", True)) and not known

    upright = page.filter(stands)
    tables = [table for table in upright.find_tables() if len(table.rows) > 1 and len(table.cells) > 2]
    boxes = [table.bbox for table in tables]
    outside = upright.filter(lambda thing: not any(_inside(thing, box) for box in boxes))
    lines = outside.extract_text_lines(return_chars=True, y_tolerance=_LINE_TOLERANCE) if outside.chars else []
    return {
        "height": float(page.height),
        "lines": [_line(line) for line in lines if line["text"].strip()],
        "tables": [
            {"top": float(table.bbox[1]), "bottom": float(table.bbox[3]), "rows": _rows(upright, table)}
            for table in tables
        ],
    }


def _inside(thing: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    middle, centre = (thing["x0"] + thing["x1"]) / 2, (thing["top"] + thing["bottom"]) / 2
    return bool(thing["object_type"] == "char" and box[0] <= middle <= box[2] and box[1] <= centre <= box[3])


def _line(line: dict[str, Any]) -> dict[str, Any]:
    sizes = sorted(float(char["size"]) for char in line["chars"])
    return {
        "text": line["text"].strip(), "x0": float(line["x0"]), "x1": float(line["x1"]),
        "top": float(line["top"]), "bottom": float(line["bottom"]), "size": sizes[len(sizes) // 2],
    }  # fmt: skip


def _rows(page: Any, table: Any) -> list[list[str]]:
    """The table's rows, a merged cell's text written into every place it covers."""
    lefts = sorted({round(cell[0], 1) for cell in table.cells})
    tops = sorted({round(cell[1], 1) for cell in table.cells})
    texts = {cell: (page.crop(cell, strict=False).extract_text() or "") for cell in set(table.cells)}
    rows = [[""] * len(lefts) for _top in tops]
    for (x0, top, x1, bottom), text in texts.items():
        for r, row_top in enumerate(tops):
            for c, left in enumerate(lefts):
                if round(x0, 1) <= left < x1 - 1 and round(top, 1) <= row_top < bottom - 1:
                    rows[r][c] = text
    return rows


if __name__ == "__main__":
    serve(run, _OUTPUT_BYTES)
