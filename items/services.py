"""Services that all types of items share: post, change, release the pictures."""

from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.confirmation import POSTING, require_confirmed
from accounts.models import User
from core.db.checked import save_checked, values_of
from core.db.locks import locked
from core.exceptions import NotAllowed
from geo.models import fill_public_location
from items.models import Item, Moderated
from items.quotas import check_posts
from items.signals import item_checked, item_saved
from uploads import services as uploads

AnyItem = TypeVar("AnyItem", bound=Item)


@transaction.atomic
def post(model: type[AnyItem], *, owner: User, fields: dict[str, Any]) -> AnyItem:
    """Create an item of `owner` from validated fields; return it.

    Raises `NotFound` (404) for pictures that are not uploads of the owner, `NotAllowed`
    (403) while the owner's e-mail address has to be confirmed, as `check_posts` (429),
    and what a receiver of `item_checked` raises.
    """
    require_confirmed(owner, POSTING)
    item = model(**{model.owner_field: owner})
    item.title, item.description = fields["title"], fields["description"]
    check_posts(item, at=timezone.now())
    _set(item, fields, images=fields.get("images") or [])
    save_checked(item, checked=item_checked, saved=item_saved)
    return item


def check_owner(content: Moderated, actor: User) -> None:
    """Raise `NotAllowed` (403) unless `actor` posted `content`."""
    if content.owner_id != actor.pk:
        raise NotAllowed(_("Only the owner can change this."))


def lock_owned(item: AnyItem, *, actor: User) -> AnyItem:
    """Return the item's freshly locked row; raise as `check_owner`."""
    item = locked(type(item)._base_manager).get(pk=item.pk)
    check_owner(item, actor)
    return item


@transaction.atomic
def edit(item: AnyItem, *, changes: dict[str, Any]) -> AnyItem:
    """Save validated changes of a locked item; return it.

    Pictures stay if `changes` has no `images`. Raises as `post`.
    """
    before = values_of(item, changes)
    _set(item, changes, images=changes.get("images"))
    save_checked(item, checked=item_checked, saved=item_saved, before=before)
    return item


def release_images(item: Item, *, actor: User | None) -> None:
    """Count an item's pictures out; the effect of deleting it."""
    uploads.set_images(item, [], owner=item.owner)


def _set(item: Item, fields: dict[str, Any], *, images: list[str] | None) -> None:
    for name, value in fill_public_location(fields, before=item).items():
        if name != "images":
            setattr(item, name, value)
    if images is not None:
        uploads.set_images(item, images, owner=item.owner)
        if item.moderation != Moderated.Moderation.VISIBLE:
            uploads.hide(item.images)
