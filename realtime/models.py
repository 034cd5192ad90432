"""One-time tickets that open a socket connection."""

from django.db import models
from django.utils import timezone


class Ticket(models.Model):
    """Opens one connection, once, for the sign-in that requested it."""

    digest = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(
        "accounts.Session", on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    token_expires_at = models.DateTimeField(
        help_text="When the access token that requested it expires. "
        "The connection is closed then."
    )

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="ticket_age")]

    def __str__(self) -> str:
        return f"ticket of session {self.session_id}"
