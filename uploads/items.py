"""Write something that people post: its words, its place and its pictures."""

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.core.errors import NotAllowed
from marketplace.core.locks import locked
from marketplace.core.models import Place, worded
from uploads.services import show


@transaction.atomic
def post(item: Place, *, owner, facts: dict) -> Place:
    """Save a new item of `owner` with `facts` and the pictures among them."""
    _set(item, owner, facts, images=facts.get("images") or [])
    item.save()
    return item


def owned(item: Place, *, owner_field: str, actor) -> Place:
    """The item's freshly locked row; 403 unless it is the actor's."""
    item = locked(type(item)._base_manager).get(pk=item.pk)
    if getattr(item, f"{owner_field}_id") != actor.pk:
        raise NotAllowed(_("Only its owner may change this."))
    return item


@transaction.atomic
def edit(item: Place, *, owner, changes: dict) -> Place:
    """Save changes to a locked item; pictures that are not named stay."""
    _set(item, owner, changes, images=changes.get("images"))
    item.save()
    return item


def _set(item: Place, owner, facts: dict, *, images: list[str] | None) -> None:
    for name, value in worded(
        facts, location=item.location, address=item.address
    ).items():
        if name != "images":
            setattr(item, name, value)
    if images is not None:
        show(item, images, owner=owner)
