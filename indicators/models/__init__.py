"""What is measured and what it means. One noun a file."""

from indicators.models.attainment import Attainment
from indicators.models.decomposition import Decomposition
from indicators.models.figure import FIGURE_HOLDER, Figure, FigureRevision
from indicators.models.indicator import Indicator, IndicatorAlias
from indicators.models.period import ReportingDuty, ReportingPeriod
from indicators.models.publication import DisplayLink, Publication, PublicPage
from indicators.models.reminder import Digest, Urge
from indicators.models.saved_mapping import SavedMapping
from indicators.models.target import Baseline, Target, TargetLine
from indicators.models.task_link import TaskLink
from indicators.models.upload import Upload, UploadRow

__all__ = [
    "FIGURE_HOLDER",
    "Attainment",
    "Baseline",
    "Decomposition",
    "Digest",
    "DisplayLink",
    "Figure",
    "FigureRevision",
    "Indicator",
    "IndicatorAlias",
    "PublicPage",
    "Publication",
    "ReportingDuty",
    "ReportingPeriod",
    "SavedMapping",
    "Target",
    "TargetLine",
    "TaskLink",
    "Upload",
    "UploadRow",
    "Urge",
]
