"""The jobs' own addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from ipdash.jobs import views

urlpatterns: list[URLPattern] = [
    path("jobs/", views.job_list, name="job-list"),
    path("jobs/<int:job_id>/", views.job_detail, name="job"),
    path("jobs/<int:job_id>/progress/", views.job_progress, name="job-progress"),
    path("jobs/<int:job_id>/retry/", views.job_retry, name="job-retry"),
]
