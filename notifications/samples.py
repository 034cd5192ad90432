"""An example of every notification type, to look at its e-mail."""

from django.utils import timezone

from accounts.models import User
from notifications.emails import render_email
from notifications.models import Notification
from notifications.types import NOTIFICATION_TYPES, Group

PARAMS = {
    "name": "Jānis Bērziņš",
    "title": "Tīrīt logus",
    "text": "Svētdien no 2.00 līdz 3.00 vietne nedarbosies.",
    "days": 14,
    "rating": 5,
    "count": 3,
    "seq": 3,
    "on": "2031-11-25",
    "amount": "45.00 EUR",
    "net": "40.50 EUR",
    "back": "45.00 EUR",
}
REASON = "The photos show another flat."
ITEMS = [
    {"title": "Velosipēds", "path": "/listings/7", "note": "25 €, Rīga"},
    {"title": "Bērnu gultiņa", "path": "/listings/8", "note": "40 €, Jūrmala"},
]
MORE = 5
# By type: what differs from the parameters above.
OWN_PARAMS = {
    "saved_search": {"name": "Bērnu lietas Rīgā"},  # of a search, not of a person
    **{kind: {"what": "Ziņas"} for kind in ("restricted", "restriction_lifted")},
}
WITH_ITEMS = ("saved_search", "digest")
WITH_REASON = (
    *("content_hidden", "content_removed", "picture_removed"),
    *("warned", "appeal_upheld", "appeal_rejected"),
    *("task_disputed", "restricted", "staff_message"),
)
SUBJECT_TYPES = {
    Group.LISTINGS: "listing",
    Group.SEARCHES: "saved_search",
    Group.MESSAGES: "conversation",
    Group.REVIEWS: "review",
    Group.PAYMENTS: "payment",
}


def sample_recipient(language: str) -> User:
    """Return a person who is not stored, and whose language is this one."""
    person = User(pk=0, username="anna", email="anna@example.com", language=language)
    person.first_name, person.last_name = "Anna", "Ozola"
    return person


def sample_email(kind: str, language: str) -> dict:
    """Return `render_email` of an example of this type. Nothing is stored.

    Its unsubscribe link belongs to nobody. Raises `LookupError` for an unknown type.
    """
    group = NOTIFICATION_TYPES[kind].group
    params = PARAMS | OWN_PARAMS.get(kind, {})
    if kind in WITH_ITEMS:
        params |= {"items": ITEMS, "more": MORE, "count": len(ITEMS) + MORE}
    if kind in WITH_REASON:
        params["reason"] = REASON
    recipient = sample_recipient(language)
    row = Notification(
        recipient=recipient,
        kind=kind,
        subject_type=SUBJECT_TYPES.get(group, "task"),
        subject_id=7,
        params=params,
        created_at=timezone.now(),
    )
    row.withheld = frozenset()  # its subjects are nobody's: there is none to look up
    return render_email(row)
