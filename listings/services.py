"""Services of listings."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.api.throttling import count
from core.db.counters import BufferedCounter
from core.exceptions import WrongStatus
from items import services as items
from listings.models import Listing
from listings.workflow import LISTING_WORKFLOW

HOUR_S = 3600
VIEWS = BufferedCounter(Listing, "views_count")


def count_view(listing: Listing, *, reader: str) -> None:
    """Count a view of a loaded listing; of one reader, `VIEWS_PER_READER` an hour.

    `reader` is the id of a person or a network address.
    """
    key = f"view:{listing.pk}:{reader}"
    if settings.THROTTLE and count(key, HOUR_S) > settings.VIEWS_PER_READER:
        VIEWS.show([listing])
    else:
        VIEWS.add(listing)


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
