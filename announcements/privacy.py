"""Personal data of announcements: who has read which."""

from announcements.models import Announcement, AnnouncementRead
from core.privacy import describe, describe_impersonal

describe(
    AnnouncementRead,
    whose="user",
    purpose="Which announcements a person has read, so that they are shown once.",
    exports="announcement read_at",
    delete=True,
)
describe_impersonal(
    Announcement,
    "kind title_en text_en title_lv text_lv title_ru text_ru audience language city "
    "starts_at ends_at in_list by_notification by_email status sent_at last_person_id "
    "notified finished_at",
    because="What staff say to many people.",
)
