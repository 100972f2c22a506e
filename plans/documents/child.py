"""The process that opens documents: `python -m plans.documents.child`, started by `plans.services.reading`.

The request names the file (`path`, `name`) and a file with the list of regions (`places`: rows of code, name, short name,
parent). The answer is the reading as JSON text, so that its decimals keep exactly the digits that are printed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ipdash.core.children import serve
from plans.documents.places import Place, Places
from plans.documents.read import read_document
from plans.documents.results import as_data, as_json

_OUTPUT_BYTES = 64 * 1024 * 1024


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Reads the document."""
    places = Places.of(Place(*row) for row in json.loads(Path(request["places"]).read_text(encoding="utf-8")))
    reading = read_document(Path(request["path"]).read_bytes(), request["name"], places)
    return {"reading": as_json(as_data(reading)), "text": reading.text, "refused": reading.refused}


if __name__ == "__main__":
    serve(run, _OUTPUT_BYTES)
