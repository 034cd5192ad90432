"""The kinds of notifications, and the words of each. A row adds a kind.

Words hold `%(name)s` for the fact `name`; `site` is always there, and a fact `on` is
an ISO date. A fact `reason` is shown below the words, and `items` in the mail, as a
list of `{"title", "path", "note"}`; `more` says how many others there are.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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


MAIL_ALONE = frozenset({Group.MESSAGES})  # until people say otherwise


@dataclass(frozen=True)
class Kind:
    group: Group
    title: Promise  # of the list, and subject of the letter
    text: Promise  # a sentence or two
    action: Promise  # what the button of the letter says


SEE_TASK = _("Open the task")
SEE_LISTING = _("Open the listing")
SEE = _("Open it")

KINDS: dict[str, Kind] = {
    "application_received": Kind(
        Group.APPLICATIONS,
        _("New application: %(title)s"),
        _("%(name)s offers to do “%(title)s”."),
        _("See the applications"),
    ),
    "application_accepted": Kind(
        Group.APPLICATIONS,
        _("The task is yours: %(title)s"),
        _("%(name)s has accepted your application for “%(title)s”. Agree on the rest."),
        SEE_TASK,
    ),
    "application_rejected": Kind(
        Group.APPLICATIONS,
        _("Not chosen this time: %(title)s"),
        _("Your application for “%(title)s” was not accepted."),
        SEE_TASK,
    ),
    "application_withdrawn": Kind(
        Group.APPLICATIONS,
        _("Application withdrawn: %(title)s"),
        _("%(name)s no longer offers to do “%(title)s”."),
        SEE_TASK,
    ),
    "task_started": Kind(
        Group.TASKS,
        _("The work has begun: %(title)s"),
        _("%(name)s has begun with “%(title)s”."),
        SEE_TASK,
    ),
    "task_done": Kind(
        Group.TASKS,
        _("Please confirm: %(title)s"),
        _(
            "%(name)s has marked “%(title)s” as done. Confirm the work or object; "
            "without an answer it counts as confirmed after %(days)s days."
        ),
        _("Confirm or object"),
    ),
    "task_confirmed": Kind(
        Group.TASKS,
        _("Work confirmed: %(title)s"),
        _("%(name)s has confirmed your work on “%(title)s”. You can leave a review."),
        SEE_TASK,
    ),
    "task_auto_confirmed": Kind(
        Group.TASKS,
        _("Task completed: %(title)s"),
        _("Nobody objected in time, so the work on “%(title)s” counts as confirmed."),
        SEE_TASK,
    ),
    "task_disputed": Kind(
        Group.TASKS,
        _("Work disputed: %(title)s"),
        _("%(name)s objects to the work on “%(title)s”. Staff will look at it."),
        SEE_TASK,
    ),
    "dispute_won": Kind(
        Group.TASKS,
        _("Dispute settled: %(title)s"),
        _("Staff have decided the dispute about “%(title)s” in your favour."),
        SEE_TASK,
    ),
    "dispute_lost": Kind(
        Group.TASKS,
        _("Dispute settled: %(title)s"),
        _("Staff have decided the dispute about “%(title)s” for the other side."),
        SEE_TASK,
    ),
    "task_cancelled": Kind(
        Group.TASKS,
        _("Task cancelled: %(title)s"),
        _("“%(title)s” was cancelled. There is nothing more to do."),
        SEE_TASK,
    ),
    "task_cancelled_by_staff": Kind(
        Group.TASKS,
        _("Task cancelled: %(title)s"),
        _("Staff have cancelled “%(title)s”."),
        SEE_TASK,
    ),
    "task_expiring": Kind(
        Group.TASKS,
        _("Ends soon: %(title)s"),
        _("Nobody does “%(title)s” yet. It ends on %(on)s; a later deadline keeps it."),
        SEE_TASK,
    ),
    "task_expired": Kind(
        Group.TASKS,
        _("Task ended: %(title)s"),
        _("Nobody took “%(title)s” in time, so it was cancelled."),
        SEE_TASK,
    ),
    "review_received": Kind(
        Group.REVIEWS,
        _("New review from %(name)s"),
        _("%(name)s has reviewed you: %(rating)s out of 5."),
        _("See the review"),
    ),
    "new_messages": Kind(
        Group.MESSAGES,
        _("New messages from %(name)s"),
        _("%(name)s has written to you. Unread messages: %(count)s."),
        _("Read and answer"),
    ),
    "listing_expiring": Kind(
        Group.LISTINGS,
        _("Ends soon: %(title)s"),
        _("Your listing “%(title)s” is archived on %(on)s."),
        SEE_LISTING,
    ),
    "listing_expired": Kind(
        Group.LISTINGS,
        _("Listing archived: %(title)s"),
        _("The time of “%(title)s” is up. You can put it up again."),
        SEE_LISTING,
    ),
    "saved_search": Kind(
        Group.SEARCHES,
        _("New for your search: %(name)s"),
        _("New or changed since the last time: %(count)s."),
        _("See all"),
    ),
    "content_hidden": Kind(
        Group.MODERATION,
        _("Hidden: %(title)s"),
        _("Staff have hidden “%(title)s”: only you see it now."),
        SEE,
    ),
    "content_removed": Kind(
        Group.MODERATION,
        _("Removed: %(title)s"),
        _("Staff have removed “%(title)s”."),
        SEE,
    ),
    "content_restored": Kind(
        Group.MODERATION,
        _("Visible again: %(title)s"),
        _("Staff have restored “%(title)s”: everybody sees it again."),
        SEE,
    ),
    "welcome": Kind(
        Group.ACCOUNT,
        _("Welcome to %(site)s"),
        _(
            "Your account is ready, %(name)s. Sell what you no longer need, ask for "
            "help nearby, or offer your own."
        ),
        _("Look around"),
    ),
}
