"""Database fields of our own: exact decimals, and names kept as small numbers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ipdash.core.numbers import OutOfRange, from_scaled, to_scaled

if TYPE_CHECKING:
    # What Python sees: decimals, or None where the column is nullable.
    _Base = models.BigIntegerField[Decimal | int | str | None, Any]
    _Small = models.SmallIntegerField[str, str]
else:
    _Base = models.BigIntegerField
    _Small = models.SmallIntegerField


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


class CodedField(_Small):
    """One of a fixed list of names, stored as its place in the list; Python sees the name.

    For tables of millions of derived rows: two bytes of one width instead of a text, so that whole columns travel as
    numbers. The list may grow at its end alone.
    """

    description = "one of a list of names as a small integer"

    def __init__(self, *args: Any, names: Sequence[str] = (), **kwargs: Any) -> None:
        self.names = tuple(names)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "names": self.names}

    def from_db_value(self, value: int | None, expression: object, connection: object) -> str | None:
        return None if value is None else self.names[value]

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> int | None:
        if value is None:
            return None
        try:
            return self.names.index(str(value))
        except ValueError:
            raise ValidationError(
                _("“%(value)s”不在可选的名称之中。"), params={"value": value}, code="unknown_name"
            ) from None

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    @property
    def validators(self) -> list[Any]:
        return []
