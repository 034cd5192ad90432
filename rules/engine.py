"""Runs the rules over one post. A rule that fails or is slow never stops a post."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from jobs.exceptions import JobTimeout, LeaseLost
from rules.base import Finding, Outcome, Post, effective
from rules.configuration import Configured

logger = logging.getLogger("rules")
HOLD = "hold"  # the value of RULES_ON_FAILURE, besides "pass"


@dataclass(frozen=True)
class Hit:
    """What one rule has found, and what becomes of the post."""

    rule: str
    outcome: str
    finding: Finding


@dataclass
class Verdict:
    """What all rules say of one post."""

    hits: list[Hit] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # rules that have not run
    failed: list[str] = field(default_factory=list)

    def of(self, outcome: str) -> list[Hit]:
        """Return the hits with an outcome."""
        return [hit for hit in self.hits if hit.outcome == outcome]


def judge(post: Post, rules: Sequence[Configured], *, is_late: bool = False) -> Verdict:
    """Run `rules` over a post.

    Before the post is saved there are `RULES_BUDGET_MS` for all of them. `Verdict.late`
    names those that run in a job after it: rules that read files, those that compare it
    with others and only flag, and those for which no time is left.
    """
    verdict = Verdict()
    ends = time.monotonic() + settings.RULES_BUDGET_MS / 1000
    waiting = [one for one in rules if one.rule.concerns(post, one.values)]
    if not is_late:
        verdict.late = [one.rule.name for one in waiting if _can_wait(one)]
        waiting = [one for one in waiting if not _can_wait(one)]
    for group in _groups(waiting):
        while group:
            try:
                # One savepoint for all that read the database: after an error
                # PostgreSQL refuses every further query of the transaction without
                # it, and the post would fail with the rule.
                with transaction.atomic() if group[0].rule.queries else nullcontext():
                    while group:
                        if not is_late and time.monotonic() > ends:
                            verdict.late += [one.rule.name for one in group]
                            group.clear()
                            break
                        _run(group[0], post, verdict, is_late=is_late)
                        del group[0]
            except (JobTimeout, LeaseLost):
                raise  # the end of the job that runs this
            except Exception:
                failed = group.pop(0).rule.name
                logger.exception("the rule %s failed", failed)
                verdict.failed.append(failed)
    if verdict.failed and settings.RULES_ON_FAILURE == HOLD:
        found = Finding("the rule failed")
        outcome = effective(Outcome.HOLD, post, is_late=is_late)
        verdict.hits += [Hit(name, outcome, found) for name in verdict.failed]
    return verdict


def _can_wait(one: Configured) -> bool:
    """Whether the post need not wait for a rule: it is too slow, or stops no post."""
    return one.rule.is_late or (one.rule.flags_later and one.outcome == Outcome.FLAG)


def _groups(waiting: list[Configured]) -> Iterator[list[Configured]]:
    """Yield the rules without queries, then those with them."""
    for queries in (False, True):
        yield [one for one in waiting if one.rule.queries == queries]


def _run(one: Configured, post: Post, verdict: Verdict, *, is_late: bool) -> None:
    finding = one.rule.check(post, one.values)
    if finding is not None:
        outcome = effective(one.outcome, post, is_late=is_late)
        verdict.hits.append(Hit(one.rule.name, outcome, finding))
