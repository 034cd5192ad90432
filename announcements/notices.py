"""What the e-mail of an announcement says."""

from django.utils import timezone

from announcements.models import Announcement
from announcements.services import KIND
from notifications.models import Notification
from notifications.types import refreshes


@refreshes(KIND)
def show_full_text(row: Notification) -> bool:
    """Put the whole text, in the language of now, into the e-mail.

    Returns False for an announcement that is over or was stopped since.
    """
    in_force = Announcement.objects.in_force(at=timezone.now())
    announcement = in_force.filter(pk=row.subject_id).first()
    if announcement is None:
        return False
    words = announcement.words_in(row.recipient.language)
    row.params |= {"title": words.title, "text": words.text}
    return True
