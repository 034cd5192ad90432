"""The table of notification types and their texts. To add a type, add a row.

Texts hold `%(name)s` for the parameter `name`. Some parameters have a meaning:

- `site` is always there;
- `on` is an ISO date, and is shown as a date of the language;
- `reason` is shown below the text;
- `items` is a list of `{"title", "path", "note"}`, which the e-mail shows;
- `more` is how many further items there are;
- `path` replaces the path of the subject;
- `groups` are the groups of the notifications in a digest.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from notifications.types.base import EMAIL_ONLY_GROUPS, Group, NotificationType
from notifications.types.moderation import MODERATION
from notifications.types.others import ACCOUNT, CONTENT
from notifications.types.payments import PAYMENTS
from notifications.types.tasks import APPLICATIONS, TASKS

if TYPE_CHECKING:
    from notifications.models import Notification

__all__ = ["EMAIL_ONLY_GROUPS", "NOTIFICATION_TYPES", "Group", "NotificationType"]

NOTIFICATION_TYPES: dict[str, NotificationType] = {
    **APPLICATIONS,
    **PAYMENTS,
    **TASKS,
    **CONTENT,
    **MODERATION,
    **ACCOUNT,
}

# By type: updates the params of a notification whose e-mail is about to be rendered.
REFRESHERS: dict[str, Callable[["Notification"], bool]] = {}


def refreshes(type: str) -> Callable:
    """Let a function update notifications of a type before their e-mail is rendered.

    The function returns whether the e-mail is still worth sending. The app that creates
    the notifications registers it, since only that app knows their subject.
    """

    def register(function: Callable) -> Callable:
        REFRESHERS[type] = function
        return function

    return register


def is_current(row: "Notification") -> bool:
    """Update the params of `row`; return whether its e-mail is still worth sending."""
    refresh = REFRESHERS.get(row.kind)
    return refresh is None or refresh(row)
