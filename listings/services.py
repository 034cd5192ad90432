"""Post, change and count looks at listings."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.db.counters import BufferedCounter
from core.exceptions import WrongStatus
from items import services as items
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW

VIEWS = BufferedCounter(Listing, "views_count")


def post(*, seller, **fields) -> Listing:
    """Put something up for sale."""
    return items.post(Listing(seller=seller), owner=seller, fields=fields)


@transaction.atomic
def edit(listing: Listing, *, actor, status: str | None = None, **changes) -> Listing:
    """Change a listing; a new `status` goes through the workflow."""
    listing = items.lock_owned(listing, owner_field="seller", actor=actor)
    if listing.status == Listing.Status.DELETED:
        raise WrongStatus(_("This listing is deleted."))
    listing = items.edit(listing, owner=actor, changes=changes)
    if status and status != listing.status:
        name = LISTING_WORKFLOW.leading_to(status)
        listing = LISTING_WORKFLOW.run(name, listing, actor=actor)
    return listing


def count_view(listing: Listing) -> Listing:
    """Count a look at a loaded listing; what waits is added where it is shown."""
    behind = VIEWS.add(listing.pk)
    listing.views_count += behind - VIEWS.pending(listing.pk)
    return listing
