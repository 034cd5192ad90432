"""Hide the pictures of items that staff hid before; migrations call it."""

from typing import Any

from uploads.models import URL_PREFIX


def hide_pictures(items: Any, uploads: Any) -> int:
    """Hide the visible pictures of hidden and removed `items`; return how many.

    Both are models of a migration.
    """
    hidden = items._base_manager.exclude(moderation="visible").exclude(images="")
    count = 0
    for images in hidden.values_list("images", flat=True):
        keys = [url.removeprefix(URL_PREFIX) for url in images.split(",")]
        shown = uploads._base_manager.filter(key__in=keys, moderation="visible")
        count += shown.update(moderation="hidden")
    return count
