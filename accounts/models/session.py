"""Sign-ins of users."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.querysets import SessionQuerySet


class Session(models.Model):
    """One sign-in of a user. Its tokens carry `key`; all end with the session."""

    class Method(models.TextChoices):
        """How the person proved who they are."""

        PASSWORD = "password", _("password")
        CODE = "code", _("second factor")
        PHONE = "phone", _("phone")
        EMAIL = "email", _("e-mail")
        PASSKEY = "passkey", _("passkey")
        GOOGLE = "google", "Google"
        APPLE = "apple", "Apple"

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=30, blank=True)
    device = models.CharField(
        max_length=32, blank=True, db_default="", default="", editable=False
    )  # `Device.fingerprint` of the sign-in or of the last refresh
    method = models.CharField(
        max_length=20, choices=Method, default="", db_default="", blank=True
    )
    network = models.CharField(max_length=64, blank=True, default="", db_default="")
    client = models.CharField(  # such as "Firefox, Linux"
        max_length=80, blank=True, default="", db_default=""
    )
    last_used_at = models.DateTimeField(
        null=True, help_text=_("Written at most once a minute.")
    )
    # When and how the person last proved who they are: the sign-in at first.
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_with = models.CharField(
        max_length=20, choices=Method, default="", db_default="", blank=True
    )
    # The refresh token that was used last, and when.
    refreshed_jti = models.CharField(
        max_length=255, blank=True, db_default="", default="", editable=False
    )
    refreshed_at = models.DateTimeField(null=True, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_at"], name="session_age")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.created_at:%Y-%m-%d %H:%M}"
