"""The addresses below `/manage/` that need nothing but plans."""

from __future__ import annotations

from django.urls import URLPattern, path

from plans.views import manage_accounts, manage_audit, manage_roles, manage_supervision, manage_system, manage_units

manage_urls: list[URLPattern] = [
    path("manage/accounts/", manage_accounts.account_list, name="manage-accounts"),
    path("manage/accounts/new/", manage_accounts.account_new, name="manage-account-new"),
    path("manage/accounts/<int:user_id>/", manage_accounts.account_detail, name="manage-account"),
    path("manage/accounts/<int:user_id>/active/", manage_accounts.account_active, name="manage-account-active"),
    path("manage/accounts/<int:user_id>/unlock/", manage_accounts.account_unlock, name="manage-account-unlock"),
    path("manage/accounts/<int:user_id>/password/", manage_accounts.account_password, name="manage-account-password"),
    path("manage/roles/", manage_roles.role_list, name="manage-roles"),
    path("manage/roles/new/", manage_roles.role_new, name="manage-role-new"),
    path("manage/roles/<int:membership_id>/revoke/", manage_roles.role_revoke, name="manage-role-revoke"),
    path("manage/security/", manage_roles.security, name="manage-security"),
    path("manage/units/", manage_units.unit_list, name="manage-units"),
    path("manage/units/new/", manage_units.unit_new, name="manage-unit-new"),
    path("manage/units/<int:unit_id>/", manage_units.unit_change, name="manage-unit"),
    path("manage/units/<int:unit_id>/merge/", manage_units.unit_merge, name="manage-unit-merge"),
    path("manage/regions/", manage_units.region_list, name="manage-regions"),
    path("manage/supervision/", manage_supervision.ladder, name="manage-supervision"),
    path("manage/system/", manage_system.system, name="manage-system"),
    path("manage/audit/", manage_audit.audit_log, name="manage-audit"),
    path("manage/audit/check/", manage_audit.audit_check, name="manage-audit-check"),
    path("manage/audit/export/", manage_audit.audit_export, name="manage-audit-export"),
]
