"""The workflow tables of offerings."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow
from items.moderation import moderation
from items.services import release_images, require_may_republish
from offerings.models import Offering
from offerings.permissions import is_creator

ACTIVE, PAUSED, CLOSED, DELETED = Offering.Status.values


OFFERING_WORKFLOW = Workflow(
    Transition(
        name="pause",
        label=_("Pause the service"),
        done=_("The service is paused."),
        source=(ACTIVE,),
        target=PAUSED,
        allow=is_creator,
    ),
    Transition(
        name="activate",
        label=_("Activate the service"),
        done=_("The service is active."),
        source=(PAUSED, CLOSED),
        target=ACTIVE,
        allow=is_creator,
        effect=require_may_republish,
    ),
    Transition(
        name="close",
        label=_("Close the service"),
        done=_("The service is closed."),
        source=(ACTIVE, PAUSED),
        target=CLOSED,
        allow=is_creator,
    ),
    Transition(
        name="delete",
        label=_("Delete the service"),
        done=_("The service is deleted."),
        source=(ACTIVE, PAUSED, CLOSED),
        target=DELETED,
        allow=is_creator,
        effect=release_images,
        in_api=False,
    ),
)

MODERATION = moderation()
