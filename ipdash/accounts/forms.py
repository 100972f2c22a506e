"""What people type about their account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ipdash.accounts.models import ApiToken, User
from ipdash.accounts.services import check_password_strength
from ipdash.core.errors import DomainError

PASSWORD_LENGTH = 128  # a longer text would only make the hash work


class LoginForm(AuthenticationForm):
    """One sentence for every wrong pair, so that nobody learns which names exist."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={"required": _("请填写用户名。")},
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("请填写密码。")},
    )
    error_messages = {
        "invalid_login": _("用户名或密码不正确，或账号未启用。请核对后重试；连续输错5次将暂时锁定。"),
        "inactive": _("用户名或密码不正确，或账号未启用。请核对后重试；连续输错5次将暂时锁定。"),
    }


class PasswordForm(forms.Form):
    """The present password and twice the new one."""

    old_password = forms.CharField(
        label=_("当前密码"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("请填写当前密码。")},
    )
    new_password = forms.CharField(
        label=_("新密码"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("请填写新密码。")},
    )
    repeated = forms.CharField(
        label=_("再次输入新密码"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("请再次输入新密码。")},
    )

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.request = request
        self.user = user
        self.fields["new_password"].help_text = " ".join(password_validators_help_texts())

    def clean_old_password(self) -> str:
        """Asked through the login's own door, so that guessing here locks the account as it does there."""
        old = str(self.cleaned_data["old_password"])
        if authenticate(self.request, username=self.user.username, password=old) is None:
            raise ValidationError(_("当前密码不正确，请重新填写。"), code="wrong_password")
        return old

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        new, repeated, old = values.get("new_password"), values.get("repeated"), values.get("old_password")
        if new is None:
            return values
        if repeated is not None and new != repeated:
            self.add_error("repeated", _("两次输入的新密码不一致，请重新输入。"))
        if old is not None and new == old:
            self.add_error("new_password", _("新密码不能与当前密码相同。"))
        try:
            check_password_strength(new, self.user)
        except DomainError as error:
            self.add_error("new_password", list(error.details["password"]))
        return values


class EmailForm(forms.ModelForm[User]):
    """What a person may change about the own account without asking; the name is the administrator's to change."""

    class Meta:
        model = User
        fields = ["email"]
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}
        error_messages = {"email": {"invalid": _("电子邮箱格式不正确，应如 name@example.cn。")}}


class TokenForm(forms.ModelForm[ApiToken]):
    """A name that says which program the token is for."""

    class Meta:
        model = ApiToken
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}
        help_texts = {"name": _("写明给哪个程序使用，例如“统计局数据交换”。")}
        error_messages = {"name": {"required": _("请填写令牌的用途，例如“统计局数据交换”。")}}
