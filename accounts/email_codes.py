"""Codes that are sent by e-mail to the confirmed address of an account."""

from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import challenges
from accounts.devices import Device
from accounts.models import User
from core.api.throttling import consume
from jobs.mail import AUTOMATIC
from jobs.services import enqueue_mail

LIMITS = ((1, 30), (5, 24 * 3600))  # of one person: (e-mails, seconds)


@transaction.atomic
def send(user: User, purpose: str, device: Device) -> str:
    """Queue a code to the address of an account; return the key of its challenge.

    Raises `Throttled` (429) after too many: the code sent before may still be used.
    """
    for limit, seconds in LIMITS:
        consume(f"email-code:{seconds}:{user.pk}", limit, seconds)
    code = challenges.new_code()
    challenge = challenges.create(
        purpose, secret=code, user=user, network=device.network
    )
    with override(user.language):
        context = {"site": settings.SITE_NAME, "code": code}
        enqueue_mail(
            f"email-code:{uuid4().hex}",
            to=str(user.email),
            subject=_("Your code"),
            text=render_to_string("accounts/email_code.txt", context),
            headers=AUTOMATIC,
            is_secret=True,
        )
    return challenge.key
