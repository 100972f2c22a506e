from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    name = "indicators"
    verbose_name = _("指标与完成情况")

    def ready(self) -> None:
        from indicators.permissions import plans_with_a_duty
        from indicators.selectors.periods import report_windows
        from indicators.services.evidence import FIGURES
        from indicators.services.staleness import mark_plan_changed
        from plans.evidence import register_holder
        from plans.permissions import register_plan_readers
        from plans.services.plans import register_recompute
        from plans.windows import register_windows

        register_plan_readers(plans_with_a_duty)
        register_recompute(mark_plan_changed)
        register_holder(FIGURES)
        register_windows(report_windows)
