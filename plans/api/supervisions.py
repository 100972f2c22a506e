"""`supervisions/` and `notices/`: slips with their steps, and one's own inbox."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ipdash.accounts.models import User
from ipdash.core import clock
from ipdash.core.api.bodies import Body
from ipdash.core.api.fields import Choice, Day, Text, Whole, YesNo, identifier, region_code
from ipdash.core.api.filters import Filters, WholeFilter, WordFilter, YesNoFilter
from plans.api.base import ScopedReadOnly, listed, region_filter
from plans.models import Notice, Role, SlipLevel, SlipState, Supervision
from plans.notice_words import notice_text
from plans.permissions import require_role
from plans.rules.ladder import MOVES, Action, Side
from plans.selectors.supervision import grounds, slip_row
from plans.services.notices import read_notice
from plans.services.slips import make_slip, move_slip

ACTIONS = [(move, move) for move, row in MOVES.items() if row.side is not Side.ROUND]


class StepSerializer(serializers.Serializer[Any]):
    """One step of a slip; `by` is null where the round took it."""

    action = Text()
    day = Day()
    by = Text(source="by.display_name", allow_null=True, default=None)
    words = Text(allow_blank=True)


class SupervisionSerializer(serializers.Serializer[Any]):
    """A slip; `grounds` say in Chinese what it rests on, `actions` what you may do with it now."""

    id = identifier()
    task = identifier(source="task_id")
    plan = identifier(source="task.plan_id")
    unit = identifier(source="unit_id")
    region = region_code(source="region.code")
    level = Choice(SlipLevel.choices)
    reason = Choice(Supervision.Reason.choices)
    state = Choice(SlipState.choices)
    number = Text(source="label", allow_blank=True)
    grounds = serializers.SerializerMethodField()
    demand = Text(allow_blank=True)
    proposed_on = Day()
    sent_on = Day(allow_null=True)
    answer_by = Day(allow_null=True)
    ended_on = Day(allow_null=True)
    raised_from = identifier(source="raised_from_id", allow_null=True)
    steps = StepSerializer(many=True)
    actions = serializers.SerializerMethodField()
    version = Whole()

    def get_grounds(self, slip: Supervision) -> str:
        return grounds(slip)

    @extend_schema_field({"type": "array", "items": {"type": "string", "enum": [name for name, _n in ACTIONS]}})
    def get_actions(self, slip: Supervision) -> list[str]:
        return list(slip_row(self.context["view"].scope, slip, clock.today()).actions)


class SupervisionBody(Body):
    """A slip by hand, sent at once."""

    task = identifier()
    unit = identifier()
    level = Choice(SlipLevel.choices)
    demand = Text(max_length=500)


class MoveBody(Body):
    """One step: `words` are asked for by answering, returning, raising, withdrawing and dismissing."""

    action = Choice(ACTIONS)
    words = Text(max_length=500, allow_blank=True, required=False)
    version = Whole(min_value=1, max_value=2**31 - 1, required=False)


class SupervisionFilters(Filters):
    plan = WholeFilter("task__plan")
    task = WholeFilter("task")
    unit = WholeFilter("unit")
    region = region_filter()
    state = WordFilter("state", SlipState.values)
    level = WordFilter("level", SlipLevel.values)
    reason = WordFilter("reason", Supervision.Reason.values)


@listed("督办单")
class SupervisionViewSet(ScopedReadOnly):
    """督办单：巡查提出或人工发出，签收、反馈、复核、销号或升级。"""

    serializer_class = SupervisionSerializer
    filterset_class = SupervisionFilters
    orderings = {"id": "id", "proposed_on": "proposed_on", "answer_by": "answer_by", "state": "state"}
    queryset = Supervision.objects.none()

    def visible(self) -> QuerySet[Any]:
        slips = Supervision.objects.visible_to(self.scope).select_related("task__plan__region", "unit", "region")
        return slips.prefetch_related("steps__by")

    @extend_schema(summary=_("督办单：人工发出"), request=SupervisionBody, responses={201: SupervisionSerializer})
    def create(self, request: Request) -> Response:
        require_role(self.scope, Role.STAFF)
        body = self.read(SupervisionBody)
        slip = make_slip(request.user, body["task"], body["unit"], body["level"], body["demand"], today=clock.today())
        return Response(self.get_serializer(self.visible().get(pk=slip.pk)).data, status=201)

    @extend_schema(
        operation_id="supervisions_move",
        summary=_("督办单：处理一步"),
        description="actions列出现在可作的操作；不发出、反馈、退回、升级和撤回须填写words。",
        request=MoveBody,
        responses=SupervisionSerializer,
    )
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str = "") -> Response:
        found, body = self.get_object(), self.read(MoveBody)
        slip = move_slip(
            request.user, found.pk, Action(body["action"]), body.get("words", ""), today=clock.today(),
            version=body.get("version"),
        )  # fmt: skip
        return Response(self.get_serializer(self.visible().get(pk=slip.pk)).data)


class NoticeSerializer(serializers.Serializer[Any]):
    """Something the product told you; `path` leads to what it is about."""

    id = identifier()
    kind = Text()
    text = serializers.SerializerMethodField()
    path = Text()
    day = Day()
    read = serializers.SerializerMethodField()

    def get_text(self, notice: Notice) -> str:
        return notice_text(notice)

    @extend_schema_field(YesNo())
    def get_read(self, notice: Notice) -> bool:
        return notice.read_at is not None


class NoticeFilters(Filters):
    read = YesNoFilter("read_at", lookup_expr="isnull", exclude=True)


@listed("消息")
class NoticeViewSet(ScopedReadOnly):
    """消息：只有自己的。"""

    serializer_class = NoticeSerializer
    filterset_class = NoticeFilters
    orderings = {"id": "id", "day": "day"}
    queryset = Notice.objects.none()

    def visible(self) -> QuerySet[Any]:
        return Notice.objects.filter(user=self.scope.user_id)

    @extend_schema(operation_id="notices_read", summary=_("消息：标为已读"), request=None, responses=NoticeSerializer)
    @action(detail=True, methods=["post"], url_path="read")
    def mark_read(self, request: Request, pk: str = "") -> Response:
        found = self.get_object()
        assert isinstance(request.user, User)  # noqa: S101 - nobody else has notices
        return Response(self.get_serializer(read_notice(request.user, found.pk)).data)
