"""Every write on accounts: one transaction each, with its audit entry as the last step."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

from axes.utils import reset as reset_attempts
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ipdash.accounts.audit import record
from ipdash.accounts.models import ApiToken, User
from ipdash.core.errors import Conflict, Invalid

CHANGEABLE = ("display_name", "email", "language", "is_demo")
TOKEN_PREFIX = "ipd_"  # noqa: S105 - not a secret: lets a leaked token be recognised


@transaction.atomic
def create_user(
    *,
    username: str,
    display_name: str,
    actor: User | None,
    password: str | None = None,
    email: str = "",
    language: str = "",
    is_demo: bool = False,
    must_change_password: bool = True,
) -> User:
    """Makes an account; without a password nobody can log in to it.

    Raises `Invalid` (`invalid_user`, `weak_password`) and `Conflict` (`username_taken`).
    """
    user = User(
        username=User.normalize_username(username.strip()),
        display_name=display_name.strip(),
        email=email.strip(),
        language=language,
        is_demo=is_demo,
        must_change_password=must_change_password,
    )
    if password is None:
        user.set_unusable_password()
    else:
        check_password_strength(password, user)
        user.set_password(password)
    _clean(user)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:  # the name's constraint decides: a question before the write could be overtaken
        raise Conflict("username_taken", _("这个用户名已被使用（不区分大小写），请换一个。")) from error
    record("user.create", user, actor=actor, after=_state(user))
    return user


@transaction.atomic
def change_user(user: User, changes: Mapping[str, object], *, actor: User | None) -> User:
    """Changes name, e-mail, language or the demo mark; unchanged values leave no trace. Raises `Invalid`."""
    unknown = sorted(set(changes) - set(CHANGEABLE))
    if unknown:
        raise ValueError(f"not changeable: {unknown}")
    stored = User.objects.select_for_update().get(pk=user.pk)
    before = {name: getattr(stored, name) for name in changes}
    for name, value in changes.items():
        setattr(stored, name, value)
    after = {name: getattr(stored, name) for name in changes}
    if after == before:
        return stored
    _clean(stored)
    stored.save(update_fields=list(changes))
    record("user.change", stored, actor=actor, before=before, after=after)
    return stored


@transaction.atomic
def set_active(user: User, active: bool, *, actor: User | None, reason: str = "") -> User:
    """Enables or disables an account. Disabling ends its sessions and revokes its tokens, for good."""
    stored = User.objects.select_for_update().get(pk=user.pk)
    if stored.is_active == active:
        return stored
    stored.is_active = active
    stored.session_generation += 1
    stored.save(update_fields=["is_active", "session_generation"])
    revoked: list[int] = []
    if not active:
        tokens = ApiToken.objects.filter(user=stored, revoked_at__isnull=True)
        revoked = list(tokens.values_list("pk", flat=True))
        tokens.update(revoked_at=timezone.now())
    action = "user.enable" if active else "user.disable"
    after: dict[str, object] = {"is_active": active, "revoked_tokens": revoked}
    record(action, stored, actor=actor, before={"is_active": not active}, after=after, reason=reason)
    return stored


@transaction.atomic
def set_password(user: User, password: str, *, actor: User | None, must_change: bool = False) -> User:
    """Sets a password, which ends the account's other sessions. Raises `Invalid` (`weak_password`)."""
    stored = User.objects.select_for_update().get(pk=user.pk)
    check_password_strength(password, stored)
    stored.set_password(password)
    before = {"must_change_password": stored.must_change_password}
    stored.must_change_password = must_change
    stored.save(update_fields=["password", "must_change_password"])
    record("user.password", stored, actor=actor, before=before, after={"must_change_password": must_change})
    return stored


@transaction.atomic
def unlock_login(user: User, *, actor: User | None) -> int:
    """Lets an account that was locked by failed logins try again at once; gives the number of failures forgotten."""
    forgotten = int(reset_attempts(username=user.username))
    record("user.unlock", user, actor=actor, after={"forgotten_failures": forgotten})
    return forgotten


@transaction.atomic
def issue_token(user: User, name: str, *, actor: User | None) -> tuple[ApiToken, str]:
    """Makes a token and gives it with its secret, which is stored nowhere and cannot be shown again."""
    name = name.strip()
    if not name:
        raise Invalid("token_name", _("请填写令牌的用途，例如“统计局数据交换”。"))
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(user=user, name=name, digest=token_digest(secret), hint=secret[-4:])
    _clean(token)
    token.save(force_insert=True)
    record("token.issue", token, actor=actor, after={"user": user.pk, "name": name, "hint": token.hint})
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User | None) -> None:
    """Ends a token; raises `Conflict` (`token_revoked`) where it has ended already."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    if changed == 0:
        raise Conflict("token_revoked", _("这个令牌已被撤销，无需再次操作。"))
    record("token.revoke", token, actor=actor, before={"user": token.user_id, "name": token.name, "hint": token.hint})


def token_digest(secret: str) -> str:
    """What is stored of a token; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def check_password_strength(password: str, user: User) -> None:
    """Raises `Invalid` (`weak_password`) with one sentence for each rule the password breaks."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("weak_password", " ".join(error.messages), {"password": error.messages}) from error


def _clean(instance: User | ApiToken) -> None:
    try:
        instance.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        kind = str(instance._meta.model_name)
        message = _("资料有误：%(details)s") % {"details": " ".join(error.messages)}
        raise Invalid(f"invalid_{kind}", message, error.message_dict) from error


def _state(user: User) -> dict[str, object]:
    return {
        "username": user.username,
        "display_name": user.display_name,
        "email": user.email,
        "language": user.language,
        "is_demo": user.is_demo,
        "must_change_password": user.must_change_password,
    }
