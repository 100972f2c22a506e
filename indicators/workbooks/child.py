"""The process that opens uploaded files: `python -m indicators.workbooks.child`.

Reads one JSON request from standard input, `{"task", "path", "name", "workspace", "memory", "seconds", …}`, and writes
one JSON answer to standard output: `{"result": …}` or `{"failure": where}`. Large results (an annotated file) are
written into the workspace. Ends with `OUT_OF_MEMORY` where the memory did not suffice. Imports neither Django nor pandas: it starts for every file.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from typing import Any

from indicators.workbooks import limits
from indicators.workbooks.sandbox import confine

OUT_OF_MEMORY = 71  # exit code


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Carries out one request; the readers are imported per task, so that each pays only for what it uses."""
    if request["task"] == "read":
        from indicators.workbooks.readers import read

        return read(request["path"], request["name"]).to_json()
    if request["task"] == "annotate":
        from indicators.workbooks.marking import mark

        return mark(request["path"], request["name"], request["workspace"], request["findings"])
    raise ValueError(request["task"])


def main() -> None:
    gc.disable()  # one file and the end: looking for cycles among a million cells only costs time
    request = json.load(sys.stdin)
    # Libraries print warnings about what they read; the answer has the real standard output to itself.
    answer_to = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    confine(request["workspace"], request["memory"], request["seconds"], limits.CHILD_OUTPUT_BYTES)
    try:
        json.dump(_answer(request), answer_to, ensure_ascii=False)
        answer_to.close()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": run(request)}
    except MemoryError:
        raise
    except Exception as defect:
        where = traceback.extract_tb(defect.__traceback__)[-1]  # names our line, never the file's content
        return {"failure": f"{type(defect).__name__} at {where.filename}:{where.lineno}"}


if __name__ == "__main__":
    main()
