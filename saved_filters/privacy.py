"""Personal data of saved filters: who has saved which."""

from core.privacy import describe
from saved_filters.models import SavedFilter

describe(
    SavedFilter,
    whose="owner",
    purpose="Filters of the lists of the admin that a member of staff uses again.",
    exports="model name query is_shared",
    delete=True,
)
