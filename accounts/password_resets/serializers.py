"""Input of password resets."""

from accounts.serializer_fields import NewPassword
from core.api.fields import Input, TextField


class ForgotInput(Input):
    """The address of an account."""

    email = TextField(max_length=254)


class ResetInput(Input):
    """The token of a link, and the new password."""

    token = TextField(max_length=200)
    password = NewPassword()
