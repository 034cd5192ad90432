"""What the rules against spam find comes to the desk of staff."""

from datetime import timedelta

import pytest
from django.utils import timezone

from listings.models import Listing
from listings.tests.factories import ListingFactory
from moderation.models import Case
from moderation.tests.factories import StrikeFactory
from rules.models import RuleSetting
from rules.signals import rule_hit
from rules.trust import strikes_of

pytestmark = pytest.mark.django_db


def hit(listing, outcome):
    rule_hit.send(
        RuleSetting,
        rule="contacts",
        outcome=outcome,
        target=listing,
        person=listing.seller,
        detail="",
    )


def test_what_is_flagged_opens_one_case(alice):
    listing = ListingFactory(seller=alice)
    for _time in range(2):
        hit(listing, "flag")
    case = Case.objects.get()
    assert (case.is_detected_automatically, case.reports_count) == (True, 0)
    assert case.version == 3  # a decision on what was read before is refused
    assert Listing.objects.get().moderation == "visible"


def test_what_is_held_waits_hidden_with_an_automated_decision(alice):
    listing = ListingFactory(seller=alice)
    hit(listing, "hold")
    decision = Listing.objects.get().decision
    assert listing.moderation == "hidden"
    assert (decision.decided_automatically, decision.detected_automatically) == (
        True,
        True,
    )


def test_what_is_masked_needs_nobody(alice):
    hit(ListingFactory(seller=alice), "mask")
    assert not Case.objects.exists()


def test_strikes_count_until_they_expire(alice):
    now = timezone.now()
    StrikeFactory(person=alice, expires_at=now + timedelta(days=1))
    StrikeFactory(person=alice, expires_at=now - timedelta(days=1))
    assert strikes_of(alice) == 1
