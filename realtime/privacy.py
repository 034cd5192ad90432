"""Personal data of tickets."""

from core.privacy import describe
from realtime.models import Ticket

describe(
    Ticket,
    whose="session__user",
    purpose="Open one socket connection each.",
    retention="30 seconds, then until the next maintenance.",
    internal="digest session expires_at token_expires_at",
    delete=True,
)
