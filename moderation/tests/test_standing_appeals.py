"""An appeal follows what restricts the thing, or ends when nothing does any more."""

import pytest

from audit.models import Decision
from core.exceptions import WrongStatus
from listings.models import Listing
from listings.workflow import MODERATION
from moderation import appeals, undoing
from moderation.models import Appeal, Case
from moderation.tests.test_automatic import held  # noqa: F401 - fixture
from moderation.tests.test_reports import (  # noqa: F401 - fixtures
    WHY,
    decide,
    listing,
    other_staff,
)
from notifications.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def appeal(held):  # noqa: F811
    """Of who posted a listing, against that it waits hidden."""
    return appeals.appeal(Listing.objects.get().decision, text=WHY)


@pytest.mark.parametrize("outcome", ["hide", "remove"])
def test_an_overturned_appeal_shows_what_was_decided_on_meanwhile(
    appeal,
    held,  # noqa: F811
    staff,
    other_staff,  # noqa: F811
    outcome,
):
    decision = decide(held, staff, outcome)
    appeal.refresh_from_db()
    held.refresh_from_db()
    assert (appeal.status, appeal.decision, appeal.case) == ("open", decision, held)
    assert held.status == "appealed"
    assert not Notification.objects.filter(kind="appeal_closed").exists()
    appeals.resolve(appeal, actor=other_staff, is_overturned=True, reason="Right.")
    held.refresh_from_db()
    assert (Listing.objects.get().moderation, held.status) == ("visible", "closed")


@pytest.mark.parametrize("outcome", ["no_action", "warn"])
def test_an_appeal_is_closed_when_nothing_is_restricted(appeal, held, staff, outcome):  # noqa: F811
    decide(held, staff, outcome)
    appeal.refresh_from_db()
    assert (appeal.status, appeal.resolution.actor) == ("closed", staff)
    assert Notification.objects.filter(kind="appeal_closed").count() == 1


def test_an_appeal_is_closed_by_a_restoration_and_with_it_its_case(listing, staff):  # noqa: F811
    case = Case.objects.create(
        target_type="listing",
        target_id=listing.pk,
        person=listing.seller,
        due_at=listing.created_at,
    )
    appeals.appeal(decide(case, staff), text=WHY)
    MODERATION.run("restore", listing, actor=staff, reason="A mistake.")
    case.refresh_from_db()
    assert (Appeal.objects.get().status, case.status) == ("closed", "closed")


def test_nobody_resolves_an_appeal_of_what_is_undone(appeal, staff, other_staff):  # noqa: F811
    undoing.undo(appeal.decision, actor=staff, reason="A mistake.")
    Appeal.objects.update(status="open")
    with pytest.raises(WrongStatus, match="undone"):
        appeals.resolve(appeal, actor=other_staff, is_overturned=True, reason="Right.")


def test_no_appeal_arrives_on_a_decision_that_was_undone_meanwhile(held, staff):  # noqa: F811
    read = Decision.objects.select_related("undone_by").get(decided_automatically=True)
    undoing.undo(read, actor=staff, reason="A mistake.")
    with pytest.raises(WrongStatus, match="undone"):
        appeals.appeal(read, text=WHY)
