"""Who may decide: staff whom it does not concern and who have not reported it."""

from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Decision
from core.exceptions import NotAllowed
from core.moderation import sentence_for_reporters
from moderation import targets
from moderation.models import Report


def has_reported(target_type: str, target_id: int, actor: User) -> bool:
    """Return whether `actor` has ever reported the target, also in another case."""
    reports = Report.objects.filter(reporter=actor)
    return reports.filter(
        case__target_type=target_type, case__target_id=target_id
    ).exists()


def is_involved(obj: Any, actor: User) -> bool:
    """Return whether a report keeps `actor` from deciding on `obj`.

    One about a person keeps from it, and one that waits about what is theirs. With
    `ONE_MODERATOR` none does. `core.moderation.register_involvement` takes this.
    """
    kind = targets.find_model(obj._meta.label_lower)
    if settings.ONE_MODERATOR or kind is None:
        return False
    waiting = Report.objects.filter(reporter=actor, status=Report.Status.OPEN)
    is_of_theirs = kind.model is User and waiting.filter(case__person=obj.pk).exists()
    return is_of_theirs or has_reported(kind.name, obj.pk, actor)


def require_impartial_about(
    target_type: str, target_id: int, actor: User, *, person_id: int
) -> None:
    """Raise `NotAllowed` (403) for who is no staff, a reporter, or concerned.

    `person_id` is whose the target is or was: it may be deleted.
    """
    if not (actor.is_active and actor.is_staff):
        raise NotAllowed(_("Only staff decide."))
    if actor.pk in {person_id, *_parties(target_type, target_id)}:
        raise NotAllowed(_("You cannot decide in your own cause."))
    if settings.ONE_MODERATOR:
        return
    if has_reported(target_type, target_id, actor):
        raise NotAllowed(sentence_for_reporters())


def require_impartial_on(decision: Decision, actor: User) -> None:
    """Raise as `require_impartial_about`, about all that a decision was made on.

    That is its own target and those of its cases: a ban has that of what was reported.
    """
    about = {(targets.of_model(decision.target_type).name, decision.target_id)}
    about |= set(decision.cases.values_list("target_type", "target_id"))
    for target_type, target_id in sorted(about):
        require_impartial_about(
            target_type, target_id, actor, person_id=decision.person_id
        )


def _parties(target_type: str, target_id: int) -> set[int]:
    """Return whom a target concerns besides its owner; a person has no such parties."""
    return set(getattr(targets.get(target_type, target_id), "party_ids", ()))


def require_change(model: type[Model], actor: User) -> None:
    """Raise `NotAllowed` (403) without the permission to change rows of a model."""
    if not actor.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}"):
        raise NotAllowed(_("You do not have permission to do this."))
