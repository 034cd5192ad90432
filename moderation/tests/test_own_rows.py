"""Staff see nothing of the cases about themselves, nor who has reported them."""

import pytest
from django.urls import reverse

from accounts import moderation as accounts
from accounts.models import User
from audit.tests.factories import DecisionFactory
from moderation import desk
from moderation.tests.factories import (
    AppealFactory,
    CaseFactory,
    ReportFactory,
    StrikeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def accused(moderator):
    return User.objects.get(username="moderator")


def rows_about(person):
    case = CaseFactory(person=person)
    decision = DecisionFactory(person=person)
    return [
        case,
        ReportFactory(case=case),
        decision,
        AppealFactory(decision=decision),
        StrikeFactory(person=person, decision=decision),
    ]


def url(row, page, *args):
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_{page}", args=args)


@pytest.mark.parametrize("index", range(5))
def test_the_accused_see_nothing_about_themselves(
    moderator, administrator, accused, alice, index
):
    own, other = rows_about(accused)[index], rows_about(alice)[index]
    page = url(own, "change", own.pk)
    assert moderator.get(page).status_code == 302  # to the start page: no such row
    assert administrator.get(page).status_code == 200
    found = moderator.get(url(own, "changelist")).context["cl"].queryset
    assert set(found) == {other}
    assert (
        not moderator.get(url(own, "changelist"), {"q": own.pk}).context["cl"].queryset
    )


def test_the_queues_leave_out_what_is_about_the_reader(moderator, accused, alice):
    rows_about(accused)
    start = moderator.get(reverse("admin:index"))
    counts = {str(q["title"]): q["count"] for q in start.context["queues"]}
    assert (counts["Cases to decide"], counts["Appeals to decide"]) == (0, 0)
    answer = moderator.get(reverse("staff-next", args=["cases"]))
    assert answer.url == reverse("admin:index")


def test_similar_cases_and_counts_leave_out_the_reader_s(moderator, accused, alice):
    first, second = CaseFactory(person=alice), CaseFactory(person=accused)
    for case in (first, second):
        case.snapshots.create(digest="same", text="Earn money at home")
    assert desk.similar_to(first, reader=accused) == []
    page = moderator.get(reverse("admin:accounts_user_change", args=[accused.pk]))
    links = {str(each["title"]): each["count"] for each in page.context["related"]}
    assert links["Cases · user"] == "0"


def test_nobody_reads_the_notes_about_themselves(moderator, staff, accused, alice):
    for person in (accused, alice):
        accounts.add_note(person, actor=staff, reason="Watch this person.")
    pages = [
        reverse("admin:accounts_user_change", args=[accused.pk]),
        reverse("admin:accounts_user_history", args=[accused.pk]),
    ]
    for page in pages:
        assert "Watch this" not in moderator.get(page).content.decode()
    page = reverse("admin:accounts_user_change", args=[alice.pk])
    assert "Watch this" in moderator.get(page).content.decode()
    log = moderator.get(reverse("admin:audit_auditlogentry_changelist"))
    assert [row.subject_id for row in log.context["cl"].queryset] == [alice.pk]
