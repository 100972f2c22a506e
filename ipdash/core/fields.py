"""The one database field for exact decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ipdash.core.numbers import OutOfRange, from_scaled, to_scaled

if TYPE_CHECKING:
    # What Python sees: decimals, or None where the column is nullable.
    _Base = models.BigIntegerField[Decimal | int | str | None, Any]
else:
    _Base = models.BigIntegerField


class ExactDecimalField(_Base):
    """A decimal of at most 12 + 6 digits, stored as a big integer × 10⁶.

    SQLite keeps a `DecimalField` as a float and changes its last digits; an integer is exact on both databases, and the
    rules compute on the stored integers as they are. Python sees `Decimal`; `bulk` readers may take the raw integer.
    """

    description = "decimal(18, 6) as a scaled integer"

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Decimal | None:
        return None if value is None else from_scaled(value)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        if isinstance(value, str):
            try:
                return Decimal(value)
            except ArithmeticError:
                pass
        raise ValidationError(_("“%(value)s”不是数值。"), params={"value": value}, code="invalid")

    def get_prep_value(self, value: Any) -> int | None:
        decimal = self.to_python(value)
        if decimal is None:
            return None
        try:
            return to_scaled(decimal)
        except OutOfRange:
            raise ValidationError(
                _("数值 %(value)s 超出范围：整数部分最多12位，小数部分最多6位。"),
                params={"value": value},
                code="out_of_range",
            ) from None

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> int | None:
        return value if prepared else self.get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def clean(self, value: Any, model_instance: models.Model | None) -> Decimal | None:
        # BigIntegerField's own validators compare scaled bounds with unscaled values.
        decimal = self.to_python(value)
        if decimal is not None:
            self.get_prep_value(decimal)
        return decimal

    @property
    def validators(self) -> list[Any]:
        return []

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return forms.DecimalField(max_digits=18, decimal_places=6, required=not self.blank, label=kwargs.get("label"))
