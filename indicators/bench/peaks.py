"""The memory that one job takes, in a process of its own: `python -m indicators.bench.peaks JOB WHAT` prints it in MB."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def child(file: str) -> None:
    """The gate and its readers, as an uploaded file meets them."""
    from indicators.workbooks.readers import read

    json.dumps(read(file, "bench.xlsx", in_blocks=True).to_json(), ensure_ascii=False)


def reader(file: str) -> None:
    """The bare reader."""
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()


def export(rows: str) -> None:
    """So many rows written as a workbook."""
    from indicators.bench.upload_files import made_up, write

    with tempfile.TemporaryFile() as target:
        write(target, made_up(int(rows)))


JOBS: dict[str, Callable[[str], None]] = {"child": child, "reader": reader, "export": export}

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    JOBS[sys.argv[1]](sys.argv[2])
    # `getrusage` would count what the parent held when it started this process.
    sys.stdout.write(str(int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024))
