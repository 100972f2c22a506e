"""`docs/rules.md` is true: each of its worked examples is run, and nothing that the rules give goes without one."""

from __future__ import annotations

from typing import Any

import pytest

from indicators.models.attainment import Light, Status
from indicators.rules.cases import FURTHER_KEYS, RESULT_KEYS
from indicators.rules.columns import VALUE_NAMES
from indicators.selectors.rules_text import blocks, document, rules
from tests.indicators.rules.reference import results as plain
from tests.indicators.rules.written_rules import MISSING, NAMES, WORDS, case, pairs, results, told

EXAMPLES = [
    (block.name, dict(block.fields)) for block in blocks(document().read_text(encoding="utf-8")) if block.fields
]


def title(example: tuple[str, dict[str, str]]) -> str:
    return (example[1].get("指标") or example[1].get("数值") or "")[:20]


@pytest.mark.parametrize("example", EXAMPLES, ids=title)
def test_an_example_gives_what_the_document_says(example: tuple[str, dict[str, str]]) -> None:
    name, fields = example
    assert results(name, fields) == pairs(fields["结果"])


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e[0] == "例"], ids=title)
def test_the_plain_working_gives_the_same(example: tuple[str, dict[str, str]]) -> None:
    wanted = pairs(example[1]["结果"])
    found = plain(case(example[1], list(wanted)))
    assert {word: told(NAMES[word], found[NAMES[word]]) for word in wanted} == wanted


def shown(name: str) -> set[str]:
    """Everything that some example says of a result."""
    word = next(word for word, key in NAMES.items() if key == name)
    return {pairs(fields["结果"]).get(word, "") for _name, fields in EXAMPLES} - {""}


def test_every_status_light_source_and_method_has_an_example() -> None:
    for name in ("status", "light", "target_source", "forecast_method"):
        assert shown(name) >= set(map(str, WORDS[name].values())), name
    assert len(WORDS["status"]) == len(Status) == 10
    assert len(Light) == 5


@pytest.mark.parametrize(
    "name", sorted({*RESULT_KEYS, *FURTHER_KEYS, *VALUE_NAMES, "coverage_reported", "coverage_expected"})
)
def test_every_result_has_an_example_with_a_value(name: str) -> None:
    assert shown(name) - {MISSING}, f"docs/rules.md has no example with a value for {name}"


def test_a_ranking_has_an_example_with_a_tie_and_a_gap() -> None:
    (fields,) = [fields for name, fields in EXAMPLES if name == "例·位次"]
    assert list(pairs(fields["结果"]).values()) == ["1", "1", "3", MISSING]


def test_every_rule_of_the_document_has_its_example() -> None:
    """Each numbered section but those that only name things has an example before the next one."""
    without, heading, examples = [], "", 1
    for block in [*rules(), None]:
        if block is None or block.kind in {"h2", "h3"}:
            if examples == 0:
                without.append(heading)
            heading = "".join(run.text for run in block.runs) if block else ""
            examples = 0 if block and block.kind == "h3" else 1
        elif block.kind == "example":
            examples += 1
    assert without == ["1. 指标类型、方向、口径和频度", "2. 目标口径", "22. 终止的目标"]


@pytest.mark.parametrize("text", ["| a | b |", "# 题目\n接着", "- 一\n二", "```例\n结果：1", "```例\n没有名称\n```"])
def test_a_form_that_the_page_does_not_know_is_told_to_the_writer(text: str) -> None:
    with pytest.raises(ValueError, match=r"form|alone|item|end|name"):
        list(blocks(text))


@pytest.mark.usefixtures("demo")
def test_everyone_logged_in_reads_the_rules_and_the_overview_leads_there(client_of: Any) -> None:
    for username in ("leader", "reporter", "auditor"):
        page = client_of(username).get("/rules/").content.decode()
        assert "完成情况是怎样算出来的" in page
        assert page.count('class="example"') == len(EXAMPLES)
        assert "97.368421" in page
        assert "**" not in page
    assert 'href="/rules/"' in client_of("leader").get("/plans/", follow=True).content.decode()
