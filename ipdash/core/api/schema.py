"""What the API's description says of every operation: how it refuses."""

from __future__ import annotations

from typing import Any

ERROR: dict[str, Any] = {
    "type": "object",
    "title": "错误",
    "required": ["code", "message", "details"],
    "properties": {
        "code": {"type": "string", "description": "稳定的错误代码。"},
        "message": {"type": "string", "description": "可直接显示的一句话。"},
        "details": {
            "type": "object",
            "description": "字段或行 → 说明。",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
REFUSALS = {
    "400": "请求有误",
    "401": "没有登录，或令牌无效",
    "403": "可以查看，但无权进行这项操作",
    "404": "不存在，或无权查看",
    "405": "不支持这种请求方法",
    "409": "状态不符，或已被他人修改",
    "413": "内容过大",
    "415": "内容类型不受支持",
}
_READING = ("400", "401", "403", "404")


def describe_refusals(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """A drf-spectacular hook: every operation names the refusals it may answer with, every body takes its own fields alone."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = ERROR
    for name, schema in schemas.items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False  # as ipdash/core/api/bodies.py has it
    for operations in result["paths"].values():
        for method, operation in operations.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            codes = _READING if method == "get" else tuple(code for code in REFUSALS if code != "405")
            for code in codes:
                operation["responses"].setdefault(code, _refusal(code))
    return result


def _refusal(code: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": REFUSALS[code], "content": {"application/json": {"schema": schema}}}
