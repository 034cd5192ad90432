"""The page of a case: the target, its author, what is like it, and what is next."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Restriction, User
from audit.models import Decision
from audit.tests.factories import DecisionFactory
from listings.models import Listing
from listings.tests.factories import ListingFactory
from messaging.services import start
from moderation import cases, desk
from moderation.models import Case
from moderation.targets import TARGET_TYPES
from moderation.tests.factories import CaseFactory, ReportFactory
from moderation.tests.test_batches import spam
from moderation.tests.test_reports import (  # noqa: F401 - fixtures
    WHY,
    body,
    case,
    decide,
    listing,
)
from rules.models import Fingerprint
from rules.tests.factories import RuleHitFactory

pytestmark = pytest.mark.django_db


def page_of(client, case):  # noqa: F811
    url = reverse("admin:moderation_case_change", args=[case.pk])
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def decide_url(case):  # noqa: F811
    return reverse("admin:moderation_case_action", args=[case.pk, "decide"])


def test_the_page_shows_what_is_and_what_was(administrator, case, listing):  # noqa: F811
    Listing.objects.update(title="A bicycle of mine")
    RuleHitFactory(target_type="listing", target_id=listing.pk, detail="two phones")
    page = page_of(administrator, case)
    for text in ("A bicycle of mine", "A stolen bicycle", WHY, "two phones"):
        assert text in page
    assert f"/listings/{listing.pk}" in page


def test_the_page_shows_the_record_of_the_author(administrator, case, staff, alice):  # noqa: F811
    decision = decide(case, staff)
    again = cases.open_case("listing", ListingFactory(seller=alice), alice)
    page = page_of(administrator, again)
    assert decision.number in page
    record = desk.page_of(again, reader=staff)["author"]
    assert (record["strikes"], record["upheld"]) == (1, 1)


def test_cases_of_the_same_author_or_text_are_similar(staff, alice, bob, mallory):
    first, second, third = spam(alice, bob, bob)
    assert set(desk.similar_to(first, reader=staff)) == {second, third}
    other = CaseFactory(person=alice, target_id=999_998)
    CaseFactory(person=mallory, target_id=999_999)
    assert set(desk.similar_to(first, reader=staff)) == {second, third, other}


def test_cases_of_nearly_the_same_text_are_similar(staff, alice, bob):
    found = []
    for person, last in ((alice, 4), (bob, 5)):
        item = ListingFactory(seller=person)
        bands = {"band1": 1, "band2": 2, "band3": 3, "band4": last}
        Fingerprint.objects.create(
            target_type="listing",
            target_id=item.pk,
            person=person,
            digest=str(last),
            **bands,
        )
        found.append(cases.open_case("listing", item, person))
    assert desk.similar_to(found[0], reader=staff) == [found[1]]


def test_the_next_case_is_none_that_the_reader_has_reported(staff, alice, settings):
    case, reported = CaseFactory(person=alice), CaseFactory(person=alice)  # noqa: F811
    ReportFactory(case=reported, reporter=staff)
    assert desk.next_url(case, reader=staff) == ""
    settings.ONE_MODERATOR = True
    assert str(reported.pk) in desk.next_url(case, reader=staff)


def test_the_next_case_is_the_next_in_the_queue(staff, alice):
    now = timezone.now()
    late, mine, soon = (
        CaseFactory(person=person, due_at=now + timedelta(hours=hours))
        for person, hours in ((alice, 9), (staff, 5), (alice, 1))
    )
    assert str(late.pk) in desk.next_url(soon, reader=staff)
    assert str(soon.pk) in desk.next_url(late, reader=staff)
    Case.objects.exclude(pk__in=(mine.pk, late.pk)).delete()
    assert desk.next_url(late, reader=staff) == ""


@pytest.mark.parametrize("kind", TARGET_TYPES)
def test_what_is_gone_has_a_page_still(administrator, kind):
    assert page_of(administrator, CaseFactory(target_type=kind, target_id=999_999))


def test_the_number_of_queries_does_not_grow(administrator, alice, bob):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    [case] = spam(alice)  # noqa: F811
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as found:
            page_of(administrator, case)
        counts.append(len(found))
        for other in spam(*[alice, bob] * 4):
            ReportFactory(case=case)
            RuleHitFactory(target_type="listing", target_id=case.target_id)
            cases.move(other, "open", name="assign", actor=None)
    assert counts[1] <= counts[0] <= 40


def test_the_form_begins_with_the_text_of_the_category(administrator, case, alice):  # noqa: F811
    User.objects.filter(pk=alice.pk).update(language="lv")
    page = administrator.get(decide_url(case)).content.decode()
    assert "Tā ir krāpšana." in page
    assert "marketplace/reasons.js" in page


def form(case, **more):  # noqa: F811
    data = {"reason": "Spam.", "ground": "terms", "basis": "Terms, 4.1"}
    return data | {"version": case.version} | more


def test_staff_restrict_a_person_in_the_form(administrator, case, alice):  # noqa: F811
    data = form(
        case,
        outcome="restrict",
        restricts=["posting", "payouts"],
        until_0="2099-01-01",
        until_1="12:00",
    )
    administrator.post(decide_url(case), data)
    rows = Restriction.objects.filter(person=alice)
    assert {row.scope for row in rows} == {"posting", "payouts"}
    assert {row.until.year for row in rows} == {2099}


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "restrict"},
        {"outcome": "label"},
        {"outcome": "restrict", "restricts": ["nonsense"]},
        {"outcome": "hide", "reason": ""},
        {"outcome": "nonsense"},
        {"outcome": "hide", "template": "999999"},
    ],
)
def test_a_form_that_says_too_little_decides_nothing(administrator, case, wrong):  # noqa: F811
    assert administrator.post(decide_url(case), form(case, **wrong)).status_code == 200
    assert not Decision.objects.exists()


def test_what_belongs_to_another_outcome_is_left_out(administrator, case):  # noqa: F811
    data = form(case, outcome="hide", label="disputed_price", restricts=["posting"])
    administrator.post(decide_url(case), data)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.label, decision.restricts) == ("hide", "", "")


def test_an_administrator_restricts_and_lifts_on_the_page_of_a_person(
    administrator, alice
):
    def action(name, **data):
        url = reverse("admin:accounts_user_action", args=[alice.pk, name])
        administrator.post(url, {"reason": "Spam."} | data)
        alice.refresh_from_db()

    action("restrict", ground="terms", basis="Terms", restricts=["messages"])
    assert alice.is_restricted
    action("lift")
    assert not alice.is_restricted


def test_the_page_has_no_raw_values(administrator, case, staff):  # noqa: F811
    cases.assign(case, actor=staff)
    with translation.override("en"):
        page = page_of(administrator, case)
    assert "Somebody looks at it" in page
    assert ">assign<" not in page


def test_the_page_of_a_message_leads_to_its_conversation(administrator, alice, bob):
    talk, _is_new = start(sender=alice, user_id=bob.pk, content="Pay me first.")
    about = cases.open_case("message", talk.messages.get(), alice)
    page = page_of(administrator, about)
    url = f"/admin/messaging/conversation/{talk.pk}/action/open/?reason="
    assert "Pay me first." in page
    assert f"{url}Case+{about.number}" in page


def test_the_list_of_cases_begins_with_what_waits(moderator, alice):
    for status in Case.Status.values:
        CaseFactory(
            person=alice,
            status=status,
            number=f"C-{status}",
            decision=DecisionFactory(person=alice),
        )

    def listed(**query):
        page = moderator.get(reverse("admin:moderation_case_changelist"), query)
        return {row.status for row in page.context["cl"].result_list}

    everything = set(Case.Status.values)
    assert listed() == {"open", "assigned", "appealed"}
    assert listed(status__exact="closed") == {"closed"}
    assert listed(status__in="open,closed") == {"open", "closed"}
    assert listed(status__exact="all") == listed(q="bicycle") == everything
    assert listed(target_type="user", severity="5") == set()
