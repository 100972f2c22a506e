"""The views that resources are made of."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ipdash.core.api.bodies import Body

JobId = int | None


class Resource(viewsets.GenericViewSet[Any]):
    """A resource whose objects are fetched for somebody.

    Subclasses give `visible()` (what this person may see, with everything the serializer needs fetched),
    `filterset_class` and `orderings` (public name → column).
    """

    orderings: dict[str, str] = {}
    lookup_value_regex = r"[0-9]{1,18}"

    def visible(self) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        return self.visible()

    def get_object(self) -> Any:
        """The object of the address, as if missing where it is not visible. Filters belong to lists alone."""
        found = self.visible().filter(**{self.lookup_field: self.kwargs[self.lookup_field]}).first()
        if found is None:
            raise NotFound
        return found

    def read(self, body: type[Body]) -> dict[str, Any]:
        """What the request says; raises `ValidationError` where it is not what the body describes."""
        filled = body(data=self.request.data)
        filled.is_valid(raise_exception=True)
        values: dict[str, Any] = filled.validated_data
        return values

    def shown(self, pk: int, job: JobId, status: int = 200) -> Response:
        """The object as it stands after a write, with the id of the recomputation that the write asked for."""
        return Response({**self.get_serializer(self.visible().get(pk=pk)).data, "job": job}, status=status)


class ReadOnly(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """list and get."""


class NothingHere(APIView):
    """Every other address below the API's root."""

    schema = None

    def _answer(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise NotFound

    get = post = put = patch = delete = _answer
