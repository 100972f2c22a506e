"""`load_reference_data`: the national region tree and the indicator catalogue, which every installation has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from indicators.services.demo import load_reference_data


class Command(BaseCommand):
    help = "Add the regions and catalogue entries that are not there yet; twice changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_reference_data(settings.BASE_DIR / "fixtures")
        if options["verbosity"]:
            self.stdout.write(_("新增行政区划%(regions)s个、指标%(indicators)s个。") % loaded.added)
