"""Run as a program beside a backup: reports and approves one figure after the other until it is stopped.

Without arguments it makes the small installation that it works in, with one uploaded file.
"""

from __future__ import annotations

import io
import sys
from datetime import date
from decimal import Decimal

import django

TODAY = date(2025, 10, 12)


def make() -> None:
    from django.db import transaction

    from indicators.services import uploads
    from indicators.services.staleness import mark_plan_changed
    from ipdash.jobs.runner import run_due_jobs
    from tests import builders

    region = builders.make_region("610302")
    unit = builders.make_unit(region)
    indicator = builders.make_indicator("patents")
    plan = builders.make_plan(region)
    builders.make_line(plan, indicator, {2025: "5000"}, baseline=(2020, "12.01"))
    builders.make_duty(indicator, region, unit)
    builders.make_user("reviewer", region=region, name="reviewer")
    staff = builders.make_user("staff", region=region, name="staff")
    table = "指标编码,行政区划代码,年份,季度,本季值\r\npatents,610302,2025,2,17\r\n".encode("utf-8-sig")
    upload = uploads.preview(staff, uploads.receive(staff, io.BytesIO(table), "二季度.csv", TODAY), TODAY)
    answered = set(upload.rows.values_list("pk", flat=True))
    uploads.commit(staff, upload, all_or_nothing=True, confirmed=answered, today=TODAY)
    with transaction.atomic():
        mark_plan_changed(plan.pk, requested_by=None)
    run_due_jobs()


def write_for_ever() -> None:
    from indicators.models import Figure
    from indicators.services.entry_rules import Entry
    from indicators.services.figures import approve_figures, save_figures
    from ipdash.accounts.models import User
    from ipdash.jobs.runner import run_due_jobs

    staff, reviewer = User.objects.get(username="staff"), User.objects.get(username="reviewer")
    for number in range(10**9):
        entry = Entry("patents", "610302", 2021 + number % 4, number % 3 + 1, Decimal(number))
        saved = save_figures(staff, [entry], source=Figure.Source.API, today=TODAY, reason="更正")
        approve_figures(reviewer, [saved.results[0].id or 0])
        if number % 5 == 0:
            run_due_jobs()
        print(number, flush=True)


if __name__ == "__main__":
    django.setup()
    write_for_ever() if sys.argv[1:] else make()
