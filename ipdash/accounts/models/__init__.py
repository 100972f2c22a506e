"""Who uses the product, with what tokens, and what they did."""

from ipdash.accounts.models.audit import AuditEntry, AuditHead
from ipdash.accounts.models.tokens import ApiToken
from ipdash.accounts.models.users import User, UserManager

__all__ = ["ApiToken", "AuditEntry", "AuditHead", "User", "UserManager"]
