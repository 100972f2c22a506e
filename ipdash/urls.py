"""Every address of the product. The API has its own list in `ipdash/api.py`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from ipdash.jobs.views import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("ipdash.api")),
    path("", include("ipdash.accounts.urls")),
    path("", include("indicators.urls")),
    path("", include("plans.urls")),
    path("", include("ipdash.jobs.urls")),
    path("healthz", healthz, name="healthz"),
]
