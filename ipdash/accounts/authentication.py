"""Who is asking the API: a token, or the session of the pages."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.authentication import SessionScheme
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from ipdash.accounts.models import ApiToken, User
from ipdash.accounts.services import token_digest
from ipdash.core.errors import NotAllowed

USE_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(authentication.TokenAuthentication):
    """`Authorization: Token …`. A token carries its user's own rights and nothing else.

    The secret is looked up by its digest, so that no comparison of secrets takes a time that tells anything.
    """

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        token = ApiToken.objects.select_related("user").filter(digest=token_digest(key)).first()
        if token is None or token.revoked_at is not None or not token.user.is_active:
            raise exceptions.AuthenticationFailed(_("令牌无效、已撤销，或账号已停用。"))
        _refuse_one_time_password(token.user)
        _note_use(token)
        return token.user, token


class SessionAuthentication401(authentication.SessionAuthentication):
    """The session of the pages, CSRF token required; names a scheme, so that no login answers 401 and not 403."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        assert isinstance(user, User)  # noqa: S101 - tells mypy what AUTH_USER_MODEL says
        _refuse_one_time_password(user)
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return "Session"


def _refuse_one_time_password(user: User) -> None:
    if user.must_change_password:
        raise NotAllowed("must_change_password", _("请先登录页面修改一次性密码，然后再使用接口。"))


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class SessionScheme401(SessionScheme):  # type: ignore[no-untyped-call]  # registers itself on being defined
    """Describes the session in the API's own description, which knows the parent class alone."""

    target_class = "ipdash.accounts.authentication.SessionAuthentication401"
    name = "cookieAuth"
