"""Tell people what staff decided about what they have posted."""

from django.db.models import Model

from notifications.services import notify

KINDS = {
    "hide": "content_hidden",
    "remove": "content_removed",
    "restore": "content_restored",
}


def tell_owner(
    obj: Model, *, owner: str, actor, row, reason: str, title: str = ""
) -> None:
    """`owner` is the foreign key to whoever posted it; a restoring needs no reason."""
    kind = KINDS[row.name]
    facts = {"title": title or str(obj)}
    if row.name != "restore":
        facts["reason"] = reason
    notify(getattr(obj, owner), kind, subject=obj, actor=actor, **facts)
