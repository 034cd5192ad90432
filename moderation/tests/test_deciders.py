"""Nobody decides in their own cause: not on what they have reported either."""

import pytest
from django.contrib.auth.models import Permission

from accounts import moderation as accounts
from accounts import restrictions
from accounts.tests.factories import UserFactory
from core.exceptions import NotAllowed
from core.moderation import is_impartial
from items import labels
from listings.tests.factories import ListingFactory
from listings.workflow import MODERATION
from moderation import appeals, batches, cases
from moderation.models import Appeal, Case
from moderation.tests.factories import CaseFactory, ReportFactory
from moderation.tests.test_batches import decide as decide_many
from moderation.tests.test_batches import spam
from moderation.tests.test_reports import (  # noqa: F401 - fixtures
    WHY,
    decide,
    listing,
    other_staff,
)
from reviews.tests.factories import ReviewFactory
from tests.admin_rows import make_upload
from uploads.workflow import UPLOAD_MODERATION

pytestmark = pytest.mark.django_db


def reported(name, target, person, staff, **fields):
    """A case of what `staff` have reported."""
    case = CaseFactory(target_type=name, target_id=target.pk, person=person, **fields)
    ReportFactory(case=case, reporter=staff)
    return case


@pytest.fixture
def found(listing, alice, staff):  # noqa: F811
    return reported("listing", listing, alice, staff)


def test_a_reporter_decides_no_appeal_of_what_is_automated(listing, found, staff):  # noqa: F811
    hidden = MODERATION.run("hide", listing, actor=None, reason="Many reports.")
    appeal = appeals.appeal(hidden.decision, text=WHY)
    assert appeal.case is None
    with pytest.raises(NotAllowed, match="reported"):
        appeals.resolve(appeal, actor=staff, is_overturned=False, reason="No.")
    assert Appeal.objects.get().status == "open"


@pytest.mark.parametrize("name", ["hide", "remove"])
def test_a_reporter_does_nothing_on_the_page_of_an_item(listing, found, staff, name):  # noqa: F811
    with pytest.raises(NotAllowed):
        MODERATION.run(name, listing, actor=staff, reason="Mine.")


def test_a_reporter_puts_no_label(listing, found, staff):  # noqa: F811
    with pytest.raises(NotAllowed):
        labels.put(listing, actor=staff, label="disputed_price", reason="Mine.")


def test_a_reporter_removes_no_review_and_no_picture(staff, other_staff):  # noqa: F811
    review, upload = ReviewFactory(), make_upload()
    reported("review", review, review.reviewer, staff)
    reported("upload", upload, upload.owner, staff)
    assert not is_impartial(review, staff)
    assert is_impartial(review, other_staff)
    with pytest.raises(NotAllowed):
        UPLOAD_MODERATION.run("remove", upload, actor=staff, reason="Mine.")


def test_a_reporter_of_a_thing_decides_no_appeal_of_the_ban_for_it(
    found,
    staff,
    other_staff,  # noqa: F811
):
    ban = decide(found, other_staff, "ban")
    appeal = appeals.appeal(ban, text=WHY)
    with pytest.raises(NotAllowed, match="reported"):
        appeals.resolve(appeal, actor=staff, is_overturned=False, reason="No.")


@pytest.mark.parametrize("status", ["decided", "closed"])
def test_a_reporter_stays_one_once_it_is_decided(listing, found, staff, status):  # noqa: F811
    from audit.tests.factories import DecisionFactory

    Case.objects.update(status=status, decision=DecisionFactory(person=found.person))
    assert not is_impartial(listing, staff)


@pytest.mark.parametrize("outcome", ["no_action", "warn"])
def test_who_may_not_change_a_thing_does_not_show_it_again(listing, outcome):  # noqa: F811
    from moderation.tests.test_rule_hits import hit

    hit(listing, "hold")
    actor = UserFactory(is_staff=True)
    actor.user_permissions.add(
        *Permission.objects.filter(codename__in=("change_case", "change_user"))
    )
    with pytest.raises(NotAllowed, match="permission"):
        decide(Case.objects.get(), actor, outcome)
    listing.refresh_from_db()
    assert listing.moderation == "hidden"
    if outcome != "no_action":
        decide(Case.objects.get(), actor, outcome, keep_hidden=True)


def bind(user, staff):
    return (
        lambda: accounts.suspend(user, actor=staff, reason="Mine."),
        lambda: restrictions.restrict(
            user, actor=staff, reason="Mine.", restricts=["posting"]
        ),
    )


@pytest.mark.parametrize("which", [0, 1])
def test_a_reporter_suspends_and_restricts_nobody(found, alice, staff, which):
    with pytest.raises(NotAllowed, match="reported"):
        bind(alice, staff)[which]()
    found.reports.update(status="upheld")  # decided by somebody else
    bind(alice, staff)[which]()


def test_who_has_reported_a_person_does_not_suspend_them(alice, staff):
    reported("user", alice, alice, staff).reports.update(status="not_upheld")
    with pytest.raises(NotAllowed, match="reported"):
        accounts.suspend(alice, actor=staff, reason="Mine.")


def test_a_reporter_undoes_no_batch(staff, other_staff, alice):  # noqa: F811
    wave = spam(alice, alice)
    batch = decide_many(wave, other_staff)
    ReportFactory(case=wave[1], reporter=staff, status="upheld")
    with pytest.raises(NotAllowed, match="reported"):
        batches.undo(batch, actor=staff, reason="Mine.")


def test_one_moderator_decides_on_what_they_have_reported(
    listing,  # noqa: F811
    found,
    staff,
    settings,
):
    settings.ONE_MODERATOR = True
    decision = decide(found, staff)
    assert decision.outcome == "remove"
    assert found.events.filter(name=cases.OWN_REPORT, actor=staff).count() == 1
    MODERATION.run("restore", listing, actor=staff, reason="A mistake.")


def test_one_moderator_still_decides_nothing_about_themselves(staff, settings):
    settings.ONE_MODERATOR = True
    own = ListingFactory(seller=staff)
    case = reported("listing", own, staff, UserFactory())
    with pytest.raises(NotAllowed, match="own cause"):
        cases.assign(case, actor=staff)
