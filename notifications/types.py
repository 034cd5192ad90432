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
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

if TYPE_CHECKING:
    from notifications.models import Notification


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


SEE_TASK = _("Open the task")
SEE_LISTING = _("Open the listing")
SEE = _("View")
SEE_PAYMENT = _("Open the payment")
SEE_PAYOUTS = _("Open your payout details")

NOTIFICATION_TYPES: dict[str, NotificationType] = {
    "application_received": NotificationType(
        Group.APPLICATIONS,
        _("New application: %(title)s"),
        _("%(name)s offers to do “%(title)s”."),
        _("See the applications"),
    ),
    "application_accepted": NotificationType(
        Group.APPLICATIONS,
        _("Application accepted: %(title)s"),
        _(
            "%(name)s accepted your application for “%(title)s”. Send a message to "
            "agree on the details."
        ),
        SEE_TASK,
    ),
    "application_rejected": NotificationType(
        Group.APPLICATIONS,
        _("Application not accepted: %(title)s"),
        _("Your application for “%(title)s” was not accepted."),
        SEE_TASK,
    ),
    "application_withdrawn": NotificationType(
        Group.APPLICATIONS,
        _("Application withdrawn: %(title)s"),
        _("%(name)s no longer offers to do “%(title)s”."),
        SEE_TASK,
    ),
    "payment_received": NotificationType(
        Group.PAYMENTS,
        _("Payment received: %(title)s"),
        _(
            "You paid %(amount)s for “%(title)s”. The money is held until you "
            "confirm the work."
        ),
        SEE_PAYMENT,
    ),
    "payment_held": NotificationType(
        Group.PAYMENTS,
        _("Paid: %(title)s"),
        _(
            "%(amount)s for “%(title)s” is held for you. You get %(net)s when the "
            "work is confirmed."
        ),
        SEE_PAYMENT,
    ),
    "payment_releasing": NotificationType(
        Group.PAYMENTS,
        _("Payment released: %(title)s"),
        _(
            "The payment for “%(title)s” is released. %(net)s is on its way to your "
            "account."
        ),
        SEE_PAYMENT,
    ),
    "payment_released": NotificationType(
        Group.PAYMENTS,
        _("Payment sent: %(title)s"),
        _(
            "%(net)s for “%(title)s” has reached your account. Your next payout "
            "takes it to your bank."
        ),
        SEE_PAYMENT,
    ),
    "payment_released_by_staff": NotificationType(
        Group.PAYMENTS,
        _("Payment released: %(title)s"),
        _(
            "Our staff released the payment of %(amount)s for “%(title)s” to the "
            "helper."
        ),
        SEE_PAYMENT,
    ),
    "payout_blocked": NotificationType(
        Group.PAYMENTS,
        _("Complete your payout details: %(title)s"),
        _(
            "%(net)s for “%(title)s” waits for you. Complete your payout details to "
            "receive it."
        ),
        SEE_PAYMENT,
    ),
    "payment_refunding": NotificationType(
        Group.PAYMENTS,
        _("Refund on its way: %(title)s"),
        _(
            "%(back)s for “%(title)s” goes back to your card. This takes up to ten "
            "days."
        ),
        SEE_PAYMENT,
    ),
    "payment_refunded": NotificationType(
        Group.PAYMENTS,
        _("Refunded: %(title)s"),
        _("%(back)s for “%(title)s” was refunded to your card."),
        SEE_PAYMENT,
    ),
    "payment_refunded_by_staff": NotificationType(
        Group.PAYMENTS,
        _("Payment refunded: %(title)s"),
        _(
            "Our staff refunded the payment for “%(title)s” to the person who asked "
            "for help."
        ),
        SEE_PAYMENT,
    ),
    "payment_divided": NotificationType(
        Group.PAYMENTS,
        _("Payment divided: %(title)s"),
        _("The payment for “%(title)s” was divided. %(back)s goes back to your card."),
        SEE_PAYMENT,
    ),
    "payment_divided_worker": NotificationType(
        Group.PAYMENTS,
        _("Payment divided: %(title)s"),
        _("The payment for “%(title)s” was divided. You get %(net)s."),
        SEE_PAYMENT,
    ),
    "payment_frozen": NotificationType(
        Group.PAYMENTS,
        _("Payment frozen: %(title)s"),
        _("The payment for “%(title)s” is frozen until the dispute is decided."),
        SEE_PAYMENT,
    ),
    "payment_frozen_payer": NotificationType(
        Group.PAYMENTS,
        _("Payment frozen: %(title)s"),
        _("Your payment for “%(title)s” is frozen until the dispute is decided."),
        SEE_PAYMENT,
    ),
    "payment_recovering": NotificationType(
        Group.PAYMENTS,
        _("Payment contested: %(title)s"),
        _(
            "The payer’s bank contests the payment for “%(title)s”. %(net)s is taken "
            "back until the bank decides."
        ),
        SEE_PAYMENT,
    ),
    "payment_lost": NotificationType(
        Group.PAYMENTS,
        _("Payment taken back: %(title)s"),
        _("The payer’s bank took back the payment for “%(title)s”."),
        SEE_PAYMENT,
    ),
    "payouts_ready": NotificationType(
        Group.PAYMENTS,
        _("You can receive payments"),
        _("Your payout details are complete. Payments for your work now reach you."),
        SEE_PAYOUTS,
    ),
    "payouts_restricted": NotificationType(
        Group.PAYMENTS,
        _("Payouts are paused"),
        _(
            "Payments cannot reach you at the moment. Open your payout details to "
            "see what is missing."
        ),
        SEE_PAYOUTS,
    ),
    "payout_failed": NotificationType(
        Group.PAYMENTS,
        _("Payout failed"),
        _("Your bank refused a payout of %(amount)s. Check your bank details."),
        SEE_PAYOUTS,
    ),
    "task_started": NotificationType(
        Group.TASKS,
        _("Work started: %(title)s"),
        _("%(name)s started work on “%(title)s”."),
        SEE_TASK,
    ),
    "task_done": NotificationType(
        Group.TASKS,
        _("Please confirm: %(title)s"),
        ngettext_lazy(
            "%(name)s marked “%(title)s” as done. Confirm the work or open a dispute. "
            "Without an answer it will be confirmed automatically after %(days)s day.",
            "%(name)s marked “%(title)s” as done. Confirm the work or open a dispute. "
            "Without an answer it will be confirmed automatically after %(days)s days.",
            "days",
        ),
        _("Confirm or dispute"),
    ),
    "task_given_back": NotificationType(
        Group.TASKS,
        _("Worker needed again: %(title)s"),
        _(
            "%(name)s can no longer do “%(title)s” and has given it back. The task is "
            "open again: choose another helper."
        ),
        _("See the applications"),
    ),
    "task_terms_changed": NotificationType(
        Group.APPLICATIONS,
        _("Changed: %(title)s"),
        _(
            "“%(title)s” has changed since you applied. Read it again, and withdraw "
            "your application if it no longer suits you."
        ),
        SEE_TASK,
    ),
    "task_reopened": NotificationType(
        Group.APPLICATIONS,
        _("Open again: %(title)s"),
        _(
            "“%(title)s” is open again, and so is your application. Withdraw it if you "
            "no longer have time."
        ),
        SEE_TASK,
    ),
    "task_unpaid": NotificationType(
        Group.TASKS,
        _("Not paid: %(title)s"),
        _(
            "The payment for “%(title)s” did not arrive in time, so the task is open "
            "again. Choose a helper and pay to go on."
        ),
        _("See the applications"),
    ),
    "task_unpaid_worker": NotificationType(
        Group.TASKS,
        _("Not paid: %(title)s"),
        _(
            "“%(title)s” was not paid in time and is open again. Nothing counts "
            "against you. Your application stands: withdraw it if you no longer have "
            "time."
        ),
        SEE_TASK,
    ),
    "task_confirming_soon": NotificationType(
        Group.TASKS,
        _("Please confirm: %(title)s"),
        _(
            "Is “%(title)s” done? If you do not answer, it is confirmed on %(on)s and "
            "the held money goes to the worker. If something is wrong, dispute it "
            "before then."
        ),
        SEE_TASK,
    ),
    "dispute_divided": NotificationType(
        Group.TASKS,
        _("Dispute resolved: %(title)s"),
        _(
            "Our staff decided the dispute about “%(title)s”: both sides get a part of "
            "the payment."
        ),
        SEE_TASK,
    ),
    "task_confirmed": NotificationType(
        Group.TASKS,
        _("Work confirmed: %(title)s"),
        _("%(name)s confirmed your work on “%(title)s”. You can leave a review now."),
        SEE_TASK,
    ),
    "task_auto_confirmed": NotificationType(
        Group.TASKS,
        _("Task completed: %(title)s"),
        _(
            "Nobody opened a dispute in time, so the work on “%(title)s” was confirmed "
            "automatically."
        ),
        SEE_TASK,
    ),
    "task_disputed": NotificationType(
        Group.TASKS,
        _("Work disputed: %(title)s"),
        _(
            "%(name)s disputes the work on “%(title)s”. Our staff will review the "
            "dispute."
        ),
        SEE_TASK,
    ),
    "dispute_filed": NotificationType(
        Group.TASKS,
        _("Dispute: %(title)s"),
        _(
            "%(name)s opened a dispute about “%(title)s”. Please answer by %(on)s: "
            "after that our staff may decide without your answer."
        ),
        SEE_TASK,
    ),
    "dispute_responded": NotificationType(
        Group.TASKS,
        _("Answer to your dispute: %(title)s"),
        _(
            "%(name)s answered your dispute about “%(title)s”. Our staff will review "
            "it, unless the two of you agree before."
        ),
        SEE_TASK,
    ),
    "dispute_offer": NotificationType(
        Group.TASKS,
        _("Offer in the dispute: %(title)s"),
        _(
            "%(name)s proposes to settle the dispute about “%(title)s”: %(amount)s of "
            "the price goes to the worker, and the rest back. Accept it, or make "
            "another offer."
        ),
        SEE_TASK,
    ),
    "dispute_agreed": NotificationType(
        Group.TASKS,
        _("Dispute settled: %(title)s"),
        _("%(name)s accepted your offer. The dispute about “%(title)s” is settled."),
        SEE_TASK,
    ),
    "dispute_closed": NotificationType(
        Group.TASKS,
        _("Dispute closed: %(title)s"),
        _("Our staff closed the dispute about “%(title)s”. Nothing changes."),
        SEE_TASK,
    ),
    "dispute_won": NotificationType(
        Group.TASKS,
        _("Dispute resolved: %(title)s"),
        _("Our staff decided the dispute about “%(title)s” in your favour."),
        SEE_TASK,
    ),
    "dispute_lost": NotificationType(
        Group.TASKS,
        _("Dispute resolved: %(title)s"),
        _(
            "Our staff decided the dispute about “%(title)s” in favour of the other "
            "side."
        ),
        SEE_TASK,
    ),
    "task_cancelled": NotificationType(
        Group.TASKS,
        _("Task cancelled: %(title)s"),
        _("“%(title)s” was cancelled. You do not need to do anything."),
        SEE_TASK,
    ),
    "task_cancelled_by_staff": NotificationType(
        Group.TASKS,
        _("Task cancelled: %(title)s"),
        _("“%(title)s” was cancelled by our staff."),
        SEE_TASK,
    ),
    "task_expiring": NotificationType(
        Group.TASKS,
        _("Ends soon: %(title)s"),
        _(
            "Nobody has taken “%(title)s” yet. It will be cancelled on %(on)s. To keep "
            "it open, set a later deadline."
        ),
        SEE_TASK,
    ),
    "task_expired": NotificationType(
        Group.TASKS,
        _("Task expired: %(title)s"),
        _("Nobody took “%(title)s” in time, so it was cancelled."),
        SEE_TASK,
    ),
    "review_received": NotificationType(
        Group.REVIEWS,
        _("New review from %(name)s"),
        _("%(name)s rated you %(rating)s out of 5."),
        _("See the review"),
    ),
    "new_messages": NotificationType(
        Group.MESSAGES,
        _("New messages from %(name)s"),
        _("%(name)s wrote to you. Unread messages: %(count)s."),
        _("Read and reply"),
        repeats=True,
    ),
    "listing_expiring": NotificationType(
        Group.LISTINGS,
        _("Ends soon: %(title)s"),
        _("Your listing “%(title)s” will be archived on %(on)s."),
        SEE_LISTING,
    ),
    "listing_expired": NotificationType(
        Group.LISTINGS,
        _("Listing archived: %(title)s"),
        _("Your listing “%(title)s” has expired. You can publish it again."),
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
        _("Our staff hid “%(title)s”. Only you can see it now."),
        SEE,
        repeats=True,
    ),
    "content_removed": NotificationType(
        Group.MODERATION,
        _("Removed: %(title)s"),
        _("Our staff removed “%(title)s”."),
        SEE,
        repeats=True,
    ),
    "content_restored": NotificationType(
        Group.MODERATION,
        _("Visible again: %(title)s"),
        _("Our staff restored “%(title)s”. Everyone can see it again."),
        SEE,
        repeats=True,
    ),
    "report_received": NotificationType(
        Group.MODERATION,
        _("We have received your report"),
        _("Thank you. We will look at “%(title)s”."),
        SEE,
        repeats=True,
    ),
    "report_upheld": NotificationType(
        Group.MODERATION,
        _("Your report was right"),
        _("We have looked at “%(title)s”, and acted on it."),
        SEE,
        repeats=True,
    ),
    "report_not_upheld": NotificationType(
        Group.MODERATION,
        _("Your report is decided"),
        _(
            "We have looked at “%(title)s”, and found nothing against our terms or "
            "the law. You can appeal within six months."
        ),
        SEE,
        repeats=True,
    ),
    "warned": NotificationType(
        Group.MODERATION,
        _("Warning"),
        _(
            "Our staff warn you because of “%(title)s”. You can appeal within six "
            "months."
        ),
        SEE,
        repeats=True,
    ),
    "appeal_upheld": NotificationType(
        Group.MODERATION,
        _("Your appeal was right"),
        _("We have looked at “%(title)s” again: the decision is overturned."),
        SEE,
        repeats=True,
    ),
    "appeal_rejected": NotificationType(
        Group.MODERATION,
        _("Your appeal is decided"),
        _("We have looked at “%(title)s” again. The decision stands."),
        SEE,
        repeats=True,
    ),
    "picture_removed": NotificationType(
        Group.MODERATION,
        _("Picture removed"),
        _("Our staff removed one of your pictures. It is no longer shown anywhere."),
        SEE,
        repeats=True,
    ),
    "picture_restored": NotificationType(
        Group.MODERATION,
        _("Picture visible again"),
        _("Our staff restored one of your pictures. Everyone can see it again."),
        SEE,
        repeats=True,
    ),
    "welcome": NotificationType(
        Group.ACCOUNT,
        _("Welcome to %(site)s"),
        _(
            "Your account is ready, %(name)s. Sell what you no longer need, find help "
            "nearby, or offer your services."
        ),
        _("Start browsing"),
    ),
    "digest": NotificationType(
        Group.ACCOUNT,
        _("Notifications: %(count)s"),
        _(
            "You received many e-mails in a short time, so we collected the following "
            "notifications in this one."
        ),
        _("See all"),
    ),
}
