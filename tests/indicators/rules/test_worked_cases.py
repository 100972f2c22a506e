"""Every worked case, by the product's rules and by the plain second working of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indicators.rules.cases import run_case
from indicators.rules.compute import compute
from tests.indicators.rules.random_cases import cell, columns
from tests.indicators.rules.reference import results

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
CASES = [
    case
    for name in ("attainment.json", "attainment_more.json", "attainment_edges.json")
    for case in json.loads((GOLDEN / name).read_text(encoding="utf-8"))
]
NAMES = [case["name"] for case in CASES]


def test_every_case_has_its_own_name() -> None:
    assert len(set(NAMES)) == len(NAMES) == 181


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_rules_give_the_expected_results(case: dict[str, Any]) -> None:
    assert run_case(case) == {"name": case["name"], "result": case["expect"]}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_plain_working_gives_the_same(case: dict[str, Any]) -> None:
    plain = results(case)
    assert {key: plain[key] for key in case["expect"]} == case["expect"]


def test_all_cases_side_by_side_give_the_same_as_each_alone() -> None:
    for ended in sorted({_moment(case)[1] for case in CASES}):
        cases = [case for case in CASES if _moment(case)[1] == ended]
        asked = np.unique([_moment(case)[0] for case in cases])
        together = compute(*columns(cases), asked, ended)
        for number, case in enumerate(cases):
            found = cell(together, number, int(np.searchsorted(asked, _moment(case)[0])))
            assert {key: found[key] for key in case["expect"]} == case["expect"], case["name"]


def _moment(case: dict[str, Any]) -> tuple[int, int]:
    at, ended = case["as_of"], case.get("last_ended") or case["as_of"]
    return at["year"] * 4 + at["quarter"] - 1, ended["year"] * 4 + ended["quarter"] - 1
