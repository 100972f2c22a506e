from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    name = "plans"
    verbose_name = _("规划与任务")

    def ready(self) -> None:
        from ipdash.jobs.selectors import register_overseer
        from plans.evidence import register_holder
        from plans.permissions import looks_after_system
        from plans.task_evidence import CLOSINGS, REPORTS

        register_overseer(looks_after_system)
        register_holder(REPORTS)
        register_holder(CLOSINGS)
