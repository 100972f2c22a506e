"""Step 2 of somebody else's file: what was proposed, with the questions first, corrected by plain selects."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from indicators.models import Upload
from indicators.selectors.workbook_reference import indicators_to_choose, regions_to_choose
from indicators.services import uploads as services
from indicators.views import mapping_words as words
from indicators.workbooks.addresses import column_letters
from indicators.workbooks.mapping.correct import IGNORE, units_with
from indicators.workbooks.mapping.model import TOTAL, Json
from ipdash.core import clock
from ipdash.core.errors import Conflict, DomainError, Invalid
from plans.scope import scope_of

_TABLE_FIELDS = ("period", "basis")
_COLUMN_FIELDS = ("role", "period", "basis", "unit")


def foreign_mapping(request: HttpRequest, upload: Upload) -> HttpResponse:
    """The page itself; a POST corrects (`save`), corrects and goes on (`next`), or begins anew (`anew`)."""
    error: DomainError | None = None
    source = request.POST.get("source", _source_name(upload))
    if request.method == "POST":
        try:
            return _answered(request, upload, source)
        except DomainError as refused:
            error = refused
            upload = Upload.objects.get(pk=upload.pk)
    context = {
        "upload": upload, "step": 2, "error": error, "source": source, "version": upload.version,
        "remember": request.method != "POST" or "remember" in request.POST, **_shown(request, upload),
    }  # fmt: skip
    return render(request, "uploads/mapping_foreign.html", context, status=error.status if error else 200)


def _answered(request: HttpRequest, upload: Upload, source: str) -> HttpResponse:
    post = request.POST
    if post.get("action") == "anew":
        services.propose_again(request.user, upload)
        return redirect("upload-mapping", upload_id=upload.pk)
    if post.get("version", str(upload.version)) != str(upload.version):
        raise Conflict("stale_version", _("识别结果已在别处改过，这次的改动没有保存；下面是现在的结果，请重新核对。"))
    data = posted(post, upload.mapping)
    is_last = post.get("action") != "save"
    kept = source if is_last and "remember" in post else None
    services.confirm_mapping(request.user, upload, data, source=kept, today=clock.today())
    if not is_last:
        return redirect("upload-mapping", upload_id=upload.pk)
    services.preview(request.user, upload, clock.today())
    return redirect("upload-preview", upload_id=upload.pk)


def posted(post: QueryDict, mapping: Json) -> Json:
    """The mapping as the form has it: what is not in the form stays as it is."""
    tables = [_posted_table(post, table, f"t{at}") for at, table in enumerate(mapping["tables"])]
    regions, indicators = dict(mapping["regions"]), dict(mapping["indicators"])
    for at, named in enumerate(mapping["names"]["regions"]):
        _take_name(regions, named, post.get(f"r{at}"), TOTAL)
    for at, named in enumerate(mapping["names"]["indicators"]):
        _take_name(indicators, named, post.get(f"n{at}"), IGNORE)
    for at, question in enumerate(mapping["questions"]):
        answer = (post.get(f"q{at}-code", "").strip() or post.get(f"q{at}", "")).strip()
        if not answer:
            continue
        if question["about"] in {"region", "indicator"}:
            known = regions if question["about"] == "region" else indicators
            known[question["name"]] = answer.split()[0]
        elif question["table"] is not None:
            _answer_of_table(tables[question["table"]], question, answer, mapping)
    return {"tables": tables, "regions": regions, "indicators": indicators}


def _posted_table(post: QueryDict, table: Json, prefix: str) -> Json:
    """One table of the form. Where its rows change, its columns come anew and the form's are dropped."""
    if f"{prefix}-period" not in post:
        return dict(table)
    said = {**table, "left_out": f"{prefix}-left_out" in post}
    for name in _TABLE_FIELDS:
        said[name] = post.get(f"{prefix}-{name}", table[name])
    for name in ("indicator", "region_code"):
        said[name] = post.get(f"{prefix}-{name}", table[name]) or None
    head, last_head, first, last = (
        _number(post.get(f"{prefix}-{name}", ""), name) for name in ("head", "last_head", "first", "last")
    )
    if (head, last_head, first, last) != rows_of(table):
        header = [] if head is None or last_head is None else list(range(head, min(last_head, head + 20) + 1))
        return {**said, "header_rows": header, "first_row": first, "last_row": last, "columns": table["columns"]}
    columns = []
    for at, column in enumerate(table["columns"]):
        name = f"{prefix}-c{at}"
        one = {**column, **{field: post[f"{name}-{field}"] for field in _COLUMN_FIELDS if f"{name}-{field}" in post}}
        if f"{name}-indicator" in post:
            one["indicator"] = post[f"{name}-indicator"] or None
        columns.append(one)
    return {**said, "columns": columns}


def rows_of(table: Json) -> tuple[int | None, int | None, int, int]:
    """First and last row of a table's head, and of its body."""
    header = table["header_rows"]
    return (min(header), max(header), *_body(table)) if header else (None, None, *_body(table))


def _body(table: Json) -> tuple[int, int]:
    return table["first_row"], table["last_row"]


def _answer_of_table(table: Json, question: Json, answer: str, mapping: Json) -> None:
    about = question["about"]
    if about in {"period_missing", "period_unclear"}:
        table["period"] = answer
    elif about == "basis_unclear":
        table["basis"] = answer
    elif about == "indicator_missing":
        table["indicator"] = answer
    elif about == "region_missing":
        table["region_code"] = answer.split(maxsplit=1)[0]
    elif about == "unit_unclear":
        table["units"] = units_with(table["units"], answer, set(mapping["names"]["units"]))


def _take_name(known: dict[str, str], named: Json, answer: str | None, set_aside: str) -> None:
    """What a person wrote beside a printed name: a code, code and name, or that it is not read."""
    if answer is None or answer.strip() == _written(named, known, set_aside):
        return
    code = answer.split()[0] if answer.strip() else ""
    if not code:
        known.pop(named["name"], None)
    else:
        known[named["name"]] = set_aside if code == words.NOT_READ else code


def _written(named: Json, known: dict[str, str], set_aside: str) -> str:
    code = known.get(named["name"]) or named["code"] or ""
    return words.NOT_READ if code == set_aside or (named["total"] and not code) else code


def _number(text: str, name: str) -> int | None:
    """A row's number; raises `Invalid` for anything else. A table may have no head."""
    text = text.strip()
    if text.isascii() and text.isdigit() and 0 < len(text) < 8:
        return int(text)
    if not text and name in {"head", "last_head"}:
        return None
    raise Invalid("bad_row", _("行号应为正整数，表头可以留空；没有保存改动。"))


def _shown(request: HttpRequest, upload: Upload) -> Json:
    """All that the page lists. Choices are lists of (value, label)."""
    mapping, today = upload.mapping, clock.today()
    indicators = indicators_to_choose()
    regions = regions_to_choose(scope_of(request.user))
    sheets = {sheet["name"]: sheet for sheet in mapping["sheets"]}
    recalled = mapping["recalled"]
    return {
        "questions": [
            _question(at, question, mapping, (indicators, regions, today)) for at, question in enumerate(mapping["questions"])
        ],
        "tables": [_table(at, table, sheets.get(table["sheet"]), mapping, today) for at, table in enumerate(mapping["tables"])],
        "names": {
            "r": [{**n, "written": _written(n, mapping["regions"], TOTAL)} for n in mapping["names"]["regions"]],
            "n": [{**n, "written": _written(n, mapping["indicators"], IGNORE)} for n in mapping["names"]["indicators"]],
        },
        "indicators": indicators,
        "regions": regions,
        "not_read": words.NOT_READ,
        "recalled": recalled and {**recalled, "on": date.fromisoformat(recalled["on"])},
        "roles": words.roles(), "bases": words.bases(), "units": words.UNITS,
    }  # fmt: skip


def _question(at: int, question: Json, mapping: Json, choices: tuple[Any, Any, date]) -> Json:
    indicators, regions, today = choices
    near = [(code, name) for code, name in question["candidates"]]
    nearest = {code for code, _name in near}
    about, listed = question["about"], list[tuple[str, str]]()
    table = mapping["tables"][question["table"]] if question["table"] is not None else None
    if about == "region":
        listed = [
            *near,
            *((code, name) for code, name in regions if code not in nearest),
            (TOTAL, _("不作为地区的数据读取")),
        ]
    elif about == "indicator":
        listed = [*near, *((code, name) for code, name in indicators if code not in nearest), (IGNORE, _("不读取"))]
    elif about == "indicator_missing":
        listed = indicators
    elif about == "region_missing":
        listed = regions if table and not any(c["role"] == "region" for c in table["columns"]) else []
    elif about in {"period_missing", "period_unclear"}:
        listed = words.periods(today, "")[1:]
    elif about == "basis_unclear":
        listed = words.bases()[1:]
    elif about == "unit_unclear":
        listed = [(unit, unit) for unit in words.units_like(question["name"])]
    return {**question, "at": at, "choices": listed, "near": len(near), "asks_code": about == "region", "of": table}


def _table(at: int, table: Json, sheet: Json | None, mapping: Json, today: date) -> Json:
    heads, skipped = set(table["header_rows"]), set(table["skipped"])
    named_by_rows = any(column["role"] in {"indicator", "indicator_code"} for column in table["columns"])
    look = [
        {**line, "is_head": line["row"] in heads, "is_body": table["first_row"] <= line["row"] <= table["last_row"] and line["row"] not in skipped}
        for line in (sheet or {}).get("look", [])
    ]  # fmt: skip
    columns = [
        {
            **column, "letters": column_letters(column["column"]), "at": number,
            "periods": words.periods(today, column["period"]), "units": words.units(column["unit"]),
            "indicator": mapping["indicators"].get(" ".join(column["names"])) or column["indicator"],
            "names_indicator": not named_by_rows and " ".join(column["names"]) not in mapping["indicators"],
        }
        for number, column in enumerate(table["columns"])
    ]  # fmt: skip
    head, last_head, first, last = rows_of(table)
    return {
        **table, "at": at, "look": look, "letters": (sheet or {}).get("letters", []), "hidden": bool(sheet and sheet["hidden"]),
        "columns": columns, "periods": words.periods(today, table["period"]), "head": head, "last_head": last_head,
        "first": first, "last": last, "arranged": words.orientation(table["orientation"]),
        "asks_indicator": not named_by_rows and not any(c["names"] for c in table["columns"] if c["role"] == "value"),
        "asks_region": not any(c["role"] in {"region", "region_code"} or c["region"] for c in table["columns"]),
    }  # fmt: skip


def _source_name(upload: Upload) -> str:
    """The name last given to the source, else the file's without its digits."""
    recalled = upload.mapping["recalled"]
    if recalled:
        return str(recalled["name"])
    stem = PurePath(upload.name).stem
    plain = "".join(char for char in stem if not char.isdigit()).strip(" _-—()（）.年月季度第")
    return (plain or stem)[:100]
