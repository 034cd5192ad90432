"""Accepts the current version of the terms."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import TermsAcceptance, User
from core.exceptions import WrongStatus


def accept(user: User, version: str) -> datetime:
    """Store that `user` accepts the terms; return since when. Idempotent.

    Raises `WrongStatus` (409) for another version than the current one.
    """
    if version != settings.TERMS_VERSION:
        sentence = _("There is a newer version of the terms. Please read it first.")
        extra = {"version": settings.TERMS_VERSION}
        raise WrongStatus(sentence, code="terms_outdated", extra=extra)
    row, _is_new = TermsAcceptance.objects.get_or_create(user=user, version=version)
    return row.accepted_at


def accepted_at(user: User) -> datetime | None:
    """Return when `user` accepted the current version, or None."""
    rows = TermsAcceptance.objects.filter(user=user, version=settings.TERMS_VERSION)
    return rows.values_list("accepted_at", flat=True).first()
