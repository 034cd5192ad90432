"""Notifications of reviews, messages, listings, searches and the account."""

from django.utils.translation import gettext_lazy as _

from notifications.types.base import SEE, Group, NotificationType

SEE_LISTING = _("Open the listing")

CONTENT: dict[str, NotificationType] = {
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
}

ACCOUNT: dict[str, NotificationType] = {
    # The words are those of the announcement, in the language of the recipient.
    "announcement": NotificationType(
        Group.ANNOUNCEMENTS,
        _("%(title)s"),
        _("%(text)s"),
        SEE,
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
    "staff_message": NotificationType(
        Group.ACCOUNT,
        _("A message from %(site)s"),
        _("Our staff wrote to you:"),
        SEE,
        repeats=True,
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
