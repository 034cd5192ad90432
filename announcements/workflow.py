"""The workflow table of announcements: staff send and stop them in the admin."""

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from announcements import services
from announcements.models import Announcement
from audit import services as audit
from core.exceptions import DomainError
from core.workflow import Transition, Workflow, is_staff

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy

DRAFT, SENT, STOPPED = Announcement.Status.values


class Over(DomainError):
    """The time of the announcement has passed (409)."""


def send(announcement: Announcement, *, actor: "User", reason: str) -> None:
    """Queue the first batch of people. Raises `Over` (409)."""
    if services.is_over(announcement):
        raise Over(_("Its time is over. Change until when it is shown."))
    announcement.sent_at = timezone.now()
    if announcement.by_notification or announcement.by_email:
        services.schedule(announcement)
    else:
        announcement.finished_at = announcement.sent_at


def record(
    announcement: Announcement,
    *,
    actor: "User",
    row: Transition,
    old: str,
    reason: str,
    **data: Any,
) -> None:
    """Add the transition to the audit log."""
    audit.record(
        announcement,
        actor=actor,
        action=row.name,
        reason=reason,
        before=old,
        after=announcement.status,
    )


ANNOUNCEMENT_WORKFLOW = Workflow(
    Transition(
        name="send",
        label=gettext_lazy("Send"),
        done=gettext_lazy("The announcement is sent."),
        source=(DRAFT,),
        target=SENT,
        allow=is_staff,
        effect=send,
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="stop",
        label=gettext_lazy("Stop"),
        done=gettext_lazy("The announcement is stopped."),
        source=(SENT,),
        target=STOPPED,
        allow=is_staff,
        in_api=False,
        in_admin=True,
    ),
    record=record,
)
