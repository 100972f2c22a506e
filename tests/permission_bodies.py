"""Bodies and queries that succeed for whoever may: what stands in the way is then the permission alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from indicators.models import Indicator
from indicators.views.manage_forms import indicator_initial
from tests.permission_world import ISSUED, UNREPORTED, Objects

Body = Callable[[Objects], dict[str, Any]]


def _file(_ids: Objects) -> dict[str, Any]:
    file = io.BytesIO("指标编码,区划代码,年份,季度,数值\n".encode())
    file.name = "三季度.csv"
    return {"file": file}


def _evidence(_ids: Objects) -> dict[str, Any]:
    file = io.BytesIO("统计台账".encode())
    file.name = "台账.txt"
    return {"file": file}


def _figure(_ids: Objects) -> dict[str, Any]:
    """A figure of the reporter's unit that nobody has reported yet."""
    return {"indicator": UNREPORTED, "region": "500120", "year": 2025, "quarter": 3, "value": "1"}


def _ids_of(kind: str) -> Body:
    return lambda ids: {"figures": [ids[kind]], "reason": "核对"}


_TIMING = {"year": "2025", "from_quarter": "4", "to_quarter": "4", "reason": "延期"}
_INDICATOR = {
    "unit": "件", "decimals": "0", "quantity": "stock", "direction": "up", "reporting_basis": "level",
    "frequency": "quarterly",
}  # fmt: skip
BODIES: dict[tuple[str, str], Body] = {
    ("POST", "/login/"): lambda _ids: {"username": "nobody", "password": "nothing"},
    ("POST", "/language/"): lambda _ids: {"language": "en", "next": "https://example.org/"},
    ("POST", "/account/"): lambda _ids: {"email": "new@example.cn"},
    ("POST", "/account/tokens/"): lambda _ids: {"name": "数据交换"},
    ("POST", "/evidence/{holder_kind}/{draft}/"): _evidence,
    ("POST", "/api/v1/evidence/"): lambda ids: _evidence(ids) | {"holder_kind": "figure", "holder": ids["draft"]},
    ("POST", "/tasks/{task}/status/"): lambda _ids: {"status": "in_progress"},
    ("POST", "/plans/{plan}/links/"): lambda ids: {"task": ids["task"], "indicator": ids["indicator"]},
    ("POST", "/links/{task_link}/"): lambda _ids: {"state": "refused"},
    ("POST", "/supervision/send/"): lambda ids: {"slip": ids["proposal"]},
    ("POST", "/tasks/{task}/supervise/"): lambda ids: {"unit": ids["unit"], "level": "blue", "demand": "请报送"},
    ("POST", "/manage/supervision/"): lambda _ids: {
        f"{level}-{name}": value
        for level, days in (("urge", "-3"), ("blue", "1"), ("yellow", "10"), ("red", "20"))
        for name, value in (("days", days), ("answer_days", "5"))
    },
    ("POST", "/notices/calendar/"): lambda _ids: {"do": "make"},
    ("POST", "/tasks/{task}/report/"): lambda _ids: {"do": "submit", "standing": "as_planned", "text": "又有进展"},
    ("POST", "/tasks/{task}/milestones/add/"): lambda _ids: _TIMING | {"label": "四季度", "text": "挂牌"},
    ("POST", "/milestones/{milestone}/move/"): lambda _ids: _TIMING,
    ("POST", "/milestones/{milestone}/split/"): lambda _ids: {
        "parts": "2025年三季度：选址\n2025年四季度：挂牌", "reason": "分两步",
    },
    ("POST", "/milestones/{milestone}/withdraw/"): lambda _ids: {"reason": "不再需要"},
    ("POST", "/milestones/{milestone}/reached/"): lambda _ids: {"reached_on": "2025-10-01", "reason": "现场查看"},
    ("POST", "/assignments/{assignment}/transfer/"): lambda ids: {
        "unit": ids["heir"], "on": "2025-10-01", "reason": "机构改革",
    },
    ("POST", "/uploads/new/"): _file,
    ("POST", "/uploads/mappings/{mapping}/"): lambda _ids: {"name": "秘来源"},
    ("POST", "/uploads/{upload}/preview/"): lambda _ids: {"choice": "partial"},
    ("POST", "/review/"): lambda ids: {"figure": f"{ids['figure']}.1", "do": "approve"},
    ("POST", "/import/"): lambda _ids: {"text": ISSUED % {"region": "璧山区"} + "（再印）"},
    ("POST", "/import/{import}/items/{item}/"): lambda _ids: {"title": "另一个依据文件"},
    ("POST", "/import/{import}/add/{kind}/"): lambda _ids: {"term": "名词", "definition": "解释"},
    ("POST", "/import/{import}/units/"): lambda _ids: {"name": "区市场监管局", "answer": "new"},
    ("POST", "/import/{import}/indicators/{goal}/"): lambda _ids: {"do": "basis", "basis": "level"},
    ("POST", "/import/{import}/changes/{plan}/"): lambda _ids: {"do": "finish"},
    ("POST", "/import/{import}/confirm/"): lambda _ids: {"state": "draft"},
    ("POST", "/manage/periods/new/"): lambda _ids: {
        "opens": "2027-01-01", "due": "2027-01-15", "locks": "2027-01-31",
    },
    ("POST", "/manage/periods/{period}/urge/"): lambda _ids: {"who": "late", "message": "请尽快"},
    ("POST", "/manage/periods/{period}/change/"): lambda _ids: {
        "opens": "2025-10-01", "due": "2025-10-20", "locks": "2025-10-31",
    },
    ("POST", "/manage/duties/new/"): lambda ids: {
        "indicator": "new_line_indicator", "region": "500120", "unit": ids["unit"], "valid_from": "2021-01-01",
    },
    ("POST", "/manage/duties/{duty}/end/"): lambda _ids: {"valid_to": "2030-12-31"},
    ("POST", "/manage/duties/{duty}/hand-over/"): lambda ids: {"unit": ids["second_unit"], "first_day": "2026-01-01"},
    ("POST", "/manage/indicators/new/"): lambda _ids: _INDICATOR | {"code": "new_one", "name": "新指标"},
    ("POST", "/manage/indicators/{indicator}/change/"): lambda ids: {
        **indicator_initial(Indicator.objects.get(code=ids["indicator"])), "factor": "", "minimum": "", "maximum": "", "definition": "定义",
    } if ids["indicator"] != "no_such_indicator" else {},
    ("POST", "/manage/plans/{plan}/"): lambda _ids: {"state": "active", "yellow_below": "-1", "red_below": "-20"},
    ("POST", "/manage/plans/{plan}/public/switch/"): lambda _ids: {"is_on": "1"},
    ("POST", "/manage/plans/{plan}/public/publish/"): lambda _ids: {"quarter": "2025Q2"},
    ("POST", "/manage/publications/{publication}/withdraw/"): lambda _ids: {"reason": "发布有误"},
    ("POST", "/manage/plans/{plan}/displays/"): lambda _ids: {"name": "三楼大厅"},
    ("POST", "/manage/lines/{line}/basis/"): lambda _ids: {"basis": "level", "basis_reason": "原文如此"},
    ("POST", "/manage/lines/{line}/end/"): lambda _ids: {"ended_from": "2025Q4", "document": "修订稿"},
    ("POST", "/api/v1/target-lines/{line}/end/"): lambda _ids: {"ended_from": "2025Q4", "ending_document": "修订稿"},
    ("POST", "/manage/lines/{line}/lead/"): lambda ids: {"lead_unit": ids["unit"]},
    ("POST", "/manage/lines/{line}/targets/{year}/correct/"): lambda _ids: {
        "comparator": ">=", "value": "123", "reason": "录入有误",
    },
    ("POST", "/manage/lines/{line}/targets/{year}/adjust/"): lambda _ids: {
        "comparator": ">=", "value": "123", "in_force_from": "2025Q1", "document": "调整通知",
    },
    ("POST", "/manage/lines/{line}/decompose/"): lambda _ids: {
        "value_2024": "21", "do": "save", "reason": "年度分解",
    },
    ("POST", "/manage/decompositions/{decomposition}/undo/"): lambda _ids: {"reason": "分错了"},
    ("POST", "/manage/regions/{region}/change/{tree}/"): lambda ids: {
        "on": "2025-06-01", "document": "国函", "name": "新名区", "short_name": "新名", "code": ids["region"],
    },
    ("POST", "/manage/units/new/"): lambda _ids: {"region": "500120", "name": "新单位"},
    ("POST", "/manage/units/{unit}/merge/"): lambda _ids: {"merged": "区财政局", "reason": "同一单位"},
    ("POST", "/manage/units/{unit}/"): lambda _ids: {"name": "改名单位"},
    ("POST", "/manage/accounts/new/"): lambda _ids: {"username": "newcomer", "display_name": "新人"},
    ("POST", "/manage/accounts/{user}/"): lambda _ids: {"display_name": "改名"},
    ("POST", "/manage/accounts/{user}/active/"): lambda _ids: {"active": "0", "reason": "离职"},
    ("POST", "/manage/roles/new/"): lambda _ids: {"user": "department", "role": "leader", "region": "500120"},
    ("POST", "/api/v1/uploads/"): _file,
    ("POST", "/api/v1/indicators/"): lambda _ids: {
        "code": "new_one", "name": "新指标", "quantity": "stock", "reporting_basis": "level", "unit": "件",
    },
    ("PATCH", "/api/v1/indicators/{indicator}/"): lambda _ids: {"definition": "定义"},
    ("POST", "/api/v1/units/"): lambda _ids: {"region": "500120", "name": "新单位"},
    ("PATCH", "/api/v1/units/{unit}/"): lambda _ids: {"aliases": ["又名"]},
    ("POST", "/api/v1/plans/"): lambda _ids: {
        "title": "新规划", "region": "500120", "start_year": 2026, "end_year": 2030,
    },
    ("PATCH", "/api/v1/plans/{plan}/"): lambda _ids: {"issuer": "区政府"},
    ("POST", "/api/v1/tasks/"): lambda ids: {"plan": ids["plan"], "title": "新任务"},
    ("PATCH", "/api/v1/tasks/{task}/"): lambda _ids: {"status": "in_progress"},
    ("POST", "/api/v1/task-links/"): lambda ids: {"task": ids["task"], "indicator": ids["indicator"]},
    ("PATCH", "/api/v1/task-links/{task_link}/"): lambda _ids: {"state": "refused"},
    ("POST", "/api/v1/supervisions/"): lambda ids: {
        "task": ids["task"], "unit": ids["unit"], "level": "blue", "demand": "请报送",
    },
    ("POST", "/api/v1/supervisions/{slip}/move/"): lambda _ids: {"action": "sign"},
    ("POST", "/api/v1/task-reports/"): lambda ids: {
        "task": ids["task"], "unit": ids["unit"], "year": 2025, "quarter": 4, "text": "四季度的进展",
    },
    ("PATCH", "/api/v1/task-reports/{report}/"): lambda _ids: {"text": "改过的进展", "submit": True},
    ("POST", "/api/v1/task-reports/{report}/return/"): lambda _ids: {"reason": "请写具体"},
    ("POST", "/api/v1/target-lines/"): lambda ids: {
        "plan": ids["plan"], "indicator": "new_line_indicator", "basis": "level",
    },
    ("PATCH", "/api/v1/target-lines/{line}/"): lambda _ids: {"requirement": "增长"},
    ("POST", "/api/v1/target-lines/{line}/adjust/"): lambda _ids: {
        "year": 2025, "comparator": ">=", "value": "1", "in_force_from": "2025Q1", "adjusting_document": "调整通知",
    },
    ("POST", "/api/v1/target-lines/{line}/decompose/"): lambda _ids: {
        "over": "years", "method": "hand", "values": {"2024": "21"}, "reason": "年度分解",
    },
    ("POST", "/api/v1/decompositions/{decomposition}/undo/"): lambda _ids: {"reason": "分错了"},
    ("POST", "/api/v1/reporting-duties/"): lambda ids: {
        "indicator": "new_line_indicator", "region": "500120", "unit": ids["unit"], "from": "2021-01-01",
    },
    ("PATCH", "/api/v1/reporting-duties/{duty}/"): lambda _ids: {"to": "2030-12-31"},
    ("POST", "/api/v1/periods/"): lambda _ids: {
        "region": "500120", "year": 2026, "quarter": 4, "opens": "2027-01-01", "due": "2027-01-15", "locks": "2027-01-31",
    },
    ("PATCH", "/api/v1/periods/{period}/"): lambda _ids: {"due": "2025-10-20"},
    ("POST", "/api/v1/figures/"): _figure,
    ("POST", "/api/v1/figures/bulk/"): lambda ids: {"figures": [_figure(ids)]},
    ("POST", "/api/v1/figures/submit/"): _ids_of("draft"),
    ("POST", "/api/v1/figures/approve/"): _ids_of("figure"),
    ("POST", "/api/v1/figures/return/"): _ids_of("figure"),
    ("PATCH", "/api/v1/figures/{figure}/"): lambda _ids: {"value": "77", "version": 1},
}  # fmt: skip

QUERIES: dict[str, Callable[[Objects], str]] = {
    **dict.fromkeys(
        (
            "/compare/",
            "/compare/regions/",
            "/compare/units/",
            "/api/v1/comparison/ranking/",
            "/api/v1/comparison/matrix/",
            "/api/v1/comparison/units/",
        ),
        lambda ids: f"?plan={ids['plan']}",
    ),
    "/api/v1/comparison/plans/": lambda ids: f"?indicator={ids['indicator']}",
    "/api/v1/overview/": lambda ids: f"?plan={ids['plan']}",
    "/manage/lines/{line}/decompose/": lambda _ids: "?over=years&method=hand",
    "/entry/template/": lambda ids: f"?unit={ids['unit']}&year=2025&quarter=3&format=csv",
    "/api/*": lambda _ids: "nothing/",
}
