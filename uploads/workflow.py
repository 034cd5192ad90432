"""The table of the `moderation` field of a picture: staff remove and restore it."""

from django.contrib.auth.models import AbstractUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow, is_staff
from uploads.models import Upload
from uploads.signals import upload_moderated

VISIBLE, HIDDEN, REMOVED = Upload.Moderation.values


def decide(upload: Upload, *, actor: AbstractUser, reason: str) -> None:
    """Set the reason and time of a decision."""
    upload.moderation_reason = reason
    upload.moderated_at = timezone.now()


def clear(upload: Upload, *, actor: AbstractUser, reason: str) -> None:
    """As `decide`, without a reason."""
    decide(upload, actor=actor, reason="")


def record(
    upload: Upload, *, actor: AbstractUser, row: Transition, old: str, reason: str
) -> None:
    """Send `upload_moderated`."""
    upload_moderated.send(
        Upload,
        upload=upload,
        actor=actor,
        action=row.name,
        reason=reason,
        before=old,
        after=upload.moderation,
    )


UPLOAD_MODERATION = Workflow(
    Transition(
        name="remove",
        label=_("Remove"),
        done=_("Removed."),
        source=(VISIBLE, HIDDEN),
        target=REMOVED,
        allow=is_staff,
        effect=decide,
        in_api=False,
        in_admin=True,
    ),
    Transition(
        name="restore",
        label=_("Restore"),
        done=_("Restored."),
        source=(HIDDEN, REMOVED),
        target=VISIBLE,
        allow=is_staff,
        effect=clear,
        in_api=False,
        in_admin=True,
    ),
    field="moderation",
    record=record,
)
