"""Request, deliver and delete exports."""

from datetime import timedelta
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
from accounts.moderation import sees_private_data
from audit import services as audit
from core.db.locks import locked
from core.exceptions import NotAllowed, NotFound, Throttled
from jobs.mail import AUTOMATIC
from jobs.services import enqueue, enqueue_mail
from privacy.models import Export

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


@transaction.atomic
def request_for(user: User, *, actor: User, reason: str) -> Export:
    """Queue an export at the request of its person, who alone can download it.

    Raises `NotAllowed` (403) for who does not handle personal data, and `Throttled`
    (429).
    """
    if not sees_private_data(user, actor):
        raise NotAllowed(_("You do not have permission to do this."))
    audit.record(user, actor=actor, action="export", reason=reason)
    return request(user)


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
