"""The workflow table of disputes."""

from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow, is_system
from tasks.disputes import notices, permissions, services
from tasks.disputes.inputs import RespondInput
from tasks.models import Dispute

OPEN, UNDER_REVIEW, RESOLVED = Dispute.Status.values

DISPUTE_WORKFLOW = Workflow(
    Transition(
        name="respond",
        label=_("Answer the dispute"),
        done=_("Your answer is saved. Staff will review the dispute."),
        source=(OPEN, UNDER_REVIEW),  # also late, until it is decided
        target=UNDER_REVIEW,
        allow=permissions.is_other_side,
        effect=services.respond,
        input=RespondInput,
    ),
    Transition(
        name="review",
        label=_("Review the dispute without an answer"),
        done=_("The dispute is reviewed."),
        source=(OPEN,),
        target=UNDER_REVIEW,
        allow=is_system,
        in_api=False,
    ),
    Transition(
        name="resolve",
        label=_("Resolve the dispute"),
        done=_("The dispute is resolved."),
        source=(OPEN, UNDER_REVIEW),
        target=RESOLVED,
        allow=permissions.is_decided,
        effect=services.resolve,
        in_api=False,
    ),
    parent="task",
    record=notices.changed,
)
