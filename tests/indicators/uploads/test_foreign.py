"""Other people's workbooks: proposed, asked about, corrected, remembered, compared, stored and taken back."""

from __future__ import annotations

import copy
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from indicators.models import Figure, FigureRevision, Indicator, SavedMapping, Upload, UploadRow
from indicators.services import uploads
from ipdash.accounts.models import User
from ipdash.core.errors import Conflict, Invalid, NotVisible
from ipdash.jobs import runner
from plans.models import Region
from tests import builders
from tests.indicators.uploads.conftest import TODAY, rows_of
from tests.indicators.workbooks import hostile

COUNTIES = {"500120": "璧山区", "500112": "渝北区", "500106": "沙坪坝区"}


@dataclass
class City:
    """A city whose staff get tables of its districts from elsewhere."""

    region: Region
    staff: User
    colleague: User
    other: User
    valid: Indicator
    pledge: Indicator

    def receive(self, content: bytes, name: str = "情况表.xlsx", actor: User | None = None) -> Upload:
        received = uploads.receive(actor or self.staff, io.BytesIO(content), name, TODAY)
        return Upload.objects.get(pk=received.pk)

    def previewed(self, content: bytes, name: str = "情况表.xlsx") -> Upload:
        return uploads.preview(self.staff, self.receive(content, name), TODAY)

    def stored(self, upload: Upload, **choice: Any) -> Upload:
        job = uploads.request_commit(self.staff, upload, **{"all_or_nothing": False, **choice})
        runner.run_due_jobs()
        job.refresh_from_db()
        assert job.state == "done", job.error
        upload.refresh_from_db()
        return upload


@pytest.fixture
def city(db: None) -> City:
    region = builders.make_region("500000", "重庆市")
    for code, name in COUNTIES.items():
        builders.make_region(code, name)
    valid = builders.make_indicator("valid_invention_patents", name="有效发明专利拥有量")
    pledge = builders.make_indicator(
        "pledge_amount", name="知识产权质押融资金额", quantity="flow", reporting_basis="ytd", unit="亿元"
    )
    builders.open_period(region)
    far = builders.make_region("440000", "广东省")
    return City(
        region,
        builders.make_user("staff", region=region, name="工作人员"),
        builders.make_user("staff", region=region, name="同事"),
        builders.make_user("staff", region=far, name="外地"),
        valid,
        pledge,
    )


def titled(*rows: list[Any]) -> bytes:
    """A table as a city's bureau publishes it: title, two indicators, a growth, a sum."""
    body = rows or (["璧山区", 1200, 35000, 0.1], ["渝北区", 5300, 120000, 0.2], ["沙坪坝区", 4100, 8000, 0.05])
    return hostile.workbook(
        ["2025年1-9月各区县知识产权情况"],
        ["区县", "有效发明专利拥有量（件）", "知识产权质押融资金额（万元）", "同比增长（%）"],
        *body,
        ["合计", sum(row[1] for row in body), sum(row[2] for row in body), 0.1],
    )


def listed(rows: int = 2) -> bytes:
    """A list without a period whose indicator nobody knows by that name, in the encoding of old exports."""
    lines = ["地区,发明存量", "璧山区,1200", "渝 北,５３００", "沙坪坝,－"][: rows + 1]
    return "\r\n".join(lines).encode("gb18030")


def told(upload: Upload) -> dict[str, tuple[str, Decimal | None]]:
    return {row.cell: (row.verdict, row.value) for row in UploadRow.objects.filter(upload=upload)}


def answered(upload: Upload, **names: str) -> dict[str, Any]:
    """The mapping as a client sends it back, its first table with these fields."""
    data = {name: copy.deepcopy(upload.mapping[name]) for name in ("tables", "regions", "indicators")}
    data["tables"][0].update(names)
    return data


def test_a_published_table_needs_no_answer_and_becomes_a_difference(city: City) -> None:
    upload = city.receive(titled())
    assert (upload.state, upload.mapping["kind"], upload.mapping["questions"]) == ("received", "foreign", [])
    assert upload.mapping["periods"] == ["2025Q3"]
    upload = uploads.preview(city.staff, uploads.confirm_mapping(city.staff, upload), TODAY)
    assert told(upload) == {
        "B3": ("new", Decimal(1200)), "C3": ("new", Decimal("3.5")), "D3": ("derived", None),
        "B4": ("new", Decimal(5300)), "C4": ("new", Decimal(12)), "D4": ("derived", None),
        "B5": ("new", Decimal(4100)), "C5": ("new", Decimal("0.8")), "D5": ("derived", None),
        "B6": ("total", None), "C6": ("total", None), "D6": ("derived", None),
    }  # fmt: skip
    assert (upload.counts["rows"], upload.counts["new"], upload.counts["total"], upload.counts["derived"]) == (
        12,
        6,
        2,
        4,
    )
    assert all(row.message for row in rows_of(upload, "total") + rows_of(upload, "derived")), "each says why"
    assert not Figure.objects.exists(), "a preview stores nothing"


def test_what_is_stored_has_its_cell_and_goes_away_again(city: City) -> None:
    upload = city.stored(city.previewed(titled()))
    figures = {(f.region.code, f.indicator.code): (f.value, f.cell, f.state) for f in Figure.objects.all()}
    assert len(figures) == upload.counts["stored"] == 6
    assert figures["500120", "pledge_amount"] == (Decimal("3.5"), "Sheet!C3", "submitted")
    assert not Figure.objects.filter(region=city.region).exists(), "a sum is no region's figure"
    uploads.undo(city.staff, upload, today=TODAY)
    assert not Figure.objects.exists()


def test_the_same_file_again_and_the_same_rows_in_another_order_change_nothing(city: City) -> None:
    city.stored(city.previewed(titled()))
    revisions = FigureRevision.objects.count()
    turned = titled(["沙坪坝区", 4100, 8000, 0.05], ["渝北区", 5300, 120000, 0.2], ["璧山区", 1200, 35000, 0.1])
    for content in (titled(), turned):
        again = city.previewed(content)
        assert (again.counts["unchanged"], again.counts["new"], again.counts["changed"]) == (6, 0, 0)
        assert city.stored(again).counts["stored"] == 0
    assert FigureRevision.objects.count() == revisions


def test_what_the_file_does_not_say_is_asked_and_the_answers_make_it_readable(city: City) -> None:
    upload = city.receive(listed(), "名单.csv")
    asked = {question["about"]: question for question in upload.mapping["questions"]}
    assert set(asked) == {"indicator"}, "a figure without indicator is first asked what it is"
    data = answered(upload)
    data["indicators"] = {asked["indicator"]["name"]: "valid_invention_patents"}
    upload = uploads.confirm_mapping(city.staff, upload, data)
    assert [(q["about"], q["table"]) for q in upload.mapping["questions"]] == [("period_missing", 0)]
    unanswered = uploads.preview(city.staff, upload, TODAY)
    assert {row.verdict for row in unanswered.rows.all()} == {"refused"}
    assert "第2步" in rows_of(upload, "refused")[0].message
    upload = uploads.confirm_mapping(city.staff, unanswered, answered(unanswered, period="2025Q3"))
    assert (upload.state, upload.rows.count(), upload.mapping["questions"]) == ("mapped", 0, [])
    upload = uploads.preview(city.staff, upload, TODAY)
    assert told(upload) == {"B2": ("new", Decimal(1200)), "B3": ("question", Decimal(5300))}
    stored = city.stored(upload, kinds=[rows_of(upload, "question")[0].code])
    assert (stored.counts["stored"], Figure.objects.get(region__code="500112").value) == (2, 5300)


def test_a_confirmed_mapping_is_offered_for_the_next_file_of_the_source_to_the_same_office(city: City) -> None:
    upload = city.receive(listed(1), "一.csv")
    data = answered(upload, period="2025Q3")
    data["indicators"] = {upload.mapping["questions"][0]["name"]: "valid_invention_patents"}
    uploads.confirm_mapping(city.staff, upload, data, source="市级名单", today=TODAY)
    assert SavedMapping.objects.get().name == "市级名单"
    for _twice in range(2):
        following = city.receive(listed(2), "二.csv", city.colleague)
        assert following.mapping["recalled"]["name"] == "市级名单"
        assert [q["about"] for q in following.mapping["questions"]] == ["period_missing"], "time is the new file's own"
    assert city.receive(listed(2), "三.csv", city.other).mapping["recalled"] is None
    anew = uploads.propose_again(city.colleague, following)
    assert (anew.mapping["recalled"], anew.mapping["indicators"]) == (None, {})
    uploads.confirm_mapping(city.staff, upload, None, source="名单", today=TODAY)
    assert [saved.name for saved in SavedMapping.objects.all()] == ["名单"], "the later one takes its place"


def test_a_remembered_answer_that_left_the_catalogue_is_asked_again(city: City) -> None:
    upload = city.receive(listed(1), "一.csv")
    name = upload.mapping["questions"][0]["name"]
    data = answered(upload, period="2025Q3") | {"indicators": {name: "valid_invention_patents"}}
    uploads.confirm_mapping(city.staff, upload, data, source="名单", today=TODAY)
    city.valid.delete()
    following = city.receive(listed(1), "二.csv")
    assert [question["about"] for question in following.mapping["questions"]] == ["indicator"]


def test_a_table_can_be_left_out_and_a_column_set_aside(city: City) -> None:
    upload = city.receive(titled())
    data = answered(upload)
    data["tables"][0]["columns"][2]["role"] = "ignore"
    upload = uploads.preview(city.staff, uploads.confirm_mapping(city.staff, upload, data), TODAY)
    assert {row.column for row in rows_of(upload, "new")} == {2}
    data = answered(upload, left_out=True)  # type: ignore[arg-type]
    upload = uploads.preview(city.staff, uploads.confirm_mapping(city.staff, upload, data), TODAY)
    assert upload.counts["rows"] == 0


def test_a_head_that_was_found_in_the_wrong_row_can_be_moved(city: City) -> None:
    upload = city.receive(titled())
    data = answered(upload, header_rows=[2], first_row=4, last_row=5)  # type: ignore[arg-type]
    upload = uploads.preview(city.staff, uploads.confirm_mapping(city.staff, upload, data), TODAY)
    assert {row.row for row in rows_of(upload, "new")} == {4, 5}


def test_a_figure_on_another_basis_is_not_stored_as_if_it_were_on_the_indicators(city: City) -> None:
    content = hostile.workbook(
        ["2025年三季度情况"], ["区县", "知识产权质押融资金额（亿元）当季"], ["璧山区", 3], ["渝北区", 4]
    )
    upload = city.previewed(content)
    assert {row.code for row in rows_of(upload, "left_out")} == {"other_basis"}
    assert "本年累计" in rows_of(upload, "left_out")[0].message
    assert upload.counts["new"] == 0


def test_all_or_nothing_stores_nothing_while_a_row_is_refused(city: City) -> None:
    upload = city.previewed(titled(["璧山区", 1200, 35000, 0.1], ["渝北区", 5300.5, -1, 0.1]))
    refused = [row.cell for row in rows_of(upload, "refused")]
    assert refused == ["C4"]
    with pytest.raises(Conflict) as told_why:
        uploads.request_commit(city.staff, upload, all_or_nothing=True, all_confirmed=True)
    assert told_why.value.code == "has_refused"
    assert not Figure.objects.exists()


def test_the_file_of_somebody_else_is_as_if_missing(city: City) -> None:
    upload = city.receive(titled())
    for step in (
        lambda: uploads.confirm_mapping(city.colleague, upload, answered(upload)),
        lambda: uploads.propose_again(city.colleague, upload),
    ):
        with pytest.raises(NotVisible):
            step()


def test_figures_of_regions_out_of_reach_are_refused_without_telling_of_them(city: City) -> None:
    upload = uploads.preview(city.other, city.receive(titled(), actor=city.other), TODAY)
    assert upload.counts["new"] == 0
    assert {row.code for row in rows_of(upload, "refused")} == {"not_found"}


HOSTILE: dict[str, Any] = {
    "another number of tables": lambda d: d["tables"].append(d["tables"][0]),
    "no list": lambda d: d.update(tables={"0": {}}),
    "a table that is a word": lambda d: d.update(tables=["x"]),
    "another sheet": lambda d: d["tables"][0].update(sheet="别的"),
    "an unknown field": lambda d: d["tables"][0].update(colour="red"),
    "an unknown indicator": lambda d: d["tables"][0].update(indicator="nothing"),
    "an object for a code": lambda d: d["tables"][0].update(indicator={"a": 1}),
    "a list for a basis": lambda d: d["tables"][0].update(basis=["ytd"]),
    "a period that is none": lambda d: d["tables"][0].update(period="2025Q9"),
    "a year without end": lambda d: d["tables"][0].update(period="9999"),
    "a body without end": lambda d: d["tables"][0].update(last_row=10**9),
    "a head below its body": lambda d: d["tables"][0].update(header_rows=[5]),
    "a row that is a word": lambda d: d["tables"][0].update(first_row="3"),
    "a unit of nothing": lambda d: d["tables"][0].update(units=["石"]),
    "an unknown role": lambda d: d["tables"][0]["columns"][1].update(role="king"),
    "another column": lambda d: d["tables"][0]["columns"][1].update(column=9),
    "fewer columns": lambda d: d["tables"][0]["columns"].pop(),
    "a region that is none": lambda d: d.update(regions={"璧山区": "999999"}),
    "an indicator that is none": lambda d: d.update(indicators={"有效发明专利拥有量": 7}),
    "a name without end": lambda d: d.update(regions={"区" * 600: "500120"}),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_correction_that_cannot_be_is_refused_and_leaves_the_mapping_as_it_was(city: City, what: str) -> None:
    upload = city.receive(titled())
    data = answered(upload)
    HOSTILE[what](data)
    with pytest.raises(Invalid) as refused:
        uploads.confirm_mapping(city.staff, upload, data)
    assert refused.value.code == "bad_mapping"
    after = Upload.objects.get(pk=upload.pk)
    assert (after.mapping, after.version, after.state) == (upload.mapping, upload.version, "received")


def test_a_stored_upload_keeps_its_mapping(city: City) -> None:
    upload = city.stored(city.previewed(titled()))
    with pytest.raises(Conflict):
        uploads.confirm_mapping(city.staff, upload, answered(upload))


def test_an_odd_figure_without_a_word_of_explanation_is_asked_about(city: City) -> None:
    for quarter, value in ((1, 1000), (2, 1100)):
        Figure.objects.create(
            indicator=city.valid, region=Region.objects.get(code="500120"), year=2025, quarter=quarter, value=value,
            approved_value=value, state="approved", entered_by=city.staff,
        )  # fmt: skip
    upload = city.previewed(titled(["璧山区", 12000000, 35000, 0.1], ["渝北区", 5300, 1, 0.1]))
    (row,) = rows_of(upload, "question")
    assert (row.cell, row.value) == ("B3", 12000000)
    assert row.message.startswith("B3：")
    assert city.stored(upload).counts["stored"] == 3
    again = city.previewed(titled(["璧山区", 12000000, 35000, 0.1], ["渝北区", 5300, 1, 0.1]))
    assert city.stored(again, all_confirmed=True).counts["stored"] == 1
