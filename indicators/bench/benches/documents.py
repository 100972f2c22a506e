"""Reading an issued document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from indicators.bench.registry import Lacking, Measure, Options, bench, timed_in_turn

SECONDS_EACH = 0.5


@bench("read_plan", title=_("读出五份已印发的规划"))
def read_plan(options: Options) -> Iterator[Measure]:
    """The issued documents in `fixtures/plans`, each read from its bytes to its data."""
    from plans.documents.read import read_document
    from plans.management.commands.read_plan import places

    files = sorted((Path(settings.BASE_DIR) / "fixtures" / "plans").glob("*.txt"))
    if not files:
        raise Lacking(str(_("fixtures/plans 里没有规划原文。")))
    known = places()
    for file in files:
        taken = timed_in_turn(options.rounds, read=partial(read_document, file.read_bytes(), file.name, known))
        yield Measure(file.stem, taken["read"], most=SECONDS_EACH)
