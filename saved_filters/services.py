"""Save and delete filters of the lists of the admin."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.admin.base import Admin
from core.db.locks import locked
from core.exceptions import NotAllowed, ValidationFailed
from saved_filters import lists
from saved_filters.models import SavedFilter
from saved_filters.permissions import may_delete, may_share

MAX_FILTERS = 20  # of one person and list


@transaction.atomic
def save(
    owner: User, *, page: Admin, name: str, query: str, is_shared: bool = False
) -> SavedFilter:
    """Save the query string of a list under a name; return the row.

    Raises `NotAllowed` (403) for sharing without the permission, and
    `ValidationFailed` (400) for a name that is taken, for one more than `MAX_FILTERS`,
    and for parameters that the list does not know.
    """
    if is_shared and not may_share(owner):
        raise NotAllowed(_("You do not have permission to do this."))
    query = lists.checked(page, query, owner)
    # Locked: two requests at once must not both find room for one more.
    locked(User.objects.filter(pk=owner.pk)).get()
    label = page.model._meta.label_lower
    own = SavedFilter.objects.of_list(label).filter(owner=owner)
    if own.count() >= MAX_FILTERS:
        text = _("You have %(count)s filters of this list. Delete one first.")
        raise ValidationFailed(text % {"count": MAX_FILTERS})
    if own.filter(name=name).exists():
        raise ValidationFailed(_("You have a filter of this name."), field="name")
    return SavedFilter.objects.create(
        owner=owner, model=label, name=name, query=query, is_shared=is_shared
    )


def delete(saved: SavedFilter, *, actor: User) -> None:
    """Delete a filter. Raises `NotAllowed` (403) for one of somebody else."""
    if not may_delete(saved, actor):
        raise NotAllowed(_("You do not have permission to do this."))
    saved.delete()
