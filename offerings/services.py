"""Post and change offerings."""

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.core.errors import WrongStatus
from offerings.models import Offering
from uploads import items


def post(*, creator, **facts) -> Offering:
    """Offer a service."""
    return items.post(Offering(creator=creator), owner=creator, facts=facts)


@transaction.atomic
def edit(offering: Offering, *, actor, **changes) -> Offering:
    """Change an offering."""
    offering = items.owned(offering, owner_field="creator", actor=actor)
    if offering.status == Offering.Status.DELETED:
        raise WrongStatus(_("This offering is deleted."))
    return items.edit(offering, owner=actor, changes=changes)
