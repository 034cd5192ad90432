"""Input about e-mail addresses."""

from accounts.serializer_fields import Email
from core.api.fields import Input, TextField


class EmailChangeInput(Input):
    """The new address."""

    email = Email()


class EmailTokenInput(Input):
    """The token of a link that confirms an address."""

    token = TextField(max_length=1000)
