from django.urls import path

from ipdash.jobs.views import healthz

urlpatterns = [path("healthz", healthz)]
