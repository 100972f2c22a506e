"""What a target line must fulfil beyond its own row, asked by every way of storing one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from indicators.models import Indicator, TargetLine
from ipdash.core.errors import Invalid


def refuse_unsupported(indicator: Indicator, basis: str) -> None:
    """Raises `Invalid` (`basis_unsupported`) where attainment.md §2 gives no actual for this indicator on this basis."""
    from indicators.rules import columns  # late: numpy has no business at the web's start

    known = basis in TargetLine.Basis.values
    if known and columns.supported(columns.Quantity[indicator.quantity], columns.Basis[basis]):
        return
    label = TargetLine.Basis(basis).label if known else basis
    raise Invalid(
        "basis_unsupported",
        _("“%(name)s”是%(quantity)s，不能按“%(basis)s”设目标：只有时期数有当年完成和规划期累计。")
        % {"name": indicator.name, "quantity": indicator.get_quantity_display(), "basis": label},
    )
