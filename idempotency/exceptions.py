"""What can be wrong with an `Idempotency-Key`."""

from django.utils.translation import gettext as _

from core.exceptions import DomainError, ValidationFailed


class InvalidKey(ValidationFailed):
    """The header is empty, too long, or has characters outside ASCII."""

    code = "invalid_idempotency_key"

    def __init__(self) -> None:
        super().__init__(
            _("Idempotency-Key must have 1 to 255 visible ASCII characters.")
        )


class KeyInUse(DomainError):
    """The first request with the key has not been answered yet."""

    code = "idempotency_key_in_use"
    retry_after = 1

    def __init__(self) -> None:
        super().__init__(_("This request is being processed. Please wait a little."))


class KeyReused(DomainError):
    """The key has been used for another request."""

    status = 422
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(_("This Idempotency-Key belongs to another request."))
