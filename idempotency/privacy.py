"""Personal data in stored answers."""

from core.privacy import describe
from idempotency.models import StoredAnswer

describe(
    StoredAnswer,
    whose="user",
    purpose="Answers to repeated requests, encrypted with the key of the client.",
    retention="24 hours.",
    internal="key_digest request_digest status body",
    delete=True,
)
