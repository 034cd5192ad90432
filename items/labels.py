"""Labels: what staff say about an item to everybody who opens it, such as its price."""

from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import decisions
from audit import services as audit
from audit.models import Decision
from core.db import shared_queries
from core.exceptions import NotAllowed, ValidationFailed, WrongStatus
from core.moderation import is_impartial
from items.models import Item
from notifications.services import notify

AnyItem = TypeVar("AnyItem", bound=Item)
Label, Outcome = Decision.Label, Decision.Outcome


@transaction.atomic
def put(
    item: AnyItem, *, actor: User, label: str, reason: str, **grounds: Any
) -> Decision:
    """Label an item, instead of the label that it may have; return the decision.

    `grounds` are further fields of it: `audit.decisions.decide`. Raises `NotAllowed`
    (403) to whom it concerns, `ValidationFailed` (400) for an unknown label, and
    `WrongStatus` (409) if it has this one.
    """
    item = _locked(item, actor)
    if label not in Label.values:
        raise ValidationFailed(_("Choose a label."), field="label")
    if item.label == label:
        raise WrongStatus(_("This has the same label already."))
    decision = decisions.decide(
        item,
        person=item.owner,
        outcome=Outcome.LABEL,
        actor=actor,
        facts=reason,
        label=label,
        **grounds,
    )
    _set(item, decision, actor=actor, action="label", reason=reason)
    notify(
        item.owner,
        "content_labelled",
        subject=item,
        actor=actor,
        title=item.title,
        reason=reason,
    )
    return decision


@transaction.atomic
def overturn(item: AnyItem, *, actor: User, reason: str) -> Decision:
    """Take the present label away, and return the decision that does.

    An earlier one that still stands is shown again. Raises `WrongStatus` (409) without
    a label, and `NotAllowed` (403) to whom it concerns.
    """
    item = _locked(item, actor)
    undone = item.label_decision
    if undone is None:
        raise WrongStatus(_("This has no label."))
    found = decisions.earlier(undone, (Outcome.LABEL,))
    decision = decisions.undo(item, undone, actor=actor, facts=reason)
    _set(item, found, actor=actor, action="unlabel", reason=reason)
    return decision


def _locked(item: AnyItem, actor: User) -> AnyItem:
    item = shared_queries.lock(type(item), item.pk)
    if not is_impartial(item, actor):
        raise NotAllowed(_("You cannot decide in your own cause."))
    return item


def _set(
    item: Item, decision: Decision | None, *, actor: User, action: str, reason: str
) -> None:
    before, item.label = item.label, decision.label if decision else ""
    item.label_decision = decision
    # The time of change too: whoever has read the item before reads it again.
    item.save(update_fields=["label", "label_decision", "updated_at"])
    audit.record(
        item,
        actor=actor,
        action=action,
        reason=reason,
        before=before,
        after=item.label,
    )
