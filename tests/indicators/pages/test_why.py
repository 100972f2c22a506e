"""`/why/…`: every number opens to its explanation, as a page and as a panel, to those who may see it and no one else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from indicators.display import line_display
from indicators.explanations import explain
from indicators.models import Attainment, Figure, TargetLine

pytestmark = pytest.mark.usefixtures("demo")
ClientOf = Callable[[str], Client]
PANEL = {"HX-Request": "true"}


@pytest.fixture
def line(demo: None) -> TargetLine:
    return TargetLine.objects.get(plan__slug="bishan", printed_name="普通作品版权登记量")


@pytest.fixture
def waiting(demo: None) -> Figure:
    return Figure.objects.filter(region__code="500120", state="submitted", year=2025, quarter=3)[0]


def text_of(client: Client, path: str, headers: dict[str, str] | None = None) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return response.content.decode()


class TestResult:
    def test_the_page_says_the_sentence_and_the_strings_of_the_result(
        self, client_of: ClientOf, line: TargetLine
    ) -> None:
        row = Attainment.objects.select_related("line__indicator").get(line=line, year=2025, quarter=3)
        page = text_of(client_of("leader"), f"/why/{line.pk}/2025Q3/")
        shown = line_display(row.line, row)
        assert explain(row).sentence.split("（")[0] in page
        for name in ("actual", "target", "expected", "completion", "change_on_quarter", "forecast", "status"):
            assert shown[name] in page

    def test_the_panel_is_the_same_fragment_without_the_page_around_it(
        self, client_of: ClientOf, line: TargetLine
    ) -> None:
        client = client_of("leader")
        panel = text_of(client, f"/why/{line.pk}/2025Q3/", PANEL)
        assert "<html" not in panel
        assert 'method="dialog"' in panel
        fragment = panel.split("</form>")[1].strip()
        squeezed = "".join(text_of(client, f"/why/{line.pk}/2025Q3/").split())
        assert "".join(fragment.split()) in squeezed
        assert "HX-Request" in client.get(f"/why/{line.pk}/2025Q3/")["Vary"]

    def test_who_reported_is_told_to_insiders_alone(self, client_of: ClientOf, line: TargetLine) -> None:
        figure = Figure.objects.get(indicator=line.indicator, region=line.region, year=2025, quarter=2)
        name = figure.entered_by.display_name
        assert name in text_of(client_of("staff"), f"/why/{line.pk}/2025Q2/")
        assert name not in text_of(client_of("leader"), f"/why/{line.pk}/2025Q2/")

    @pytest.mark.parametrize("quarter", ["2030Q1", "2025Q5", "x", "2020Q4"])
    def test_a_quarter_outside_the_plan_is_not_found(self, client_of: ClientOf, line: TargetLine, quarter: str) -> None:
        assert client_of("leader").get(f"/why/{line.pk}/{quarter}/").status_code == 404

    def test_a_quarter_not_yet_computed_says_so(self, client_of: ClientOf, line: TargetLine) -> None:
        Attainment.objects.filter(line=line, year=2025, quarter=3).delete()
        assert "结果还没有算出" in text_of(client_of("leader"), f"/why/{line.pk}/2025Q3/")

    def test_a_panel_asked_for_after_the_session_has_ended_sends_to_the_login(self, line: TargetLine) -> None:
        response = Client().get(f"/why/{line.pk}/2025Q3/", headers=PANEL)
        assert response.status_code == 401
        assert "/login/" in response["HX-Redirect"]


class TestEveryNumberLeadsThere:
    def test_each_number_of_the_overview_is_a_link_to_its_result(self, client_of: ClientOf, line: TargetLine) -> None:
        page = text_of(client_of("leader"), f"/plans/{line.plan_id}/?quarter=2025Q3")
        table = page[page.index("<tbody>") : page.index("</tbody>")]
        for row in table.split("<tr>")[1:]:
            numbers = re.findall(r'<td class="n"[^>]*>(.*?)</td>', row)
            assert len(numbers) == 5
            assert all('href="/why/' in number for number in numbers)

    @pytest.mark.parametrize(
        "path",
        [
            "/compare/?plan={plan}",
            "/compare/regions/?plan={plan}",
            "/compare/plans/",
            "/plans/{plan}/indicators/{line}/",
        ],
    )
    def test_so_do_the_numbers_of_the_other_pages(self, client_of: ClientOf, line: TargetLine, path: str) -> None:
        found = re.findall(
            r'href="(/why/[^"]+)"', text_of(client_of("leader"), path.format(plan=line.plan_id, line=line.pk))
        )
        assert found or path == "/compare/?plan={plan}"  # without a region below there is nothing to rank
        assert all(client_of("leader").get(address).status_code == 200 for address in set(found[:5]))

    def test_the_numbers_that_wait_for_review_lead_to_their_figure(self, client_of: ClientOf, waiting: Figure) -> None:
        assert f'href="/why/figure/{waiting.pk}/"' in text_of(client_of("reviewer"), "/review/")


class TestFigure:
    def test_it_says_who_gave_it_that_it_does_not_count_yet_and_what_was_before(
        self, client_of: ClientOf, waiting: Figure
    ) -> None:
        page = text_of(client_of("reviewer"), f"/why/figure/{waiting.pk}/")
        assert "尚未审核通过，不计入任何结果。" in page
        assert str(waiting.entered_by.display_name) in page
        assert "2025年二季度" in page
        assert "修订记录" in page

    def test_it_names_the_results_made_of_it(self, client_of: ClientOf, waiting: Figure) -> None:
        used = TargetLine.objects.get(plan__slug="bishan", printed_name="参赛高价值发明专利项目")
        waiting = Figure.objects.get(indicator=used.indicator, region=used.region, year=2025, quarter=3)
        page = text_of(client_of("reviewer"), f"/why/figure/{waiting.pk}/")
        assert f'href="/why/{used.pk}/2025Q3/"' in page

    def test_a_ratio_s_parts_name_the_ratio(self, client_of: ClientOf) -> None:
        ratio = TargetLine.objects.filter(plan__slug="bishan", indicator__numerator__isnull=False)[0]
        part = Figure.objects.get(indicator=ratio.indicator.numerator, region=ratio.region, year=2025, quarter=2)
        assert f'href="/why/{ratio.pk}/2025Q2/"' in text_of(client_of("staff"), f"/why/figure/{part.pk}/")

    def test_readers_from_outside_do_not_find_it(self, client_of: ClientOf, waiting: Figure) -> None:
        assert client_of("leader").get(f"/why/figure/{waiting.pk}/").status_code == 404

    def test_its_queries_do_not_grow_with_its_history(
        self, client_of: ClientOf, waiting: Figure, django_assert_max_num_queries: Callable[[int], object]
    ) -> None:
        client = client_of("staff")
        client.get(f"/why/figure/{waiting.pk}/")
        with django_assert_max_num_queries(20):  # type: ignore[attr-defined]  # a context manager
            client.get(f"/why/figure/{waiting.pk}/")


def test_the_queries_of_a_result_are_few(
    client_of: ClientOf, line: TargetLine, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = client_of("leader")
    client.get(f"/why/{line.pk}/2025Q3/")
    with django_assert_max_num_queries(26):  # type: ignore[attr-defined]  # a context manager
        client.get(f"/why/{line.pk}/2025Q3/")


def test_the_plan_of_another_is_found_by_nobody(client_of: ClientOf) -> None:
    foreign = TargetLine.objects.filter(plan__slug="jilin")[0]
    assert client_of("reporter").get(f"/why/{foreign.pk}/2018Q3/").status_code == 404
