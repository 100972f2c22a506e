"""The comparison pages as workbooks: the same rows, in the same order, with real numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.translation import gettext as _

from indicators.display import shown_value
from indicators.selectors.comparison import Ground, Measure
from indicators.selectors.comparison_across import Across
from indicators.selectors.comparison_matrix import Cell, Matrix
from indicators.selectors.comparison_ranking import Ranking, RankingRow
from indicators.selectors.comparison_units import UnitIndicators, UnitTasks, duty_letters, letters, role_letters
from indicators.views.overview_file import as_shown
from indicators.views.templates import file_response
from ipdash.core.display import light_words, status_text

if TYPE_CHECKING:
    from indicators.workbooks import export


def _answer(name: str, sheets: Sequence[export.Sheet]) -> HttpResponse:
    from indicators.workbooks.export import workbook_bytes

    return file_response(workbook_bytes(sheets), f"{name}.xlsx", "xlsx")


def _below(ground: Ground) -> list[str]:
    demo = [_("演示数据")] if ground.plan.is_demo else []
    return [_("数值以审核通过的填报为准；“—”表示没有数据，不等于0。"), *demo]


def _head(measure: Measure) -> str:
    return _("%(name)s（%(unit)s）") % {"name": measure.label, "unit": measure.unit} if measure.unit else measure.label


def ranking_file(found: Ranking) -> HttpResponse:
    """位次, region, and the results that are ranked."""
    from indicators.workbooks.export import Column, Sheet

    places = found.measure.places
    unit = found.measure.unit
    columns = [
        Column(_("位次"), "whole", width=7), Column(_("上季位次"), "whole", width=9),
        Column(_("区划代码"), width=10), Column(_("地区"), width=22),
        *(
            Column(_("%(name)s（%(unit)s）") % {"name": name, "unit": unit}, "number", places, width=16)
            for name in (_("实际值"), _("年度目标"))
        ),
        Column(_("年度目标完成率"), "percent", 1, width=12),
        *(
            Column(_("%(name)s（%(unit)s）") % {"name": name, "unit": unit}, "number", places, width=14)
            for name in (_("差额"), _("较上季"))
        ),
        Column(_("状态"), width=16), Column(_("未报齐的下级合计"), "number", places, width=14),
    ]  # fmt: skip
    title = _("%(parent)s各地区%(indicator)s排名") % {"parent": found.parent.name, "indicator": found.measure.label}
    sheet = Sheet(
        _("地区排名"), columns, (_ranking_row(row) for row in found.rows),
        above=[title, found.ground.plan.title, found.sentence], below=_below(found.ground), heads_left=4,
    )  # fmt: skip
    return _answer(f"{title}_{found.ground.quarter.label}", [sheet])


def _ranking_row(row: RankingRow) -> list[export.Cell]:
    from indicators.workbooks.export import Lit

    now, line = row.now, row.measure.line
    status = Lit(row.light, status_text(row.status))
    if now is None:
        return [None, row.place_before, row.region.code, row.region.name, *[None] * 5, status, None]
    return [
        row.place, row.place_before, row.region.code, row.region.name,
        *(as_shown(line, now, name) for name in ("actual", "target", "completion", "gap_to_target", "change_on_quarter")),
        status,
        shown_value(line, now.partial) if row.is_partial else None,
    ]  # fmt: skip


def matrix_file(found: Matrix) -> HttpResponse:
    """Two sheets: the numbers on the ground of their lights, and the statuses in words."""
    from indicators.workbooks.export import Column, Lit, Sheet

    title = _("%(parent)s各地区指标完成情况") % {"parent": found.parent.name}
    left = [Column(_("区划代码"), width=10), Column(_("地区"), width=22)]
    totals = [Column(str(word.label), "whole", width=7) for word in light_words.values()]
    numbers = [Column(_head(m), "number", m.places, width=14) for m in found.measures]

    def value(measure: Measure, cell: Cell | None) -> export.Cell:
        return "" if cell is None else Lit(cell.light, shown_value(measure.line, cell.actual))

    def word(_measure: Measure, cell: Cell | None) -> export.Cell:
        return "" if cell is None else Lit(cell.light, status_text(cell.status))

    def rows(shown: Callable[[Measure, Cell | None], export.Cell]) -> Iterator[list[export.Cell]]:
        for row in found.rows:
            cells = [shown(m, cell) for m, cell in zip(found.measures, row.cells, strict=True)]
            yield [row.region.code, row.region.name, *cells, *row.lights.values()]

    about = [title, found.ground.plan.title, found.sentence]
    words = [Column(_head(m), width=14) for m in found.measures]
    sheets = [
        Sheet(
            _("实际值"), [*left, *numbers, *totals], rows(value), above=about, below=_below(found.ground), heads_left=2
        ),
        Sheet(_("状态"), [*left, *words, *totals], rows(word), above=about, below=_below(found.ground), heads_left=2),
    ]
    return _answer(f"{title}_{found.ground.quarter.label}", sheets)


def across_file(found: Across) -> HttpResponse:
    """A sheet for each basis and unit."""
    from indicators.workbooks.export import Column, Lit, Sheet

    sheets = []
    for group in found.groups:
        places = max(row.line.indicator.decimals for row in group.rows)
        columns = [
            Column(_("地区"), width=18), Column(_("规划"), width=36), Column(_("原文名称"), width=24),
            Column(_("基期值"), width=16), *(Column(_("%(year)s年") % {"year": year}, width=12) for year in group.years),
            Column(_("期间"), width=14), Column(_("最新实际值"), "number", places, width=14), Column(_("状态"), width=16),
            Column(_("原文"), width=60),
        ]  # fmt: skip
        rows: list[list[export.Cell]] = [
            [
                row.plan.region.name, row.plan.title, row.line.printed_name, _("；").join(row.baselines) or None,
                *(row.targets.get(year) for year in group.years), row.quarter.label if row.quarter else None,
                shown_value(row.line, row.now.actual) if row.now else None,
                Lit(row.now.light if row.now else "none", status_text(row.now.status if row.now else "")),
                row.line.source_text,
            ]
            for row in group.rows
        ]  # fmt: skip
        above = [found.indicator.name, group.title, found.sentence]
        demo = [_("演示数据")] if any(row.plan.is_demo for row in group.rows) else []
        sheets.append(Sheet(group.title, columns, rows, above=above, below=demo, heads_left=2))
    if not sheets:
        sheets = [Sheet(found.indicator.name, [Column(_("地区"))], [], above=[found.sentence])]
    return _answer(_("%(indicator)s_各规划对比") % {"indicator": found.indicator.name}, sheets)


def unit_tasks_file(ground: Ground, found: UnitTasks) -> HttpResponse:
    """任务 × 单位 with the letters of the roles."""
    from indicators.workbooks.export import Column, Sheet

    known = role_letters()
    columns = [
        Column(_("编号"), width=8), Column(_("任务"), width=50), Column(_("状态"), width=10), Column(_("逾期安排"), width=20),
        *(Column(column.unit.name, width=9) for column in found.columns),
    ]  # fmt: skip
    rows: list[list[export.Cell]] = [
        [
            row.task.number or "", row.task.title, row.task.get_status_display(),
            _("；").join(milestone.label for milestone in row.late),
            *(cell.letters if cell else "" for cell in letters(found.columns, row.roles, known)),
        ]
        for row in found.rows
    ]  # fmt: skip
    title = _("%(region)s任务分工") % {"region": ground.plan.region.name}
    legend = _("，").join(f"{letter} {name}" for letter, name in known.values())
    above = [title, ground.plan.title, found.sentence, legend]
    return _answer(title, [Sheet(_("任务分工"), columns, rows, above=above, heads_left=2)])


def unit_indicators_file(ground: Ground, found: UnitIndicators) -> HttpResponse:
    """指标 × 单位 with the letters of the duties."""
    from indicators.workbooks.export import Column, Lit, Sheet

    known = duty_letters()
    columns = [
        Column(_("指标"), width=36), Column(_("状态"), width=16),
        *(Column(column.unit.name, width=9) for column in found.columns),
    ]  # fmt: skip
    rows: list[list[export.Cell]] = [
        [
            row.line.printed_name, Lit(row.now.light if row.now else "none", status_text(row.status)),
            *(cell.letters if cell else "" for cell in letters(found.columns, row.roles, known)),
        ]
        for row in found.rows
    ]  # fmt: skip
    title = _("%(region)s指标责任单位") % {"region": ground.plan.region.name}
    legend = _("，").join(f"{letter} {name}" for letter, name in known.values())
    above = [title, ground.plan.title, found.sentence, legend]
    return _answer(
        f"{title}_{ground.quarter.label}", [Sheet(_("责任单位"), columns, rows, above=above, below=_below(ground))]
    )
