"""The workflow tables of listings."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.workflow import Transition, Workflow, is_system
from items.moderation import moderation
from items.services import release_images, require_may_republish
from listings import notices
from listings.models import Listing, expiry
from listings.permissions import is_seller

ACTIVE, PENDING, SOLD, ARCHIVED, DELETED = Listing.Status.values


def record(
    listing: Listing, *, actor: User | None, row: Transition, **data: object
) -> None:
    """Notify the seller of a listing that has expired."""
    if row.name == "expire":
        notices.expired(listing)


def renew(listing: Listing, *, actor: User) -> None:
    """Give a listing the full time until it expires again.

    Raises `Restricted` (403).
    """
    require_may_republish(listing, actor=actor)
    listing.expires_at = expiry()


LISTING_WORKFLOW = Workflow(
    Transition(
        name="reserve",
        label=_("Reserve the listing"),
        done=_("The listing is reserved."),
        source=(ACTIVE,),
        target=PENDING,
        allow=is_seller,
    ),
    Transition(
        name="sell",
        label=_("Mark the listing as sold"),
        done=_("The listing is marked as sold."),
        source=(ACTIVE, PENDING),
        target=SOLD,
        allow=is_seller,
    ),
    Transition(
        name="archive",
        label=_("Archive the listing"),
        done=_("The listing is archived."),
        source=(ACTIVE, PENDING, SOLD),
        target=ARCHIVED,
        allow=is_seller,
    ),
    Transition(
        name="activate",
        label=_("Put the listing up again"),
        done=_("The listing is active again."),
        source=(PENDING, SOLD, ARCHIVED),
        target=ACTIVE,
        allow=is_seller,
        effect=renew,
    ),
    Transition(
        name="expire",
        label=_("Archive the expired listing"),
        done=_("The listing has expired."),
        source=(ACTIVE, PENDING),
        target=ARCHIVED,
        allow=is_system,
        in_api=False,
    ),
    Transition(
        name="delete",
        label=_("Delete the listing"),
        done=_("The listing is deleted."),
        source=(ACTIVE, PENDING, SOLD, ARCHIVED),
        target=DELETED,
        allow=is_seller,
        effect=release_images,
        in_api=False,
    ),
    record=record,
)

MODERATION = moderation()
