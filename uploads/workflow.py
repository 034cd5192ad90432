"""The table of the `moderation` field of a picture: staff remove and restore it."""

from django.contrib.auth.models import AbstractUser

from core.moderation import removal
from core.workflow import Transition, Workflow
from uploads.models import Upload
from uploads.signals import upload_moderated


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


UPLOAD_MODERATION = Workflow(*removal(), field="moderation", record=record)
