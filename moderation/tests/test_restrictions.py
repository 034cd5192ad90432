"""Restrictions of people and labels of items: what they take away, and how they end."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import moderation, restrictions
from accounts.models import Restriction
from accounts.tests.factories import UserFactory
from audit.models import Decision
from core.exceptions import NotAllowed, ValidationFailed
from jobs import maintenance
from listings.models import Listing
from listings.tests.factories import ListingFactory
from messaging.tests.factories import ConversationFactory, write
from moderation import appeals, cases, undoing
from moderation.tests.test_reports import (  # noqa: F401 - fixtures
    WHY,
    body,
    case,
    decide,
    listing,
    other_staff,
)
from notifications.models import Notification
from offerings.tests.factories import OfferingFactory
from payments import services as payments
from payments.models import Payment
from payments.tests.factories import payable_account
from tasks.tests.factories import TaskFactory
from tasks.tests.paying import held, work

pytestmark = pytest.mark.django_db
PLACE = {"latitude": 56.95, "longitude": 24.1, "location": "Rīga"}
ITEM = {"title": "Bicycle", "description": "A good one.", "category": "sports"}
NEW_LISTING = ITEM | PLACE | {"price": 40}
NEW_OFFERING = ITEM | PLACE | {"category": "cleaning", "price": 40}
NEW_TASK = ITEM | PLACE | {"category": "cleaning", "budget": 40}


def restrict(person, staff, *scopes, days=7, **more):
    until = timezone.now() + timedelta(days=days) if days else None
    decision = restrictions.restrict(
        person, actor=staff, reason="Spam.", restricts=scopes, until=until, **more
    )
    person.refresh_from_db()
    return decision


def later(days):
    dict(maintenance.run_all(at=timezone.now() + timedelta(days=days), dry_run=False))


def put_up_again(client, alice):
    item = ListingFactory(seller=alice, status="archived")
    return client.post(f"/api/listings/{item.pk}/activate")


def activate_service(client, alice):
    item = OfferingFactory(creator=alice, status="paused")
    return client.post(f"/api/offerings/{item.pk}/activate")


def edit_item(client, alice):
    path = f"/api/listings/{ListingFactory(seller=alice).pk}"
    return client.patch(path, {"description": "Call 20000000"})


def apply(client, alice):
    return client.post(f"/api/tasks/{TaskFactory().pk}/apply", {"message": "I come."})


def review(client, alice):
    body = {"reviewed_user_id": UserFactory().pk, "rating": 1, "content": "Bad."}  # noqa: F811
    return client.post("/api/reviews", body)


POSTS = {
    "listing": lambda client, alice: client.post("/api/listings", NEW_LISTING),
    "task": lambda client, alice: client.post("/api/tasks", NEW_TASK),
    "offering": lambda client, alice: client.post("/api/offerings", NEW_OFFERING),
    "activate": put_up_again,
    "activate service": activate_service,
    "edit": edit_item,
    "apply": apply,
    "review": review,
}


def start(client, alice):
    return client.post(
        "/api/messages/conversations", {"user_id": UserFactory().pk, "message": "Hi"}
    )


def send(client, alice):
    talk = ConversationFactory(participant_1=alice, participant_2=UserFactory())
    path = f"/api/messages/conversations/{talk.pk}/messages"
    return client.post(path, {"content": "Hi"})


def contact(client, alice):
    path = f"/api/offerings/{OfferingFactory().pk}/contact"
    return client.post(path, {"message": "Hi"})


TALKS = {"start": start, "send": send, "contact": contact}


def refused(answer):
    assert answer.status_code == 403, answer.content
    assert answer.json()["code"] == "restricted"
    return answer.json()


@pytest.mark.parametrize("name", POSTS)
def test_who_may_not_post_posts_nothing(api, alice, staff, name):
    client = api.as_(alice)
    assert POSTS[name](client, alice).status_code in (200, 201)
    decision = restrict(alice, staff, "posting")
    found = refused(POSTS[name](client, alice))
    assert f"/api/decisions/{decision.number}" in found["error"]
    assert found["decision"] == decision.number


@pytest.mark.parametrize("name", TALKS)
def test_who_may_not_write_writes_nothing(api, alice, staff, name):
    client = api.as_(alice)
    assert TALKS[name](client, alice).status_code in (200, 201)
    restrict(alice, staff, "messages")
    refused(TALKS[name](client, alice))


def test_an_old_message_cannot_be_changed_into_a_new_one(api, alice, staff):
    talk = ConversationFactory(participant_1=alice)
    [message] = write(talk, alice, "Hello")
    restrict(alice, staff, "messages")
    path = f"/api/messages/messages/{message.pk}"
    refused(api.as_(alice).patch(path, {"content": "Buy"}))


def test_one_thing_is_taken_away_and_not_the_other(api, alice, staff):
    restrict(alice, staff, "messages")
    assert POSTS["listing"](api.as_(alice), alice).status_code == 201
    restrict(alice, staff, "service")
    refused(POSTS["listing"](api.as_(alice), alice))


def test_who_may_not_post_still_ends_what_has_begun(api, alice, staff):
    item = ListingFactory(seller=alice)
    restrict(alice, staff, "service")
    answer = api.as_(alice).put(f"/api/listings/{item.pk}", {"status": "sold"})
    assert answer.status_code == 200


def test_the_end_is_named_and_comes_by_itself(api, alice, staff):
    decision = restrict(alice, staff, "posting")
    found = refused(POSTS["listing"](api.as_(alice), alice))
    local = timezone.localtime(decision.until)
    assert str(local.year) in found["error"]
    assert found["until"]
    Restriction.objects.update(until=timezone.now())
    assert POSTS["listing"](api.as_(alice), alice).status_code == 201
    later(8)
    alice.refresh_from_db()
    assert (alice.is_restricted, Restriction.objects.count()) == (False, 0)


def test_who_is_not_restricted_costs_no_query(alice, django_assert_num_queries):
    with django_assert_num_queries(0):
        restrictions.require_unrestricted(alice, "posting")


def test_the_database_refuses_a_restriction_without_a_decision(alice):
    """S7."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Restriction.objects.create(person=alice, scope="posting")


def test_the_database_refuses_a_label_without_a_decision(alice):
    """S7."""
    rows = Listing.objects.filter(pk=ListingFactory(seller=alice).pk)
    with pytest.raises(IntegrityError, match="with_reasons"), transaction.atomic():
        rows.update(label="disputed_price")


def test_a_restriction_says_what_it_restricts(alice, staff):
    for scopes in ((), ("nonsense",), ("posting", "nonsense")):
        with pytest.raises(ValidationFailed):
            restrict(alice, staff, *scopes)
    with pytest.raises(ValidationFailed):
        restrict(alice, staff, "posting", days=-1)


def test_nobody_restricts_oneself_or_staff(alice, staff):
    lesser = UserFactory(is_staff=True)
    for person, actor in ((staff, staff), (staff, lesser), (lesser, lesser)):
        with pytest.raises(NotAllowed):
            restrict(person, actor, "posting")


def test_the_person_reads_why_and_appeals(api, case, staff, other_staff, alice):  # noqa: F811
    decision = decide(case, staff, "restrict", restricts=["posting", "messages"])
    [told] = Notification.objects.filter(recipient=alice, kind="restricted")
    assert told.params["reason"] == "It was stolen."
    path = f"/api/decisions/{decision.number}"
    shown = api.as_(alice).get(path).json()
    assert (shown["outcome"], shown["restricts"]) == (
        "restrict",
        ["posting", "messages"],
    )
    refused(POSTS["listing"](api.as_(alice), alice))
    assert api.as_(alice).post(f"{path}/appeal", {"text": WHY}).status_code == 201
    appeal = decision.appeals.get()
    appeals.resolve(appeal, actor=other_staff, is_overturned=True, reason="Right.")
    assert POSTS["listing"](api.as_(alice), alice).status_code == 201
    assert decision.undone_by.outcome == "restore"


def test_the_statement_of_reasons_is_sent_by_email(case, staff, alice, run_jobs):  # noqa: F811
    decide(case, staff, "restrict", restricts=["posting"])
    run_jobs()
    texts = [each.body for each in mail.outbox if each.to == [alice.email]]
    assert any("It was stolen." in text for text in texts)


def test_one_of_two_restrictions_is_undone(api, alice, staff):
    first, _second = (restrict(alice, staff, "posting") for _number in range(2))
    undoing.undo(first, actor=staff, reason="A mistake.")
    alice.refresh_from_db()
    assert alice.is_restricted
    refused(POSTS["listing"](api.as_(alice), alice))


def test_an_administrator_lifts_all_of_them(alice, staff):
    restrict(alice, staff, "posting")
    restrict(alice, staff, "messages", days=0)
    restrictions.lift(alice, actor=staff, reason="A mistake.")
    alice.refresh_from_db()
    assert not alice.is_restricted
    assert Decision.objects.filter(outcome="restore").count() == 2


# --- Payouts --------------------------------------------------------------------------


@pytest.fixture
def payee(db):
    person = UserFactory()
    payable_account(person)
    return person


def released(payee, staff):
    task = TaskFactory(
        status="in_progress",
        assigned_to=payee,
        agreed_price=50,
        assigned_at=timezone.now(),
    )
    held(task)
    payments.release("task", task.pk, actor=staff)
    work()
    return Payment.objects.get()


def test_a_release_to_who_gets_no_payouts_waits(payee, staff):
    restrict(payee, staff, "payouts")
    assert released(payee, staff).status == "payout_blocked"
    kinds = Notification.objects.filter(recipient=payee).values_list("kind", flat=True)
    assert "payout_waits" in kinds
    assert "payout_blocked" not in kinds


def test_it_goes_on_when_the_restriction_is_undone(payee, staff):
    restrict(payee, staff, "payouts")
    payment = released(payee, staff)
    restrictions.lift(payee, actor=staff, reason="A mistake.")
    work()
    payment.refresh_from_db()
    assert payment.status == "released"


def test_it_goes_on_when_the_restriction_ends(payee, staff):
    restrict(payee, staff, "payouts")
    payment = released(payee, staff)
    Restriction.objects.update(until=timezone.now())
    later(0.01)
    work()
    payment.refresh_from_db()
    assert payment.status == "released"


def test_another_restriction_lets_payouts_go_on(payee, staff):
    restrict(payee, staff, "posting", "messages")
    assert released(payee, staff).status == "released"


# --- Labels ---------------------------------------------------------------------------


def label_of(api, item):
    return api.get(f"/api/listings/{item.pk}").json()["label"]


def test_a_label_is_shown_to_everybody(api, case, staff, listing, alice):  # noqa: F811
    assert label_of(api, listing) is None
    decide(case, staff, "label", label="disputed_price")
    assert label_of(api, listing) == {
        "value": "disputed_price",
        "label": "Disputed price",
    }
    assert "label" not in api.get("/api/listings").json()[0]
    assert Notification.objects.filter(recipient=alice, kind="content_labelled")


def test_a_label_that_is_overturned_shows_the_one_before(api, listing, staff):  # noqa: F811
    from items import labels

    made = [
        labels.put(listing, actor=staff, label=label, reason="Seen.")
        for label in ("disputed_price", "unverified_claim")
    ]
    undoing.undo(made[1], actor=staff, reason="A mistake.")
    assert label_of(api, listing)["value"] == "disputed_price"
    undoing.undo(made[0], actor=staff, reason="A mistake.")
    assert label_of(api, listing) is None


def test_only_items_have_labels(alice, staff):
    talk = ConversationFactory(participant_1=alice)
    [message] = write(talk, alice, "Hello")
    case = cases.open_case("message", message, alice)  # noqa: F811
    with pytest.raises(ValidationFailed):
        decide(case, staff, "label", label="disputed_price")


def test_a_label_is_one_of_the_list(case, staff):  # noqa: F811
    with pytest.raises(ValidationFailed):
        decide(case, staff, "label", label="nonsense")


def test_a_suspension_leaves_the_restriction(alice, staff):
    restrict(alice, staff, "posting")
    moderation.suspend(alice, actor=staff, reason="Spam.")
    moderation.restore(alice, actor=staff, reason="A mistake.")
    alice.refresh_from_db()
    assert alice.is_restricted
