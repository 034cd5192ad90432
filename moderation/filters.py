"""Filters of the list of cases. None of them asks the database for its values."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from moderation.categories import CATEGORIES
from moderation.models import Case
from moderation.querysets import IN_QUEUE
from moderation.targets import TARGET_TYPES


class StatusFilter(admin.SimpleListFilter):
    """What waits for staff, unless another status is chosen or the list is searched."""

    title = _("status")
    parameter_name = "status__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        self._is_open_to_all = bool(request.GET.get("q") or "status__in" in request.GET)
        return [("all", _("All cases")), *Case.Status.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if value in Case.Status.values:
            return queryset.filter(status=value)
        if value is None and not self._is_open_to_all:
            return queryset.filter(status__in=IN_QUEUE)
        return queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the choices; the first, without a value, is the queue."""
        first, *others = super().choices(changelist)
        yield first | {"display": _("Waits for staff")}
        yield from others


class ColumnFilter(admin.SimpleListFilter):
    """A filter by the column that its parameter names."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        return (
            queryset.filter(**{str(self.parameter_name): value}) if value else queryset
        )


class TypeFilter(ColumnFilter):
    """Cases about one type of target."""

    title = _("type")
    parameter_name = "target_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.name, kind.label) for kind in TARGET_TYPES.values()]


class SeverityFilter(ColumnFilter):
    """Cases of one severity, as their gravest report has it."""

    title = _("severity")
    parameter_name = "severity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = sorted({each.severity for each in CATEGORIES.values()}, reverse=True)
        return [(str(severity), severity) for severity in found]
