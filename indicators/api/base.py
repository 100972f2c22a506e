"""What the indicator resources share."""

from __future__ import annotations

from typing import Any

from indicators.models import Indicator
from ipdash.core.api.filters import CodeFilter


def indicator_filter(field_name: str = "indicator", **kwargs: Any) -> CodeFilter:
    """Lists of one indicator, given by its catalogue code."""
    return CodeFilter(field_name, Indicator.objects.all(), r"^[-a-zA-Z0-9_]{1,60}$", **kwargs)
