"""What staff may do with a job. What a worker does with it is in `queue.py`."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow, is_staff
from jobs.models import Job

WAITING, RUNNING, DONE, DEAD, DISCARDED = Job.Status.values


def begin_anew(job, *, actor, reason: str) -> None:
    job.attempts = 0
    job.due_at = timezone.now()
    job.finished_at = None


def forget(job, *, actor, reason: str) -> None:
    job.due_at = None
    job.finished_at = timezone.now()
    job.kwargs = {}


JOB_WORKFLOW = Workflow(
    Transition(
        name="retry",
        label=_("Try again"),
        done=_("Queued again."),
        source=(DEAD,),
        target=WAITING,
        allow=is_staff,
        effect=begin_anew,
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
        effect=forget,
        in_api=False,
        in_admin=True,
    ),
)
