"""How a target compares: the six comparators of a plan's targets, in one place."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Comparator(models.TextChoices):
    """`range` binds a lower and an upper value; the others have one."""

    AT_LEAST = ">=", _("不低于")
    MORE_THAN = ">", _("超过")
    EQUAL = "=", _("等于")
    AT_MOST = "<=", _("不超过")
    LESS_THAN = "<", _("低于")
    RANGE = "range", _("区间")
