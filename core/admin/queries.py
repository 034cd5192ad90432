"""Ask a list of the admin what a member of staff would see with a query string."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from core.exceptions import ValidationFailed

MAX_QUERY_CHARS = 2_000


class UnknownFilters(ValidationFailed):
    """The list cannot be filtered so (400)."""


def request_for(user: Any, query: str) -> HttpRequest:
    """Return a request for a list with `query`, as `user` would send it.

    Raises `UnknownFilters` (400) for one that is too long or cannot be read.
    """
    if len(query) > MAX_QUERY_CHARS or "\0" in query or "%00" in query:
        raise UnknownFilters(_("The list has no such filters."))
    request = HttpRequest()
    request.method, request.user = "GET", user
    with _readable_filters():
        request.GET = QueryDict(query)
    return request


def changelist_of(page: Any, request: HttpRequest) -> Any:
    """Return the changelist of a page: its search, filters and permissions apply.

    Raises `UnknownFilters` (400) for what the list does not know, or the user may not
    use.
    """
    with _readable_filters():
        return page.get_changelist_instance(request)


@contextmanager
def _readable_filters() -> Iterator[None]:
    try:
        yield
    except (
        *(IncorrectLookupParameters, SuspiciousOperation, BadRequest),
        *(ValueError, OverflowError, DataError),
    ) as error:
        raise UnknownFilters(_("The list has no such filters.")) from error
