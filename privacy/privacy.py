"""Personal data of exports themselves."""

from core.privacy import describe
from privacy.models import Export
from uploads.storage import delete_with_file

describe(
    Export,
    whose="user",
    purpose="Archives that people have asked for.",
    retention="EXPORT_DAYS, then deleted with the file.",
    exports="status size ready_at expires_at",
    internal="file",
    delete=True,
    remove=delete_with_file,
)
