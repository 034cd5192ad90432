"""Services that all types of items share: post, change, release the pictures."""

from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.confirmation import POSTING, require_confirmed
from accounts.models import User
from accounts.restrictions import POSTING as MAY_POST
from accounts.restrictions import require_unrestricted
from categories import services as categories
from core.db import shared_queries
from core.db.checked import save_checked, values_of
from core.exceptions import NotAllowed, ValidationFailed
from geo.models import fill_public_location
from items.models import Item, Moderated
from items.quotas import check_posts
from items.signals import item_checked, item_saved
from market import switches
from market.registry import POSTING_OPEN, PRICE_MAX, PRICE_MIN
from uploads import services as uploads

AnyItem = TypeVar("AnyItem", bound=Item)
PRICE_FIELDS = frozenset({"price", "budget"})


@transaction.atomic
def post(
    model: type[AnyItem],
    *,
    owner: User,
    fields: dict[str, Any],
    is_limited: bool = True,
) -> AnyItem:
    """Create an item of `owner` from validated fields; return it.

    What staff post for somebody is not limited to a number a day.

    Raises `ValidationFailed` (400) for values that do not fit the category and for a
    price outside the limits, `NotFound` (404) for pictures that are not uploads of the
    owner, `NotAllowed` (403) while the owner's e-mail address has to be confirmed,
    `Restricted` (403), `SwitchedOff` (403) while nothing is posted, as `check_posts`
    (429), and what a receiver of `item_checked` raises.
    """
    switches.require(POSTING_OPEN)
    require_confirmed(owner, POSTING)
    require_unrestricted(owner, MAY_POST)
    fields = categories.check(model.item_type(), fields)
    item = model(**{model.owner_field: owner})
    item.title, item.description = fields["title"], fields["description"]
    if is_limited:
        check_posts(item, at=timezone.now())
    _set(item, fields, images=fields.get("images") or [])
    save_checked(item, checked=item_checked, saved=item_saved)
    return item


def check_owner(content: Moderated, actor: User) -> None:
    """Raise `NotAllowed` (403) unless `actor` posted `content`."""
    if content.owner_id != actor.pk:
        raise NotAllowed(_("Only the owner can change this."))


def lock_owned(item: AnyItem, *, actor: User) -> AnyItem:
    """Return the item's freshly locked row with its owner; raise as `check_owner`."""
    item = shared_queries.lock(type(item), item.pk)
    check_owner(item, actor)
    setattr(item, item.owner_field, actor)
    return item


@transaction.atomic
def edit(item: AnyItem, *, changes: dict[str, Any]) -> AnyItem:
    """Save validated changes of a locked item; return it.

    Pictures stay if `changes` has no `images`. Raises as `post`.
    """
    if changes:  # new words are a new post
        require_unrestricted(item.owner, MAY_POST)
    changes = categories.check(
        item.item_type(),
        changes,
        category=item.category,
        attributes=item.attributes,
    )
    before = values_of(item, changes)
    _set(item, changes, images=changes.get("images"))
    save_checked(item, checked=item_checked, saved=item_saved, before=before)
    return item


def require_may_republish(item: Item, *, actor: User | None) -> None:
    """Raise `Restricted` (403) if its owner may not post: of transitions that do."""
    if actor is not None and actor.pk == item.owner_id:
        require_unrestricted(actor, MAY_POST)


def release_images(item: Item, *, actor: User | None) -> None:
    """Count an item's pictures out; the effect of deleting it."""
    uploads.set_images(item, [], owner=item.owner)


def _check_price(fields: dict[str, Any], item: Item) -> None:
    """Raise `ValidationFailed` (400) for a new price outside the market's limits."""
    lowest, highest = PRICE_MIN.get(), PRICE_MAX.get()
    for name in PRICE_FIELDS & fields.keys():
        price = fields[name]
        # 0 is for free. A price that stays was within the limits of its time.
        if not price or price == getattr(item, name, None):
            continue
        if not lowest <= price <= highest:
            raise ValidationFailed(
                _("The price must be between %(lowest)s and %(highest)s.")
                % {"lowest": lowest, "highest": highest},
                field=name,
            )


def _set(item: Item, fields: dict[str, Any], *, images: list[str] | None) -> None:
    _check_price(fields, item)
    for name, value in fill_public_location(fields, before=item).items():
        if name != "images":
            setattr(item, name, value)
    if images is not None:
        uploads.set_images(item, images, owner=item.owner)
        if item.moderation != Moderated.Moderation.VISIBLE:
            uploads.hide(item.images)
