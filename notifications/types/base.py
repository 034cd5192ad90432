"""What a type of notification is, and the groups of types."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Group(TextChoices):
    """People choose the channels of all notification types of a group together."""

    APPLICATIONS = "applications", _("Applications for tasks")
    TASKS = "tasks", _("Work on tasks")
    PAYMENTS = "payments", _("Payments")
    REVIEWS = "reviews", _("Reviews")
    MESSAGES = "messages", _("Messages")
    LISTINGS = "listings", _("Your listings")
    SEARCHES = "searches", _("Saved searches")
    MODERATION = "moderation", _("Moderation decisions")
    ACCOUNT = "account", _("Account")
    ANNOUNCEMENTS = "announcements", _("Announcements")


EMAIL_ONLY_GROUPS = frozenset({Group.MESSAGES})  # unless a preference says otherwise


@dataclass(frozen=True)
class NotificationType:
    """The group and the texts of one type of notification."""

    group: Group
    title: Promise  # in the list, and the subject of the e-mail
    text: Promise  # a sentence or two
    action: Promise  # label of the button in the e-mail
    # Whether one person may cause it about one subject several times a day.
    repeats: bool = False


SEE = _("View")
