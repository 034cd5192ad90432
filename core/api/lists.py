"""The rows of a list, for a set of query parameters."""

from collections.abc import Mapping
from dataclasses import dataclass

from django_filters.utils import translate_validation

from core.db.results import ResultList


@dataclass(frozen=True)
class FilterRequest:
    """All that filters know of a request, where there is none."""

    user: object


def filtered_results(
    rows, filterset_class: type, query: Mapping[str, str], reader
) -> ResultList:
    """Those of `rows` that the parameters `query` ask for, in their order.

    Every public list is made here, and whatever else must agree with it. Raises
    `ValidationError` (400) for what the filters do not take.
    """
    filterset = filterset_class(query, queryset=rows, request=FilterRequest(reader))
    if not filterset.is_valid():
        raise translate_validation(filterset.errors)
    found = filterset.qs
    return found if isinstance(found, ResultList) else ResultList(found)
