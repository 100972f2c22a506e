"""The sentence for each code of `mapping`: what the file says, what is not certain, what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Of one figure cell.
_FIGURES: dict[str, Promise] = {
    "region_ambiguous": _(
        "“{region}”可能是{names}，从表中分不清。请选定是哪个地区，或在文件中写明上级地区或区划代码。"
    ),
    "region_unknown": _(
        "没有找到名为“{region}”的行政区划，可能已更名、撤并或写法不同。请选定地区，或注明不作为数据读取。"
    ),
    "region_renamed": _("没有名为“{region}”的行政区划，最接近的是{names}，可能已更名或改设。请确认。"),
    "region_elsewhere": _("“{region}”只找到{names}，与表中其他地区不在同一省份。请确认，或选定正确的地区。"),
    "region_code_differs": _("名称“{region}”与区划代码所指的地区（{names}）不一致。请核对后选定。"),
    "region_missing": _("这个数据没有写明是哪个地区的，标题中也没有。请选定地区。"),
    "own_scope": _("“{region}”可能就是本规划的地区，也可能是各地区的合计。请确认是否作为本地区的数据读取。"),
    "indicator_unknown": _("指标目录中没有与“{name}”相同或相近的指标。请选定对应的指标，或注明不读取。"),
    "indicator_near": _("指标目录中没有“{name}”，相近的有：{names}。请选定对应的指标，口径不同的不要对应。"),
    "indicator_missing": _("表头和标题都没有写明这是什么指标。请选定指标。"),
    "period_missing": _("没有写明数据的年份或时期，标题、工作表名和文件名中也没有。请选定时期。"),
    "period_unclear": _("表头只写了年份，而标题写的是年中的时期；读作 {period}。请确认，全年数请改为年度。"),
    "basis_unclear": _("没有写明是当季数（当月数）还是本年累计。请选定口径。"),
    "basis_conflict": _("“{name}”是期末数，表头却写着当季或当月，可能是新增数。请核对指标和口径。"),
    "unit_unclear": _("没有写明计量单位，指标以“{unit}”计量。请选定文件所用的单位。"),
    "unit_differs": _("文件写的单位是“{unit}”，而指标以“{wanted}”计量，不能换算。请核对指标和单位。"),
    "no_header": _("表格没有表头，分不清各列的含义。请选定各列的含义，或补上表头后重新上传。"),
    "total_figure": _("“{region}”是合计或没有区划代码的范围，只用来核对，不作为地区的数据。"),
    "derived_column": _("增速、占比、差额、排名等由数据算出，不读取。"),
    "not_quarter_end": _("{period} 不是在季末或年末结束的时期，不入库。"),
    "figure_twice": _("与{sheet} {cell} 是同一指标、同一地区、同一时期，数值相同，只读取一次。"),
    "figures_conflict": _("与{sheet} {cell} 是同一指标、同一地区、同一时期，数值却不同。请核对后只保留一个。"),
}
# Of a table or a sheet.
_TABLES: dict[str, Promise] = {
    "no_table": _("文件中没有认出数据表。数据表应有表头和数值；请检查后重新上传，或使用下载的模板。"),
    "too_many_figures": _("数据表中可填数值的单元格超过 {limit} 个的上限。请拆成几个文件，或使用下载的模板。"),
    "totals_not_checked": _("合计行多达 {count} 行，没有逐一与各地区之和核对。请自行核对。"),
    "table_left_out": _("这张表按对应关系不读取。"),
    "numbers_not_read": _("{cells} 共 {count} 个数字不在任何数据表中，没有读取。请核对是否有遗漏。"),
    "total_differs": _(
        "“{name}”的合计 {printed} 与 {count} 个地区之和 {sum} 相差 {difference}。请核对是否有缺漏或重复。"
    ),
    "table_period_missing": _("表中 {count} 个数据没有写明时期。请为这张表选定时期。"),
    "table_period_unclear": _("表中 {count} 个数据的时期需要确认。"),
    "table_basis_unclear": _("表中 {count} 个数据没有写明是当季还是累计。请为这张表选定口径。"),
    "table_unit_unclear": _("表中 {count} 个数据没有写明计量单位。请为这张表选定单位。"),
    "table_indicator_missing": _("表中 {count} 个数据没有写明指标。请为这张表选定指标。"),
    "table_no_header": _("这张表没有表头，{count} 个数据需要确认含义。"),
}
SENTENCES: dict[str, Promise] = _FIGURES | _TABLES
