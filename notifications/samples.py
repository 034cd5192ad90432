"""An example of every notification type, to look at its e-mail."""

from django.utils import timezone

from accounts.models import User
from notifications.emails import render_email
from notifications.models import Notification
from notifications.types import NOTIFICATION_TYPES, Group

PARAMS = {
    "name": "Jānis Bērziņš",
    "title": "Tīrīt logus",
    "days": 14,
    "rating": 5,
    "count": 3,
    "seq": 3,
    "on": "2031-11-25",
}
REASON = "The photos show another flat."
ITEMS = [
    {"title": "Velosipēds", "path": "/listings/7", "note": "25 €, Rīga"},
    {"title": "Bērnu gultiņa", "path": "/listings/8", "note": "40 €, Jūrmala"},
]
WITH_ITEMS = ("saved_search", "digest")
WITH_REASON = (
    *("content_hidden", "content_removed", "picture_removed"),
    "task_disputed",
)
SUBJECT_TYPES = {
    Group.LISTINGS: "listing",
    Group.SEARCHES: "saved_search",
    Group.MESSAGES: "conversation",
    Group.REVIEWS: "review",
}


def sample_email(kind: str, language: str) -> dict:
    """Return `render_email` of an example of this type. Nothing is stored.

    Its unsubscribe link belongs to nobody. Raises `LookupError` for an unknown type.
    """
    group = NOTIFICATION_TYPES[kind].group
    params = PARAMS | ({"items": ITEMS, "more": 5} if kind in WITH_ITEMS else {})
    if kind in WITH_REASON:
        params["reason"] = REASON
    recipient = User(pk=0, first_name="Anna", email="anna@example.com")
    recipient.language = language
    row = Notification(
        recipient=recipient,
        kind=kind,
        subject_type=SUBJECT_TYPES.get(group, "task"),
        subject_id=7,
        params=params,
        created_at=timezone.now(),
    )
    return render_email(row)
