"""The rows of a list, for a set of query parameters."""

from collections.abc import Mapping
from dataclasses import dataclass

from django_filters.utils import translate_validation

from core.db.results import ResultList


@dataclass(frozen=True)
class FilterRequest:
    """The part of a request that filters read, for callers without a request."""

    user: object


def filtered_results(
    rows, filterset_class: type, query: Mapping[str, str], reader
) -> ResultList:
    """The `rows` that match the parameters `query`, in the order that they ask for.

    Every public list is made here, and whatever must agree with it (the map, saved
    searches). Raises `ValidationError` (400) for parameters that are invalid.
    """
    filterset = filterset_class(query, queryset=rows, request=FilterRequest(reader))
    if not filterset.is_valid():
        raise translate_validation(filterset.errors)
    found = filterset.qs
    return found if isinstance(found, ResultList) else ResultList(found)
