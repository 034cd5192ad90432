"""What can go wrong with a phone number or with a text message.

Each says by `nothing_was_sent` whether it is certain that no message has left: only
then callers give back what they have counted for it.
"""

from django.utils.translation import gettext as _

from core.exceptions import ServiceUnavailable, ValidationFailed


class PhoneInvalid(ValidationFailed):
    """The text is no phone number that exists."""

    code = "phone_invalid"
    nothing_was_sent = True

    def __init__(self, *, field: str = "phone") -> None:
        super().__init__(_("This is not a valid phone number."), field=field)


class PhoneNotSupported(ValidationFailed):
    """The number exists, and gets no text messages from this site."""

    code = "phone_not_supported"
    nothing_was_sent = True

    def __init__(self, *, field: str = "phone") -> None:
        sentence = _("We cannot send messages to this number. Use a mobile number.")
        super().__init__(sentence, field=field)


class NumberRefused(PhoneNotSupported):
    """The provider will never send to this number."""


class SmsUnavailable(ServiceUnavailable):
    """The provider did not take the message, or did not answer in time."""

    code = "sms_unavailable"

    def __init__(self, *, nothing_was_sent: bool, retry_after: int = 30) -> None:
        super().__init__(_("Text messages cannot be sent just now. Please try later."))
        self.nothing_was_sent = nothing_was_sent
        self.retry_after = retry_after


class DailyLimitReached(SmsUnavailable):
    """The site has sent `SMS_PER_DAY` messages today. Nothing was sent or counted."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(nothing_was_sent=True, retry_after=retry_after)
