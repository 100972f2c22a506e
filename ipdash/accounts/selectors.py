"""Reads of accounts. Objects are fetched for somebody; what is not theirs is as if missing."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ipdash.accounts.models import ApiToken, User
from ipdash.core.errors import NotVisible


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The tokens that still work, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at__isnull=True)


def token_get_for(user: User, pk: int) -> ApiToken:
    """One of the user's own tokens, revoked or not; raises `NotVisible`."""
    token = ApiToken.objects.filter(user=user, pk=pk).first()
    if token is None:
        raise NotVisible("not_found", _("没有找到所请求的内容，或您无权查看。"))
    return token
