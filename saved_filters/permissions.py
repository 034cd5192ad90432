"""Who shares and deletes saved filters."""

from typing import Any

SHARE = "saved_filters.share_savedfilter"


def may_share(user: Any) -> bool:
    """Return whether `user` may share filters, and delete shared ones of others."""
    return bool(user.has_perm(SHARE))


def may_delete(saved: Any, user: Any) -> bool:
    """Return whether `user` may delete a saved filter."""
    return saved.owner_id == user.pk or (saved.is_shared and may_share(user))
