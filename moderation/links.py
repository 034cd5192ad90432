"""Signed links: who cannot sign in reads and appeals by them."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

_signer = Signer(salt="moderation")


def token_of(number: str) -> str:
    """Return the secret part of the link to a report or a decision."""
    return _signer.signature(number)


def is_valid(number: str, token: str) -> bool:
    """Return whether `token` was made for this number here."""
    try:
        return _signer.unsign(f"{number}{_signer.sep}{token}") == number
    except BadSignature:
        return False


def url_of(number: str) -> str:
    """Return the absolute address of the page of a report or a decision."""
    path = reverse("moderation-page", args=[number, token_of(number)])
    return f"{settings.SITE_URL}{path}"
