"""Links of e-mails: a secret in a challenge, in an e-mail that only its reader sees.

The page behind a link is served here, so that it works whatever client the site has.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import challenges
from accounts.models import Challenge, User
from core.exceptions import ValidationFailed
from jobs.mail import AUTOMATIC
from jobs.services import enqueue_mail


class LinkExpired(ValidationFailed):
    """The link is unknown, cut, used, replaced or expired (400)."""

    code = "link_expired"

    def __init__(self) -> None:
        super().__init__(_("This link is invalid or has expired."), field="token")


def url_of(page: str, token: str) -> str:
    """Return the absolute URL of a page, on the configured host."""
    return f"{settings.SITE_URL}{reverse(page, args=[token])}"


def create(
    purpose: str,
    *,
    user: User | None,
    address: str,
    lifetime: timedelta,
    network: str = "",
    data: dict[str, Any] | None = None,
    replaces: bool = True,
) -> tuple[Challenge, str]:
    """Store a challenge; return it and the token of its link, stored nowhere."""
    secret = challenges.new_token_secret()
    challenge = challenges.create(
        purpose,
        secret=secret,
        user=user,
        address=address,
        network=network,
        data=data,
        lifetime=lifetime,
        attempts=1,
        replaces=replaces,
    )
    return challenge, challenges.token_of(challenge, secret)


def send(
    key: str,
    *,
    to: str,
    language: str,
    subject: str | Promise,
    template: str,
    **context: Any,
) -> None:
    """Queue an e-mail whose text nobody can read in the queue, once for each `key`."""
    with override(language):
        context = {"site": settings.SITE_NAME} | context
        text = render_to_string(f"accounts/{template}.txt", context)
        title = f"{settings.SITE_NAME}: {subject}"
    enqueue_mail(
        key, to=to, subject=title, text=text, headers=AUTOMATIC, is_secret=True
    )


def find(token: str, *purposes: str) -> Challenge:
    """Return the open challenge of a link, of one of the purposes, with its user.

    Raises `LinkExpired` (400), also if the account is suspended.
    """
    for purpose in purposes:
        challenge = challenges.find_by_token(token, purpose=purpose)
        if challenge is not None and (
            challenge.user is None or challenge.user.is_active
        ):
            return challenge
    raise LinkExpired


def use(challenge: Challenge) -> None:
    """Close the challenge in the transaction of its effect; once.

    Raises `LinkExpired` (400) if another request was faster.
    """
    try:
        challenges.use(challenge)
    except challenges.CodeExpired as error:
        raise LinkExpired from error
