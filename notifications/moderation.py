"""Notify people of moderation decisions about what they have posted."""

from typing import Any

from django.db.models import Model

from accounts.models import User
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
    restoration.
    """
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
