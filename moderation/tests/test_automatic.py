"""What waits hidden is shown again by a decision that leaves the content."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.models import Decision
from listings.models import Listing
from listings.tests.factories import ListingFactory
from moderation import appeals, batches, cases
from moderation.models import Case
from moderation.tests.test_reports import (  # noqa: F401 - fixtures
    WHY,
    decide,
    listing,
    other_staff,
)
from moderation.tests.test_rule_hits import hit
from notifications.models import Notification
from reviews.models import Review
from reviews.tests.factories import ReviewFactory

pytestmark = pytest.mark.django_db
DETAILS = {
    "warn": {},
    "restrict": {"restricts": ["posting"]},
    "suspend": {"until": timezone.now() + timedelta(days=3)},
    "ban": {},
    "label": {"label": Decision.Label.values[0]},
}
SENTENCE = "is not any more"


@pytest.fixture
def held(listing):  # noqa: F811
    """The case of a listing that waits hidden."""
    hit(listing, "hold")
    mail.outbox.clear()
    Notification.objects.all().delete()
    return Case.objects.get()


def moderation() -> str:
    return Listing.objects.get().moderation


@pytest.mark.parametrize("outcome", DETAILS)
def test_a_decision_that_leaves_the_content_shows_it_again(held, staff, outcome):
    decision = decide(held, staff, outcome, **DETAILS[outcome])
    undone = Decision.objects.get(decided_automatically=True).undone_by
    assert moderation() == "visible"
    assert Listing.objects.get().decision is None
    assert (undone.actor, undone.outcome) == (staff, "restore")
    assert SENTENCE in decision.facts
    assert held.events.filter(name="restore", actor=staff).count() == 1


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [("warn", "warned"), ("restrict", "restricted"), ("label", "content_labelled")],
)
def test_one_message_tells_of_both(held, staff, outcome, kind):
    decide(held, staff, outcome, **DETAILS[outcome])
    told = Notification.objects.get(recipient=held.person)
    assert told.kind == kind
    assert SENTENCE in told.params["reason"]


def test_what_nothing_has_hidden_is_not_mentioned(listing, staff):  # noqa: F811
    hit(listing, "flag")
    assert decide(Case.objects.get(), staff, "warn").facts == "It was stolen."


@pytest.mark.parametrize("outcome", DETAILS)
def test_it_stays_hidden_if_the_decider_says_so(held, staff, outcome):
    decision = decide(held, staff, outcome, keep_hidden=True, **DETAILS[outcome])
    assert moderation() == "hidden"
    assert SENTENCE not in decision.facts


@pytest.mark.parametrize(
    ("outcome", "end", "kinds"),
    [
        ("no_action", "visible", {"content_restored"}),
        ("hide", "hidden", {"content_hidden"}),
        ("remove", "removed", {"content_removed"}),
    ],
)
@pytest.mark.parametrize("keep_hidden", [False, True])
def test_a_decision_about_the_content_takes_its_place(
    held, staff, outcome, end, kinds, keep_hidden
):
    decision = decide(held, staff, outcome, keep_hidden=keep_hidden)
    assert moderation() == end
    assert not Decision.objects.filter(
        decided_automatically=True, undone_by=None
    ).exists()
    assert decision.facts == "It was stolen."
    assert {row.kind for row in Notification.objects.all()} == kinds


def test_what_staff_have_hidden_stays_hidden(listing, staff, other_staff):  # noqa: F811
    hit(listing, "flag")
    decide(Case.objects.get(), staff, "hide")
    later = cases.open_case("listing", Listing.objects.get(), listing.seller)
    decide(later, other_staff, "warn")
    assert moderation() == "hidden"


def test_what_was_kept_hidden_stays_so_after_another_case(held, staff, other_staff):  # noqa: F811
    decide(held, staff, "warn", keep_hidden=True)
    later = cases.open_case("listing", Listing.objects.get(), held.person)
    decide(later, other_staff, "warn")
    assert moderation() == "hidden"
    last = cases.open_case("listing", Listing.objects.get(), held.person)
    decide(last, staff, "no_action")
    assert moderation() == "visible"


def test_what_an_appeal_has_confirmed_stays_hidden(held, staff, other_staff):  # noqa: F811
    automatic = Decision.objects.get(decided_automatically=True)
    appeal = appeals.appeal(automatic, text=WHY)
    appeals.resolve(appeal, actor=other_staff, is_overturned=False, reason="No.")
    decide(Case.objects.get(), staff, "warn")
    assert moderation() == "hidden"


def test_a_review_counts_again(staff):
    review = ReviewFactory(rating=1)
    hit_review(review)
    assert Review.objects.get().moderation == "hidden"
    decide(Case.objects.get(), staff, "warn")
    review.reviewed_user.refresh_from_db()
    assert Review.objects.get().moderation == "visible"
    assert review.reviewed_user.reviews_count == 1


def hit_review(review):
    from rules.models import RuleSetting
    from rules.signals import rule_hit

    rule_hit.send(
        RuleSetting,
        rule="contacts",
        outcome="hold",
        target=review,
        person=review.reviewer,
        detail="",
    )


@pytest.mark.parametrize("keep_hidden", [False, True])
def test_many_cases_are_shown_again_or_kept_alike(staff, keep_hidden):
    """Also those that the decision on another case of the person closes."""
    owner = UserFactory()
    for seller in (owner, owner, UserFactory()):
        hit(ListingFactory(seller=seller), "hold")
    Notification.objects.all().delete()
    found = list(Case.objects.all())
    batches.decide(
        found,
        actor=staff,
        outcome="restrict",
        versions={case.pk: case.version for case in found},
        facts=lambda language: "Spam.",
        restricts=["posting"],
        keep_hidden=keep_hidden,
    )
    shown = set(Listing.objects.values_list("moderation", flat=True))
    assert shown == {"hidden" if keep_hidden else "visible"}
    kinds = [row.kind for row in Notification.objects.filter(recipient=owner)]
    assert sorted(kinds) == ["content_restored"] * (not keep_hidden) + ["restricted"]


def test_the_form_asks_only_where_something_waits(held, staff, administrator):
    page = reverse("admin:moderation_case_action", args=[held.pk, "decide"])
    assert "keep_hidden" in administrator.get(page).content.decode()
    other = ListingFactory()
    hit(other, "flag")
    case = Case.objects.get(target_id=other.pk)
    page = reverse("admin:moderation_case_action", args=[case.pk, "decide"])
    assert "keep_hidden" not in administrator.get(page).content.decode()


@pytest.mark.parametrize("ticked", [False, True])
def test_the_form_keeps_or_shows(held, administrator, ticked):
    page = reverse("admin:moderation_case_action", args=[held.pk, "decide"])
    data = {"outcome": "warn", "reason": "Seen.", "ground": "terms", "basis": "4.1"}
    data |= {"version": held.version} | ({"keep_hidden": "on"} if ticked else {})
    administrator.post(page, data)
    assert Case.objects.get().status == "decided"
    assert moderation() == ("hidden" if ticked else "visible")
