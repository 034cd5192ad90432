"""Post and change offerings, and write to who offers them."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core.exceptions import WrongStatus
from items import services as items
from messaging import services as messaging
from messaging.models import Conversation
from offerings.models import Offering


def post(*, creator, **fields) -> Offering:
    """Offer a service."""
    return items.post(Offering(creator=creator), owner=creator, fields=fields)


@transaction.atomic
def edit(offering: Offering, *, actor, **changes) -> Offering:
    """Change an offering."""
    offering = items.lock_owned(offering, owner_field="creator", actor=actor)
    if offering.status == Offering.Status.DELETED:
        raise WrongStatus(_("This offering is deleted."))
    return items.edit(offering, owner=actor, changes=changes)


@transaction.atomic
def contact(offering: Offering, *, actor, message: str = "") -> Conversation:
    """Write to who offers a service; an empty message only opens the conversation.

    Raises `ValidationFailed` for one's own.
    """
    conversation, _is_new = messaging.start(
        sender=actor,
        user_id=offering.creator_id,
        content=message,
        about=("offering", offering.pk),
    )
    counted = Offering.objects.filter(pk=offering.pk)
    counted.update(contact_count=F("contact_count") + 1)
    return conversation
