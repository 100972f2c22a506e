"""The attainment rules once more, as slowly and plainly as they can be written: one line, one quarter, fractions.

Written from attainment.md sentence by sentence and sharing nothing with `indicators.rules`, so that the two can be held
against each other. The form read is that of the worked cases (`tests/golden/attainment.json`). One long file on purpose:
it is read from top to bottom beside the text it repeats.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any

CLOSE = Fraction(1, 10**9)
UNDEFINED = "undefined"


def sign(difference: Fraction) -> int:
    """A comparison takes a difference below 1e-9 as equal."""
    if abs(difference) < CLOSE:
        return 0
    return 1 if difference > 0 else -1


class Line:
    """One case: one line, its figures, one quarter."""

    def __init__(self, case: dict[str, Any]) -> None:
        plan, indicator, target = case["plan"], case["indicator"], case["target"]
        self.start_year = plan["start_year"]
        self.yellow = Fraction(plan.get("yellow_below", "0"))
        self.red = Fraction(plan.get("red_below", "-10"))
        self.quantity, self.direction = indicator["quantity"], indicator["direction"]
        self.annual = indicator.get("frequency", "quarterly") == "annual"
        self.reporting = indicator["reporting_basis"]
        if self.quantity == "flow" and self.annual:
            self.reporting = "ytd"
        self.factor = Fraction(indicator.get("factor", "1"))
        self.flow_denominator = self.quantity == "ratio" and indicator.get("denominator_quantity", "stock") == "flow"
        part = "ytd" if self.annual else "quarter"
        self.numerator_reporting = indicator.get("numerator_reporting_basis", part)
        self.denominator_reporting = indicator.get("denominator_reporting_basis", part)
        self.basis = target["basis"]
        self.rate_like = self.quantity in ("rate", "score") or self.flow_denominator
        baseline = target.get("baseline")
        self.base_year = baseline["year"] if baseline else None
        self.base = Fraction(baseline["value"]) if baseline else None
        self.figures, self.numerator, self.denominator = (
            {(f["year"], f["quarter"]): Fraction(f["value"]) for f in case.get(name) or [] if f["value"] is not None}
            for name in ("figures", "numerator", "denominator")
        )
        self.year, self.quarter = case["as_of"]["year"], case["as_of"]["quarter"]
        ended = case.get("last_ended") or case["as_of"]
        self.ended = (ended["year"], ended["quarter"]) >= (self.year, self.quarter)
        self.targets = {int(year): self.in_force(content) for year, content in target["years"].items()}
        self.targets = {year: content for year, content in self.targets.items() if content is not None}
        if (end := target.get("ended_from")) and (end["year"], end["quarter"]) <= (self.year, self.quarter):
            self.targets = {}

    def in_force(self, content: Any) -> dict[str, Any] | None:
        """A quarter is judged by the version in force at its end."""
        found, since = None, (-1, -1)
        for version in content if isinstance(content, list) else [content]:
            start = version.get("in_force_from")
            moment = (start["year"], start["quarter"]) if start else (0, 0)
            if since <= moment <= (self.year, self.quarter):
                found, since = version, moment
        return found

    # ---- 2. The actual

    def to_date(self, series: dict, reporting: str, year: int, quarter: int) -> Fraction | None:
        if reporting in ("ytd", "level"):  # a stock is what it is at the quarter's end
            return series.get((year, quarter))
        parts = [series.get((year, q)) for q in range(1, quarter + 1)]
        return None if None in parts else sum(parts, Fraction(0))

    def ytd(self, year: int, quarter: int) -> Fraction | None:
        return self.to_date(self.figures, self.reporting, year, quarter)

    def single(self, year: int, quarter: int) -> Fraction | None:
        if self.reporting == "quarter":
            return self.figures.get((year, quarter))
        now = self.figures.get((year, quarter))
        if quarter == 1:
            return now
        before = self.figures.get((year, quarter - 1))
        return None if now is None or before is None else now - before

    def divided(self, year: int, quarter: int) -> tuple[Any, tuple[int, int] | None]:
        if self.flow_denominator:
            n = self.to_date(self.numerator, self.numerator_reporting, year, quarter)
            d = self.to_date(self.denominator, self.denominator_reporting, year, quarter)
            period = (year, quarter) if d is not None else None
        else:
            n = self.numerator.get((year, quarter))
            periods = [p for p in self.denominator if p <= (year, quarter)]
            period = max(periods) if periods else None
            d = self.denominator[period] if period else None
        if n is None or d is None:
            return None, period
        return (UNDEFINED if d == 0 else n / d * self.factor), period

    def level(self, year: int, quarter: int) -> Any:
        if self.quantity == "ratio":
            return self.divided(year, quarter)[0]
        return self.figures.get((year, quarter))

    def actual(self, year: int, quarter: int) -> Any:
        """A fraction, None for missing, or UNDEFINED."""
        if self.annual and quarter < 4:
            return UNDEFINED if self.basis == "average_growth" and self.base is None else None
        return getattr(self, f"actual_{self.basis}")(year, quarter)

    def actual_level(self, year: int, quarter: int) -> Any:
        return self.level(year, quarter)

    def actual_year(self, year: int, quarter: int) -> Any:
        return self.ytd(year, quarter)

    def actual_cumulative(self, year: int, quarter: int) -> Any:
        if year < self.start_year:
            return None
        parts = [self.base if self.base is not None else Fraction(0)]
        parts += [self.ytd(earlier, 4) for earlier in range(self.start_year, year)]
        parts += [self.ytd(year, quarter)]
        return None if None in parts else sum(parts, Fraction(0))

    def actual_growth(self, year: int, quarter: int) -> Any:
        value = self.ytd if self.quantity == "flow" else self.level
        now, then = value(year, quarter), value(year - 1, quarter)
        if now is None or then is None:
            return None
        if UNDEFINED in (now, then) or then == 0:
            return UNDEFINED
        return (now / then - 1) * 100

    def actual_average_growth(self, year: int, quarter: int) -> Any:
        if self.base is None:
            return UNDEFINED
        if self.quantity != "flow":
            reached = self.level(year, quarter)
        elif quarter == 4:
            reached = self.ytd(year, 4)
        else:
            last_four = []
            for back in range(4):
                y, q = divmod(year * 4 + quarter - 1 - back, 4)
                last_four.append(self.single(y, q + 1))
            reached = None if None in last_four else sum(last_four, Fraction(0))
        if reached is None:
            return None
        quarters = (year - self.base_year) * 4 + quarter - 4
        if reached == UNDEFINED or self.base == 0 or quarters <= 0 or reached / self.base < 0:
            return UNDEFINED
        return (power(reached / self.base, Fraction(4, quarters)) - 1) * 100

    # ---- 3. The target

    def bounds(self, target: dict[str, Any]) -> tuple[str, Fraction, Fraction | None]:
        comparator, value = target["comparator"], Fraction(target["value"])
        if comparator != "range":
            return comparator, value, None
        if self.direction == "up":
            return ">=", value, None
        if self.direction == "down":
            return "<=", Fraction(target["upper"]), None
        return "range", value, Fraction(target["upper"])

    def target(self, year: int) -> tuple[str, Fraction, Fraction | None, str] | None:
        """Comparator, value, upper value and source of a year's target."""
        if year in self.targets:
            return (*self.bounds(self.targets[year]), self.targets[year].get("source", "stated"))
        start_year, start = self.base_year, self.base
        if start is None and self.basis == "cumulative":
            start_year, start = self.start_year - 1, Fraction(0)
        later = [y for y in self.targets if y > year]
        if not later or (start is not None and year <= start_year):
            return None
        after = min(later)
        comparator, value, upper = self.bounds(self.targets[after])
        if self.basis in ("growth", "average_growth"):
            return comparator, value, upper, "next"
        points = {y: self.bounds(self.targets[y])[1:] for y in self.targets if y < year}
        if start is not None:
            points[start_year] = (start, start)
        if not points:
            return None
        before = max(points)
        low, high = points[before]
        share = Fraction(year - before, after - before)
        if upper is not None:
            high = low if high is None else high
            upper = high + (upper - high) * share
        return comparator, low + (value - low) * share, upper, "interpolated"

    def last_target(self) -> tuple[int, Fraction] | None:
        if not self.targets:
            return None
        year = max(self.targets)
        return year, self.bounds(self.targets[year])[1]

    # ---- 4. The results

    def start_of_year(self) -> Fraction | None:
        """S."""
        before = self.actual(self.year - 1, 4)
        if before is not None and before != UNDEFINED:
            return before
        aimed = self.target(self.year - 1)
        if aimed is not None:
            return aimed[1]
        if self.base is not None:
            return self.base if self.base_year == self.year - 1 else None
        return Fraction(0) if self.basis == "cumulative" and self.year == self.start_year else None

    def better(self, a: Fraction, b: Fraction) -> bool:
        return sign(a - b) == (-1 if self.direction == "down" else 1)

    def realisation(self, a: Fraction | None) -> Fraction | None:
        if self.basis in ("growth", "average_growth") or self.direction == "range":
            return None
        if self.basis == "year":
            a = self.ytd(self.year, 4) if self.quarter == 4 else self.ytd(self.year - 1, 4)
        last = self.last_target()
        if a is None or last is None:
            return None
        start = self.base
        if start is None and self.basis == "cumulative":
            start = Fraction(0)
        if start is not None:
            return (a - start) / (last[1] - start) * 100 if self.better(last[1], start) else None
        over, under = (last[1], a) if self.direction == "down" else (a, last[1])
        return over / under * 100 if under > 0 else None

    def elapsed(self) -> Fraction | None:
        last = self.last_target()
        start = self.base_year if self.base_year is not None else self.start_year - 1
        if last is None or last[0] <= start:
            return None
        gone = (self.year - start) * 4 + self.quarter - 4
        share = Fraction(gone, (last[0] - start) * 4) * 100
        return min(max(share, Fraction(0)), Fraction(100))

    def outside(self, a: Fraction, target: tuple) -> tuple[Fraction, Fraction | None]:
        """The distance outside the bounds of a range indicator, and the nearer bound where there is one."""
        comparator, value, upper, _ = target
        low = value if comparator in (">=", ">", "=", "range") else None
        high = upper if comparator == "range" else value if comparator in ("<=", "<", "=") else None
        if low is not None and sign(a - low) < 0:
            return low - a, low
        if high is not None and sign(a - high) > 0:
            return a - high, high
        return Fraction(0), None

    def meets(self, a: Fraction, target: tuple) -> bool:
        comparator, value, upper, _ = target
        against = sign(a - value)
        if comparator == "range":
            return against >= 0 and sign(a - upper) <= 0
        return {">=": against >= 0, ">": against > 0, "=": against == 0, "<=": against <= 0, "<": against < 0}[
            comparator
        ]

    def expected(self, t: Fraction, s: Fraction | None) -> Fraction | None:
        if self.basis in ("growth", "average_growth") or self.rate_like or self.direction == "range":
            return t
        if self.basis == "year":
            return t * self.quarter / 4
        if s is None:
            return None
        return s + (t - s) * self.quarter / 4 if self.better(t, s) else t

    def year_gap(self, a: Fraction, target: tuple, s: Fraction | None) -> Fraction | None:
        t, down = target[1], -1 if self.direction == "down" else 1
        if self.direction == "range":
            distance, bound = self.outside(a, target)
            if bound is None:
                return Fraction(0)
            return -distance / abs(bound) * 100 if bound != 0 else None
        if self.basis in ("growth", "average_growth") or self.rate_like:
            return (a - t) * down
        if self.basis == "year":
            if t == 0:
                return None if down == 1 else Fraction(0) if a == 0 else Fraction(-100)
            return (a / t - Fraction(self.quarter, 4)) * 100 * down
        if s is None:
            return None
        if self.better(t, s):
            return ((a - s) / (t - s) - Fraction(self.quarter, 4)) * 100
        return (a - t) / abs(t) * 100 * down if t != 0 else None

    def forecast(self, a: Fraction) -> tuple[Fraction | None, str | None]:
        if self.basis == "year":
            shares = []
            for year in range(self.year - 3, self.year):
                part, total = self.ytd(year, self.quarter), self.ytd(year, 4)
                if part is not None and total is not None and total != 0:
                    shares.append(part / total)
            if not shares:
                return a * 4 / self.quarter, "proportion"
            share = sum(shares) / len(shares)
            return (a / share, "share") if share != 0 else (None, None)
        quarterly_level = self.basis == "level" and not self.annual and not self.rate_like
        if not quarterly_level and self.basis != "cumulative":
            return None, None
        for n in (4, 3, 2, 1):
            y, q = divmod(self.year * 4 + self.quarter - 1 - n, 4)
            earlier = self.actual(y, q + 1)
            if earlier is not None and earlier != UNDEFINED:
                return a + (a - earlier) / n * (4 - self.quarter), "trend"
        return None, None

    def change(self, a: Fraction, back: int) -> Fraction | None:
        y, q = divmod(self.year * 4 + self.quarter - 1 - back, 4)
        if self.basis in ("growth", "average_growth"):
            return None
        if self.basis == "year" and back == 1:
            now, before = self.single(self.year, self.quarter), self.single(y, q + 1)
            return None if now is None or before is None else now - before
        before = self.actual(y, q + 1)
        return None if before is None or before == UNDEFINED else a - before

    def status(self, a: Any, target: tuple | None, gap: Fraction | None) -> str:
        if not self.ended or (self.annual and self.quarter < 4):
            return "not_due"
        if target is None:
            return "no_target"
        if a == UNDEFINED:
            return "undefined"
        if a is None:
            return "missing"
        met = self.meets(a, target)
        early = (
            (self.basis == "level" and not self.rate_like)
            or self.basis == "cumulative"
            or (self.basis == "year" and self.direction == "up")
        )
        if met and (self.quarter == 4 or early):
            return "achieved"
        if self.quarter == 4 and not met:
            return "missed"
        if (gap is not None and sign(gap - self.yellow) >= 0) or (gap is None and met):
            return "on_track"
        if gap is None:
            return "no_pace"
        return "behind" if sign(gap - self.red) >= 0 else "far_behind"

    def results(self) -> dict[str, Any]:
        """Every result by its name, numbers as decimal strings rounded to six decimals, half to even."""
        a, target, s = self.actual(self.year, self.quarter), self.target(self.year), self.start_of_year()
        number = None if a is None or a == UNDEFINED else a
        realised, gone = self.realisation(number), self.elapsed()
        gaps = self.basis == "cumulative" or (self.basis == "level" and self.base is not None)
        found: dict[str, Any] = {
            "actual": number,
            "realisation": realised,
            "elapsed": gone,
            "plan_gap": realised - gone if gaps and realised is not None and gone is not None else None,
        }
        method = None
        if number is not None:
            found["forecast"], method = self.forecast(number)
            found["change_on_quarter"], found["change_on_year"] = self.change(number, 1), self.change(number, 4)
        if target is not None:
            found |= {"target": target[1], "target_upper": target[2], "expected": self.expected(target[1], s)}
        if number is not None and target is not None:
            found |= self.against_target(number, target, s)
        status = self.status(a, target, found.get("year_gap"))
        period = self.divided(self.year, self.quarter)[1] if self.quantity == "ratio" else None
        return {name: text(found.get(name)) for name in NUMBERS} | {
            "target_source": target[3] if target else None,
            "status": status,
            "light": LIGHTS[status],
            "forecast_method": method,
            "denominator_period": f"{period[0]}Q{period[1]}" if period else None,
            "denominator_stale": period is not None and (self.year - period[0]) * 4 + self.quarter - period[1] > 8,
        }

    def against_target(self, a: Fraction, target: tuple, s: Fraction | None) -> dict[str, Fraction | None]:
        t = target[1]
        over, under = (t, a) if self.direction == "down" else (a, t)
        gap = self.outside(a, target)[0] if self.direction == "range" else t - a if self.direction == "up" else a - t
        unmet = not self.meets(a, target) and self.quarter < 4
        needs = unmet and self.basis in ("year", "level", "cumulative") and not self.rate_like
        return {
            "completion": over / under * 100 if self.direction != "range" and under > 0 else None,
            "year_gap": self.year_gap(a, target, s),
            "gap_to_target": gap,
            "needed_per_quarter": (t - a) / (4 - self.quarter) if needs else None,
        }


NUMBERS = (
    "actual target target_upper completion realisation elapsed plan_gap expected year_gap gap_to_target forecast "
    "needed_per_quarter change_on_quarter change_on_year"
).split()
LIGHTS = {
    "not_due": None,
    "no_target": None,
    "undefined": "grey",
    "missing": "grey",
    "achieved": "green",
    "missed": "red",
    "on_track": "green",
    "no_pace": "grey",
    "behind": "yellow",
    "far_behind": "red",
}


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """A root through decimals of 120 digits; one that is a short fraction is found again exactly."""
    with localcontext() as context:
        context.prec = 120
        if base == 0:
            return Fraction(0)
        root = Decimal(base.numerator) / Decimal(base.denominator)
        found = Fraction((root.ln() * exponent.numerator / exponent.denominator).exp())
    short = found.limit_denominator(10**24)
    return short if short**exponent.denominator == base**exponent.numerator else found


def text(value: Fraction | None) -> str | None:
    """Six decimals at most, half to even, without exponent or trailing zeros."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 400
        number = Decimal(round(value * 10**6)).scaleb(-6).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
        digits = format(number, "f").rstrip("0").rstrip(".")
    return "0" if digits in ("-0", "") else digits


def results(case: dict[str, Any]) -> dict[str, Any]:
    """The results of one case, worked out from the text alone."""
    return Line(case).results()
