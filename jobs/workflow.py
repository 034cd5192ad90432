"""What staff may do with a job. Workers change jobs through `queue.py` alone."""

from django.contrib.auth.base_user import AbstractBaseUser as User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow, is_staff
from jobs.models import Job, SuppressedAddress

WAITING, RUNNING, DONE, DEAD, DISCARDED = Job.Status.values


def reset(job: Job, *, actor: User, reason: str) -> None:
    """Make a dead job due now, with all its attempts."""
    job.attempts = 0
    job.due_at = timezone.now()
    job.finished_at = None


def discard(job: Job, *, actor: User, reason: str) -> None:
    """Take a job out of the queue, and its arguments with it."""
    job.due_at = None
    job.finished_at = timezone.now()
    job.kwargs = {}


JOB_WORKFLOW = Workflow(
    Transition(
        name="retry",
        label=_("Retry"),
        done=_("Queued again."),
        source=(DEAD,),
        target=WAITING,
        allow=is_staff,
        effect=reset,
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="discard",
        label=_("Discard"),
        done=_("Discarded."),
        source=(WAITING, DEAD),
        target=DISCARDED,
        allow=is_staff,
        effect=discard,
        in_api=False,
        in_admin=True,
    ),
)

SUPPRESSION_WORKFLOW = Workflow(
    Transition(
        name="lift",
        label=_("Send e-mails again"),
        done=_("E-mails are sent to this address again."),
        source=(SuppressedAddress.Status.ACTIVE.value,),
        target=SuppressedAddress.Status.LIFTED.value,
        allow=is_staff,
        in_api=False,
        in_admin=True,
    ),
)
