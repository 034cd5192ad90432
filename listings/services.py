"""Services of listings."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.db.counters import BufferedCounter
from core.exceptions import WrongStatus
from items import services as items
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW

VIEWS = BufferedCounter(Listing, "views_count")


@transaction.atomic
def edit(
    listing: Listing, *, actor: User, status: str | None = None, **changes: object
) -> Listing:
    """Change a listing of `actor` and return it.

    A new `status` is a transition of the workflow. Raises `NotAllowed` (403) for a
    listing of others, `WrongStatus` (409) for a deleted one or a status that cannot
    be reached.
    """
    listing = items.lock_owned(listing, actor=actor)
    if listing.status == Listing.Status.DELETED:
        raise WrongStatus(_("This listing is deleted."))
    items.edit(listing, changes=changes)
    if status and status != listing.status:
        name = LISTING_WORKFLOW.leading_to(status)
        assert name is not None  # the API takes no other statuses
        listing = LISTING_WORKFLOW.run(name, listing, actor=actor)
    return listing
