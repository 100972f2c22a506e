"""`/api/v1/`: the list of resources; `/api/schema/` describes them, `/api/docs/` shows the description."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter

from indicators.api.attainment import AttainmentViewSet
from indicators.api.comparison import AcrossView, MatrixView, RankingView, UnitsView
from indicators.api.decompositions import DecompositionViewSet
from indicators.api.duties import DutyViewSet
from indicators.api.figures import FigureViewSet
from indicators.api.indicators import IndicatorViewSet
from indicators.api.overview import OverviewView
from indicators.api.periods import PeriodViewSet
from indicators.api.target_lines import TargetLineViewSet
from indicators.api.task_links import TaskLinkViewSet
from indicators.api.uploads import UploadViewSet
from ipdash.accounts.api import AuditViewSet
from ipdash.core.api.description import DescriptionView
from ipdash.core.api.views import NothingHere
from ipdash.jobs.api import JobViewSet
from plans.api.evidence import EvidenceViewSet
from plans.api.plans import PlanViewSet
from plans.api.regions import RegionViewSet
from plans.api.supervisions import NoticeViewSet, SupervisionViewSet
from plans.api.task_reports import TaskReportViewSet
from plans.api.tasks import TaskViewSet
from plans.api.units import UnitViewSet
from plans.models import Role
from plans.permissions import require_role
from plans.scope import scope_of


class Jobs(JobViewSet):
    """The system administrator sees every run."""

    __doc__ = JobViewSet.__doc__

    def sees_all(self) -> bool:
        return scope_of(self.request.user).has(Role.SYSADMIN)


class Audit(AuditViewSet):
    """The auditor alone reads the log."""

    __doc__ = AuditViewSet.__doc__

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_role(scope_of(request.user), Role.AUDITOR)


router = SimpleRouter()
for prefix, view in (
    ("regions", RegionViewSet),
    ("units", UnitViewSet),
    ("plans", PlanViewSet),
    ("tasks", TaskViewSet),
    ("task-reports", TaskReportViewSet),
    ("indicators", IndicatorViewSet),
    ("target-lines", TargetLineViewSet),
    ("task-links", TaskLinkViewSet),
    ("decompositions", DecompositionViewSet),
    ("reporting-duties", DutyViewSet),
    ("figures", FigureViewSet),
    ("periods", PeriodViewSet),
    ("uploads", UploadViewSet),
    ("evidence", EvidenceViewSet),
    ("attainment", AttainmentViewSet),
    ("supervisions", SupervisionViewSet),
    ("notices", NoticeViewSet),
    ("jobs", Jobs),
    ("audit", Audit),
):
    router.register(prefix, view, basename=prefix)

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(router.urls)),
    path("v1/overview/", OverviewView.as_view(), name="overview"),
    path("v1/comparison/ranking/", RankingView.as_view(), name="comparison-ranking"),
    path("v1/comparison/matrix/", MatrixView.as_view(), name="comparison-matrix"),
    path("v1/comparison/plans/", AcrossView.as_view(), name="comparison-plans"),
    path("v1/comparison/units/", UnitsView.as_view(), name="comparison-units"),
    path("schema/", DescriptionView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api/docs.html"),
        name="docs",
    ),
    re_path(r"", NothingHere.as_view()),
]
