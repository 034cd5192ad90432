"""What happened to an account, accounts of other services, accepted terms."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class SecurityEvent(models.Model):
    """A sign-in, a failure or a change of credentials, for the person to read."""

    class Type(models.TextChoices):
        """What happened."""

        REGISTERED = "registered", _("Registered")
        SIGNED_IN = "signed_in", _("Signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("Failed sign-in")
        SECOND_FACTOR_FAILED = "second_factor_failed", _("Wrong second factor")
        IDENTITY_CONFIRMED = "identity_confirmed", _("Identity confirmed")
        SIGNED_OUT = "signed_out", _("Signed out")
        SESSION_ENDED = "session_ended", _("Session ended")
        SIGNED_OUT_EVERYWHERE = "signed_out_everywhere", _("Signed out everywhere")
        TOKEN_REPLAYED = "token_replayed", _("A copied token was used")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        PASSWORD_RESET_REQUESTED = "password_reset_requested", _("Reset requested")
        PASSWORD_RESET = "password_reset", _("Password reset")
        EMAIL_CONFIRMED = "email_confirmed", _("E-mail address confirmed")
        EMAIL_CHANGE_REQUESTED = "email_change_requested", _("New address requested")
        EMAIL_CHANGED = "email_changed", _("E-mail address changed")
        EMAIL_REVERTED = "email_reverted", _("E-mail address restored")
        PHONE_VERIFIED = "phone_verified", _("Phone verified")
        PHONE_REMOVED = "phone_removed", _("Phone removed")
        PHONE_LOST = "phone_lost", _("Phone number verified by another account")
        SECOND_FACTOR_ENABLED = "second_factor_enabled", _("Second factor enabled")
        SECOND_FACTOR_DISABLED = "second_factor_disabled", _("Second factor disabled")
        SECOND_FACTOR_RESET = "second_factor_reset", _("Second factor reset by staff")
        RECOVERY_CODES_CREATED = "recovery_codes_created", _("New recovery codes")
        RECOVERY_CODE_USED = "recovery_code_used", _("Recovery code used")
        PASSKEY_ADDED = "passkey_added", _("Passkey added")
        PASSKEY_REMOVED = "passkey_removed", _("Passkey removed")
        SOCIAL_LINKED = "social_linked", _("Account of another service linked")
        SOCIAL_UNLINKED = "social_unlinked", _("Account of another service unlinked")
        EXPORT_REQUESTED = "export_requested", _("Export requested")
        EXPORT_DOWNLOADED = "export_downloaded", _("Export downloaded")
        ERASURE_REQUESTED = "erasure_requested", _("Deletion requested")
        ERASURE_CANCELLED = "erasure_cancelled", _("Deletion cancelled")

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="security_events"
    )
    type = models.CharField(max_length=30, choices=Type)
    network = models.CharField(max_length=64, blank=True)  # shortened
    device = models.CharField(max_length=80, blank=True)  # such as "Firefox, Linux"
    details = models.JSONField(default=dict, blank=True)  # no secrets
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="security_event_of_user"),
            models.Index(fields=["created_at"], name="security_event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.type}"


class SocialAccount(models.Model):
    """An account of another service by which a user signs in."""

    class Provider(models.TextChoices):
        """The service."""

        GOOGLE = "google", "Google"
        APPLE = "apple", "Apple"

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="social_accounts"
    )
    provider = models.CharField(max_length=10, choices=Provider)
    subject = models.CharField(max_length=255)  # the `sub` of its tokens
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("account of another service")
        verbose_name_plural = _("accounts of other services")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "subject"], name="one_user_per_social_account"
            ),
            models.UniqueConstraint(
                fields=["user", "provider"], name="one_social_account_per_provider"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.provider}"


class TermsAcceptance(models.Model):
    """That a user has accepted a version of the terms."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="terms_acceptances"
    )
    version = models.CharField(max_length=30)
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("accepted terms")
        verbose_name_plural = _("accepted terms")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "version"], name="terms_accepted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.version}"
