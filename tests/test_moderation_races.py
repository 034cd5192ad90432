"""Moderation at once, on PostgreSQL: one decision, one appeal, and nobody waits."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.models import Decision
from jobs import maintenance
from listings.models import Listing
from listings.tests.factories import ListingFactory
from moderation import appeals, batches, cases, reports
from moderation.models import Appeal, Case
from tests.test_races import AT_ONCE, at_once

WHY = "The seller asks for money before anybody has seen it."
ROUNDS = 10
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL"),
]


def judges(count):
    return [UserFactory(is_staff=True, is_superuser=True) for _number in range(count)]


@transaction.atomic
def new_case(**fields) -> Case:
    listing = ListingFactory(**fields)
    return cases.open_case("listing", listing, listing.seller)


def deciding(case, staff, outcome="remove", **more):
    return lambda: cases.decide(
        case,
        actor=staff,
        version=case.version,
        outcome=outcome,
        facts="Seen.",
        **more,
    )


def reporting(case, category="scam"):
    def report():
        reports.report(
            "listing",
            case.target_id,
            reporter=UserFactory(),
            category=category,
            explanation=WHY,
        )

    return report


@pytest.mark.parametrize("outcome", ["remove", "ban"])
def test_of_two_moderators_at_once_one_decides(outcome):
    """S6."""
    for _round in range(ROUNDS):
        case = new_case()
        found = at_once(*(deciding(case, one, outcome) for one in judges(2)))
        assert found == {"done": 1, "case_changed": 1}
        about = Decision.objects.filter(cases=case)
        assert about.count() == 1


def test_two_hundred_attempts_make_one_decision():
    """S6."""
    staff, case = judges(AT_ONCE), new_case()
    calls = [deciding(case, one) for one in staff]
    found = sum((at_once(*calls) for _round in range(200 // AT_ONCE)), Counter())
    assert found == {"done": 1, "case_changed": 200 // AT_ONCE * AT_ONCE - 1}
    assert Decision.objects.count() == 1


def test_reports_beside_a_decision_wait_for_nobody(settings):
    """The target is locked before its case by both."""
    settings.REPORTS_TO_HIDE = 0.01
    for _round in range(ROUNDS):
        case = new_case()
        calls = [reporting(case) for _number in range(AT_ONCE - 2)]
        found = at_once(*calls, *(deciding(case, one) for one in judges(2)))
        assert set(found) <= {"done", "case_changed", "not_found", "invalid"}, found


def edit(listing):
    from listings import services

    return lambda: services.edit(listing, actor=listing.seller, title="Another")


def test_an_edit_beside_a_decision_waits_for_nobody():
    for _round in range(ROUNDS):
        case = new_case()
        listing = Listing.objects.get(pk=case.target_id)
        found = at_once(edit(listing), *(deciding(case, one) for one in judges(2)))
        assert set(found) <= {"done", "case_changed"}, found


def test_an_appeal_beside_its_expiry_is_in_or_out(settings):
    settings.APPEAL_DAYS = 1
    for _round in range(ROUNDS):
        case = new_case()
        deciding(case, *judges(1))()
        decision = Decision.objects.get(cases=case)
        soon = timezone.now() + timedelta(days=2)
        found = at_once(
            lambda decision=decision: appeals.appeal(decision, text=WHY),
            lambda soon=soon: dict(maintenance.run_all(at=soon, dry_run=False)),
        )
        case.refresh_from_db()
        appealed = Appeal.objects.filter(decision=decision).exists()
        assert appealed == (found["done"] == 2), found
        assert case.status in ("appealed", "closed", "decided")


def test_an_appeal_is_overturned_once():
    for _round in range(ROUNDS):
        case = new_case()
        deciding(case, *judges(1))()
        decision = Decision.objects.get(cases=case)
        appeal = appeals.appeal(decision, text=WHY)
        found = at_once(
            *(
                lambda one=one, appeal=appeal: appeals.resolve(
                    appeal, actor=one, is_overturned=True, reason="Right."
                )
                for one in judges(4)
            )
        )
        assert found == {"done": 1, "invalid_transition": 3}
        assert Decision.objects.filter(undoes=decision).count() == 1


def test_two_batches_with_the_same_cases_wait_for_nobody():
    owner = UserFactory()
    for _round in range(ROUNDS):
        found = [new_case(seller=owner) for _number in range(5)]
        versions = {row.pk: row.version for row in found}

        def batch(staff, rows, versions=versions):
            return lambda: batches.decide(
                rows,
                actor=staff,
                outcome="remove",
                versions=versions,
                facts=lambda language: "Spam.",
            )

        first, second = judges(2)
        came = at_once(batch(first, found), batch(second, found[::-1]))
        assert came == {"done": 1, "case_changed": 1} or came == {
            "done": 1,
            "batch_refused": 1,
        }
        made = Decision.objects.filter(cases__in=found)
        assert made.values("batch").distinct().count() == 1


def test_an_appeal_of_each_side_at_once_is_stored():
    case = new_case()
    deciding(case, *judges(1))()
    decision = Decision.objects.get(cases=case)
    found = at_once(*[lambda: appeals.appeal(decision, text=WHY)] * 4)
    assert found == {"done": 1, "already_appealed": 3}
    assert Appeal.objects.count() == 1
