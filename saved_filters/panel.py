"""What stands above a list: the saved filters, and the form that saves one."""

from typing import Any

from django.http import HttpRequest, QueryDict

from core.admin.base import Admin, changelist_url
from saved_filters.lists import can_read, kept_part
from saved_filters.models import MAX_NAME_CHARS, SavedFilter
from saved_filters.permissions import may_delete, may_share

MAX_SHOWN = 100


def panel(page: Admin, request: HttpRequest) -> dict[str, Any] | None:
    """Return the template and what it shows of the list; None if that is nothing.

    One query.
    """
    label = page.model._meta.label_lower
    current = kept_part(request.GET.urlencode())
    rows = SavedFilter.objects.of_list(label).visible_to(request.user)
    shown = [
        _shown(page, row, request, current=current)
        for row in rows.select_related("owner")[:MAX_SHOWN]
    ]
    # What somebody else may filter by, this reader perhaps may not.
    shown = [each for each in shown if each["is_own"] or each["url"]]
    is_saved = any(each["is_current"] for each in shown)
    if not shown and not current:
        return None
    return {
        "template": "saved_filters/panel.html",
        "filters": shown,
        "model": label,
        "query": "" if is_saved else current,
        "may_share": may_share(request.user),
        "max_chars": MAX_NAME_CHARS,
    }


def _shown(
    page: Admin, row: SavedFilter, request: HttpRequest, *, current: str
) -> dict[str, Any]:
    is_own = row.owner_id == request.user.pk
    is_usable = can_read(page, row.query, request)
    return {
        "pk": row.pk,
        "name": row.name,
        "url": f"{changelist_url(page.model)}?{row.query}" if is_usable else "",
        "owner": "" if is_own else row.owner.username,
        "is_own": is_own,
        "is_shared": row.is_shared,
        "is_current": QueryDict(row.query) == QueryDict(current),
        "may_delete": may_delete(row, request.user),
    }
