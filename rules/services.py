"""What becomes of what the rules find: before a post is saved, after it, in a job."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, cast

from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from core.db import shared_queries
from core.exceptions import ValidationFailed
from jobs.services import enqueue
from rules import configuration, engine
from rules.base import Outcome, Rule, masked
from rules.engine import Hit, Verdict
from rules.models import Fingerprint, RuleHit, RuleSetting
from rules.posts import Post, model_of, post_of
from rules.registry import RULES
from rules.signals import rule_hit

logger = logging.getLogger("rules")
NOTE = "rules"  # the key of what `check` leaves for `conclude`
MAX_DETAIL_CHARS = 200


class Refused(ValidationFailed):
    """A rule refuses the post (400). The sentence does not say which one, or why."""

    code = "post_refused"


# --- Receivers ------------------------------------------------------------------------


def check_row(
    sender: type[Model],
    *,
    row: Any,
    is_new: bool,
    changed: frozenset[str],
    notes: dict[str, Any],
    **kwargs: object,
) -> None:
    """Check a post that is about to be saved; mask its texts.

    Receives `item_checked`, `review_checked`, `message_checked`, `application_checked`
    and `profile_checked`. Raises `Refused` (400).
    """
    active = configuration.active()
    if not active:
        return
    post = post_of(row, is_new=is_new)
    if not is_new and not changed & _watched(post):
        return
    verdict = engine.judge(post, active)
    if refusals := verdict.of(Outcome.REFUSE):
        raise _refusal(post, refusals)
    _mask(post, verdict.of(Outcome.MASK))
    notes[NOTE] = post, verdict


def conclude_row(
    sender: type[Model], *, row: Any, notes: dict[str, Any], **kwargs: object
) -> None:
    """Record what was found in a post that is saved now, and tell the receivers.

    Receives `item_saved`, `review_saved`, `message_saved`, `application_saved` and
    `profile_saved`.
    """
    if NOTE in notes:
        post, verdict = notes[NOTE]
        post.person_id = post.person_id or row.pk  # of somebody new it is known by now
        conclude(post, verdict)


def _watched(post: Post) -> frozenset[str]:
    """Return the fields whose change is checked."""
    more = {"images", post.row.price_field, "category"} if post.is_item else set()
    return frozenset({*post.texts, *more})


def _refusal(post: Post, hits: Sequence[Hit]) -> Refused:
    error = Refused(
        _(
            "This cannot be posted here. Please check that it follows the rules of "
            "the site, and change it."
        )
    )
    # The row of the hit is written when the transaction of the post is rolled back:
    # in that transaction it would disappear with it.
    if post.person_id:  # nobody stays of a registration that is refused
        error.after_rollback = partial(_record, [_row(post, hit) for hit in hits])
    return error


def _record(rows: list[RuleHit]) -> None:
    try:
        with transaction.atomic():
            RuleHit.objects.bulk_create(rows)
    except Exception:  # the answer is a refusal in any case
        logger.exception("the hits of a refused post are not recorded")


def _mask(post: Post, hits: Iterable[Hit]) -> None:
    """Replace what was found in the texts of the row, before it is saved."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for hit in hits:
        for name, places in hit.finding.spans.items():
            spans.setdefault(name, []).extend(places)
    for name, places in spans.items():
        text = masked(post.texts[name], places)
        most = post.row._meta.get_field(name).max_length
        setattr(post.row, name, text[:most])


# --- After the post is saved ----------------------------------------------------------


def conclude(post: Post, verdict: Verdict, ran: Iterable[str] | None = None) -> None:
    """Record a verdict about a saved post, and send `rule_hit` for each hit.

    `ran` names the rules that have run; all active ones by default.
    """
    rows = list(_remembered(post, verdict, None if ran is None else set(ran)))
    for name in verdict.failed:
        # A job and no UPDATE: all posts would wait for the one row of the rule.
        enqueue("rules.record_failure", name=name)
    if verdict.late:
        enqueue("rules.check_later", kind=post.kind, pk=post.row.pk, names=verdict.late)
    for row in rows:
        shared_queries.insert(row)
    if not verdict.hits:
        return
    try:
        # A savepoint: what fails in a receiver is lost, and the post is not.
        with transaction.atomic():
            RuleHit.objects.bulk_create(_row(post, hit) for hit in verdict.hits)
            for hit in verdict.hits:
                rule_hit.send(
                    type(post.target),
                    rule=hit.rule,
                    outcome=hit.outcome,
                    target=post.target,
                    person=post.person,
                    detail=hit.finding.detail,
                )
    except Exception:
        logger.exception("the hits of %s %s are not recorded", post.kind, post.row.pk)


def _remembered(
    post: Post, verdict: Verdict, ran: set[str] | None
) -> Iterator[Fingerprint]:
    """Yield what the rules remember of a post; add to `verdict` those that fail."""
    for one in configuration.active():
        name = one.rule.name
        if name in verdict.failed or not _remembers(one.rule, verdict, ran):
            continue
        try:
            if one.rule.concerns(post, one.values):
                found = one.rule.remember(post, one.values)
                yield from (cast(Fingerprint, row) for row in found)
        except Exception:  # as in the engine: a rule that fails stops no post
            logger.exception("the rule %s failed", name)
            verdict.failed.append(name)


def _remembers(rule: Rule, verdict: Verdict, ran: set[str] | None) -> bool:
    """Whether a rule remembers a post now: with the post, or in the job that has `ran`.

    A rule that flags later always remembers with the post.
    """
    if ran is None:
        return rule.flags_later or rule.name not in verdict.late
    return rule.name in ran and not rule.flags_later


def _row(post: Post, hit: Hit) -> RuleHit:
    return RuleHit(
        rule=hit.rule,
        outcome=hit.outcome,
        target_type=post.kind,
        target_id=post.row.pk,
        person_id=post.person_id,
        detail=hit.finding.detail[:MAX_DETAIL_CHARS],
    )


def check_saved(kind: str, pk: int, names: Sequence[str]) -> None:
    """Run the rules `names`, for which it did not wait, over a saved post.

    A post that is gone or deleted is left alone. Raises what the storage raises.
    """
    row = model_of(kind)._base_manager.filter(pk=pk).first()
    if row is None or _is_deleted(row):
        return
    post = post_of(row)
    rules = [one for one in configuration.active() if one.rule.name in names]
    verdict = engine.judge(post, rules, is_late=True)
    with transaction.atomic():
        conclude(post, verdict, ran=[one.rule.name for one in rules])


def _is_deleted(row: Any) -> bool:
    """Whether its author has deleted an item or a message."""
    deleted = getattr(type(row).objects.all(), "deleted_statuses", ())
    is_deleted = getattr(row, "status", None) in deleted
    return is_deleted or getattr(row, "deleted_at", None) is not None


# --- Settings -------------------------------------------------------------------------


def create_settings(sender: object, **kwargs: Any) -> None:
    """Create the rows of rules that have none. Runs after each `migrate`."""
    RuleSetting.objects.bulk_create(
        (
            RuleSetting(name=name, enabled=rule.enabled, outcome=rule.outcome)
            for name, rule in RULES.items()
        ),
        ignore_conflicts=True,  # two migrate commands at the same time
    )


@transaction.atomic
def record_failure(name: str) -> None:
    """Count a failure of a rule."""
    RuleSetting.objects.filter(name=name).update(
        failures=F("failures") + 1, failed_at=timezone.now()
    )
