"""What the columns of a task table are, from their headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from plans.documents.assignments import role_of
from plans.documents.signs import squeezed

_KINDS = (
    ("seq", r"序号|编号"),
    ("section", r"(?:工作|任务|项目|目标)?(?:类别|分类|类型|领域|板块|方面)|一级任务|重点方向"),
    (
        "task",
        r"(?:年度|具体|重点|主要|工作|目标)?任务(?:名称|事项|项目|分解|清单|内容)?|工作措施|重点工作(?:任务|事项)?|工作事项|事项|主要工作|工作项目|重点项目|项目名称|重点举措",
    ),
    ("objective", r"(?:年度|工作|预期|主要|任务)?目标(?:要求)?"),
    (
        "measures",
        r"(?:具体|主要|工作|推进|重点)?(?:措施|举措)(?:内容)?|(?:主要|工作|具体|重点|建设)内容|工作要求|工作任务及措施",
    ),
    ("milestones", r"(?:工作|时间|推进)?(?:进度|安排|进度安排|计划)|时间(?:进度|安排|节点)|进度要求"),
    ("deadline", r"完成(?:时限|时间|期限)|时限(?:要求)?|时间要求|办结时限"),
)
_WORDS = re.compile(
    r"序号|工作类别|任务类别|工作措施|工作目标|具体措施|进度安排|时间安排|执行部门|执行单位|配合单位|配合部门|责任处室|责任单位|责任部门|牵头单位|牵头部门|"
    r"实施单位|主办单位|协办单位|参与单位|重点任务|工作任务|主要任务|主要措施|主要举措|工作内容|任务名称|完成时限|完成时间|备注"
)


def kind_of_heading(heading: str) -> str | None:
    """`task`, `objective`, …, a role prefixed with `role:`, or None."""
    text = squeezed(heading)
    if not text or len(text) > 16:
        return None
    kind = next((name for name, pattern in _KINDS if re.fullmatch(pattern, text)), None)
    if kind is not None:
        return kind
    if re.fullmatch(
        r"(?:20\d\d年)?(?:第?[一二三四1-4]季度|[上下]半年|\d{1,2}月?[-至—]\d{1,2}月)(?:安排|进度|目标|任务|计划)?", text
    ):
        return "milestone"
    role = role_of(text)
    return f"role:{role}" if role and ("单位" in text or "部门" in text or "处室" in text or "主体" in text) else None


def task_columns(headings: Sequence[str]) -> list[str | None] | None:
    """The columns of a task table; None where the headings are not those of one. What repeats the task's words is measures."""
    kinds = [kind_of_heading(heading) for heading in headings]
    found: list[str | None] = []
    for kind in kinds:
        found.append("measures" if kind == "task" and "task" in found else kind)
    if "task" not in found and "measures" in found:
        found[found.index("measures")] = "task"
    has_role = any(kind and kind.startswith("role:") for kind in found)
    return found if "task" in found and has_role else None


def headings_run_together(text: str) -> list[str]:
    """The column headings of a line that has lost its cells: 工作措施 工作目标 … 执行 部门; empty where it is no such line."""
    compact = squeezed(text)
    words = _WORDS.findall(compact)
    return words if len(words) > 2 and len("".join(words)) == len(compact) else []
