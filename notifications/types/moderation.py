"""Notifications of decisions, reports and appeals."""

from django.utils.translation import gettext_lazy as _

from notifications.types.base import SEE, Group, NotificationType

MODERATION: dict[str, NotificationType] = {
    "content_hidden": NotificationType(
        Group.MODERATION,
        _("Hidden: %(title)s"),
        _(
            "“%(title)s” is hidden. Only you can see it now. You can appeal within six "
            "months: the decision says how."
        ),
        SEE,
        repeats=True,
    ),
    "content_removed": NotificationType(
        Group.MODERATION,
        _("Removed: %(title)s"),
        _(
            "“%(title)s” is removed. You can appeal within six months: the decision "
            "says how."
        ),
        SEE,
        repeats=True,
    ),
    "content_restored": NotificationType(
        Group.MODERATION,
        _("Visible again: %(title)s"),
        _("“%(title)s” is restored. Everyone can see it again."),
        SEE,
        repeats=True,
    ),
    "content_labelled": NotificationType(
        Group.MODERATION,
        _("Labelled: %(title)s"),
        _(
            "“%(title)s” now has a label that everyone who opens it can see. You can "
            "appeal within six months: the decision says how."
        ),
        SEE,
        repeats=True,
    ),
    "restricted": NotificationType(
        Group.MODERATION,
        _("Your account is restricted"),
        _(
            "Not possible for you from now on: %(what)s. You can appeal within six "
            "months: the decision says how."
        ),
        SEE,
        repeats=True,
    ),
    "restriction_lifted": NotificationType(
        Group.MODERATION,
        _("Your account is no longer restricted"),
        _("The decision is undone. Everything is possible for you again: %(what)s."),
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
        _("You are warned because of “%(title)s”. You can appeal within six months."),
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
    "appeal_closed": NotificationType(
        Group.MODERATION,
        _("Your appeal is closed"),
        _("The decision about “%(title)s” is undone. Nothing is left to decide."),
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
        _(
            "One of your pictures is removed and no longer shown anywhere. You can "
            "appeal within six months: the decision says how."
        ),
        SEE,
        repeats=True,
    ),
    "picture_restored": NotificationType(
        Group.MODERATION,
        _("Picture visible again"),
        _("One of your pictures is restored. Everyone can see it again."),
        SEE,
        repeats=True,
    ),
}
