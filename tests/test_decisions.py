"""Nothing is hidden, removed or suspended without a decision with reasons."""

import pytest
from django.db import IntegrityError, transaction

from accounts import moderation
from accounts.models import User
from accounts.tests.factories import UserFactory
from audit import triggers
from audit.models import Decision
from audit.tests.factories import DecisionFactory
from core.exceptions import NotAllowed, ValidationFailed
from listings.models import Listing
from listings.tests.factories import ListingFactory
from listings.workflow import MODERATION
from offerings.models import Offering
from offerings.tests.factories import OfferingFactory
from reviews.models import Review
from reviews.tests.factories import ReviewFactory
from reviews.workflow import MODERATION as REVIEW_MODERATION
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory
from tests.admin_rows import make_upload
from uploads.models import Upload
from uploads.workflow import UPLOAD_MODERATION

pytestmark = pytest.mark.django_db
RESTRICTIONS = {
    Listing: (ListingFactory, {"moderation": "hidden"}),
    TaskRequest: (TaskFactory, {"moderation": "removed"}),
    Offering: (OfferingFactory, {"moderation": "hidden"}),
    Review: (ReviewFactory, {"moderation": "hidden"}),
    Upload: (make_upload, {"moderation": "removed"}),
    User: (UserFactory, {"is_active": False}),
}


def picture_of(person):
    picture = make_upload()
    picture.owner = person
    picture.save()
    return picture


def hide(obj, staff, **grounds):
    return MODERATION.run("hide", obj, actor=staff, reason="Fake.", **grounds)


@pytest.mark.parametrize("model", RESTRICTIONS, ids=lambda model: model.__name__)
def test_the_database_refuses_a_restriction_without_reasons(model):
    """S7: whoever writes it, and by which way."""
    factory, restriction = RESTRICTIONS[model]
    row = factory()
    with pytest.raises(IntegrityError, match="with_reasons"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**restriction)


def test_a_decision_says_what_whose_and_why(staff):
    listing = ListingFactory()
    listing = hide(listing, staff, ground="illegal", basis="Criminal Law, 177")
    decision = listing.decision
    assert (decision.outcome, decision.facts) == ("hide", "Fake.")
    assert (decision.target_type, decision.target_id) == (
        "listings.listing",
        listing.pk,
    )
    assert (decision.person, decision.actor) == (listing.seller, staff)
    assert (decision.ground, decision.basis) == ("illegal", "Criminal Law, 177")
    assert not decision.decided_automatically


def test_an_automated_decision_names_nobody():
    picture = UPLOAD_MODERATION.run("remove", make_upload(), actor=None, reason="X.")
    for decision in (hide(ListingFactory(), None).decision, picture.decision):
        assert decision.decided_automatically
        assert decision.actor is None


def test_undoing_is_a_new_decision(staff):
    listing = hide(ListingFactory(), staff)
    first = listing.decision
    listing = MODERATION.run("restore", listing, actor=staff, reason="A mistake.")
    assert listing.decision is None
    assert (first.undone_by.outcome, first.undone_by.facts) == ("restore", "A mistake.")


def test_a_suspension_and_its_end_are_decisions(staff, alice):
    moderation.suspend(alice, actor=staff, reason="Spam.")
    alice.refresh_from_db()
    assert (alice.suspension.outcome, alice.suspension.person) == ("ban", alice)
    moderation.restore(alice, actor=staff, reason="A mistake.")
    assert [row.outcome for row in alice.decisions.all()] == ["restore", "ban"]


def test_a_removed_picture_is_so_by_a_decision(staff):
    upload = UPLOAD_MODERATION.run(
        "remove", make_upload(), actor=staff, reason="Stolen."
    )
    assert (upload.decision.outcome, upload.decision.person) == ("remove", upload.owner)
    upload = UPLOAD_MODERATION.run("restore", upload, actor=staff, reason="Hers.")
    assert upload.decision is None


@pytest.mark.parametrize("facts", ["", "  "])
def test_a_decision_without_facts_is_refused(staff, facts):
    with pytest.raises(ValidationFailed):
        MODERATION.run("hide", ListingFactory(), actor=staff, reason=facts)


def test_staff_do_not_decide_in_their_own_cause(staff):
    """S6: not on what they posted, and not on reviews about them."""
    own = ListingFactory(seller=staff)
    about = ReviewFactory(reviewed_user=staff)
    picture = picture_of(staff)
    for table, row in (
        (MODERATION, own),
        (REVIEW_MODERATION, about),
        (UPLOAD_MODERATION, picture),
    ):
        with pytest.raises(NotAllowed):
            table.run("remove", row, actor=staff, reason="Mine.")


@pytest.mark.parametrize("change", [{"facts": "x"}, {"outcome": "warn"}, None])
def test_decisions_never_change(alice, change):
    """S8: but for the texts, which an erasure replaces."""
    rows = Decision.objects.filter(pk=DecisionFactory(person=alice).pk)
    if change and set(change) == {"facts"}:
        assert rows.update(**change) == 1
        return
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        rows.update(**change) if change else rows.delete()


def test_every_column_but_the_texts_is_kept():
    """S8: a new column is kept or named here."""
    columns = {field.column for field in Decision._meta.concrete_fields}
    assert columns - set(triggers.FROZEN) == {"target_label", "facts", "note"}
