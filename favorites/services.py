"""Services of favorites."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import User
from core.exceptions import NotFound, ValidationFailed
from favorites.models import ITEM_TYPES, Favorite

MAX_CHECKED_ITEMS = 500


@transaction.atomic
def toggle(*, user: User, item_type: str, item_id: int) -> Favorite | None:
    """Add a favorite, or delete it; return the favorite if there is one now.

    Raises `NotFound` (404) for an item that `user` may not open.
    """
    item = ITEM_TYPES[item_type].objects.visible_to(user).filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("Item not found."))
    # Locked: two requests at once would both find no favorite and both insert one.
    accounts.lock(user.pk)
    fields = {"user": user, item_type: item}
    deleted, _rows = Favorite.objects.filter(**fields).delete()
    return None if deleted else Favorite.objects.create(**fields)


def are_favorites(*, user: User, items: dict[str, tuple[str, int]]) -> dict[str, bool]:
    """Return for each key of `items` whether `user` has that (type, id) as a favorite.

    Raises `ValidationFailed` (400) for more than `MAX_CHECKED_ITEMS`.
    """
    if len(items) > MAX_CHECKED_ITEMS:
        raise ValidationFailed(
            _("Ask for at most %(most)s items.") % {"most": MAX_CHECKED_ITEMS}
        )
    found = set()
    for item_type in {name for name, _pk in items.values()}:
        ids = [pk for name, pk in items.values() if name == item_type]
        rows = Favorite.objects.filter(user=user, **{f"{item_type}__in": ids})
        found |= {(item_type, pk) for pk in rows.values_list(item_type, flat=True)}
    return {key: item in found for key, item in items.items()}
