"""Promise 2: what one county has not had approved, and whatever is said about it, appears nowhere for anybody outside.

Two counties hide something: one in which no reader has a part, and one that stands beside theirs under the same city
plan. Every page, fragment, list and download is asked before and after they hide it: no word and no value of it may
appear, and nothing else may change either, no count, no total, no order.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from indicators.models import Figure
from ipdash.core.logs import JsonFormatter, RequestFilter
from plans.models import Assignment, Membership, Region, Role, Unit
from tests import builders
from tests.conftest import MODEL_BACKEND
from tests.counties import VALUES, WORDS, County, hide, make_county, recompute
from tests.permission_table import rows
from tests.permission_world import UNREPORTED, own_objects, plain, send, text_of

HIDDEN = (*WORDS, *VALUES)
SAME = ("/api/schema/", "/api/docs/", "/api/*", "/healthz", "/login/", "/password/")  # nothing of the business
# Lists by every field that might tell something by its order or its number.
PROBES = (
    "/plans/?state=draft", "/api/v1/plans/?state=draft", "/api/v1/plans/?title=秘", "/tasks/?words=秘",
    "/api/v1/tasks/?title=秘", "/tasks/?state=late", "/api/v1/tasks/?state=late", "/tasks/{shared_task}/",
    "/tasks/{shared_task}/report/", "/task-reports/?words=秘", "/task-reports/?state=draft",
    "/api/v1/task-reports/?task={shared_task}", "/api/v1/task-reports/?ordering=-id&page_size=10",
    *(f"/api/v1/task-reports/?state={state}" for state in ("draft", "submitted", "returned")),
    *(f"/api/v1/figures/?state={state}&year=2025&quarter=3&page_size=10" for state in Figure.State.values),
    *(f"/api/v1/figures/?region={code}&page_size=10" for code in ("330106", "500107", "500120")),
    *(f"/api/v1/figures/?indicator=hidden_{code}_0" for code in ("330106", "500107")),
    *(f"/api/v1/figures/?ordering={field}&page_size=10" for field in ("-version", "state", "-id", "-year,quarter")),
    *(f"/api/v1/figures/?source={source}&page_size=10" for source in Figure.Source.values),
    *(f"/api/v1/attainment/?region={code}&year=2025" for code in ("330106", "500107", "500000")),
    *(f"/api/v1/attainment/?indicator=hidden_500107_0&ordering={field}" for field in ("-completion", "year_gap", "-rank")),
    *(f"/api/v1/target-lines/?region={code}" for code in ("330106", "500107")),
    *(f"/api/v1/reporting-duties/?region={code}" for code in ("330106", "500107")),
    *(f"/api/v1/periods/?region={code}" for code in ("330106", "500107", "500000")),
    *(f"/api/v1/uploads/?state={state}" for state in ("received", "previewed", "refused")),
    "/api/v1/evidence/?holder_kind=figure", "/api/v1/evidence/?ordering=-size",
    "/api/v1/jobs/?state=failed", "/jobs/?state=failed", "/review/?quarter=2025Q3", "/review/?quarter=2025Q2",
    "/plans/{plan}/?region=500107", "/plans/{shared}/", "/plans/{shared}/?region=500107", "/plans/{shared}/?region=500120",
    "/plans/{shared}/?region=500107&quarter=2025Q2", "/plans/{shared}/document/",
    "/plans/{shared}/indicators/{shared_line}/", "/plans/{shared}/indicators/{shared_line}/?quarter=2025Q3", "/why/{shared_line}/2025Q3/", "/why/{shared_line}/2025Q2/",
    "/api/v1/overview/?plan={shared}&region=500107&year=2025&quarter=3", "/api/v1/overview/?plan={shared}",
    "/api/v1/plans/{shared}/", "/api/v1/target-lines/{shared_line}/", "/entry/?quarter=2025Q2",
    "/supervision/?state=proposed", "/api/v1/supervisions/?plan={shared}",
    "/api/v1/task-links/?plan={shared}", "/api/v1/task-links/?state=proposed&page_size=10",
    "/manage/periods/?region=500107", "/manage/duties/?region=500107", "/manage/units/?words=九龙坡",
    "/manage/indicators/?words=hidden", "/manage/indicators/hidden_500107_0/", "/manage/indicators/hidden_330106_0/",
    "/entry/template/?unit={unit}&year=2025&quarter=3&format=csv",
    "/entry/template/?unit={unit}&year=2025&quarter=3&format=xlsx",
)  # fmt: skip


@pytest.fixture
def readers(demo: None, client_of: Callable[[str], Client]) -> dict[str, Client]:
    """People of Bishan: of two units, and one of the county's bureau in both its roles; the leader is the city's too."""
    bishan = Region.objects.get(code="500120")
    clients = {name: client_of(name) for name in ("reporter", "department", "leader")}
    bureau = builders.make_user(Role.STAFF, region=bishan, name="bishan_bureau")
    Membership.objects.create(user=bureau, role=Role.REVIEWER, region=bishan)
    clients["bureau"] = Client()
    clients["bureau"].force_login(bureau, backend=MODEL_BACKEND)
    return clients


@pytest.fixture
def counties(demo: None) -> list[County]:
    """One outside, one beside: the second stands under a city plan that binds Bishan as well."""
    foreign, sibling = make_county("330106"), make_county("500107", plan_region="500000")
    builders.make_line(sibling.plan, sibling.indicators[0], {2025: "100"}, region=Region.objects.get(code="500120"))
    builders.make_line(sibling.plan, sibling.indicators[0], {2025: "200"})
    for name in ("区市场监管局", "区科技局"):
        unit = Unit.objects.get(region__code="500120", name=name)
        Assignment.objects.create(task=sibling.task, unit=unit, role=Assignment.Role.COOPERATING, printed=name)
    recompute(sibling)
    return [foreign, sibling]


def test_nothing_hidden_appears_and_nothing_changes_by_its_being_there(
    readers: dict[str, Client], counties: list[County]
) -> None:
    before = {name: everything(name, client, counties) for name, client in readers.items()}
    for county in counties:
        hide(county)
        recompute(county)
    assert all("50" in before[name]["/api/v1/attainment/?region=500107&year=2025"] for name in readers)
    wrong = []
    for name, client in readers.items():
        for path, text in everything(name, client, counties).items():
            wrong += [f"{name} reads {word} at {path}" for word in found_in(text)]
            if text != before[name][path]:
                wrong.append(f"{name} sees {path} change")
    assert not wrong, "\n".join(wrong)


def test_who_is_inside_reads_it_all(counties: list[County]) -> None:
    """The canaries sing: what the other tests do not find is there to be found."""
    county = counties[1]
    hide(county)
    client = Client()
    client.force_login(county.people["reporter"], backend=MODEL_BACKEND)
    paths = ("/api/v1/figures/", "/my-work/", "/entry/", "/uploads/", "/jobs/", "/account/", "/api/v1/evidence/")
    seen = "".join(text_of(client.get(path)) for path in paths)
    assert set(found_in(seen)) >= {
        "秘草稿", "秘说明", "秘原因", "秘文件", "秘错误", "秘单元", "秘材料", "7319461", "7319464",
    }  # fmt: skip


def everything(name: str, client: Client, counties: list[County]) -> dict[str, str]:
    """Whatever this person can open, as text."""
    shared = counties[1]
    ids = own_objects("reporter" if name == "bureau" else name) | {
        "shared": shared.plan.pk,
        "shared_line": shared.lines[0].pk,
        "shared_task": shared.task.pk,
    }
    lists = [row.address for row in rows() if row.method == "GET" and row.object == "-" and row.address not in SAME]
    shorter = [address + "?page_size=10" if address.startswith("/api/v1/") else address for address in lists]
    paths = [address.format(**ids) for address in (*shorter, *PROBES)]
    return {path: read(client.get(path)) for path in paths}


def read(response: Any) -> str:
    """The answer as text, a workbook's parts one after another."""
    if "spreadsheet" not in response.get("Content-Type", ""):
        return f"{response.status_code} {plain(text_of(response))}"
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        return "".join(book.read(part).decode() for part in sorted(book.namelist()) if "docProps" not in part)


def found_in(text: str) -> list[str]:
    """What of the hidden words and values stands in a text, however the digits are grouped."""
    ungrouped = re.sub(r"(?<=[0-9])[,，   ](?=[0-9]{3})", "", text)
    return [word for word in HIDDEN if word in text or word in ungrouped]


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """All that the product's log handler writes."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RequestFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lines
    root.removeHandler(handler)


def test_the_log_says_who_asked_for_what_and_none_of_the_words(
    client_of: Callable[[str], Client], log_lines: io.StringIO, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    reporter, reviewer = client_of("reporter"), client_of("reviewer")
    ids = own_objects("reporter")
    file = io.BytesIO(f"指标编码,区划代码,年份,季度,数值\n秘草稿,500120,2025,3,{VALUES[0]}\n".encode())
    file.name = "秘文件.csv"
    figure = {
        "indicator": UNREPORTED,
        "region": "500120",
        "year": 2025,
        "quarter": 3,
        "value": VALUES[1],
        "note": "秘说明",
    }
    for client, method, path, body in (
        (reporter, "POST", "/api/v1/figures/", figure),
        (reporter, "POST", "/api/v1/figures/", figure | {"region": "330106"}),
        (reporter, "POST", "/api/v1/figures/bulk/", {"figures": [figure, {"秘草稿": VALUES[2]}]}),
        (reporter, "PATCH", f"/api/v1/figures/{ids['draft']}/", {"value": VALUES[3], "note": "秘说明", "version": 99}),
        (reporter, "POST", "/entry/", {"reason": "秘原因", "do": "submit"}),
        (reporter, "POST", "/uploads/new/", {"file": file}),
        (reporter, "GET", "/tasks/?words=秘任务", None),
        (reviewer, "POST", "/api/v1/figures/return/", {"figures": [ids["figure"]], "reason": "秘原因"}),
        (reviewer, "POST", "/review/", {"figure": f"{ids['figure']}.1", "do": "return", "reason": "秘原因"}),
        (Client(), "POST", "/login/", {"username": "秘标题", "password": "秘单元"}),
    ):
        send(client, method, path, body)
    written = log_lines.getvalue()
    assert '"POST /api/v1/figures/ ' in written
    assert '"request"' in written
    assert found_in(written) == []
