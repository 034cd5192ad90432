"""What opens a socket."""

from django.db import models
from django.utils import timezone


class Ticket(models.Model):
    """Opens one socket, once. It goes with the sign-in that asked for it."""

    digest = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(
        "accounts.Session", on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    token_expires_at = models.DateTimeField(
        help_text="When the token that asked for it ends, and the socket with it."
    )

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="ticket_age")]

    def __str__(self) -> str:
        return f"of sign-in {self.session_id}"
