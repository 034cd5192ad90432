"""Services of offerings: change one, contact its creator."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import WrongStatus
from items import services as items
from messaging import services as messaging
from messaging.models import Conversation
from offerings.models import Offering


@transaction.atomic
def edit(offering: Offering, *, actor: User, **changes: object) -> Offering:
    """Change an offering of `actor` and return it.

    Raises `NotAllowed` (403) for an offering of others, `WrongStatus` (409) for a
    deleted one.
    """
    offering = items.lock_owned(offering, actor=actor)
    if offering.status == Offering.Status.DELETED:
        raise WrongStatus(_("This service is deleted."))
    items.edit(offering, changes=changes)
    return offering


@transaction.atomic
def contact(offering: Offering, *, actor: User, message: str = "") -> Conversation:
    """Send a message to the creator of an offering; return their conversation.

    An empty message only opens the conversation. Raises `ValidationFailed` (400) for
    an offering of `actor`.
    """
    conversation, _is_new = messaging.start(
        sender=actor,
        user_id=offering.creator_id,
        content=message,
        about=("offering", offering.pk),
    )
    # F(): the count of the loaded row may be older than the one in the database.
    counted = Offering.objects.filter(pk=offering.pk)
    counted.update(contact_count=F("contact_count") + 1)
    return conversation
