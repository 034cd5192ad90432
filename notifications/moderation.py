"""Notify people of moderation decisions about what they have posted."""

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from core.exceptions import WrongStatus
from core.workflow import Transition
from notifications.services import notify
from uploads.models import Upload

NOTIFICATION_TYPES = {  # by transition
    "hide": "content_hidden",
    "remove": "content_removed",
    "restore": "content_restored",
}
PICTURE_NOTIFICATION_TYPES = {
    "remove": "picture_removed",
    "restore": "picture_restored",
}


def notify_owner(
    obj: Model,
    *,
    owner: str,
    actor: User | None,
    row: Transition,
    reason: str,
    title: str = "",
) -> None:
    """Notify the owner of `obj` of the moderation transition `row` by `actor`.

    `owner` names the foreign key to the owner. The reason is shown, except for a
    restoration. A transition without a type needs no notification: the answer to the
    appeal says it.
    """
    if row.name not in NOTIFICATION_TYPES:
        return
    params: dict[str, Any] = {"title": title or str(obj)}
    if row.name != "restore":
        params["reason"] = reason
    recipient = getattr(obj, owner)
    notify(recipient, NOTIFICATION_TYPES[row.name], subject=obj, actor=actor, **params)


def notify_uploader(
    sender: type[Upload],
    *,
    upload: Upload,
    actor: User | None,
    action: str,
    reason: str,
    **kwargs: object,
) -> None:
    """Notify the owner of a picture of a decision. Receives `upload_moderated`."""
    params: dict[str, Any] = {} if action == "restore" else {"reason": reason}
    kind = PICTURE_NOTIFICATION_TYPES[action]
    notify(upload.owner, kind, subject=upload, actor=actor, **params)


def is_reachable(user: User, actor: User) -> bool:
    """Return whether a message of staff reaches the person."""
    return user.is_active


@transaction.atomic
def write_to(user: User, *, actor: User, reason: str) -> User:
    """Send a message of staff to a person; it is in the audit log.

    Raises `WrongStatus` (409) if the account is suspended or deleted.
    """
    if not is_reachable(user, actor):
        raise WrongStatus(_("This account is not active."))
    audit.record(user, actor=actor, action="message", reason=reason)
    notify(user, "staff_message", subject=user, path="/", reason=reason)
    return user
