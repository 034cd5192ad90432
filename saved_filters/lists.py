"""The lists of the admin, and which query strings they take."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import (
    IS_FACETS_VAR,
    IS_POPUP_VAR,
    TO_FIELD_VAR,
)
from django.contrib.admin.views.main import (
    ALL_VAR,
    ERROR_FLAG,
    ORDER_VAR,
    PAGE_VAR,
    SEARCH_VAR,
)
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from core.admin.base import Admin
from core.admin.queries import changelist_of, request_for
from core.exceptions import ValidationFailed

NOT_SAVED = (PAGE_VAR, ALL_VAR, ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR, IS_FACETS_VAR)


def page_of(label: str) -> Admin | None:
    """Return the page of a list, such as `listings.listing`; None without one."""
    try:
        page: Any = admin.site._registry.get(apps.get_model(label))
    except (LookupError, ValueError):
        return None
    return page


def kept_part(query: str) -> str:
    """Return a query string without the page and what else is of one visit."""
    params = QueryDict(query, mutable=True)
    for name in NOT_SAVED:
        params.pop(name, None)
    if not params.get(SEARCH_VAR):  # the search form sends its empty field
        params.pop(SEARCH_VAR, None)
    return params.urlencode()


def can_read(page: Admin, query: str, request: HttpRequest) -> bool:
    """Return whether the reader may use all parameters of a query string. No query."""
    params = QueryDict(query).dict().items()
    return all(
        name in (SEARCH_VAR, ORDER_VAR)
        or page.lookup_allowed(name, str(value), request)
        for name, value in params
    )


def checked(page: Admin, query: str, user: Any) -> str:
    """Return what is saved of a query string of the list.

    Raises `UnknownFilters` (400) for what the list does not know, or the reader may not
    use, and `ValidationFailed` (400) if nothing is left.
    """
    request_for(user, query)
    kept = kept_part(query)
    # The list itself is asked: it knows its filters, and what this reader may.
    changelist_of(page, request_for(user, kept))
    if not kept:
        raise ValidationFailed(_("Search or filter the list first."))
    return kept
