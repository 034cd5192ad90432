"""What the page of a case shows: the target, its author, and what is like it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Decision
from messaging.admin import opening_url
from messaging.models import Message
from moderation import strikes, targets
from moderation.models import Case, Report
from rules import candidates
from rules.matching.similarity import distance
from rules.models import Fingerprint, RuleHit

MAX_ROWS = 10  # of each list
MAX_BITS = 8  # of 64, in which the digests of two similar texts differ
LOOK_BACK = timedelta(days=90)


def page_of(case: Case, *, reader: Any) -> dict[str, Any]:
    """Return the context of the page. The number of queries is fixed."""
    kind = targets.TARGET_TYPES[case.target_type]
    target = targets.get(case.target_type, case.target_id)
    return {
        "kind": kind.label,
        "is_gone": target is None,
        "text": kind.text_of(target) if target is not None else "",
        "images": _images(target),
        "state": _state(target),
        "public_url": _public_url(kind, case),
        "admin_url": _admin_url(kind, case, target),
        "snapshots": case.snapshots.all()[:MAX_ROWS],
        "hits": _hits(case),
        "author": _author(case),
        "similar": similar_to(case, reader=reader),
        "next_url": next_url(case, reader=reader),
    }


def _images(target: Any) -> list[str]:
    """Return the addresses of the pictures that everybody sees."""
    from uploads.models import Upload

    if isinstance(target, Upload):
        return [] if target.is_private else [target.url]
    paths = getattr(target, "images", "") or ""
    return [path for path in paths.split(",") if path][:MAX_ROWS]


def _state(target: Any) -> str:
    """Return in words whether others see it."""
    if target is None:
        return _("It is deleted.")
    if hasattr(target, "get_moderation_display"):
        label = getattr(target, "label", "") and target.get_label_display()
        shown = str(target.get_moderation_display())
        return f"{shown} · {label}" if label else shown
    if hasattr(target, "is_suspended"):
        return _("Suspended") if target.is_suspended else _("Active")
    return ""


def _public_url(kind: targets.TargetType, case: Case) -> str:
    return f"{settings.SITE_URL}/{kind.path}/{case.target_id}" if kind.path else ""


def _admin_url(kind: targets.TargetType, case: Case, target: Any) -> str:
    if isinstance(target, Message):  # read with its conversation, for this reason
        reason = _("Case %(number)s") % {"number": case.number}
        return opening_url(target.conversation, reason=reason)
    meta = kind.model._meta
    try:
        name = f"admin:{meta.app_label}_{meta.model_name}_change"
        return reverse(name, args=[case.target_id])
    except NoReverseMatch:  # no page of its own
        return ""


def _hits(case: Case) -> QuerySet[RuleHit]:
    rows = RuleHit.objects.filter(
        target_type=case.target_type, target_id=case.target_id
    )
    return rows[:MAX_ROWS]


def _author(case: Case) -> dict[str, Any]:
    """Return the record of the person whose it is."""
    person = case.person
    upheld = Report.objects.filter(case__person=person, status=Report.Status.UPHELD)
    decisions = Decision.objects.filter(person=person).exclude(outcome="no_action")
    return {
        "person": person,
        "since": person.created_at,
        "deals": person.tasks_completed + person.deal_reviews_count,
        "strikes": strikes.count_of(person),
        "upheld": upheld.count(),
        "decisions": decisions.select_related("undone_by").order_by("-id")[:MAX_ROWS],
    }


def similar_to(case: Case, *, reader: Any) -> list[Case]:
    """Return other cases: of the same author, of the same text, of a similar one.

    Those about the reader are left out, who does not learn of them, unless a superuser.
    """
    same_text = case.snapshots.values("digest")
    about = Q(person=case.person_id) | Q(snapshots__digest__in=same_text)
    for target_id in _similar_targets(case):
        about |= Q(target_type=case.target_type, target_id=target_id)
    ids = Case.objects.filter(about).exclude(pk=case.pk).values("pk")
    rows = Case.objects.filter(pk__in=ids).select_related("person")
    if not reader.is_superuser:
        rows = rows.exclude(person=reader.pk)
    return list(rows.order_by("-id")[:MAX_ROWS])


def _similar_targets(case: Case) -> list[int]:
    """Return the ids of targets of the same type whose text is nearly the same."""
    own = Fingerprint.objects.filter(
        target_type=case.target_type, target_id=case.target_id
    ).last()
    if own is None:
        return []
    now = timezone.now()
    rows = candidates.like(
        own.bands,
        target_type=case.target_type,
        since=now - LOOK_BACK,
        before=now,
        except_target=case.target_id,
    )
    near = [row for row in rows if distance(row.bands, own.bands) <= MAX_BITS]
    return [row.target_id for row in near]


def next_url(case: Case, *, reader: Any) -> str:
    """Return the page of the next case in the queue; empty if there is none.

    Those about the reader, and what the reader has reported, are left out: somebody
    else decides on them.
    """
    queue = Case.objects.in_queue().open().exclude(person=reader.pk)
    if not settings.ONE_MODERATOR:
        own = Report.objects.filter(case=OuterRef("pk"), reporter=reader.pk)
        queue = queue.exclude(Exists(own))
    later = Q(due_at__gt=case.due_at) | Q(due_at=case.due_at, pk__gt=case.pk)
    found = queue.filter(later).first() or queue.exclude(pk=case.pk).first()
    return reverse("admin:moderation_case_change", args=[found.pk]) if found else ""
