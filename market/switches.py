"""What staff can switch off: `require(REGISTRATION_OPEN)`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.exceptions import NotAllowed
from market import registry
from market.types import Switch

# By switch: the code of the answer, and its sentence.
REFUSALS: dict[str, tuple[str, Promise]] = {
    registry.REGISTRATION_OPEN.name: (
        "registration_closed",
        _("New accounts cannot be created at the moment. Please try again later."),
    ),
    registry.POSTING_OPEN.name: (
        "posting_closed",
        _("Nothing new can be posted at the moment. Please try again later."),
    ),
    registry.MESSAGING_OPEN.name: (
        "messaging_closed",
        _("Messages cannot be sent at the moment. Please try again later."),
    ),
    registry.PAYMENTS_OPEN.name: (
        "payments_closed",
        _("New tasks cannot be paid here at the moment. Agree on cash, or wait."),
    ),
}


class SwitchedOff(NotAllowed):
    """Staff have switched this off for everybody (403)."""


def require(switch: Switch) -> None:
    """Raise `SwitchedOff` (403) with the code of the switch if it is off."""
    if not switch.get():
        code, sentence = REFUSALS[switch.name]
        raise SwitchedOff(str(sentence), code=code)
