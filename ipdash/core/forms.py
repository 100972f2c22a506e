"""What the product's forms have in common: sentences for empty fields, and a service's refusal beside its field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ipdash.core.errors import DomainError
from ipdash.core.figure_sentences import sentence
from ipdash.core.figure_text import Origin, Verdict, parse_figure
from ipdash.core.numbers import decimal_text

SHOWN_IN_THE_FORM = frozenset({400, 409})
STALE = "stale_version"


class ServiceForm(forms.Form):
    """A form whose cleaned values go to one service call.

    The fields bear the names that the service uses in its errors' `details`, so that a refusal stands beside the field
    it is about. Where somebody else was faster, the words typed stay and `version` becomes the present one: whoever has
    read both values may send the form again.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.refusal: DomainError | None = None
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField)
            ask = _("请选择%(label)s。") if chosen else _("请填写%(label)s。")
            field.error_messages["required"] = ask % {"label": field.label}
            if chosen:
                field.error_messages["invalid_choice"] = _("请从列表中选择%(label)s。") % {"label": field.label}

    @property
    def version(self) -> int | None:
        """The version that the person saw, None where none was sent."""
        text = str(self.data.get("version", ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    def carried_out(
        self, act: Callable[[dict[str, Any]], object], present_version: Callable[[], int] | None = None
    ) -> bool:
        """Whether the form was sent, is right, and `act` did it. Refusals 403 and 404 are not the form's: they go on."""
        if not self.is_bound or not self.is_valid():
            return False
        try:
            act(self.cleaned_data)
        except DomainError as error:
            if error.status not in SHOWN_IN_THE_FORM:
                raise
            self.show(error)
            if error.code == STALE and present_version is not None:
                self.data = {**{name: self.data[name] for name in self.data}, "version": str(present_version())}
            return False
        return True

    def show(self, error: DomainError) -> None:
        """Puts a refusal beside the fields it is about, and on top what is about none."""
        self.refusal = error
        beside: list[str] = []
        loose: list[str] = []
        for name, sentences in error.details.items():
            if name in self.fields:
                self.add_error(name, list(sentences))
                beside += [str(text) for text in sentences]
            else:
                loose += [str(text) for text in sentences]
        message = str(error.message)
        if message not in beside:
            loose.insert(0, message)
        for text in dict.fromkeys(loose):
            self.add_error(None, text)

    @property
    def status(self) -> int:
        """The answer's status: 200 for a form to fill in, else the refusal's, 400 for wrong fields."""
        if self.refusal is not None:
            return self.refusal.status
        return 400 if self.is_bound and self.errors else 200


class ExactField(forms.Field):
    """A number as people write it (full-width digits, thousands marks), understood exactly; None where left empty."""

    def __init__(self, *, unit: str = "", **kwargs: Any) -> None:
        self.unit = unit
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        parsed = parse_figure(value or "", self.unit, Origin.FORM)
        if parsed.verdict is Verdict.REFUSED:
            raise ValidationError(sentence(parsed.code, parsed.params), code=parsed.code)
        return parsed.value

    def prepare_value(self, value: Any) -> Any:
        return decimal_text(value) if isinstance(value, Decimal) else value


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, by the browser's calendar or typed."""
    return forms.DateField(
        label=label,
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("日期应写成2025-10-15这样。")},
        **kwargs,
    )


def text_field(label: Any, *, length: int, rows: int = 0, **kwargs: Any) -> forms.CharField:
    """A line of text, or with `rows` several lines."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(attrs={"autocomplete": "off"})
    too_long = gettext_lazy("最多%(limit_value)s个字，现在有%(show_value)s个。")
    return forms.CharField(
        label=label, max_length=length, widget=widget, error_messages={"max_length": too_long}, **kwargs
    )


def lines_of(text: str) -> list[str]:
    """The lines of a text, without blanks around them and without empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def with_blank(choices: Iterable[tuple[Any, Any]], blank: Any) -> list[tuple[Any, Any]]:
    """Choices with a first one that chooses nothing."""
    return [("", blank), *choices]
