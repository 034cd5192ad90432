"""Codes and links that prove that a person has a phone, an address or a device."""

import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User

KEY_BYTES = 16


def new_key() -> str:
    """Return the public id of a challenge, 22 characters."""
    return secrets.token_urlsafe(KEY_BYTES)


class Challenge(models.Model):
    """A code or a link that was sent, or a question to a device, and its attempts.

    It is open until it is used, expires, or has no attempts left.
    """

    class Purpose(models.TextChoices):
        """What the answer allows. A challenge of one purpose is useless for others."""

        PHONE_VERIFY = "phone_verify", _("verify a phone number")
        PHONE_CHANGE = "phone_change", _("change the phone number")
        PHONE_SIGN_IN = "phone_sign_in", _("sign in by phone")
        PHONE_CONFIRM = "phone_confirm", _("confirm the identity by phone")
        EMAIL_SIGN_IN = "email_sign_in", _("confirm a sign-in by e-mail")
        EMAIL_CHANGE = "email_change", _("change the e-mail address")
        EMAIL_REVERT = "email_revert", _("restore the former e-mail address")
        PASSWORD_RESET = "password_reset", _("reset the password")
        SECOND_FACTOR = "second_factor", _("second factor")
        PASSKEY_ADD = "passkey_add", _("add a passkey")
        PASSKEY_SIGN_IN = "passkey_sign_in", _("sign in with a passkey")
        PASSKEY_CONFIRM = "passkey_confirm", _("confirm the identity with a passkey")
        SOCIAL_LINK = "social_link", _("link an account of another service")

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    purpose = models.CharField(max_length=20, choices=Purpose)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="challenges"
    )
    address = models.CharField(max_length=254, blank=True)  # a phone or e-mail address
    # HMAC-SHA256 of the code or token, bound to all of the above; hexadecimal.
    secret_hash = models.CharField(max_length=64, blank=True)
    attempts_left = models.PositiveSmallIntegerField()
    network = models.CharField(max_length=64, blank=True)  # that asked, shortened
    data = models.JSONField(default=dict, blank=True)  # of the purpose; no secrets
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["expires_at"], name="challenge_expiry"),
            models.Index(
                fields=["address", "purpose"],
                name="challenge_open",
                condition=models.Q(used_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.key}"
