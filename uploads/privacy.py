"""Personal data of pictures."""

from core.privacy import describe
from uploads.models import Upload
from uploads.services import erase

describe(
    Upload,
    whose="owner",
    purpose="Pictures of items, profiles and messages, without their metadata.",
    retention="As long as something shows them; unused ones ORPHAN_UPLOAD_HOURS.",
    exports="key content_type size width height is_private moderation "
    "moderation_reason moderated_at",
    internal="digest uses decision",
    delete=True,
    remove=erase,
)
