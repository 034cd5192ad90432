"""Registrations that wait for the confirmation of their address."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.challenge import Challenge


class PendingRegistration(models.Model):
    """An account to be, until the link in its e-mail is used. No username is taken."""

    challenge = models.OneToOneField(
        Challenge, on_delete=models.CASCADE, related_name="registration"
    )
    username = models.CharField(max_length=30)
    password = models.CharField(max_length=128)  # hashed
    fields = models.JSONField(default=dict, blank=True)  # of the account, by name

    class Meta:
        verbose_name = _("pending registration")
        verbose_name_plural = _("pending registrations")

    def __str__(self) -> str:
        return self.username
