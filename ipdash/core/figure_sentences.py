"""The sentence for each code of `figure_text`: what was found, what is expected, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Placeholders: {printed} the writing, {value} the understood value, {unit} the unit of the figure.
_QUESTIONS: dict[str, Promise] = {
    "text_number": _(
        "“{printed}”是以文本形式存放的数字，应为数值；读作 {value}。请确认，或把单元格改为数值格式后重新上传。"
    ),
    "full_width": _("“{printed}”含全角字符，应为半角数字；读作 {value}。请确认，或改为半角数字。"),
    "thousands": _("“{printed}”含千分位分隔符，应为不带分隔符的数字；读作 {value}。请确认，或去掉分隔符。"),
    "no_break_blank": _("“{printed}”含不换行空格或全角空格，应为不含空格的数字；读作 {value}。请确认，或删去空格。"),
    "multiplier": _("“{printed}”用了“万”或“亿”，应填写完整的数字；读作 {value}{unit}。请确认，或改填完整的数字。"),
    "percent_sign": _(
        "“{printed}”带百分号，本指标以百分数计量，应只填数字；读作 {value}{unit}。请确认，或去掉百分号。"
    ),
    "unit_written": _("“{printed}”带有计量单位，应只填数字；读作 {value}{unit}。请确认，或去掉单位。"),
    "binary_noise": _("“{printed}”含计算产生的尾差，应为实际数值；读作 {value}。请确认，或四舍五入后重新填写。"),
    "plus_sign": _("“{printed}”带正号，应只填数字；读作 {value}。请确认，或去掉正号。"),
    "bare_point": _("“{printed}”的小数点前或后没有数字，应写全；读作 {value}。请确认，或写全数字。"),
    "leading_zeros": _("“{printed}”以多余的 0 开头，可能是编码而不是数值；读作 {value}。请确认，或改填正确的数值。"),
}
_MISSING: dict[str, Promise] = {
    "empty": _("此处为空，按缺数处理，不按 0 处理。有数据的请填写数字，确为零的请填 0。"),
    "missing_mark": _("“{printed}”表示没有数据，按缺数处理，不按 0 处理。有数据的请填写数字，确为零的请填 0。"),
}
_REFUSALS: dict[str, Promise] = {
    "bad_thousands": _(
        "“{printed}”的分隔位置不对，分不清是千分位还是小数点；应为 1234 或 1,234 这样的数字。请核对后改正。"
    ),
    "several_points": _("“{printed}”有不止一个小数点；应为只含一个小数点的数字。请核对后改正。"),
    "several_signs": _("“{printed}”的正负号写法有误；应为 12 或 -12 这样的数字。请核对后改正。"),
    "trailing_minus": _("“{printed}”的负号写在数字后面；负数应写作 -12。请核对后改正。"),
    "bracketed": _(
        "“{printed}”的数字带括号，可能是负数，也可能是附注；应为不带括号的数字，负数写作 -12。请核对后改正。"
    ),
    "range": _("“{printed}”是一个区间；应为一个确定的数字。请填写实际数值。"),
    "fraction": _("“{printed}”是分数写法；应为小数或整数。请换算后填写。"),
    "comparator": _("“{printed}”是“不低于”“以上”一类的写法；应为一个确定的数字。请填写实际数值。"),
    "approximate": _("“{printed}”是约数；应为一个确定的数字。请填写实际数值。"),
    "and_more": _("“{printed}”含“余”“多”，不是确定的数字；应为一个确定的数字。请填写实际数值。"),
    "question_mark": _("“{printed}”带有问号，数值存疑；应为一个确定的数字。请核实后填写。"),
    "among": _("“{printed}”是“其中”数，不是本指标的完整数值；应为一个数字。请填写本指标的数值。"),
    "chinese_numerals": _("“{printed}”是中文数字；应为 12 这样的阿拉伯数字。请改写后填写。"),
    "exponent": _("“{printed}”是科学记数法；应为完整的数字。请把单元格改为数值格式，填写完整的数字。"),
    "base_prefix": _("“{printed}”不是十进制数字；应为 12 这样的十进制数字。请核对后改正。"),
    "underscore": _("“{printed}”含下划线；应为只含数字和小数点的数字。请去掉下划线后重新填写。"),
    "not_a_number": _(
        "“{printed}”表示“不是数值”，是程序计算出错的结果；应为一个数字，没有数据的请留空。请核对后改正。"
    ),
    "infinite": _("“{printed}”表示无穷大，不是有效数值；应为一个数字，没有数据的请留空。请核对后改正。"),
    "foreign_digits": _("“{printed}”含非常用的数字字符；应使用 0 至 9 的数字。请重新输入。"),
    "bidi_marks": _(
        "“{printed}”含改变文字方向的不可见字符，看到的与实际的数字可能不同；应为只含数字的内容。请清空后重新输入。"
    ),
    "invisible_characters": _("“{printed}”含不可见字符；应为只含数字的内容。请清空后重新输入。"),
    "date": _("“{printed}”是日期或时间；应为一个数字。请把单元格改为数值格式后重新填写。"),
    "truth_value": _("“{printed}”是逻辑值；应为一个数字。请填写实际数值。"),
    "error_cell": _("“{printed}”是公式出错的结果；应为一个数字，没有数据的请留空。请改正公式，或直接填写数值。"),
    "formula_without_value": _(
        "公式“{printed}”没有保存计算结果；应为一个数字。请用 Excel 或 WPS 打开文件，重新计算并保存后再上传。"
    ),
    "formula_text": _("“{printed}”是写成文字的公式；应为一个数字。请填写计算结果。"),
    "too_many_digits": _(
        "“{printed}”的数字超过18位；应为整数部分最多12位、小数部分最多6位的数字。请核对单位和数值后改正。"
    ),
    "too_large": _(
        "“{printed}”的整数部分超过12位；应为整数部分最多12位、小数部分最多6位的数字。请核对单位和数值后改正。"
    ),
    "too_many_places": _(
        "“{printed}”的小数部分超过6位；应为小数部分最多6位的数字。请四舍五入（可用 ROUND 函数）后填写。"
    ),
    "percent_not_expected": _(
        "“{printed}”是百分数，而本处的计量单位是“{unit}”；应为以“{unit}”计量的数字。请核对指标和数值。"
    ),
    "ambiguous_multiplier": _(
        "“{printed}”用了“万”或“亿”，而计量单位已是“{unit}”，有两种读法；应为以“{unit}”计量的数字。请改填数字。"
    ),
    "other_unit": _(
        "“{printed}”在数字后面写了文字，与计量单位“{unit}”不同；应为以“{unit}”计量的数字。请换算后只填数字。"
    ),
    "not_a_figure": _("“{printed}”不是数字；应为一个数字，没有数据的请留空。请核对后改正。"),
}
SENTENCES: dict[str, Promise] = _QUESTIONS | _MISSING | _REFUSALS


def sentence(code: str, params: Mapping[str, str]) -> str:
    """The finished sentence for a code of `ParsedFigure`, in the reader's language; "" for the code "" (nothing to say).

    An unknown code is a defect and raises KeyError.
    """
    return str(SENTENCES[code]).format(**params) if code else ""
