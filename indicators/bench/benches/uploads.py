"""Files of figures on their way in, and out again. Everything is rolled back."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from indicators.bench import upload_files as files
from indicators.bench.city import committed_and_shown
from indicators.bench.nation import rolled_back
from indicators.bench.registry import Broken, Lacking, Measure, Options, bench, timed_in_turn
from indicators.models import Figure
from indicators.services import uploads
from ipdash.core import clock

ROWS = 100_000
YEAR = [files.LONG_AGO + n for n in range(4)]
_PEAKS = "indicators.bench.peaks"


@bench("upload_100k", title=gettext_lazy("上传10万行：读、核对、入库"))
def upload_100k(options: Options) -> Iterator[Measure]:
    """The floor: the reader's reading, and the same rows copied into a bare temporary table."""
    if connection.vendor != "postgresql":
        raise Lacking(_("在 PostgreSQL 上测，请设置 DATABASE_URL。"))
    content = files.workbook(files.rows(files.places(ROWS, quarters=YEAR), ROWS))
    steps: dict[str, list[float]] = {}
    with _media():
        taken = timed_in_turn(options.rounds, job=lambda: uploaded(content, ROWS, steps), floor=lambda: _floor(content))
    yield Measure(_("从文件到入库"), taken["job"], floor=taken["floor"], most_ratio=3.0)
    for name, seconds in steps.items():
        yield Measure(name, sorted(seconds)[len(seconds) // 2])
    peaks = _peaks(content)
    yield Measure(_("读取进程的内存峰值，基准为 calamine"), peaks["child"], "MB", floor=peaks["reader"], most_ratio=1.3)


@bench("upload_1k", title=gettext_lazy("上传一市一季1000行：从入库到新的总览"))
def upload_1k(options: Options) -> Iterator[Measure]:
    """A thousand figures of a region, from the request to store them until its plan's overview is read again."""
    with _media():
        taken = timed_in_turn(options.rounds, job=committed_and_shown)
    yield Measure(_("从入库到总览"), taken["job"], most=1.5)


@bench("export_100k", title=gettext_lazy("导出10万行"))
def export_100k(options: Options) -> Iterator[Measure]:
    """The same cells by openpyxl's write-only mode."""
    taken = timed_in_turn(
        options.rounds, job=lambda: _written(files.write), floor=lambda: _written(files.write_with_openpyxl)
    )
    yield Measure(_("写成工作簿"), taken["job"], floor=taken["floor"], most_ratio=1.3)
    tenth, whole = _peak("export", ROWS // 10), _peak("export", ROWS)
    yield Measure(_("内存峰值，基准为1万行"), whole, "MB", floor=tenth, most_ratio=1.1)


def uploaded(content: bytes, rows: int, steps: dict[str, list[float]]) -> float:
    """Seconds from the file to its stored figures."""
    with rolled_back():
        reporter, today = files.reporter(), clock.today()
        watch = _Watch(steps)
        upload = watch(_("读取"), lambda: uploads.receive(reporter, io.BytesIO(content), "bench.xlsx", today))
        upload = watch(_("核对"), lambda: uploads.preview(reporter, upload, today))
        watch(_("入库"), lambda: _commit(reporter, upload, today))
        if Figure.objects.filter(upload=upload).count() != rows:
            raise Broken(f"{upload.counts} instead of {rows} stored figures")
        return watch.seconds


def _commit(reporter: Any, upload: Any, today: Any) -> None:
    uploads.commit(reporter, upload, all_or_nothing=False, confirmed=(), today=today)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the end of the transaction would ask


class _Watch:
    """Times steps and adds them up."""

    def __init__(self, steps: dict[str, list[float]]) -> None:
        self.steps, self.seconds = steps, 0.0

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        result = work()
        took = time.perf_counter() - began
        self.steps.setdefault(name, []).append(took)
        self.seconds += took
        return result


def _floor(content: bytes) -> float:
    from python_calamine import CalamineWorkbook

    with rolled_back(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bench_rows (indicator text, region text, year int, quarter int, value float8) ON COMMIT DROP"
        )
        began = time.perf_counter()
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
        lines = "".join(f"{a}\t{b}\t{c:.0f}\t{d:.0f}\t{e}\n" for a, b, c, d, e in rows)
        cursor.copy_expert("COPY bench_rows FROM STDIN", io.StringIO(lines))
        return time.perf_counter() - began


def _written(write: Callable[[IO[bytes], Iterable[files.Row]], None]) -> None:
    with tempfile.TemporaryFile() as target:
        write(target, files.made_up(ROWS))


def _peaks(content: bytes) -> dict[str, float]:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        return {name: _peak(name, file.name) for name in ("child", "reader")}


def _peak(job: str, what: object) -> float:
    """The memory that a process of its own takes for a job, in MB."""
    asked = [sys.executable, "-m", _PEAKS, job, str(what)]
    answer = subprocess.run(asked, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, check=True)
    return float(json.loads(answer.stdout))


@contextmanager
def _media() -> Iterator[None]:
    """Uploaded files go to a folder of their own and vanish with it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, override_settings(MEDIA_ROOT=Path(folder)):
        yield
