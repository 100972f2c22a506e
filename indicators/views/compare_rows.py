"""The rows of the ranking and of the heat table as ready strings: a page is lost in its cells one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from indicators.selectors.comparison import Ground, Measure
from indicators.selectors.comparison_matrix import Cell, Matrix, RegionRow, cell_texts
from indicators.selectors.comparison_ranking import Ranking, RankingRow
from indicators.selectors.results import content_of
from ipdash.core.display import unit_after
from ipdash.core.marks import MatrixCell, Scale, light_total, matrix_cells, strip
from ipdash.core.remembered import Remembered
from ipdash.core.templatetags.ui import chinese, status_tag
from ipdash.core.words import one_language


@dataclass(frozen=True)
class OwnRow:
    """The parent's own row of the ranking as the page shows it."""

    row: RankingRow
    display: dict[str, str]
    href: str


_rows: Remembered[str] = Remembered(1 << 14)
"""Rows of all three tables, each by everything that it shows."""


@dataclass(frozen=True)
class Labels:
    """The words that each row repeats for narrow screens, looked up once a page."""

    place: str
    actual: str
    target: str
    completion: str
    gap: str
    change: str
    status: str
    mine: SafeString
    drawn: str
    unit: str


Address = tuple[str, str]


def _address(ground: Ground) -> Address:
    """What stands before and after the line's number in the address of its page, as `reverse` would give it."""
    return f"/plans/{ground.plan.pk}/indicators/", f"/?quarter={ground.quarter}"


def line_href(ground: Ground, line_id: int) -> str:
    before, after = _address(ground)
    return f"{before}{line_id}{after}"


def _why(ground: Ground) -> Address:
    """The same of the address that explains a line's result."""
    return "/why/", f"/{ground.quarter}/"


def ranked_rows(found: Ranking, rows: Sequence[RankingRow]) -> SafeString:
    """These rows of the ranking; all of its bars share one scale."""
    scale = Scale.of([value for row in found.rows for value in (row.actual, row.target)])
    labels = Labels(
        place=_("位次"), actual=_("实际值"), target=_("年度目标"), completion=_("完成率"), gap=_("差额"), change=_("较上季"),
        status=_("状态"), mine=format_html(' <span class="tag accent">{}</span>', _("本地区")),
        drawn=_("%(name)s：实际值%(actual)s，年度目标%(target)s"), unit=unit_after(found.measure.unit),
    )  # fmt: skip
    around = (get_language(), *_address(found.ground), found.measure.read, scale)

    def made_of(row: RankingRow) -> tuple[object, ...]:
        return around, row.line_id, row.region.name, row.mine, row.place_before, content_of(row.now)

    with one_language():
        parts = [
            _rows.get(made_of(row), partial(_ranked, found.ground, row, scale, labels, status_tag(row.status)))
            for row in rows
        ]
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped in `_ranked`


def own_row(found: Ranking) -> OwnRow | None:
    """The parent's own line, which the page tells in a sentence."""
    own = found.own
    return None if own is None else OwnRow(own, own.display, line_href(found.ground, own.line_id))


def _ranked(ground: Ground, row: RankingRow, scale: Scale, labels: Labels, status: SafeString) -> SafeString:
    shown, href, actual, target = row.display, line_href(ground, row.line_id), row.actual, row.target
    words = labels.drawn % {
        "name": row.region.name,
        "actual": shown["actual"] + (labels.unit if actual is not None else ""),
        "target": shown["target"] + (labels.unit if target is not None else ""),
    }
    before, after = _why(ground)
    why = f"{before}{row.line_id}{after}"
    return format_html(
        '<tr{}><td class="n place-cell" data-label="{}"><b>{}</b>{}</td>'
        '<th scope="row"><a href="{}" lang="zh">{}</a>{}</th>'
        '<td class="n" data-label="{}"><a href="{}">{}</a>{}</td><td class="n" data-label="{}"><a href="{}">{}</a></td>'
        '<td class="wide">{}</td>'
        '<td class="n" data-label="{}"><a href="{}">{}</a></td><td class="n" data-label="{}"><a href="{}">{}</a></td>'
        '<td class="n" data-label="{}"><a href="{}">{}</a></td><td data-label="{}"><a href="{}">{}</a></td></tr>',
        SafeString(' class="mine"') if row.mine else "", labels.place, shown["rank"], _moved(row),
        href, row.region.name, labels.mine if row.mine else "",
        labels.actual, why, shown["actual"], _partial(row, shown["partial"]), labels.target, why, shown["target"],
        strip(actual, target, scale, words),
        labels.completion, why, shown["completion"], labels.gap, why, shown["gap_to_target"],
        labels.change, why, shown["change_on_quarter"], labels.status, why, status,
    )  # fmt: skip


def _moved(row: RankingRow) -> str:
    if not row.moved:
        return ""
    words = _("升%(n)s位") % {"n": row.moved} if row.moved > 0 else _("原第%(n)s位") % {"n": row.place_before}
    return format_html('<span class="meta moved">{}</span>', words)


def _partial(row: RankingRow, value: str) -> str:
    if not row.is_partial or row.now is None:
        return ""
    words = _("%(reported)s/%(expected)s已报，合计%(value)s（不完整）") % {
        "reported": row.now.coverage_reported, "expected": row.now.coverage_expected, "value": value,
    }  # fmt: skip
    return format_html('<span class="meta partial">{}</span>', words)


def region_rows(found: Matrix, rows: Iterable[RegionRow]) -> SafeString:
    """The rows of the table, regions down."""
    texts = [cell_texts(measure) for measure in found.measures]
    blank, address = _("没有这项目标"), _why(found.ground)
    level = format_html(' <span class="meta">{}</span>', _("本级"))
    around = _around.get((get_language(), address, tuple(measure.read for measure in found.measures)), object)

    def made(row: RegionRow) -> str:
        cells = [_cell(cell, text, address) for cell, text in zip(row.cells, texts, strict=True)]
        head = f'<th scope="row" lang="zh">{conditional_escape(row.region.name)}{level if row.is_parent else ""}</th>'
        total = _sum(row.lights) if len(texts) > 1 else ""
        return ('<tr class="mine">' if row.mine else "<tr>") + head + matrix_cells(cells, blank) + total + "</tr>"

    parts = [
        _rows.get((around, row.region.name, row.is_parent, row.mine, tuple(row.cells)), partial(made, row))
        for row in rows
    ]
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


_around: Remembered[object] = Remembered(256)
"""One thing for all that the rows of a table have in common, since that is long and they are many."""


def measure_table(found: Matrix, rows: Sequence[RegionRow]) -> SafeString:
    """The rows of the table, indicators down and these regions across."""
    blank, address, head = _("没有这项目标"), _why(found.ground), _measure_head(found, "meta")
    with_sum = len(found.rows) > 1
    around = (get_language(), address, found.parent.code, with_sum)

    def made(measure: Measure, cells: Sequence[Cell | None], lights: dict[str, int]) -> str:
        text = cell_texts(measure)
        shown = matrix_cells([_cell(cell, text, address) for cell in cells], blank)
        return f'<tr><th scope="row">{head(measure)}</th>{shown}{_sum(lights) if with_sum else ""}</tr>'

    parts = []
    for number, measure in enumerate(found.measures):
        cells, lights = tuple(row.cells[number] for row in rows), found.column_lights[number]
        made_of = (around, measure.key, measure.read, cells, tuple(lights.items()))
        parts.append(_rows.get(made_of, partial(made, measure, cells, lights)))
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


def measure_heads(found: Matrix) -> SafeString:
    """The heads of the columns, where the indicators stand across."""
    head = _measure_head(found, "unit")
    heads = [f'<th scope="col" class="n">{head(measure)}</th>' for measure in found.measures]
    return mark_safe("".join(heads))  # noqa: S308 - every part is escaped in `_measure_head`


def _measure_head(found: Matrix, unit_class: str) -> Callable[[Measure], SafeString]:
    """The name, leading to the ranking by this measure, and its unit."""
    chosen = {"plan": found.ground.plan.pk, "quarter": found.ground.quarter, "region": found.parent.code}
    before = f"{reverse('compare')}?{urlencode(chosen)}&indicator="

    def head(measure: Measure) -> SafeString:
        return format_html(
            '<a href="{}{}" lang="zh">{}</a> <span class="{}">{}</span>',
            before, measure.key, measure.label, unit_class, chinese(measure.unit),
        )  # fmt: skip

    return head


def sums(lights: Iterable[dict[str, int]]) -> SafeString:
    """The cells of the table's last row."""
    return mark_safe("".join(map(_sum, lights)))  # noqa: S308 - shapes and numbers alone


def _cell(cell: Cell | None, text: Callable[[Cell], str], address: Address) -> MatrixCell | None:
    return cell and MatrixCell(cell.status, text(cell), f"{address[0]}{cell.line_id}{address[1]}")


def _sum(lights: dict[str, int]) -> SafeString:
    return mark_safe(f'<td class="sum">{light_total(lights)}</td>')  # noqa: S308 - shapes and numbers alone
