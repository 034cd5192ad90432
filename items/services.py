"""Write something that people post: its words, its place and its pictures."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.db.locks import locked
from core.exceptions import NotAllowed
from geo.models import Place, fill_public_location
from uploads.services import set_images


@transaction.atomic
def post(item: Place, *, owner, fields: dict) -> Place:
    """Save a new item of `owner` with `fields` and the pictures among them."""
    _set(item, owner, fields, images=fields.get("images") or [])
    item.save()
    return item


def lock_owned(item: Place, *, owner_field: str, actor) -> Place:
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


def _set(item: Place, owner, fields: dict, *, images: list[str] | None) -> None:
    for name, value in fill_public_location(
        fields, location=item.location, address=item.address
    ).items():
        if name != "images":
            setattr(item, name, value)
    if images is not None:
        set_images(item, images, owner=owner)
