"""Unsubscribe from e-mails by a signed link, without signing in (RFC 8058)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from accounts.models import User
from notifications import services
from notifications.client_urls import absolute
from notifications.models import Notification
from notifications.types import NOTIFICATION_TYPES, Group

SALT = "notifications.unsubscribe"


@dataclass(frozen=True)
class UnsubscribeHandler:
    """Ends the e-mails about one subject, instead of those of its whole group.

    Both functions are called with the ids of the person and of the subject.
    """

    unsubscribe: Callable[[int, int], None]
    get_title: Callable[[int, int], str]


HANDLERS: dict[str, UnsubscribeHandler] = {}  # by the subject's type


def register_handler(subject_type: str, handler: UnsubscribeHandler) -> None:
    """Use `handler` for the e-mails about subjects of this type."""
    HANDLERS[subject_type] = handler


@dataclass(frozen=True)
class UnsubscribeLink:
    """The content of a link's token."""

    user_id: int
    group: str  # or several, separated by spaces, in the e-mail of a digest
    subject_type: str = ""  # empty unless the type has a handler
    subject_id: int = 0

    @property
    def groups(self) -> list[str]:
        """Return the groups whose e-mails the link ends."""
        return self.group.split()


def url_for(row: Notification) -> str:
    """Return the absolute URL of the page that ends e-mails like the one about `row`.

    Anybody who has the URL can use it: mail programs post to it without a sign-in.
    """
    groups = row.params.get("groups") or [NOTIFICATION_TYPES[row.kind].group.value]
    token = [row.recipient_id, " ".join(groups)]
    if row.subject_type in HANDLERS:
        token += [row.subject_type, row.subject_id]
    return absolute(reverse("unsubscribe", args=[signing.dumps(token, salt=SALT)]))


def parse_token(token: str) -> UnsubscribeLink | None:
    """Return what a token holds, or None if its signature is wrong. It never expires.

    An old e-mail must still be able to end the next ones.
    """
    try:
        link = UnsubscribeLink(*signing.loads(token, salt=SALT))
    except (signing.BadSignature, TypeError):
        return None
    is_known = link.groups and set(link.groups) <= set(Group.values)
    return link if is_known else None


def unsubscribe(link: UnsubscribeLink) -> None:
    """Send no more of these e-mails. Idempotent; a deleted person is no error."""
    if handler := HANDLERS.get(link.subject_type):
        handler.unsubscribe(link.user_id, link.subject_id)
    elif user := User.objects.filter(pk=link.user_id).first():
        for group in link.groups:
            services.set_preference(user, group, email=False)


def describe(link: UnsubscribeLink) -> str:
    """Return the name of the subject or of the groups, in the active language."""
    handler = HANDLERS.get(link.subject_type)
    title = handler and handler.get_title(link.user_id, link.subject_id)
    return title or ", ".join(str(Group(group).label) for group in link.groups)
