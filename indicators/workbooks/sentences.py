"""The sentence for each finding: what the file is or where the cell stands, what is expected, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from indicators.workbooks.mapping_sentences import SENTENCES as MAPPING_SENTENCES
from indicators.workbooks.results import Finding
from ipdash.core.figure_sentences import SENTENCES as FIGURE_SENTENCES

_KINDS: dict[str, Promise] = {
    "empty_file": _("文件是空的，没有任何内容。请检查后重新选择文件。"),
    "too_big": _("文件有 {megabytes} MB，超过 {limit} MB 的上限。请删去图片和多余的工作表，或拆成几个文件后再上传。"),
    "extension_not_read": _("不能读取扩展名为“{extension}”的文件；应为 .xlsx、.xls 或 .csv。请另存为 .xlsx 后再上传。"),
    "extension_mismatch": _(
        "文件的扩展名是“{extension}”，内容却是 .{found} 格式。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
    ),
    "is_html": _(
        "这个文件其实是网页（HTML），不是工作簿；系统导出的“.xls”常是这样。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
    ),
    "is_xml": _("这个文件是 XML 表格，不是 .xlsx 工作簿。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "is_pdf": _("这个文件是 PDF，不能从中读取数据。请上传原始的工作簿（.xlsx）。"),
    "is_ofd": _("这个文件是 OFD 版式文件，不能从中读取数据。请上传原始的工作簿（.xlsx）。"),
    "is_word": _(
        "这个文件是文字文档（Word 或 WPS 文字），不是工作簿。请把表格复制到 Excel 或 WPS 表格中，另存为 .xlsx 后再上传。"
    ),
    "is_slides": _("这个文件是演示文稿，不是工作簿。请把数据填入工作簿，另存为 .xlsx 后再上传。"),
    "is_xlsb": _("这个文件是二进制工作簿（.xlsb）。请用 Excel 打开，另存为 .xlsx 后再上传。"),
    "is_template": _("这个文件是 Excel 模板，不是工作簿。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "is_et": _("这个文件是 WPS 表格的 .et 格式。请用 WPS 打开，另存为 .xlsx 后再上传。"),
    "is_ods": _("这个文件是 OpenDocument 表格（.ods）。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "is_archive": _("这个文件是压缩包，不是工作簿。请解压后上传其中的工作簿（.xlsx）。"),
    "is_picture": _("这个文件是图片，不能从中读取数据。请上传原始的工作簿（.xlsx）。"),
    "is_program": _("这个文件是可执行程序，不是工作簿。请上传 .xlsx、.xls 或 .csv 文件。"),
    "is_unknown": _("认不出这个文件的格式，应为 .xlsx、.xls 或 .csv。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "is_encrypted": _("文件设有打开密码，无法读取。请在“文件 → 信息 → 保护工作簿”中取消密码，保存后再上传。"),
    "xls_too_old": _("文件是 Excel 95 或更早的格式。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "unusual_layout": _(
        "文件不是常见的 .xlsx 结构（可能是 Strict Open XML）。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。"
    ),
}
_RESAVE = _(
    "文件的压缩结构有问题（{part}），不同软件可能读出不同的内容。请用 Excel 或 WPS 打开核对，另存为 .xlsx 后再上传。"
)
_STRUCTURE: dict[str, Promise] = {
    "zip_broken": _(
        "文件已损坏，无法解开（{part}）。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传；打不开的请重新导出。"
    ),
    "zip_sizes_lie": _RESAVE,
    "zip_overlap": _RESAVE,
    "zip_gap": _RESAVE,
    "zip_name_twice": _RESAVE,
    "zip_name_unsafe": _RESAVE,
    "zip_prefix": _(
        "文件开头或目录之后有多余的内容，不是正常的 .xlsx。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
    ),
    "zip_tail": _("文件末尾有多余的内容，不是正常的 .xlsx。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "zip_too_many_parts": _("文件由 {parts} 个部件组成，超过 {limit} 个的上限。请删去图片和多余的工作表后再上传。"),
    "zip_ratio": _(
        "文件的部件“{part}”解压后膨胀超过 {limit} 倍，不是正常的工作簿。请只复制数据到新工作簿，另存为 .xlsx 后再上传。"
    ),
    "zip_too_big": _("文件解压后超过 {limit} MB 的上限。请只保留需要的工作表和数据，另存为 .xlsx 后再上传。"),
    "macros": _("文件含有宏或控件，不能上传。请另存为不含宏的 .xlsx 工作簿后再上传。"),
    "embedded_object": _("文件中嵌入了其他文件或对象，不能上传。请删除嵌入的对象，保存后再上传。"),
    "dde": _("文件含有向其他程序取数的公式（DDE），不能上传。请删除这些公式，只保留数值后再上传。"),
    "external_link": _("文件链接了其他工作簿或网络内容，不能上传。请在“数据 → 编辑链接 → 断开链接”后保存再上传。"),
    "external_connection": _("文件含有外部数据连接，不能上传。请在“数据 → 查询和连接”中删除连接，保存后再上传。"),
    "xml_dtd": _(
        "文件的部件“{part}”含有文档类型声明，不是正常的工作簿。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
    ),
    "xml_depth": _(
        "文件的部件“{part}”嵌套超过 {limit} 层，不是正常的工作簿。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
    ),
    "xml_broken": _("文件的部件“{part}”已损坏。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "xml_encoding": _("文件的部件“{part}”不是 UTF-8 编码。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "workbook_broken": _(
        "工作簿已损坏（{part}），无法读取。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传；打不开的请重新导出。"
    ),
    "no_sheets": _("工作簿中没有可读取的工作表。请检查后重新选择文件。"),
    "too_many_sheets": _("工作簿有 {sheets} 个工作表，超过 {limit} 个的上限。请拆成几个文件后再上传。"),
    "cell_outside": _(
        "第 {row} 行的内容超出 {rows} 行、{columns} 列的范围。请删除远处的多余内容，或拆成几个文件后再上传。"
    ),
    "too_scattered": _("工作表“{sheet}”的内容分布过于零散，占用的范围太大。请删除远处的多余内容后再上传。"),
    "too_many_cells": _("文件中有内容的单元格超过 {limit} 个的上限。请拆成几个文件后再上传。"),
    "too_many_merges": _("工作表“{sheet}”的合并单元格超过 {limit} 处的上限。请取消多余的合并后再上传。"),
    "too_much_text": _("文件中的文字超过 {limit} MB 的上限。请拆成几个文件后再上传。"),
    "cells_out_of_order": _(
        "工作表“{sheet}”第 {row} 行附近的单元格重复或次序错乱。请用 Excel 或 WPS 打开核对，另存为 .xlsx 后再上传。"
    ),
    "not_a_stored_number": _("工作表“{sheet}”的 {address} 存放的不是正常的数值。请重新填写该单元格，保存后再上传。"),
    "readers_disagree": _(
        "工作表“{sheet}”的 {address} 可以读出不同的数值。请用 Excel 或 WPS 打开核对，另存为 .xlsx 后再上传。"
    ),
    "csv_encoding": _(
        "认不出文件的文字编码，应为 UTF-8 或 GB18030（GBK）。请用 Excel 或 WPS 打开，另存为 .xlsx 或“CSV UTF-8”后再上传。"
    ),
    "csv_nul": _("文件含有空字符，不是正常的 CSV 文本。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"),
    "csv_quote": _("第 {line} 行附近的引号不成对，后面的行会被误读。请补全或删去引号后再上传。"),
    "csv_field_too_long": _("第 {line} 行附近有一格超过 {limit} 个字符，可能是引号不成对。请检查后再上传。"),
    "took_too_long": _("读取文件超过 {seconds} 秒，已停止。请删去多余的工作表、格式和公式，或拆成几个文件后再上传。"),
    "too_much_memory": _("读取文件需要的内存过多，已停止。请删去多余的工作表、格式和图片，或拆成几个文件后再上传。"),
    "reader_died": _(
        "读取文件时出错中止，文件可能已损坏或过于复杂，没有读入任何数据。请只复制数据到新工作簿，另存为 .xlsx 后再上传。"
    ),
    "reader_failed": _(
        "无法读懂文件“{name}”，没有读入任何数据。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传；仍不行的请联系管理员。"
    ),
}
_NOTES: dict[str, Promise] = {
    "more_error_cells": _("另有 {count} 个出错的单元格没有逐一列出。请改正公式后重新上传。"),
    "hidden_sheet": _("工作表“{sheet}”是隐藏的，其中的数据也会读取。请确认是否需要，不需要的请删除后重新上传。"),
    "hidden_rows": _(
        "工作表“{sheet}”的第 {rows} 行是隐藏的，其中的数据也会读取。请取消隐藏核对，不需要的请删除后重新上传。"
    ),
    "hidden_columns": _(
        "工作表“{sheet}”的 {columns} 列是隐藏的，其中的数据也会读取。请取消隐藏核对，不需要的请删除后重新上传。"
    ),
    "csv_read_as": _("按 {encoding} 编码、以“{separator}”分隔读取。如有乱码或错列，请另存为“CSV UTF-8”后重新上传。"),
}
_ROWS: dict[str, Promise] = {
    "no_template": _(
        "没有找到表头；应有“指标编码”“行政区划代码”和“本季值”（或“数值”）等列。请使用下载的模板，不要改动表头。"
    ),
    "header_changed": _("表头缺少“{missing}”列；模板的表头不能改动。请恢复表头，或重新下载模板填写。"),
    "header_twice": _("表头中“{column}”出现了不止一次，分不清用哪一列。请删去多余的列，或重新下载模板填写。"),
    "template_version": _("模板的版本是“{version}”，现在的版本是“{expected}”。请重新下载模板，把数据填入后再上传。"),
    "meta_damaged": _("模板中记录季度和单位的隐藏工作表已损坏（{field}）。请重新下载模板，把数据填入后再上传。"),
    "no_period": _(
        "第 {row} 行的年份或季度“{printed}”无法识别；年份应为 2024 这样的四位数，季度应为 1 至 4。请改正后重新上传。"
    ),
    "row_without_codes": _(
        "第 {row} 行填了数值，但缺少指标编码或行政区划代码，不知道是哪项数据。请使用模板中原有的行填写。"
    ),
    "code_not_text": _("第 {row} 行的“{column}”是“{printed}”，不是有效的编码。请使用模板中原有的行填写。"),
    "total_row": _("第 {row} 行是“{printed}”，合计行不作为数据读取。"),
    "duplicate_row": _("第 {row} 行与第 {first} 行是同一指标、同一地区、同一季度，数值相同，只读取一次。"),
    "conflicting_rows": _("第 {row} 行与第 {first} 行是同一指标、同一地区、同一季度，数值却不同。请核对后只保留一行。"),
}
SENTENCES: dict[str, Promise] = _KINDS | _STRUCTURE | _NOTES | _ROWS | MAPPING_SENTENCES


def finding_sentence(finding: Finding) -> str:
    """The finished sentence for a finding, in the reader's language. An unknown code raises KeyError: a defect."""
    table = SENTENCES if finding.code in SENTENCES else FIGURE_SENTENCES
    return str(table[finding.code]).format(**finding.params)


def figure_sentence(code: str, params: Mapping[str, str]) -> str:
    """The finished sentence for the code of one figure, of its writing or of its place; "" for the code ""."""
    table = MAPPING_SENTENCES if code in MAPPING_SENTENCES else FIGURE_SENTENCES
    return str(table[code]).format(**params) if code else ""


def with_messages(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with `message` filled, for those that leave the product (JSON, the marked workbook)."""
    return [finding if finding.message else replace(finding, message=finding_sentence(finding)) for finding in findings]
