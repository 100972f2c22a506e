"""The process that opens uploaded files: `python -m indicators.workbooks.child`.

Reads one JSON request from standard input, `{"task", "path", "name", "workspace", "memory", "seconds", …}`, and writes
one JSON answer to standard output: `{"result": …}` or `{"failure": where}`. Large results (an annotated file) are
written into the workspace. Imports neither Django nor pandas: it starts for every file.
"""

from __future__ import annotations

from typing import Any

from indicators.workbooks import limits
from ipdash.core.children import serve


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Carries out one request; the readers are imported per task, so that each pays only for what it uses."""
    if request["task"] == "read":
        from indicators.workbooks.readers import read

        return read(request["path"], request["name"], in_blocks=request["in_blocks"]).to_json()
    if request["task"] == "annotate":
        from indicators.workbooks.marking import mark

        return mark(request["path"], request["name"], request["workspace"], request["findings"])
    raise ValueError(request["task"])


if __name__ == "__main__":
    serve(run, limits.CHILD_OUTPUT_BYTES)
