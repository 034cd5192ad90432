"""Tell people what staff decided about what they have posted."""

from django.db.models import Model

from notifications.services import notify

NOTIFICATION_TYPES = {
    "hide": "content_hidden",
    "remove": "content_removed",
    "restore": "content_restored",
}


def tell_owner(
    obj: Model, *, owner: str, actor, row, reason: str, title: str = ""
) -> None:
    """`owner` is the foreign key to whoever posted it; a restoring needs no reason."""
    kind = NOTIFICATION_TYPES[row.name]
    params = {"title": title or str(obj)}
    if row.name != "restore":
        params["reason"] = reason
    notify(getattr(obj, owner), kind, subject=obj, actor=actor, **params)
