"""A person's account. What the person may do follows from memberships (in `plans`), never from the account."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Reads accounts; `services.create_user` makes them."""


class User(AbstractBaseUser):
    """An account.

    There are no superusers, groups or Django permissions: a flag that overrides every rule would void the
    separation of the three administrators' duties.
    """

    class Language(models.TextChoices):
        """The language of the pages; empty follows the browser's cookie, else Chinese."""

        DEFAULT = "", _("随系统（中文）")
        CHINESE = "zh-hans", _("简体中文")
        ENGLISH = "en", _("英文（English）")

    username = models.CharField(
        _("用户名"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator(message=_("用户名只能由文字、数字和 @ . + - _ 组成。"))],
        error_messages={"unique": _("这个用户名已被使用。")},
    )
    display_name = models.CharField(_("姓名"), max_length=100)
    email = models.EmailField(_("电子邮箱"), blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(_("下次登录须修改密码"), default=False)
    language = models.CharField(_("界面语言"), max_length=10, choices=Language.choices, blank=True, default="")
    is_demo = models.BooleanField(_("演示账号"), default=False)
    session_generation = models.PositiveIntegerField(_("会话代次"), default=0)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_any_case",
                violation_error_message=_("已有只在大小写上不同的用户名。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_name}（{self.username}）"

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Django's hash of the password, with the generation added.

        Raising the generation ends every session of the account for good; without it a session would wake up again
        when a disabled account is enabled.
        """
        value = f"{self.session_generation}:{self.password}"
        return salted_hmac("ipdash.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()
