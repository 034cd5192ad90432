"""What the rules do to items, reviews and messages that are written."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.services import register
from accounts.tests.factories import UserFactory
from jobs.models import Job
from listings.models import Listing
from listings.tests.factories import ListingFactory
from messaging.models import Conversation, Message
from messaging.services import edit, send, start
from reviews.models import Review
from rules import configuration
from rules.checks.words import Words
from rules.models import Fingerprint, RuleHit, RuleSetting
from rules.registry import RULES
from rules.services import Refused, check_saved
from tasks.models import TaskApplication
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
POST = {"title": "Velosipēds", "description": "Zvanīt 29123456.", "category": "sports"}
POST |= {"price": 100, "location": "Rīga"}
LONG = "Pārdodu labu velosipēdu, maz braukts, stāvējis sausā garāžā, pie tā ir lukturis"


def post(api, person, **fields):
    return api.as_(person).post("/api/listings", POST | fields, format="json")


def old(person: User) -> User:
    person.created_at = timezone.now() - timedelta(days=365)
    person.save(update_fields=["created_at"])
    return person


def test_a_masked_item_is_stored_without_the_place(api, alice, turn_on, hits):
    turn_on("contacts", "mask")
    answer = post(api, alice)
    listing = Listing.objects.get()
    assert answer.status_code == 201
    assert answer.json()["listing"]["description"] == "Zvanīt […]."
    assert listing.description == "Zvanīt […]."
    assert hits == [("contacts", "mask", listing)]
    assert "29123456" not in listing.search_text


def test_a_refused_item_is_not_stored_and_the_refusal_is_recorded(api, alice, turn_on):
    turn_on("words", "refuse", lv=["velosipēd*"])
    answer = post(api, alice)
    assert answer.status_code == 400
    assert answer.json()["code"] == "post_refused"
    assert "velosip" not in answer.json()["error"].lower()
    assert not Listing.objects.exists()
    hit = RuleHit.objects.get()
    assert (hit.rule, hit.outcome, hit.target_id, hit.person) == (
        "words",
        "refuse",
        None,
        alice,
    )


def test_a_held_item_is_told_to_the_receiver(api, alice, turn_on, hits):
    turn_on("words", "hold", any=["velosipēds"])
    assert post(api, alice).status_code == 201
    assert hits == [("words", "hold", Listing.objects.get())]
    assert RuleHit.objects.get().detail == "1 listed words: any"


def test_a_receiver_that_fails_does_not_stop_the_post(api, alice, turn_on):
    from rules.signals import rule_hit

    def fail(sender, **kwargs):
        User.objects.raw("nonsense")[0]

    turn_on("words", any=["velosipēds"])
    rule_hit.connect(fail)
    try:
        assert post(api, alice).status_code == 201
    finally:
        rule_hit.disconnect(fail)
    assert Listing.objects.exists()


def test_an_edit_is_checked_for_what_it_changes(api, alice, turn_on, hits):
    turn_on("contacts", "mask")
    listing = ListingFactory(seller=alice, description="Zvanīt 29123456.")
    client = api.as_(alice)
    url = f"/api/listings/{listing.pk}"
    client.patch(url, {"condition": "used"}, format="json")
    listing.refresh_from_db()
    assert (listing.description, hits) == ("Zvanīt 29123456.", [])
    client.patch(url, {"title": "Cits"}, format="json")
    listing.refresh_from_db()
    assert listing.description == "Zvanīt […]."


def test_a_masked_message_reaches_the_other_without_the_place(alice, bob, turn_on):
    turn_on("contacts", "mask")
    talk, _new = start(sender=alice, user_id=bob.pk, content="Hello")
    message, _new = send(talk, sender=alice, content="Raksti uz a@b.lv")
    assert Message.objects.get(pk=message.pk).content == "Raksti uz […]"
    edit(message, actor=alice, content="Tad c@d.lv")
    assert Message.objects.get(pk=message.pk).content == "Tad […]"


def test_a_message_is_never_held(alice, bob, turn_on, hits):
    turn_on("words", "hold", any=["hello"])
    start(sender=alice, user_id=bob.pk, content="Hello")
    assert hits == [("words", "flag", Message.objects.get())]


def test_a_refused_message_is_not_sent(api, alice, bob, turn_on):
    turn_on("fraud_links", "refuse", domains=["fraud.example"])
    body = {"user_id": bob.pk, "message": "https://pay.fraud.example"}
    answer = api.as_(alice).post("/api/messages/conversations", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "post_refused"
    assert not Message.objects.exists()


def test_a_review_is_checked_too(api, alice, bob, turn_on, hits):
    turn_on("words", "mask", en=["scam*"])
    body = {"reviewed_user_id": bob.pk, "rating": 1, "content": "A scammer!"}
    assert api.as_(alice).post("/api/reviews", body, format="json").status_code == 201
    assert Review.objects.get().content == "A […]!"
    assert hits == [("words", "mask", Review.objects.get())]


@pytest.mark.parametrize("outcome", ["flag", "hold"])
def test_a_repeated_text_is_found_by_another_person(
    api, alice, bob, turn_on, hits, run_jobs, outcome
):
    turn_on("duplicates", outcome)
    for person, text in ((alice, LONG), (bob, f"{LONG} un soma")):
        post(api, old(person), title="Velosipēds", description=text)
    run_jobs()  # of both, who posted before the first one was looked at
    assert hits == [("duplicates", outcome, Listing.objects.get(seller=bob))]
    assert Fingerprint.objects.count() == 2
    assert "of another person" in RuleHit.objects.get().detail


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_copy_is_found_whatever_happens_before_its_job(
    api, alice, bob, turn_on, hits, is_reversed
):
    """The original is edited, and the jobs run in any order."""
    turn_on("duplicates")
    for person in (alice, bob):
        post(api, old(person), title="Velosipēds", description=LONG)
    original, copy = Listing.objects.order_by("pk")
    url = f"/api/listings/{original.pk}"
    assert api.as_(alice).patch(url, {"price": 99}, format="json").status_code == 200
    for pk in sorted([original.pk, copy.pk], reverse=is_reversed):
        check_saved("listing", pk, ["duplicates"])
    assert hits == [("duplicates", "flag", copy)]
    assert Fingerprint.objects.filter(person=bob).count() == 1


def test_a_message_to_many_is_found_although_the_jobs_run_later(
    alice, turn_on, hits, run_jobs
):
    turn_on("duplicates", messages=True)
    for _person in range(3):
        start(sender=alice, user_id=UserFactory().pk, content=LONG)
    run_jobs()
    assert len(hits) == 2


def test_a_post_that_is_deleted_before_its_job_is_left_alone(
    api, alice, bob, turn_on, hits, run_jobs
):
    turn_on("duplicates")
    for person in (alice, bob):
        post(api, old(person), title="Velosipēds", description=LONG)
    copy = Listing.objects.get(seller=bob)
    assert api.as_(bob).delete(f"/api/listings/{copy.pk}").status_code < 300
    run_jobs()
    assert hits == []


def test_other_texts_and_short_ones_are_no_repetition(api, alice, bob, turn_on, hits):
    turn_on("duplicates", "hold")
    post(api, alice, description=LONG)
    post(api, bob, description="Dzīvoklis Rīgas centrā, trīs istabas, remonts, lifts")
    post(api, alice, title="Velo", description="Labs")
    post(api, bob, title="Velo", description="Labs")
    assert hits == []


@pytest.mark.parametrize("outcome", ["flag", "hold"])
def test_an_edit_does_not_repeat_its_own_text(
    api, alice, turn_on, hits, run_jobs, outcome
):
    turn_on("duplicates", outcome)
    post(api, alice, description=LONG)
    url = f"/api/listings/{Listing.objects.get().pk}"
    run_jobs()
    api.as_(alice).patch(url, {"title": "Velosipēds pārdošanā"}, format="json")
    run_jobs()
    assert hits == []


def test_the_first_items_of_a_young_account_are_held(api, alice, bob, turn_on, hits):
    turn_on("first_posts", "hold", days=3, posts=2)
    for _post in range(3):
        post(api, alice)
    post(api, old(bob))
    assert [outcome for _rule, outcome, _target in hits] == ["hold", "hold"]


def test_items_of_a_person_who_has_posted_are_not_counted_again(
    api, alice, turn_on, django_capture_on_commit_callbacks
):
    turn_on("first_posts", "hold", days=3, posts=1)
    with django_capture_on_commit_callbacks(execute=True):
        for _post in range(3):
            post(api, alice)
    with CaptureQueriesContext(connection) as queries:
        post(api, alice)
    assert [one["sql"] for one in queries if "AS found" in one["sql"]] == []


def test_items_that_are_rolled_back_are_none_of_the_first(api, alice, turn_on, hits):
    turn_on("first_posts", "hold", days=3, posts=1)
    with transaction.atomic():  # as an import is rehearsed
        for _post in range(3):
            post(api, alice)
        transaction.set_rollback(True)
    hits.clear()
    post(api, alice)
    assert [outcome for _rule, outcome, _target in hits] == ["hold"]


def test_more_posts_than_usual_are_a_burst(api, alice, bob, turn_on, hits):
    turn_on("bursts", posts=2, messages=1)
    for _post in range(3):
        post(api, alice)
    talk, _new = start(sender=alice, user_id=bob.pk, content="One")
    send(talk, sender=alice, content="Two")
    kinds = [target._meta.model_name for _rule, _outcome, target in hits]
    assert kinds == ["listing", "message"]


def test_a_young_account_that_writes_to_many_is_found(alice, turn_on, hits):
    turn_on("young_conversations", conversations=2)
    for _person in range(3):
        start(sender=alice, user_id=UserFactory().pk, content="Hi")
    talk = Conversation.objects.latest("pk")
    send(talk, sender=alice, content="A second message in the same one")
    assert len(hits) == 1
    old(alice)
    start(sender=alice, user_id=UserFactory().pk, content="Hi")
    assert len(hits) == 1


# --- Failures and time ----------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch):
    """The rule "words" raises; as a rule with queries, by an error of the database."""

    def check(self, post, values):
        User.objects.raw("nonsense")[0]

    monkeypatch.setattr(Words, "check", check)
    monkeypatch.setattr(Words, "queries", True)


def test_a_rule_that_fails_lets_the_post_pass(
    api, alice, broken, turn_on, hits, settings, run_jobs, mailoutbox
):
    settings.ALERT_EMAILS = ["staff@example.com"]
    turn_on("words")
    turn_on("duplicates")
    assert post(api, alice, description=LONG).status_code == 201
    assert post(api, alice, title="Cits").status_code == 201
    run_jobs()
    setting = RuleSetting.objects.get(name="words")
    assert (hits, setting.failures) == ([], 2)
    assert Fingerprint.objects.count() == 1  # the rules after it have run
    assert [mail.subject for mail in mailoutbox] == ["The rule words fails"]


def test_a_post_is_held_after_a_failure_where_that_is_set(
    api, alice, broken, turn_on, hits, settings
):
    settings.RULES_ON_FAILURE = "hold"
    turn_on("words")
    assert post(api, alice).status_code == 201
    assert hits == [("words", "hold", Listing.objects.get())]


def test_a_rule_that_fails_to_remember_lets_the_post_pass(
    api, alice, turn_on, run_jobs, monkeypatch
):
    turn_on("duplicates")
    monkeypatch.setattr("rules.checks.duplicates.print_of", lambda words: 1 / 0)
    assert post(api, alice, description=LONG).status_code == 201
    run_jobs()
    assert RuleSetting.objects.get(name="duplicates").failures >= 1


def test_rules_without_time_run_in_a_job(api, alice, turn_on, hits, settings, run_jobs):
    turn_on("contacts", "mask")
    settings.RULES_BUDGET_MS = -1
    post(api, alice)
    assert hits == []
    assert run_jobs() == ["rules.check_later"]
    # It comes too late to mask.
    assert hits == [("contacts", "hold", Listing.objects.get())]
    assert Listing.objects.get().description == "Zvanīt 29123456."


def test_a_post_that_is_gone_is_left_alone(api, alice, turn_on, settings, run_jobs):
    turn_on("contacts")
    settings.RULES_BUDGET_MS = -1
    post(api, alice)
    Listing.objects.all().delete()
    assert run_jobs() == ["rules.check_later"]


# --- Queries --------------------------------------------------------------------------


def all_rules(turn_on) -> None:
    for name in RULES:
        turn_on(name)
    turn_on("duplicates", messages=True)
    turn_on("words", lv=["kredīt*"])
    turn_on("bursts", posts=100)  # which finds nothing here
    configuration.active()


def queries_of(call) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        call()
    return len(queries)


@pytest.mark.parametrize("outcome", ["flag", "hold"])
def test_a_post_costs_the_same_queries_however_many_are_like_it(
    api, alice, turn_on, outcome
):
    all_rules(turn_on)
    turn_on("duplicates", outcome)
    old(alice)
    costs = [queries_of(lambda: post(api, alice, description=LONG)) for _ in range(12)]
    assert len(set(costs[1:])) == 1, costs


def test_without_rules_nothing_is_asked(alice, bob, turn_on):
    talk, _new = start(sender=alice, user_id=bob.pk, content="Hello")
    configuration.active()
    plain = queries_of(lambda: send(talk, sender=alice, content="One"))
    turn_on("contacts", "mask")
    turn_on("words", lv=["kredīt*"])
    turn_on("bursts")
    turn_on("fraud_links")
    configuration.active()
    assert queries_of(lambda: send(talk, sender=alice, content="Two")) == plain


def test_one_job_runs_the_rules_that_only_flag(api, alice, turn_on):
    all_rules(turn_on)
    post(api, alice)
    [job] = Job.objects.filter(name__startswith="rules.")
    assert set(job.kwargs["names"]) == {"duplicates", "price"}


def test_a_message_of_an_application_is_masked_and_its_author_is_told_of(
    api, bob, turn_on, hits
):
    turn_on("contacts", "mask")
    task = TaskFactory()
    body = {"message": "Zvanīt 29123456."}
    answer = api.as_(bob).post(f"/api/tasks/{task.pk}/apply", body, format="json")
    assert answer.status_code == 201
    assert TaskApplication.objects.get().message == "Zvanīt […]."
    assert hits == [("contacts", "mask", bob)]
    assert RuleHit.objects.get().target_type == "taskapplication"


def test_a_refused_application_is_not_stored(api, bob, turn_on):
    turn_on("words", "refuse", any=["kazino"])
    body = {"message": "Kazino"}
    url = f"/api/tasks/{TaskFactory().pk}/apply"
    answer = api.as_(bob).post(url, body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "post_refused")
    assert not TaskApplication.objects.exists()
    assert RuleHit.objects.get().person == bob


@pytest.mark.parametrize("name", ["bio", "first_name", "last_name"])
def test_a_profile_is_masked_before_it_is_saved(api, alice, turn_on, name):
    turn_on("words", "mask", any=["kazino"])
    changes = {name: "Labs kazino"}
    answer = api.as_(alice).patch("/api/auth/profile", changes, format="json")
    assert answer.status_code == 200
    alice.refresh_from_db()
    assert getattr(alice, name) == "Labs […]"
    assert RuleHit.objects.get().target_type == "user"


def test_what_staff_cannot_hide_is_flagged_instead(api, alice, turn_on, hits):
    turn_on("words", "hold", any=["kazino"])
    api.as_(alice).patch("/api/auth/profile", {"bio": "Kazino"}, format="json")
    assert hits == [("words", "flag", alice)]


def test_other_fields_of_a_profile_are_not_checked_again(api, alice, turn_on):
    turn_on("words", "refuse", any=["kazino"])
    User.objects.filter(pk=alice.pk).update(bio="Kazino")
    changes = {"city": "Rīga"}
    answer = api.as_(alice).patch("/api/auth/profile", changes, format="json")
    assert answer.status_code == 200


def test_a_name_at_the_registration_is_checked(turn_on, hits):
    turn_on("words", "flag", any=["kazino"])
    user = register(
        username="new",
        email="new@example.com",
        password="a-Harbour-of-72",
        first_name="Kazino",
    )
    assert hits == [("words", "flag", user)]
    assert RuleHit.objects.get().person == user


def test_a_registration_that_is_refused_leaves_nobody(turn_on):
    turn_on("words", "refuse", any=["kazino"])
    with pytest.raises(Refused):
        register(
            username="new",
            email="new@example.com",
            password="a-Harbour-of-72",
            first_name="Kazino",
        )
    assert not User.objects.filter(username="new").exists()
