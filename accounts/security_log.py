"""The security log of a person: sign-ins, failures, changes of credentials."""

from typing import Any

from accounts.devices import Device
from accounts.models import SecurityEvent, User

Type = SecurityEvent.Type


def record(
    user: User, event: str, device: Device | None = None, **details: Any
) -> SecurityEvent:
    """Store an event of the account. `details` are for JSON, and hold no secrets."""
    return SecurityEvent.objects.create(
        user=user,
        type=event,
        network=device.network if device else "",
        device=device.client if device else "",
        details=details,
    )
