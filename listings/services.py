"""Services of listings: change one, count its views."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.db.counters import BufferedCounter
from core.exceptions import WrongStatus
from items import services as items
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW

VIEWS = BufferedCounter(Listing, "views_count")


@transaction.atomic
def edit(listing: Listing, *, actor, status: str | None = None, **changes) -> Listing:
    """Change a listing of `actor` and return it.

    A new `status` is a transition of the workflow. Raises `NotAllowed` (403) for a
    listing of others, `WrongStatus` (409) for a deleted one or a status that cannot
    be reached.
    """
    listing = items.lock_owned(listing, actor=actor)
    if listing.status == Listing.Status.DELETED:
        raise WrongStatus(_("This listing is deleted."))
    listing = items.edit(listing, changes=changes)
    if status and status != listing.status:
        name = LISTING_WORKFLOW.leading_to(status)
        listing = LISTING_WORKFLOW.run(name, listing, actor=actor)
    return listing


def count_view(listing: Listing) -> Listing:
    """Count a view of a loaded listing; return it with its count brought up to date.

    The serializer adds the views that are still pending in memory.
    """
    pending = VIEWS.add(listing.pk)
    # A flush between the two calls has written what was pending, and the loaded row
    # does not have it.
    listing.views_count += pending - VIEWS.pending(listing.pk)
    return listing
