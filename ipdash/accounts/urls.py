"""Login, logout, and the pages of one's own account."""

from django.urls import path

from ipdash.accounts import views

urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.change_password, name="password"),
    path("language/", views.choose_language, name="language"),
    path("account/", views.account, name="account"),
    path("account/tokens/", views.issue_token, name="token-issue"),
    path("account/tokens/<int:pk>/revoke/", views.revoke_token, name="token-revoke"),
]
