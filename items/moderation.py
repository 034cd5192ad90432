"""The workflow table of the `moderation` field of any content."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import services
from core import moderation as core_moderation
from core.moderation import HIDDEN, VISIBLE, removal
from core.workflow import Transition, Workflow, is_staff
from items.models import Moderated
from notifications import moderation as notices
from uploads import services as uploads


def decide(obj: Moderated, *, actor: User, reason: str) -> None:
    """Set the reason, time and author of a decision."""
    core_moderation.decide(obj, actor=actor, reason=reason)
    obj.moderated_by = actor


TRANSITIONS = (
    Transition(
        name="hide",
        label=_("Hide"),
        done=_("Hidden."),
        source=(VISIBLE,),
        target=HIDDEN,
        allow=is_staff,
        effect=decide,
        in_api=False,
        in_admin=True,
    ),
    *removal(decide),
)


def notify_owner(
    obj: Moderated, *, actor: User, row: Transition, reason: str, title: str = ""
) -> None:
    """Notify the person who posted `obj` of a decision about it."""
    notices.notify_owner(
        obj, owner=obj.owner_field, actor=actor, row=row, reason=reason, title=title
    )


def moderation(
    then: Callable[..., None] = notify_owner, *, parent: str = ""
) -> Workflow:
    """Return the table for one model.

    `then(obj, *, actor, row, reason)` runs after each decision and its entry in the
    audit log. `parent` names the foreign key whose row is locked first.
    """

    def record(
        obj: Moderated, *, actor: User, row: Transition, old: str, reason: str
    ) -> None:
        if images := getattr(obj, "images", ""):
            # In the same transaction: pictures end with the item that shows them.
            (uploads.unhide if obj.moderation == VISIBLE else uploads.hide)(images)
        services.record(
            obj,
            actor=actor,
            action=row.name,
            reason=reason,
            before=old,
            after=obj.moderation,
        )
        then(obj, actor=actor, row=row, reason=reason)

    return Workflow(*TRANSITIONS, field="moderation", parent=parent, record=record)
