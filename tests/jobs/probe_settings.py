"""The real settings with the fewest apps, and one app whose handlers leave traces: for worker processes under test."""

import os

from ipdash.settings import *  # noqa: F403  # settings are inherited whole

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "ipdash.core",
    "ipdash.accounts",
    "ipdash.jobs",
    "tests.jobs.probe_app",
]
MIDDLEWARE = []
ROOT_URLCONF = "tests.jobs.probe_app.urls"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
CELERY_QUEUE = os.environ.get("PROBE_QUEUE", "ipdash")
