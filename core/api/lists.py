"""The rows of a list, for a set of query parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django_filters import FilterSet
from django_filters.utils import translate_validation

from core.db.results import ResultList


@dataclass(frozen=True)
class FilterRequest:
    """The part of a request that filters read, for callers without a request."""

    user: AbstractBaseUser | AnonymousUser


def filtered_results(
    rows: QuerySet[Any],
    filterset_class: type[FilterSet] | None,
    query: Mapping[str, str],
    reader: AbstractBaseUser | AnonymousUser,
) -> ResultList:
    """Return the `rows` that match the parameters `query`, in the order they name.

    Every public list is made here, and whatever must agree with it (the map, saved
    searches). Raises `ValidationError` (400) for parameters that are invalid.
    """
    assert filterset_class is not None, "the list has no filters"
    filterset = filterset_class(query, queryset=rows, request=FilterRequest(reader))
    if not filterset.is_valid():
        raise translate_validation(filterset.errors)
    found = filterset.qs
    return found if isinstance(found, ResultList) else ResultList(found)
