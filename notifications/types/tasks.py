"""Notifications of applications, tasks and disputes."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.types.base import Group, NotificationType

SEE_TASK = _("Open the task")

APPLICATIONS: dict[str, NotificationType] = {
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
}

TASKS: dict[str, NotificationType] = {
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
            "open again: choose another worker."
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
            "again. Choose a worker and pay to go on."
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
            "%(name)s has disputed the work on “%(title)s”. Our staff will review the "
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
            "%(name)s has proposed to settle the dispute about “%(title)s”: "
            "%(amount)s of the price goes to the worker, and the rest is refunded. "
            "Accept it, or make another offer."
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
}
