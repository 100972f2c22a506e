"""What is loaded from the fixtures is what the five documents say, as people read it by hand."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import F

from indicators.models import TargetLine
from indicators.services.plan_documents import store_plan_document
from ipdash.core.errors import Invalid, NotAllowed
from plans.models import Plan, PlanTask, Unit
from plans.services.documents import store_document
from plans.services.regions import load_regions

SLUGS = ("baoji", "urumqi", "chongqing", "bishan", "jilin")
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "plans"
FIXTURES = settings.BASE_DIR / "fixtures"


def golden(slug: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / f"{slug}.json").read_text(encoding="utf-8"), parse_float=Decimal)
    return found


def fixture(slug: str) -> tuple[dict[str, Any], str]:
    file = FIXTURES / "plans" / f"{slug}.json"
    return json.loads(file.read_text(encoding="utf-8")), file.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_task_is_stored_as_the_document_has_it(demo, slug):
    stored = [
        {
            "number": task.number,
            "title": task.title,
            "section": task.section_path,
            "objective": task.objective,
            "measures": [measure.text for measure in task.measures.all()],
            "assignments": [{"role": a.role, "unit": a.printed} for a in task.assignments.all() if not a.is_demo],
            "milestones": [
                {"label": m.label, "from_quarter": m.from_quarter, "to_quarter": m.to_quarter, "text": m.text}
                for m in task.milestones.all()
            ],
        }
        for task in PlanTask.objects.filter(plan__slug=slug).prefetch_related("measures", "assignments", "milestones")
    ]
    assert stored == [{key: task[key] for key in stored[0]} for task in golden(slug)["tasks"]]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_target_and_baseline_is_stored_as_the_document_has_it(demo, slug):
    """Values in the printed unit: two of Jilin's are printed in ten thousands."""
    stored = []
    for line in TargetLine.objects.filter(plan__slug=slug, region=F("plan__region")).select_related("indicator"):
        factor = 10000 if line.unit == "万件" and line.indicator.unit == "件" else 1
        stored.append(
            (
                line.printed_name,
                line.unit,
                line.requirement,
                line.attribute,
                line.where,
                line.increase,
                None if line.overall_value is None else (line.overall_comparator, line.overall_value / factor),
                [(b.year, b.value / factor) for b in line.baselines.all()],
                [(t.year, t.comparator, t.value / factor, t.upper, t.printed) for t in line.targets.all()],
            )
        )
    assert stored == [
        (
            line["name"],
            line["unit"],
            line["requirement"],
            line["attribute"],
            line["where"],
            line["increase"],
            line["overall"] and (line["overall"]["comparator"], line["overall"]["value"]),
            [(b["year"], b["value"]) for b in line["baselines"]],
            [(t["year"], t["comparator"], t["value"], t["upper"], t["raw"]) for t in line["targets"]],
        )
        for line in golden(slug)["indicators"]
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_head_the_outline_and_the_words_are_stored_as_the_document_has_them(demo, slug):
    plan, read = Plan.objects.select_related("region").get(slug=slug), golden(slug)
    head = read["plan"]
    assert (plan.title, plan.doc_number, plan.issuer) == (head["title"], head["doc_number"], head["issuer"])
    assert [plan.start_year, plan.end_year] == head["period"]
    assert (plan.issued_on and plan.issued_on.isoformat(), plan.region.code) == (head["issued_on"], head["region_code"])
    assert list(plan.sections.values("level", "number", "title")) == [
        {key: section[key] for key in ("level", "number", "title")} for section in read["sections"]
    ]
    assert list(plan.references.values("title", "doc_number")) == read["references"]
    assert list(plan.glossary.values("term", "definition")) == read["glossary"]
    phases = [(f"{p.start:%Y-%m}", f"{p.end:%Y-%m}", p.name) for p in plan.phases.all()]
    assert phases == [(phase["start"], phase["end"], phase["name"]) for phase in read["phases"]]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_task_stands_in_the_section_whose_numbers_it_prints(demo, slug):
    for task in PlanTask.objects.filter(plan__slug=slug).select_related("section"):
        assert task.section is not None
        assert task.section.path == task.section_path


def test_a_unit_under_two_wordings_is_one_unit(demo):
    printed = {"有关区县(自治县)知识产权局", "有关区县(自治区)知识产权局"}
    units = Unit.objects.filter(assignments__printed__in=printed).distinct()
    assert units.count() == 1


def test_the_same_document_twice_is_one_plan(demo, staff):
    data, text = fixture("bishan")
    again = store_plan_document(data | {"slug": None}, text, actor=staff)
    assert not again.created
    assert again.plan == Plan.objects.get(slug="bishan")
    assert TargetLine.objects.filter(plan=again.plan).count() == 44


def test_units_that_no_directory_knows_are_added_to_the_plan_s_region(db):
    load_regions(FIXTURES)
    data, text = fixture("urumqi")
    stored = store_document(data, text, actor=None)
    assert stored.created
    assert "市市场监管局" in {unit.name for unit in stored.new_units}
    assert {unit.region.code for unit in Unit.objects.all()} == {"650100"}


def test_a_document_is_stored_whole_or_not_at_all(db):
    load_regions(FIXTURES)
    data, text = fixture("urumqi")
    data["tasks"][7]["title"] = "长" * 301
    with pytest.raises(Invalid, match="无法保存"):
        store_document(data, text, actor=None)
    assert not Plan.objects.exists()
    assert not Unit.objects.exists()


def test_only_staff_of_the_region_stores_its_document(demo, reporter, sysadmin):
    data, text = fixture("bishan")
    for person in (reporter, sysadmin):
        with pytest.raises(NotAllowed):
            store_document(data, text + "\n", actor=person)
