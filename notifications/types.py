"""The kinds of notifications, and the words of each. A row adds a kind.

Words hold `%(name)s` for the fact `name`; `site` is always there, and a fact `on` is
an ISO date. A fact `reason` is shown below the words, and `items` in the mail, as a
list of `{"title", "path", "note"}`; `more` says how many others there are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from notifications.models import Notification


class Group(TextChoices):
    """What people choose by: how to hear of all kinds of one group."""

    APPLICATIONS = "applications", _("Applications for tasks")
    TASKS = "tasks", _("Work on tasks")
    REVIEWS = "reviews", _("Reviews")
    MESSAGES = "messages", _("Messages")
    LISTINGS = "listings", _("Own listings")
    SEARCHES = "searches", _("Saved searches")
    MODERATION = "moderation", _("Decisions of staff")
    ACCOUNT = "account", _("The account")


EMAIL_ONLY_GROUPS = frozenset({Group.MESSAGES})  # until people say otherwise


@dataclass(frozen=True)
class NotificationType:
    group: Group
    title: Promise  # of the list, and subject of the letter
    text: Promise  # a sentence or two
    action: Promise  # what the button of the letter says


# By type: updates the params of a notification whose e-mail is about to be rendered.
REFRESHERS: dict[str, Callable[["Notification"], bool]] = {}


def refreshes(type: str) -> Callable:
    """Let a function update notifications of a type before their e-mail is rendered.

    It returns whether there is still something to write about. The app that creates
    the notifications registers it, for only that app can count again.
    """

    def register(function: Callable) -> Callable:
        REFRESHERS[type] = function
        return function

    return register


def is_current(row: "Notification") -> bool:
    """Bring the params of `row` up to date; whether it is still worth an e-mail."""
    refresh = REFRESHERS.get(row.kind)
    return refresh is None or refresh(row)


SEE_TASK = _("Open the task")
SEE_LISTING = _("Open the listing")
SEE = _("Open it")

NOTIFICATION_TYPES: dict[str, NotificationType] = {
    "application_received": NotificationType(
        Group.APPLICATIONS,
        _("New application: %(title)s"),
        _("%(name)s offers to do “%(title)s”."),
        _("See the applications"),
    ),
    "application_accepted": NotificationType(
        Group.APPLICATIONS,
        _("The task is yours: %(title)s"),
        _("%(name)s has accepted your application for “%(title)s”. Agree on the rest."),
        SEE_TASK,
    ),
    "application_rejected": NotificationType(
        Group.APPLICATIONS,
        _("Not chosen this time: %(title)s"),
        _("Your application for “%(title)s” was not accepted."),
        SEE_TASK,
    ),
    "application_withdrawn": NotificationType(
        Group.APPLICATIONS,
        _("Application withdrawn: %(title)s"),
        _("%(name)s no longer offers to do “%(title)s”."),
        SEE_TASK,
    ),
    "task_started": NotificationType(
        Group.TASKS,
        _("The work has begun: %(title)s"),
        _("%(name)s has begun with “%(title)s”."),
        SEE_TASK,
    ),
    "task_done": NotificationType(
        Group.TASKS,
        _("Please confirm: %(title)s"),
        _(
            "%(name)s has marked “%(title)s” as done. Confirm the work or object; "
            "without an answer it counts as confirmed after %(days)s days."
        ),
        _("Confirm or object"),
    ),
    "task_confirmed": NotificationType(
        Group.TASKS,
        _("Work confirmed: %(title)s"),
        _("%(name)s has confirmed your work on “%(title)s”. You can leave a review."),
        SEE_TASK,
    ),
    "task_auto_confirmed": NotificationType(
        Group.TASKS,
        _("Task completed: %(title)s"),
        _("Nobody objected in time, so the work on “%(title)s” counts as confirmed."),
        SEE_TASK,
    ),
    "task_disputed": NotificationType(
        Group.TASKS,
        _("Work disputed: %(title)s"),
        _("%(name)s objects to the work on “%(title)s”. Staff will look at it."),
        SEE_TASK,
    ),
    "dispute_won": NotificationType(
        Group.TASKS,
        _("Dispute settled: %(title)s"),
        _("Staff have decided the dispute about “%(title)s” in your favour."),
        SEE_TASK,
    ),
    "dispute_lost": NotificationType(
        Group.TASKS,
        _("Dispute settled: %(title)s"),
        _("Staff have decided the dispute about “%(title)s” for the other side."),
        SEE_TASK,
    ),
    "task_cancelled": NotificationType(
        Group.TASKS,
        _("Task cancelled: %(title)s"),
        _("“%(title)s” was cancelled. There is nothing more to do."),
        SEE_TASK,
    ),
    "task_cancelled_by_staff": NotificationType(
        Group.TASKS,
        _("Task cancelled: %(title)s"),
        _("Staff have cancelled “%(title)s”."),
        SEE_TASK,
    ),
    "task_expiring": NotificationType(
        Group.TASKS,
        _("Ends soon: %(title)s"),
        _("Nobody does “%(title)s” yet. It ends on %(on)s; a later deadline keeps it."),
        SEE_TASK,
    ),
    "task_expired": NotificationType(
        Group.TASKS,
        _("Task ended: %(title)s"),
        _("Nobody took “%(title)s” in time, so it was cancelled."),
        SEE_TASK,
    ),
    "review_received": NotificationType(
        Group.REVIEWS,
        _("New review from %(name)s"),
        _("%(name)s has reviewed you: %(rating)s out of 5."),
        _("See the review"),
    ),
    "new_messages": NotificationType(
        Group.MESSAGES,
        _("New messages from %(name)s"),
        _("%(name)s has written to you. Unread messages: %(count)s."),
        _("Read and answer"),
    ),
    "listing_expiring": NotificationType(
        Group.LISTINGS,
        _("Ends soon: %(title)s"),
        _("Your listing “%(title)s” is archived on %(on)s."),
        SEE_LISTING,
    ),
    "listing_expired": NotificationType(
        Group.LISTINGS,
        _("Listing archived: %(title)s"),
        _("The time of “%(title)s” is up. You can put it up again."),
        SEE_LISTING,
    ),
    "saved_search": NotificationType(
        Group.SEARCHES,
        _("New for your search: %(name)s"),
        _("New or changed since the last time: %(count)s."),
        _("See all"),
    ),
    "content_hidden": NotificationType(
        Group.MODERATION,
        _("Hidden: %(title)s"),
        _("Staff have hidden “%(title)s”: only you see it now."),
        SEE,
    ),
    "content_removed": NotificationType(
        Group.MODERATION,
        _("Removed: %(title)s"),
        _("Staff have removed “%(title)s”."),
        SEE,
    ),
    "content_restored": NotificationType(
        Group.MODERATION,
        _("Visible again: %(title)s"),
        _("Staff have restored “%(title)s”: everybody sees it again."),
        SEE,
    ),
    "welcome": NotificationType(
        Group.ACCOUNT,
        _("Welcome to %(site)s"),
        _(
            "Your account is ready, %(name)s. Sell what you no longer need, ask for "
            "help nearby, or offer your own."
        ),
        _("Look around"),
    ),
}
