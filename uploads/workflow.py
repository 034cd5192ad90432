"""The table of the `moderation` field of a picture: staff remove and restore it."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AbstractUser

from core.moderation import removal, set_reason
from core.workflow import Transition, Workflow
from uploads.models import Upload
from uploads.signals import upload_decided, upload_moderated


def _decide(outcome: str) -> Callable[..., None]:
    def decide(
        upload: Upload, *, actor: AbstractUser | None, reason: str, **grounds: Any
    ) -> None:
        set_reason(upload, outcome=outcome, reason=reason)
        upload_decided.send(
            Upload,
            upload=upload,
            actor=actor,
            outcome=outcome,
            reason=reason,
            **grounds,
        )

    return decide


def record(
    upload: Upload,
    *,
    actor: AbstractUser | None,
    row: Transition,
    old: str,
    reason: str,
    **grounds: Any,
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


UPLOAD_MODERATION = Workflow(*removal(_decide), field="moderation", record=record)
