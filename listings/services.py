"""Post, change and count looks at listings."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW
from marketplace.core.errors import WrongStatus
from marketplace.core.locks import locked
from marketplace.core.tally import Tally
from uploads import items

VIEWS = Tally(Listing, "views_count")


def post(*, seller, **facts) -> Listing:
    """Put something up for sale."""
    return items.post(Listing(seller=seller), owner=seller, facts=facts)


@transaction.atomic
def edit(listing: Listing, *, actor, status: str | None = None, **changes) -> Listing:
    """Change a listing; a new `status` goes through the workflow."""
    listing = items.owned(listing, owner_field="seller", actor=actor)
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
    listing.views_count += behind - VIEWS.waiting(listing.pk)
    return listing


def expire(*, at: datetime) -> int:
    """Archive what is past its time; return how many. Safe to run twice at once."""
    due = Listing.objects.due(at=at)
    return sum(expire_if_due(due, pk) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def expire_if_due(due, pk: int) -> bool:
    """Archive one listing, unless somebody sold or renewed it since it was read."""
    listing = locked(due).filter(pk=pk).first()
    if listing:
        LISTING_WORKFLOW.run("expire", listing, actor=None)
    return listing is not None
