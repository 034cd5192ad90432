"""Request, deliver and delete exports."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import security_log
from accounts.devices import Device
from accounts.models import User
from core.db.locks import locked
from core.exceptions import NotFound, Throttled
from jobs.mail import AUTOMATIC
from jobs.services import enqueue, enqueue_mail
from privacy.models import Export
from uploads.storage import storage_errors

SALT = "privacy.export"
LINK_LIFETIME = timedelta(hours=24)
INTERVAL = timedelta(days=1)
Status = Export.Status


@transaction.atomic
def request(user: User, *, device: Device | None = None) -> Export:
    """Queue an export of the data of `user`; return it.

    Raises `Throttled` (429) for a second one within a day.
    """
    # Locked: of two requests at once, each would find no export of this day.
    locked(User.objects).only("pk").get(pk=user.pk)
    now = timezone.now()
    earlier = Export.objects.visible_to(user).counted(since=now - INTERVAL).first()
    if earlier is not None:
        wait = earlier.created_at + INTERVAL - now
        raise Throttled(
            _("You can ask for your data once a day."),
            retry_after=max(1, int(wait.total_seconds())),
        )
    export = Export.objects.create(user=user)
    enqueue("privacy.write_export", export_id=export.pk)
    security_log.record(user, security_log.Type.EXPORT_REQUESTED, device)
    return export


def notify(export: Export) -> None:
    """Queue the e-mail that says that the archive is ready."""
    user = export.user
    if user.email is None or not user.email_confirmed:
        return  # it may be a stranger's address
    with override(user.language):
        context = {"site": settings.SITE_NAME, "days": settings.EXPORT_DAYS}
        enqueue_mail(
            f"export:{export.pk}:{export.created_at.isoformat()}",
            to=user.email,
            subject=_("Your data are ready"),
            text=render_to_string("privacy/export_ready.txt", context),
            headers=AUTOMATIC,
        )


def download_path(export: Export) -> str | None:
    """Return the signed path of a ready archive, valid for `LINK_LIFETIME`."""
    if export.status != Status.READY:
        return None
    signature = signing.dumps([export.pk, export.file], salt=SALT)
    path = reverse("export-file", args=[export.pk])
    return f"{path}?{urlencode({'signature': signature})}"


def find(export_id: int, signature: str) -> Export:
    """Return the ready export of a signed path.

    Raises `NotFound` (404) for a signature that is forged, expired or of another one.
    """
    try:
        signed = signing.loads(signature, salt=SALT, max_age=LINK_LIFETIME)
    except signing.BadSignature:
        signed = None
    ready = Export.objects.filter(pk=export_id, status=Status.READY)
    export = ready.filter(expires_at__gt=timezone.now()).first()
    if export is None or signed != [export.pk, export.file]:
        raise NotFound(_("There is no such export."))
    return export


def note_download(export: Export, device: Device) -> None:
    """Record a download in the security log of the person."""
    security_log.record(export.user, security_log.Type.EXPORT_DOWNLOADED, device)


def delete(export: Any) -> None:
    """Delete an export with its file. Raises `ServiceUnavailable` (503)."""
    # The file first: if the process is killed in between, the row still names it.
    with storage_errors():
        export.delete_file()
    export.delete()
