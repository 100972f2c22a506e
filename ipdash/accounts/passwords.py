"""How strong a password must be, by profile (`IPDASH_PASSWORD_PROFILE`). Imported by the settings: no models here."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from ipdash.accounts.models import User


@dataclass(frozen=True)
class Profile:
    """`kinds` of the four (capital letters, small letters, digits, signs) must occur; 0 asks for none."""

    length: int
    kinds: int


PROFILES = {
    "dengbao2": Profile(length=8, kinds=3),
    "dengbao3": Profile(length=12, kinds=3),
    # Length over composition, as current guidance outside classified protection has it.
    "modern": Profile(length=15, kinds=0),
}


def kinds_in(password: str) -> int:
    """How many of the four kinds of characters occur; letters of other scripts count as none of them."""
    return sum(
        (
            any(char in string.ascii_uppercase for char in password),
            any(char in string.ascii_lowercase for char in password),
            any(char in string.digits for char in password),
            any(not char.isalnum() and not char.isspace() for char in password),
        )
    )


class ProfileValidator:
    """Length, kinds of characters, and no user name inside, in one sentence each."""

    def __init__(self, profile: str = "dengbao2") -> None:
        self.profile = PROFILES[profile]

    def validate(self, password: str, user: User | None = None) -> None:
        errors = []
        if len(password) < self.profile.length:
            sentence = _("密码至少%(length)s个字符，现在只有%(found)s个。")
            errors.append(sentence % {"length": self.profile.length, "found": len(password)})
        if kinds_in(password) < self.profile.kinds:
            sentence = _("密码须含大写字母、小写字母、数字、符号中的至少%(kinds)s种，现在只有%(found)s种。")
            errors.append(sentence % {"kinds": self.profile.kinds, "found": kinds_in(password)})
        if user is not None and _names(password, user.username):
            errors.append(_("密码不能包含用户名。"))
        if errors:
            raise ValidationError([ValidationError(error, code="password_profile") for error in errors])

    def get_help_text(self) -> str:
        length = self.profile.length
        if self.profile.kinds == 0:
            return _("至少%(length)s个字符，不含用户名，不用常见密码。") % {"length": length}
        sentence = _("至少%(length)s个字符，含大写字母、小写字母、数字、符号中的至少%(kinds)s种，不含用户名。")
        return sentence % {"length": length, "kinds": self.profile.kinds}


def _names(password: str, username: str) -> bool:
    """A very short name would forbid half of all passwords, so that one is only compared whole."""
    name, text = username.casefold(), password.casefold()
    return text == name or (len(name) >= 3 and name in text)


def one_time_password() -> str:
    """A random password that every profile accepts: four groups, easy to read out, over 80 bits."""
    letters = "abcdefghijkmnpqrstuvwxyz"  # without l and o
    capitals = letters.upper().replace("I", "")
    digits = "23456789"
    groups = ["".join(secrets.choice(letters + capitals + digits) for _place in range(4)) for _group in range(3)]
    surely = secrets.choice(capitals) + secrets.choice(letters) + secrets.choice(digits) + secrets.choice(letters)
    return "-".join([*groups, surely])
