"""Reports, cases, decisions and appeals, as people and staff use them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.models import Decision
from core.exceptions import NotAllowed
from jobs import maintenance
from listings.models import Listing
from listings.tests.factories import ListingFactory
from messaging.tests.factories import ConversationFactory, write
from moderation import appeals, cases, links
from moderation.models import Appeal, Case, Report, Strike
from moderation.strikes import count_of
from notifications.models import Notification

pytestmark = pytest.mark.django_db
WHY = "The seller asks for money before anybody has seen it."


@pytest.fixture
def listing(alice):
    return ListingFactory(seller=alice, title="A stolen bicycle")


@pytest.fixture
def body(listing):
    return {
        "target_type": "listing",
        "target_id": listing.pk,
        "category": "scam",
        "explanation": WHY,
        "good_faith": True,
    }


@pytest.fixture
def other_staff():
    return UserFactory(username="second", is_staff=True, is_superuser=True)


@pytest.fixture
def case(api, body, bob):
    assert api.as_(bob).post("/api/reports", body).status_code == 201
    return Case.objects.get()


def decide(case, actor, outcome="remove", **more):
    fields = {"facts": "It was stolen.", "ground": "illegal", "basis": "Criminal Law"}
    return cases.decide(
        case,
        actor=actor,
        outcome=outcome,
        **{"version": case.version} | fields | more,
    )


def respectable(**fields):
    """A person whose report counts by a half."""
    person = UserFactory(email_confirmed=True, tasks_completed=1, **fields)
    long_ago = timezone.now() - timedelta(days=100)
    type(person).objects.filter(pk=person.pk).update(created_at=long_ago)
    person.refresh_from_db()
    return person


# --- Reports --------------------------------------------------------------------------


def test_the_same_person_again_gets_the_same_report(api, body, bob):
    """S9."""
    client = api.as_(bob)
    first, again = client.post("/api/reports", body), client.post("/api/reports", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["report"]["number"] == again.json()["report"]["number"]
    assert Report.objects.count() == 1


def test_reports_of_one_thing_gather_in_one_case(api, body, bob, mallory):
    for person in (bob, mallory):
        api.as_(person).post("/api/reports", body)
    assert Case.objects.get().reports_count == 2


def test_an_outsider_gives_a_name(api, body):
    refused = api.post("/api/reports", body)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["name"])
    who = {"name": "Anna", "email": "Anna@example.com"}
    assert api.post("/api/reports", body | who).status_code == 201


def test_an_address_that_is_not_confirmed_shows_no_report_of_before(api, body):
    """Anybody can write the address of somebody else."""
    mine = {"name": "Anna", "email": "anna@example.com"}
    theirs = mine | {"explanation": "What did Anna write about this listing?"}
    first = api.post("/api/reports", body | mine)
    second = api.post("/api/reports", body | theirs)
    assert (first.status_code, second.status_code) == (201, 201)
    first, second = (each.json()["report"] for each in (first, second))
    assert second["explanation"] == theirs["explanation"]
    assert second["number"] != first["number"]


def test_a_stranger_s_address_gets_few_receipts(api, body, run_jobs):
    """Nobody is flooded with e-mails by the reports of others."""
    body |= {"name": "Anna", "email": "victim@example.com"}
    for _number in range(8):
        body["target_id"] = ListingFactory().pk
        assert api.post("/api/reports", body).status_code == 201
    run_jobs()
    assert len(mail.outbox) == 5


def test_child_abuse_is_reported_without_a_name(api, body):
    """Article 16(2)(c)."""
    body["category"] = "child_abuse"
    assert api.post("/api/reports", body).status_code == 201


@pytest.mark.parametrize(
    "change",
    [
        {"good_faith": False},
        {"explanation": "Bad."},
        {"explanation": "x" * 2001},
        {"category": "nonsense"},
        {"target_type": "planet"},
        {"target_id": 0},
        {"target_id": 2**80},
        {"target_id": None, "url": "/elsewhere"},
        {"target_id": None, "url": "https://elsewhere.example/listings/1"},
        {"target_id": None, "url": "http://[/listings/1"},
        {"target_id": None, "url": "http://testserver@elsewhere.example/listings/1"},
        {"target_id": None, "url": "elsewhere.example/listings/1"},
        {"target_id": None, "url": "https:/elsewhere.example/listings/1"},
        {"target_id": None, "url": "javascript:/listings/1"},
        {"target_id": None, "url": "ftp://testserver/listings/1"},
        {"target_id": None, "url": "/somewhere/else/listings/1"},
        {"target_id": None, "url": "/users/8/listings/1"},
    ],
)
def test_a_report_that_says_nothing_is_refused(api, body, bob, change):
    assert api.as_(bob).post("/api/reports", body | change).status_code == 400
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "site", ["https://site.example", "https://client.example", "http://api.example", ""]
)
def test_the_address_of_a_page_names_the_target(
    api, body, bob, listing, settings, site
):
    settings.SITE_URL = "https://site.example"
    settings.CORS_ALLOWED_ORIGINS = ["https://client.example"]
    settings.ALLOWED_HOSTS = ["testserver", "api.example", "*"]
    del body["target_type"], body["target_id"]
    body["url"] = f"{site}/listings/{listing.pk}?from=search"
    assert api.as_(bob).post("/api/reports", body).status_code == 201
    assert Case.objects.get().target_id == listing.pk


def test_what_one_may_not_see_cannot_be_reported(api, body, bob):
    """M3, T10: hidden things, and the messages of others."""
    body["target_id"] = ListingFactory(hidden=True).pk
    assert api.as_(bob).post("/api/reports", body).status_code == 404
    conversation = ConversationFactory()
    [message] = write(conversation, conversation.participant_1, "Pay first")
    body |= {"target_type": "message", "target_id": message.pk}
    assert api.as_(bob).post("/api/reports", body).status_code == 404
    assert (
        api.as_(conversation.participant_2).post("/api/reports", body).status_code
        == 201
    )


def test_nobody_reports_their_own(api, body, alice):
    assert api.as_(alice).post("/api/reports", body).status_code == 400


def test_reports_are_read_by_their_author_and_by_the_link(api, case, alice, bob):
    number = case.reports.get().number
    path = f"/api/reports/{number}"
    assert api.as_(bob).get(path).json()["number"] == number
    assert api.as_(bob).get("/api/reports").json()["reports"][0]["number"] == number
    assert api.as_(alice).get(path).status_code == 404
    assert api.get(path).status_code == 404
    assert api.get(f"{path}?token={links.token_of(number)}").status_code == 200
    assert api.get(f"{path}?token={links.token_of('R-AAAA')}").status_code == 404


def test_a_hundred_new_accounts_hide_nothing(api, body, listing, settings):
    """S9: sock puppets have no standing."""
    settings.REPORTS_TO_HIDE = 1
    for _number in range(100):
        api.as_(UserFactory()).post("/api/reports", body)
    listing.refresh_from_db()
    assert listing.moderation == "visible"


def test_people_with_standing_hide_it_until_staff_have_looked(
    api, body, listing, settings
):
    settings.REPORTS_TO_HIDE = 1
    for _number in range(2):
        api.as_(respectable()).post("/api/reports", body)
    listing.refresh_from_db()
    assert (listing.moderation, listing.decision.decided_automatically) == (
        "hidden",
        True,
    )
    assert Case.objects.get().status == "open"


def test_the_queue_is_in_the_order_of_urgency(api, body, bob):
    for category in ("other", "violence", "spam"):
        target = {"target_id": ListingFactory().pk, "category": category}
        api.as_(bob).post("/api/reports", body | target)
    found = [case.reports.get().category for case in Case.objects.in_queue()]
    assert found == ["violence", "spam", "other"]


# --- Decisions ------------------------------------------------------------------------


def test_a_decision_is_carried_out_and_everybody_is_told(
    case, staff, listing, alice, bob
):
    decision = decide(case, staff)
    listing.refresh_from_db()
    assert (listing.moderation, listing.decision) == ("removed", decision)
    assert (decision.source, decision.decided_automatically) == ("notice", False)
    assert case.reports.get().status == "upheld"
    kinds = set(Notification.objects.values_list("recipient__username", "kind"))
    assert kinds >= {("alice", "content_removed"), ("bob", "report_upheld")}
    assert Strike.objects.get().person == alice


def test_no_action_is_a_decision_too(case, staff, listing):
    decide(case, staff, "no_action")
    listing.refresh_from_db()
    assert listing.moderation == "visible"
    assert case.reports.get().status == "not_upheld"
    assert not Strike.objects.exists()


def test_who_has_read_an_older_case_decides_nothing(case, staff, other_staff):
    """S6: two moderators at once."""
    decide(case, staff)
    with pytest.raises(cases.CaseChanged):
        decide(case, other_staff)
    assert Decision.objects.count() == 1


def test_a_report_in_between_is_read_first(api, body, case, staff, mallory):
    api.as_(mallory).post("/api/reports", body)
    with pytest.raises(cases.CaseChanged):
        decide(case, staff)


def test_nobody_decides_in_their_own_cause(api, body, case, alice, bob):
    for person in (alice, bob):  # whose it is, and who has reported it
        type(person).objects.filter(pk=person.pk).update(is_staff=True)
        person.refresh_from_db()
        with pytest.raises(NotAllowed):
            decide(case, person)


def test_a_suspended_person_reads_why_and_appeals_without_signing_in(
    api, case, staff, other_staff, alice, client, run_jobs
):
    decision = decide(case, staff, "suspend", until=timezone.now() + timedelta(days=7))
    run_jobs()
    [letter] = [each for each in mail.outbox if each.to == [alice.email]]
    url = links.url_of(decision.number)
    assert url in letter.body
    assert "It was stolen." in letter.body
    path = url.partition("//")[2].partition("/")[2]
    page = client.get(f"/{path}")
    assert page.status_code == 200
    assert "It was stolen." in page.content.decode()
    client.post(f"/{path}", {"text": "I have the receipt of the bicycle here."})
    appeals.resolve(
        Appeal.objects.get(), actor=other_staff, is_overturned=True, reason="Right."
    )
    alice.refresh_from_db()
    assert alice.is_active
    assert count_of(alice) == 0


def test_a_suspension_ends_by_itself(case, staff, alice):
    decide(case, staff, "suspend", until=timezone.now() + timedelta(days=7))
    dict(maintenance.run_all(at=timezone.now() + timedelta(days=8), dry_run=False))
    alice.refresh_from_db()
    assert (alice.is_active, alice.suspension) == (True, None)


# --- Appeals --------------------------------------------------------------------------


def test_an_overturned_decision_restores_everything_at_once(
    api, case, staff, other_staff, listing, alice
):
    decision = decide(case, staff)
    path = f"/api/decisions/{decision.number}"
    shown = api.as_(alice).get(path).json()
    assert (shown["facts"], shown["can_appeal"]) == ("It was stolen.", True)
    text = {"text": "I have the receipt of the bicycle here."}
    assert api.as_(alice).post(f"{path}/appeal", text).status_code == 201
    again = api.as_(alice).post(f"{path}/appeal", text)
    assert (again.status_code, again.json()["code"]) == (409, "already_appealed")
    appeal = Appeal.objects.get()
    with pytest.raises(NotAllowed):
        appeals.resolve(appeal, actor=staff, is_overturned=True, reason="No.")
    appeals.resolve(appeal, actor=other_staff, is_overturned=True, reason="Right.")
    listing.refresh_from_db()
    assert (listing.moderation, listing.decision) == ("visible", None)
    assert decision.undone_by.outcome == "restore"
    assert api.as_(alice).get(path).json()["is_undone"]


def test_one_moderator_may_decide_alone_if_so_set(case, staff, settings):
    settings.ONE_MODERATOR = True
    appeal = appeals.appeal(decide(case, staff), text=WHY)
    appeal = appeals.resolve(appeal, actor=staff, is_overturned=False, reason="No.")
    assert (appeal.status, appeal.is_same_decider) == ("rejected", True)


def test_after_six_months_nobody_appeals(api, case, staff, alice, settings):
    decision = decide(case, staff)
    settings.APPEAL_DAYS = 0
    answer = api.as_(alice).post(
        f"/api/decisions/{decision.number}/appeal", {"text": WHY}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")


def test_the_reporter_appeals_and_the_case_is_open_again(
    api, case, staff, other_staff, bob
):
    decide(case, staff, "no_action")
    path = f"/api/reports/{case.reports.get().number}/appeal"
    assert api.as_(bob).post(path, {"text": WHY}).status_code == 201
    case.refresh_from_db()
    assert case.status == "appealed"
    appeal = Appeal.objects.get()
    appeals.resolve(appeal, actor=other_staff, is_overturned=True, reason="Right.")
    case.refresh_from_db()
    assert case.status == "open"
    decide(case, other_staff)
    assert Listing.objects.get(pk=case.target_id).moderation == "removed"


def test_strangers_find_no_decision(api, case, staff, bob):
    path = f"/api/decisions/{decide(case, staff).number}"
    assert api.as_(bob).get(path).status_code == 404
    assert api.as_(bob).post(f"{path}/appeal", {"text": WHY}).status_code == 404
    assert api.get(f"{path}?token=wrong").status_code == 404
    assert api.as_(bob).get("/api/decisions").json()["decisions"] == []
