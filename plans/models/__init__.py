"""Who promised what: regions, units, memberships, plans and what stands in them. One noun a file."""

from plans.models.evidence import EvidenceFile
from plans.models.membership import Membership, Role
from plans.models.notice import CalendarFeed, Notice
from plans.models.plan import GlossaryTerm, Phase, Plan, PlanReference, PlanSection
from plans.models.plan_import import ImportItem, PlanImport
from plans.models.region import Region
from plans.models.region_change import RegionChange
from plans.models.supervision import SlipLevel, SlipState, Supervision, SupervisionRule, SupervisionStep
from plans.models.task import Assignment, Milestone, MilestoneChange, PlanTask, TaskGoal, TaskMeasure
from plans.models.task_report import ReportedNumber, TaskClosing, TaskReport, TaskReportRevision
from plans.models.unit import CollectiveMember, Unit, UnitAlias

__all__ = [
    "Assignment",
    "CalendarFeed",
    "CollectiveMember",
    "EvidenceFile",
    "GlossaryTerm",
    "ImportItem",
    "Membership",
    "Milestone",
    "MilestoneChange",
    "Notice",
    "Phase",
    "Plan",
    "PlanImport",
    "PlanReference",
    "PlanSection",
    "PlanTask",
    "Region",
    "RegionChange",
    "ReportedNumber",
    "Role",
    "SlipLevel",
    "SlipState",
    "Supervision",
    "SupervisionRule",
    "SupervisionStep",
    "TaskClosing",
    "TaskGoal",
    "TaskMeasure",
    "TaskReport",
    "TaskReportRevision",
    "Unit",
    "UnitAlias",
]
