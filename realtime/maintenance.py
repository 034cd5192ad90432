"""Maintenance mode for sockets: handshakes are refused, and open connections end."""

from collections.abc import Collection

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request, override

from accounts.models import User
from market import maintenance
from market.registry import MAINTENANCE_RETRY_SECONDS
from realtime.protocol import encode_frame


def refusal_of(request: HttpRequest) -> HttpResponse | None:
    """Return the 503 that answers a handshake, as any other request; None if it may."""
    if not maintenance.refuses_reads():
        return None
    with override(get_language_from_request(request)):
        return maintenance.refusal()


def last_frames(user_ids: Collection[int]) -> dict[int, str]:
    """Return the frame that announces the end of the connections, by user id.

    Nothing unless reads are refused. Staff are left out: they go on. One query.
    """
    if not user_ids or not maintenance.refuses_reads():
        return {}
    people = User.objects.filter(pk__in=user_ids, is_staff=False).order_by()
    return {
        pk: _frame(language) for pk, language in people.values_list("pk", "language")
    }


def _frame(language: str | None) -> str:
    with override(language):
        text = maintenance.text()
    seconds = MAINTENANCE_RETRY_SECONDS.get()
    return encode_frame("maintenance", text=text, retry_after=seconds)
