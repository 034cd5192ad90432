"""The life of an offering, as a table, and what staff may do with it."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow
from items.moderation import moderation
from notifications.moderation import notify_owner
from offerings.models import Offering
from offerings.permissions import is_creator
from uploads import services as uploads

ACTIVE, PAUSED, CLOSED, DELETED = Offering.Status.values


def release_images(offering, *, actor) -> None:
    uploads.set_images(offering, [], owner=offering.creator)


OFFERING_WORKFLOW = Workflow(
    Transition(
        name="pause",
        label=_("Pause the offering"),
        done=_("The offering is paused."),
        source=(ACTIVE,),
        target=PAUSED,
        allow=is_creator,
    ),
    Transition(
        name="activate",
        label=_("Activate the offering"),
        done=_("The offering is active."),
        source=(PAUSED, CLOSED),
        target=ACTIVE,
        allow=is_creator,
    ),
    Transition(
        name="close",
        label=_("Close the offering"),
        done=_("The offering is closed."),
        source=(ACTIVE, PAUSED),
        target=CLOSED,
        allow=is_creator,
    ),
    Transition(
        name="delete",
        label=_("Delete the offering"),
        done=_("The offering is deleted."),
        source=(ACTIVE, PAUSED, CLOSED),
        target=DELETED,
        allow=is_creator,
        effect=release_images,
        in_api=False,
    ),
)

MODERATION = moderation(then=partial(notify_owner, owner="creator"))
