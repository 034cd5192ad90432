"""Restrictions of people: no posting, no messages, no payouts, for a time or for good.

Each is a row that points to its decision. A column of the user says that there are any,
so that whoever is not restricted costs no query.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Restriction, User
from accounts.moderation import require_may_bind
from accounts.signals import user_restriction_changed
from audit import decisions
from audit import services as audit
from audit.models import Decision
from core.db import shared_queries
from core.db.locks import locked
from core.exceptions import NotAllowed, ValidationFailed, WrongStatus

Scope = Decision.Scope
POSTING, MESSAGES, PAYOUTS = Scope.POSTING, Scope.MESSAGES, Scope.PAYOUTS
WITH_SERVICE = (POSTING, MESSAGES)  # what goes with the service as a whole
SENTENCES = {
    (POSTING, True): gettext_lazy("You cannot post here until %(until)s."),
    (POSTING, False): gettext_lazy("You cannot post here any more."),
    (MESSAGES, True): gettext_lazy("You cannot write messages until %(until)s."),
    (MESSAGES, False): gettext_lazy("You cannot write messages any more."),
}


class Restricted(NotAllowed):
    """A decision of staff takes this away from the person (403)."""

    code = "restricted"


def binding(user_id: int, scope: str) -> QuerySet[Restriction]:
    """Return what takes `scope` away from a person now."""
    return _binding(user_id, scope, at=timezone.now())


def _binding(person: Any, scope: str, *, at: Any) -> QuerySet[Restriction]:
    scopes = (scope, Scope.SERVICE) if scope in WITH_SERVICE else (scope,)
    rows = Restriction.objects.filter(person=person, scope__in=scopes)
    return rows.binding(at=at)


def is_bound(user_id: int, scope: str) -> bool:
    """Return whether `scope` is taken away from a person now. One query."""
    found = shared_queries.first(
        ("restrictions.is_bound", scope),
        lambda person, at: _binding(person, scope, at=at).values_list("pk")[:1],
        person=user_id,
        at=timezone.now(),
    )
    return found is not None


def require_unrestricted(user: User, scope: str) -> None:
    """Raise `Restricted` (403) if `scope`, posting or messages, is taken away.

    The answer names the end and the decision. No query for who is not restricted.
    """
    if not user.is_restricted:
        return
    rows = binding(user.pk, scope).select_related("decision")
    last = rows.order_by(F("until").desc(nulls_first=True), "-pk").first()
    if last is None:
        return  # it is over, and waits for the job that deletes it
    path = f"/api/decisions/{last.decision.number}"
    words = {"until": "", "path": path}
    if last.until is not None:
        local = timezone.localtime(last.until)
        words["until"] = date_format(local, "DATETIME_FORMAT")
    sentence = SENTENCES[Scope(scope), last.until is not None] % words
    reasons = _("Read why, and how to appeal: %(path)s") % words
    more = {"until": last.until, "decision": last.decision.number, "url": path}
    raise Restricted(f"{sentence} {reasons}", extra=more)


@transaction.atomic
def restrict(
    user: User,
    *,
    actor: User,
    reason: str,
    restricts: Iterable[str],
    until: datetime | None = None,
    **grounds: Any,
) -> Decision:
    """Take the scopes `restricts` away from a person, and return the decision.

    `grounds` are further fields of it: `audit.decisions.decide`. Raises
    `ValidationFailed` (400) without a scope or for an end in the past, and as
    `accounts.moderation.require_may_bind`.
    """
    user = locked(User.objects).get(pk=user.pk)
    require_may_bind(user, actor)
    wanted = set(restricts)
    scopes = [scope for scope in Scope.values if scope in wanted]
    if not scopes or len(scopes) < len(wanted):
        raise ValidationFailed(_("Say what is restricted."), field="restricts")
    if until is not None and until <= timezone.now():
        raise ValidationFailed(_("This is in the past."), field="until")
    decision = decisions.decide(
        user,
        person=user,
        outcome=decisions.Outcome.RESTRICT,
        actor=actor,
        facts=reason,
        until=until,
        restricts=" ".join(scopes),
        **grounds,
    )
    Restriction.objects.bulk_create(
        Restriction(person=user, scope=scope, decision=decision, until=until)
        for scope in scopes
    )
    user.is_restricted = True
    user.save(update_fields=["is_restricted", "updated_at"])
    user_restriction_changed.send(sender=User, user=user, decision=decision)
    audit.record(
        user,
        actor=actor,
        action="restrict",
        reason=reason,
        after=", ".join(scopes),
    )
    return decision


@transaction.atomic
def lift(
    user: User, *, actor: User, reason: str, decision: Decision | None = None
) -> User:
    """Undo one decision that restricts a person, or all of them.

    Raises `WrongStatus` (409) if there is none, and as `require_may_bind`.
    """
    user = locked(User.objects).get(pk=user.pk)
    require_may_bind(user, actor)
    found = Decision.objects.filter(restrictions__person=user.pk).distinct()
    if decision is not None:
        found = found.filter(pk=decision.pk)
    undone = list(found.order_by("pk"))
    if not undone:
        raise WrongStatus(_("This person is not restricted."))
    made = [decisions.undo(user, one, actor=actor, facts=reason) for one in undone]
    _end(user, Restriction.objects.filter(decision__in=undone), *made)
    audit.record(
        user,
        actor=actor,
        action="lift",
        reason=reason,
        before=", ".join(scope for one in undone for scope in one.scopes),
    )
    return user


def _end(user: User, rows: QuerySet[Restriction], *undone: Decision) -> None:
    """Delete restrictions of a locked user; `undone` are the decisions that do it."""
    rows.delete()
    user.is_restricted = user.restrictions.exists()
    user.save(update_fields=["is_restricted", "updated_at"])
    for decision in undone or (None,):
        user_restriction_changed.send(sender=User, user=user, decision=decision)


def people_over(at: datetime) -> QuerySet[User]:
    """Return the people of whom a restriction is over at `at`."""
    over = Restriction.objects.over(at=at)
    return User.objects.filter(pk__in=over.values("person"))


def end_over(at: datetime) -> int:
    """Delete what is over at `at`; return of how many people.

    Nothing is decided by that: the decision named the time.
    """
    ended = 0
    for pk in people_over(at).values_list("pk", flat=True):
        with transaction.atomic():
            user = locked(User.objects).get(pk=pk)
            rows = user.restrictions.over(at=at)
            if rows.exists():
                _end(user, rows)
                ended += 1
    return ended
