"""A small installation and what people do to it in random order, each step told in a line.

A step is a name and a seed of its own, and finds what it acts on by itself: any part of a history is a history, so one
that goes wrong can be cut down.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from indicators.models import Figure, Indicator, ReportingDuty, Target, TargetLine, Upload
from indicators.services import uploads
from indicators.services.catalogue import change_indicator
from indicators.services.entry_rules import Entry
from indicators.services.figure_batches import Outcome
from indicators.services.figures import approve_figures, return_figures, save_figures, submit_figures
from indicators.services.line_ends import end_line, reopen_line
from indicators.services.periods import change_duty, create_duty, end_duty, hand_over_duty
from indicators.services.region_changes import change_region, take_back_change
from indicators.services.targets import BaselineValue, TargetValue, adjust_target, change_line, create_line
from indicators.services.verification import verify_all
from ipdash.core.errors import DomainError
from ipdash.core.periods import Quarter
from ipdash.jobs.models import JobRun, JobState
from ipdash.jobs.runner import run_due_jobs
from ipdash.jobs.services import enqueue
from plans.models import Plan, Region, RegionChange
from plans.services.plans import change_plan
from plans.services.region_tree import TreeChange
from tests import builders
from tests.indicators.plain_world import differences

FIRST_DAY = date(2024, 10, 12)
PROVINCE, CITIES = "610000", ("610300", "610400")
COUNTIES = ("610302", "610303", "610402")
ZONE = "610371"
SIGNS = (">=", ">=", ">=", "<=", ">", "<", "=", "range")
HEADER = "指标编码,指标名称,行政区划代码,行政区划,年份,季度,计量单位,本季值,备注"

KINDS: dict[str, dict[str, object]] = {
    "patents": {},
    "people": {"unit": "人"},
    "inside": {"direction": "range"},
    "staff": {"frequency": "annual"},
    "filed": {"quantity": "flow", "reporting_basis": "ytd"},
    "closed": {"quantity": "flow", "reporting_basis": "quarter"},
    "complaints": {"quantity": "flow", "reporting_basis": "quarter", "direction": "down"},
    "output": {"quantity": "flow", "reporting_basis": "ytd", "frequency": "annual"},
    "share": {"quantity": "rate", "unit": "%"},
    "score": {"quantity": "score", "direction": "down"},
}
RATIOS = {
    "per_10k": ("patents", "people", "10000"),
    "closing_rate": ("closed", "filed", "100"),
    "per_output": ("patents", "output", "1"),
}
BASES = {"flow": ("year", "year", "cumulative", "growth", "average_growth")}
OTHER_BASES = ("level", "level", "level", "growth", "average_growth")


@dataclass(frozen=True)
class Step:
    """One thing somebody does."""

    name: str
    seed: int


class World:
    """A province with two cities, three counties and a zone, two plans, and the people who work with them."""

    def __init__(self) -> None:
        self.province = builders.make_region(PROVINCE)
        self.counties = [builders.make_region(code) for code in COUNTIES]
        self.cities = [builders.make_region(code) for code in CITIES]
        zone = Region.objects.create(code=ZONE, name="高新区", short_name="高新", level="zone", parent=self.cities[0])
        self.regions = [self.province, *self.cities, *self.counties, zone]
        self.indicators = [builders.make_indicator(code, **fields) for code, fields in KINDS.items()]
        parts = {indicator.code: indicator for indicator in self.indicators}
        self.ratios = [
            builders.make_indicator(
                code, quantity="ratio", numerator=parts[above], denominator=parts[below], factor=Decimal(factor)
            )
            for code, (above, below, factor) in RATIOS.items()
        ]
        self.units = {region.pk: [builders.make_unit(region) for _ in range(2)] for region in self.regions}
        for indicator in self.indicators:
            for region in (*self.counties, zone):
                builders.make_duty(indicator, region, self.units[region.pk][0])
        self.staff = builders.make_user("staff", region=self.province)
        self.reviewers = [builders.make_user("reviewer", region=self.province) for _ in range(2)]
        self.plans = [
            builders.make_plan(self.province, (2021, 2025)),
            builders.make_plan(self.cities[0], (2022, 2024), red_below=Decimal("-5")),
        ]
        settings.TODAY_OVERRIDE = self.today = FIRST_DAY

    def do(self, step: Step) -> str:
        """Takes one step, and tells it; a refusal in words is an answer like another."""
        act: Callable[[Random], str] = getattr(self, step.name)
        try:
            with transaction.atomic():
                told = f"{step.name}({step.seed}): {act(Random(step.seed))}"
        except DomainError as refusal:
            told = f"{step.name}({step.seed}): refused, {refusal.code}"
        if "region" in step.name:
            for region in self.regions:
                region.refresh_from_db()
        return told

    def fault(self, *, plainly: bool) -> str | None:
        """Runs what is due, and says what is stored otherwise than a computation from nothing gives it."""
        run_due_jobs()
        if failed := list(JobRun.objects.exclude(state=JobState.DONE).values_list("kind", "args", "error")):
            return f"jobs not done: {failed}"
        if wrong := one_pair_of_eyes():
            return f"figures approved by who entered them, or twice by one: {wrong}"
        verified = verify_all(today=self.today)
        if verified.waiting:
            return f"{verified.waiting} lines are stale and nothing runs"
        found = [f"line {d.line_id} {d.quarter}: {d.fields}" for d in verified.shown]
        found = found or (differences(self.today) if plainly else [])
        return "\n".join(found[:10]) or None

    # ---- Figures

    def entries(self, random: Random, count: int) -> list[Entry]:
        return [self.entry(random) for _ in range(count)]

    def entry(self, random: Random) -> Entry:
        indicator = random.choice(self.indicators)
        region = random.choice(self.regions if random.random() < 0.2 else self.regions[3:])
        earliest = 2010 if indicator.code == "people" and random.random() < 0.3 else 2019
        last = Quarter.last_ended(self.today)
        quarter = Quarter.from_index(random.randint(Quarter(earliest, 1).index, last.index))
        if indicator.frequency == "annual":
            quarter = Quarter(min(quarter.year, last.year - (last.quarter < 4)), 4)
        return Entry(indicator.code, region.code, quarter.year, quarter.quarter, number(random))

    def save(self, random: Random) -> str:
        entries = self.entries(random, random.randint(1, 5))
        submit = random.random() < 0.8
        outcome = save_figures(
            self.staff, entries, source=Figure.Source.FORM, today=self.today, submit=submit, reason="更正"
        )
        return f"{[words(entry) for entry in entries]} → {codes(outcome)}"

    def fill(self, random: Random) -> str:
        """A whole history of one indicator comes in and is approved at once."""
        indicator = random.choice(self.indicators)
        regions = random.sample(self.regions[3:], random.randint(2, 4))
        last = Quarter.last_ended(self.today)
        first = Quarter(random.choice((2019, 2020, 2021)), 1)
        quarters = [Quarter.from_index(index) for index in range(first.index, last.index + 1)]
        entries = [
            Entry(indicator.code, region.code, quarter.year, quarter.quarter, number(random))
            for region in regions
            for quarter in quarters
            if (indicator.frequency == "quarterly" or quarter.quarter == 4) and random.random() < 0.95
        ]
        outcome = save_figures(self.staff, entries, source=Figure.Source.API, today=self.today)
        self.approve_wholly([r.id for r in outcome.results if r.ok and r.id is not None])
        return f"{indicator.code} of {[region.code for region in regions]} since {first}"

    def some(self, random: Random, *states: str, most: int = 6) -> list[int]:
        ids = list(Figure.objects.filter(state__in=states).order_by("pk").values_list("pk", flat=True))
        return sorted(random.sample(ids, min(len(ids), random.randint(1, most))))

    def submit(self, random: Random) -> str:
        ids = self.some(random, "draft", "returned")
        return f"{ids} → {codes(submit_figures(self.staff, ids, today=self.today))}"

    def approve(self, random: Random) -> str:
        ids = self.some(random, "submitted", most=12)
        return f"{ids} → {codes(approve_figures(random.choice(self.reviewers), ids))}"

    def approve_wholly(self, ids: list[int]) -> Outcome:
        """By one reviewer, and by the other where two have to."""
        outcome = approve_figures(self.reviewers[1], ids)
        approve_figures(self.reviewers[0], [r.id for r in outcome.results if r.code == "first_approved" and r.id])
        return outcome

    def send_back(self, random: Random) -> str:
        ids = self.some(random, "submitted", most=2)
        return f"{ids} → {codes(return_figures(random.choice(self.reviewers), ids, '请核对'))}"

    def correct(self, random: Random) -> str:
        """A value that counts is changed, and the change approved."""
        figures = list(Figure.objects.filter(state="approved").select_related("indicator", "region").order_by("pk"))
        chosen = random.sample(figures, min(len(figures), random.randint(1, 3)))
        entries = [Entry(f.indicator.code, f.region.code, f.year, f.quarter, number(random)) for f in chosen]
        saved = save_figures(self.staff, entries, source=Figure.Source.API, today=self.today, reason="更正")
        outcome = self.approve_wholly([r.id for r in saved.results if r.id is not None])
        return f"{[words(entry) for entry in entries]} → {codes(outcome)}"

    def upload(self, random: Random) -> str:
        rows = [
            f"{entry.indicator},,{entry.region},,{entry.year},{entry.quarter},,{entry.value},"
            for entry in self.entries(random, random.randint(2, 6))
        ]
        content = "\r\n".join([HEADER, *rows]).encode("utf-8-sig")
        upload = uploads.receive(self.staff, io.BytesIO(content), "表.csv", self.today)
        upload = uploads.preview(self.staff, upload, self.today)
        answered = set(upload.rows.values_list("pk", flat=True))  # chance is often odd, and somebody confirms it
        counts = uploads.commit(self.staff, upload, all_or_nothing=False, confirmed=answered, today=self.today)
        ids = list(Figure.objects.filter(upload=upload, state="submitted").values_list("pk", flat=True))
        approved = ids if random.random() < 0.6 else []
        self.approve_wholly(approved)
        return f"{rows}, {counts['stored']} stored, {len(approved)} approved"

    def undo_upload(self, random: Random) -> str:
        stored = list(Upload.objects.filter(state=Upload.State.COMMITTED).order_by("pk"))
        if not stored:
            return "nothing to undo"
        upload = random.choice(stored)
        uploads.undo(self.reviewers[1], upload, today=self.today, reason="报送有误")
        return f"upload {upload.pk}"

    # ---- What is asked

    def line(self, random: Random) -> TargetLine:
        lines = list(TargetLine.objects.select_related("plan", "indicator", "region").order_by("pk"))
        return random.choice(lines)

    def add_line(self, random: Random) -> str:
        indicator = random.choice([*self.indicators, *self.ratios])
        plan = random.choice(self.plans)
        regions = [region for region in self.regions if plan.region.contains(region.code)]
        basis = random.choice(BASES.get(indicator.quantity, OTHER_BASES))
        # Several regions at once, so that there is something to rank.
        for region in random.sample(regions, min(len(regions), random.choice((1, 1, 2, 3)))):
            create_line(
                self.staff, plan.pk,
                {
                    "indicator": indicator.code, "region": region.code, "basis": basis,
                    "targets": targets(random), "baselines": baselines(random),
                },
            )  # fmt: skip
        return f"{indicator.code} {basis} in {[region.code for region in regions]}"

    def set_targets(self, random: Random) -> str:
        line = self.line(random)
        change_line(self.staff, line.pk, {"targets": targets(random)}, reason="更正")
        return f"line {line.pk}"

    def set_baselines(self, random: Random) -> str:
        line = self.line(random)
        change_line(self.staff, line.pk, {"baselines": baselines(random)})
        return f"line {line.pk}"

    def adjust(self, random: Random) -> str:
        target = random.choice(list(Target.objects.order_by("pk")))
        since = Quarter(random.randint(2021, 2025), random.randint(1, 4))
        version = target_of(random, target.year)
        adjust_target(self.staff, target.line_id, version, in_force_from=since, document="调整通知")
        return f"line {target.line_id} {version} from {since}"

    def move_line(self, random: Random) -> str:
        line, region = self.line(random), random.choice(self.regions)
        change_line(self.staff, line.pk, {"region": region.code})
        return f"line {line.pk} to {region.code}"

    def end_line(self, random: Random) -> str:
        line, quarter = self.line(random), Quarter(random.randint(2022, 2024), random.randint(1, 4))
        end_line(self.staff, line.pk, ended_from=quarter, document="修订稿")
        return f"line {line.pk} from {quarter}"

    def reopen_line(self, random: Random) -> str:
        ended = list(TargetLine.objects.exclude(ended_from=None).order_by("pk"))
        if not ended:
            return "nothing to reopen"
        reopen_line(self.staff, random.choice(ended).pk)
        return f"one of {len(ended)}"

    # ---- The tree

    def day(self, random: Random) -> date:
        return date(random.randint(2021, 2024), random.choice((1, 5, 8)), random.choice((1, 15, 31)))

    def move_region(self, random: Random) -> str:
        """A county or the zone goes to the other city, with the code that it gets there."""
        region = random.choice([region for region in self.regions if region.level in ("county", "zone")])
        city = self.cities[0] if region.parent_id == self.cities[1].pk else self.cities[1]
        used = set(RegionChange.objects.exclude(region=region).values_list("old_code", flat=True))
        used |= set(Region.objects.values_list("code", flat=True))
        endings = range(71, 80) if region.level == "zone" else range(2, 70)
        code = next(f"{city.code[:4]}{n:02}" for n in endings if f"{city.code[:4]}{n:02}" not in used)
        wanted = TreeChange("moved", self.day(random), "批复", code=code, parent=city.code)
        change_region(self.staff, region.code, wanted, today=self.today)
        return f"{region.name} from {wanted.on} to {city.code} as {code}"

    def merge_region(self, random: Random) -> str:
        one, other = random.sample([region for region in self.regions if region.level == "county"], 2)
        wanted = TreeChange("merged", self.day(random), "批复", successor=other.code)
        done = change_region(self.staff, one.code, wanted, today=self.today)
        return f"{one.code} into {other.code} on {wanted.on}: {done.lines} lines, {done.duties} duties"

    def take_back_region(self, random: Random) -> str:
        changes = list(RegionChange.objects.order_by("pk"))
        if not changes:
            return "nothing to take back"
        change = random.choice(changes)
        take_back_change(self.staff, change.pk)
        return f"{change.kind} of {change.old_code} on {change.on}"

    def change_basis(self, random: Random) -> str:
        line = self.line(random)
        basis = random.choice(BASES.get(line.indicator.quantity, OTHER_BASES))
        change_line(self.staff, line.pk, {"basis": basis})
        return f"line {line.pk} to {basis}"

    def change_thresholds(self, random: Random) -> str:
        plan = random.choice(self.plans)
        yellow, red = random.choice((0, 2, -3)), random.choice((-4, -10, -25))
        change_plan(self.staff, plan.pk, {"yellow_below": Decimal(yellow), "red_below": Decimal(red)})
        return f"plan {plan.pk} to {yellow}, {red}"

    def change_years(self, random: Random) -> str:
        plan = random.choice(self.plans)
        first, last = random.choice((2020, 2021, 2022)), random.choice((2023, 2024, 2025, 2026))
        change_plan(self.staff, plan.pk, {"start_year": first, "end_year": last})
        return f"plan {plan.pk} to {first}-{last}"

    def change_levels(self, random: Random) -> str:
        plan = random.choice(self.plans)
        change_plan(self.staff, plan.pk, {"second_review": not Plan.objects.get(pk=plan.pk).second_review})
        return f"plan {plan.pk}"

    def close_or_open(self, random: Random) -> str:
        plan = random.choice(self.plans)
        state = random.choice((Plan.State.ACTIVE, Plan.State.CLOSED))
        change_plan(self.staff, plan.pk, {"state": state})
        return f"plan {plan.pk} to {state}"

    # ---- What is measured, and who reports

    def change_definition(self, random: Random) -> str:
        if random.random() < 0.4:
            indicator = random.choice(self.indicators)
            direction = random.choice(Indicator.Direction.values)
            change_indicator(self.staff, indicator.code, {"direction": direction})
            return f"{indicator.code} is {direction}"
        ratio = random.choice(self.ratios)
        above = random.choice(("patents", "closed", "complaints"))
        below, factor = random.choice(("people", "filed", "output")), random.choice(("1", "100", "0.5"))
        change_indicator(self.staff, ratio.code, {"numerator": above, "denominator": below, "factor": Decimal(factor)})
        return f"{ratio.code} is {above} ÷ {below} × {factor}"

    def duty(self, random: Random) -> ReportingDuty:
        return random.choice(list(ReportingDuty.objects.order_by("pk")))

    def begin_duty(self, random: Random) -> str:
        indicator, region = random.choice(self.indicators), random.choice(self.regions)
        first = date(random.randint(2019, 2025), random.choice((1, 4, 8)), 1)
        last = None if random.random() < 0.4 else date(first.year + 1, 6, 30)
        create_duty(
            self.staff, indicator=indicator.code, region=region.code, unit=self.units[region.pk][0].pk,
            valid_from=first, valid_to=last, beside_county=random.random() < 0.5,
        )  # fmt: skip
        return f"{indicator.code} of {region.code} from {first} to {last}"

    def stop_duty(self, random: Random) -> str:
        duty, last = self.duty(random), date(random.randint(2020, 2025), random.choice((3, 9)), 30)
        end_duty(self.staff, duty.pk, last_day=last)
        return f"duty {duty.pk} on {last}"

    def move_duty(self, random: Random) -> str:
        duty, first = self.duty(random), date(random.randint(2020, 2025), 5, 1)
        unit = self.units[duty.region_id][1]
        hand_over_duty(self.staff, duty.pk, unit=unit.pk, first_day=first)
        return f"duty {duty.pk} from {first}"

    def change_beside(self, random: Random) -> str:
        duty = self.duty(random)
        change_duty(self.staff, duty.pk, {"beside_county": not duty.beside_county})
        return f"duty {duty.pk}"

    def turn_quarter(self, _random: Random) -> str:
        """The night after a quarter's last day."""
        if self.today >= date(2025, 10, 1):
            return "not yet"
        self.today = (Quarter.containing(self.today) + 1).first_day
        settings.TODAY_OVERRIDE = self.today
        enqueue("recompute_after_quarter")
        return self.today.isoformat()


WEIGHTS = {
    "save": 14, "fill": 5, "submit": 4, "approve": 14, "send_back": 4, "correct": 8, "upload": 2, "undo_upload": 3,
    "add_line": 6, "set_targets": 5, "set_baselines": 4, "adjust": 5, "move_line": 3, "change_basis": 3,
    "change_thresholds": 3, "change_levels": 3, "change_years": 3, "close_or_open": 2, "change_definition": 4, "begin_duty": 4,
    "stop_duty": 4, "move_duty": 3, "change_beside": 3, "turn_quarter": 2,
    "end_line": 3, "reopen_line": 2,
    "move_region": 5, "merge_region": 1, "take_back_region": 4,
}  # fmt: skip


def draw(seed: int, length: int) -> list[Step]:
    """A history of `length` steps. It begins with lines and figures, so that the rest has something to act on."""
    random = Random(seed)
    names = ["add_line", "fill"] * 6 + random.choices(list(WEIGHTS), list(WEIGHTS.values()), k=length - 12)
    return [Step(name, random.randrange(10**6)) for name in names]


@dataclass
class Played:
    """How far a history went: each step in a line, and what was wrong then."""

    told: list[str]
    fault: str | None = None


def play(steps: Sequence[Step], *, batch: int, plainly: bool = False) -> Played:
    """Plays a history from an empty database, looks after each batch of steps, and leaves the database as it was."""
    played = Played([])
    with transaction.atomic():
        world = World()
        for number, step in enumerate(steps, start=1):
            played.told.append(f"{number:4} {world.do(step)}")
            last = number == len(steps)
            if last or number % batch == 0:
                played.fault = world.fault(plainly=plainly or last)
                if played.fault is not None:
                    break
        transaction.set_rollback(True)
    return played


def cut_down(steps: list[Step], played: Played, *, batch: int, tries: int = 60) -> tuple[list[Step], Played]:
    """A shorter history that goes wrong too: stretches are left out, ever smaller ones, while something stays wrong."""
    found = played
    size = max(1, len(steps) // 2)
    while tries > 0 and found.fault is not None:
        shorter = None
        for candidate in _without_a_stretch(steps, size):
            tries -= 1
            played = play(candidate, batch=batch, plainly=True)
            if played.fault is not None:
                shorter, found = candidate, played
                break
            if tries <= 0:
                break
        if shorter is not None:
            steps = shorter
        elif size == 1:
            break
        else:
            size //= 2
    return steps, found


def _without_a_stretch(steps: list[Step], size: int) -> Iterator[list[Step]]:
    for start in range(len(steps) - size, -1, -size):
        yield steps[:start] + steps[start + size :]


def one_pair_of_eyes() -> list[int]:
    """Approved figures that were approved by who entered them, or by one person twice."""
    by_one = Q(approved_by=F("entered_by")) | Q(approved_by=F("first_approved_by"))
    return list(Figure.objects.filter(by_one, state=Figure.State.APPROVED).values_list("pk", flat=True))


def number(random: Random) -> Decimal:
    """A value as units report it: zero now and then, whole or with decimals, also with six."""
    if random.random() < 0.08:
        return Decimal(0)
    places = random.choice((0, 0, 0, 1, 2, 6))
    return Decimal(random.randint(1, 400 * 10**places)).scaleb(-places)


def target_of(random: Random, year: int) -> TargetValue:
    sign, value = random.choice(SIGNS), number(random)
    upper = value + number(random) if sign == "range" else None
    source = random.choice(Target.Source.values)
    return TargetValue(year, sign, value, upper, source=source)


def targets(random: Random) -> list[TargetValue]:
    years = sorted(random.sample(range(2021, 2027), random.randint(0, 3)))
    return [target_of(random, year) for year in years]


def baselines(random: Random) -> list[BaselineValue]:
    years = sorted(random.sample((2010, 2015, 2019, 2020, 2020, 2021), random.randint(0, 2)))
    return [BaselineValue(year, number(random)) for year in dict.fromkeys(years)]


def words(entry: Entry) -> str:
    return f"{entry.indicator} {entry.region} {entry.year}Q{entry.quarter} = {entry.value}"


def codes(outcome: object) -> list[str]:
    return [result.code for result in outcome.results]  # type: ignore[attr-defined]  # an Outcome
