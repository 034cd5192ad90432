"""The security log of a person: sign-ins, failures, changes of credentials."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.devices import Device
from accounts.models import SecurityEvent, User

Type = SecurityEvent.Type


def record(
    user: User, event: str, device: Device | None = None, **details: Any
) -> SecurityEvent:
    """Store an event of the account. `details` are for JSON, and hold no secrets."""
    network = device.network if device else ""
    client = device.client if device else ""
    return store(user, event, network=network, client=client, details=details)


def store(
    user: User,
    event: str,
    *,
    network: str,
    client: str,
    at: datetime | None = None,
    details: dict[str, Any] | None = None,
) -> SecurityEvent:
    """Store an event from a `network` and a `client` that are known already."""
    return SecurityEvent.objects.create(
        user=user,
        type=event,
        network=network,
        device=client,
        details=details or {},
        created_at=at or timezone.now(),
    )
