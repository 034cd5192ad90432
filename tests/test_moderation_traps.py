"""What a hostile reader of reports, cases and appeals has tried."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from core.exceptions import NotAllowed
from core.privacy import TABLES
from listings.models import Listing
from messaging.tests.factories import ConversationFactory, write
from moderation import appeals, cases
from moderation.models import Appeal, Case, Report
from moderation.strikes import count_of
from moderation.tests.test_reports import (  # noqa: F401 - fixtures
    WHY,
    body,
    case,
    decide,
    listing,
    other_staff,
    respectable,
)
from privacy.archive import rows_of
from tests.admin_rows import make_upload

pytestmark = pytest.mark.django_db


def hide_by_reports(api, body, settings):  # noqa: F811
    settings.REPORTS_TO_HIDE = 1
    for _number in range(2):
        api.as_(respectable()).post("/api/reports", body)
    assert Listing.objects.get().moderation == "hidden"
    return Case.objects.get()


def test_the_form_of_a_decision_carries_the_version(case, administrator):  # noqa: F811
    url = reverse("admin:moderation_case_action", args=[case.pk, "decide"])
    page = administrator.get(url).content.decode()
    assert f'name="version" value="{case.version}"' in page


def test_no_action_shows_again_what_reports_have_hidden(
    api,
    body,  # noqa: F811
    settings,
    staff,
):
    decide(hide_by_reports(api, body, settings), staff, "no_action")
    assert Listing.objects.get().moderation == "visible"


def test_staff_confirm_what_reports_have_hidden(api, body, settings, staff):  # noqa: F811
    decision = decide(hide_by_reports(api, body, settings), staff, "hide")
    assert Listing.objects.get().decision == decision


def test_what_staff_have_restored_is_not_hidden_by_reports_again(
    api,
    body,  # noqa: F811
    settings,
    other_staff,  # noqa: F811
):
    hide_by_reports(api, body, settings)
    appeal = appeals.appeal(Listing.objects.get().decision, text=WHY)
    appeals.resolve(appeal, actor=other_staff, is_overturned=True, reason="Right.")
    api.as_(respectable()).post("/api/reports", body)
    assert Listing.objects.get().moderation == "visible"


def test_a_picture_is_not_called_by_its_address(api, body, bob):  # noqa: F811
    picture = make_upload()
    body |= {"target_type": "upload", "target_id": picture.pk}
    assert api.as_(bob).post("/api/reports", body).status_code == 404  # unused
    type(picture).objects.update(uses=1)
    answer = api.as_(bob).post("/api/reports", body)
    assert answer.status_code == 201
    assert picture.key not in answer.content.decode()


def test_an_export_tells_nobody_that_they_were_reported(case, staff, alice):  # noqa: F811
    for outcome in (None, "no_action"):
        if outcome:
            decide(case, staff, outcome)
        assert not list(rows_of(TABLES[Case], alice))


def test_an_appeal_of_the_reporter_is_not_in_the_export_of_the_other(
    case,  # noqa: F811
    staff,
    alice,
    bob,
):
    appeals.appeal(decide(case, staff, "warn"), text=WHY, report=case.reports.get())
    assert not list(rows_of(TABLES[Appeal], alice))
    assert list(rows_of(TABLES[Appeal], bob))


def test_a_moderator_suspends_neither_staff_nor_without_the_permission(
    case,  # noqa: F811
    alice,
    moderator_user,
):
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    with pytest.raises(NotAllowed):
        decide(case, moderator_user, "ban")
    User.objects.filter(pk=alice.pk).update(is_staff=False)
    with pytest.raises(NotAllowed):
        decide(case, UserFactory(is_staff=True), "ban")


def test_the_other_side_of_a_conversation_does_not_decide_on_it():
    talk = ConversationFactory()
    [message] = write(talk, talk.participant_1, "Pay first")
    case = cases.open_case("message", message, talk.participant_1)  # noqa: F811
    User.objects.filter(pk=talk.participant_2_id).update(
        is_staff=True, is_superuser=True
    )
    with pytest.raises(NotAllowed):
        decide(case, User.objects.get(pk=talk.participant_2_id), "warn")


def test_a_second_appeal_leaves_a_case_open_that_was_opened_again(
    api,
    body,  # noqa: F811
    case,  # noqa: F811
    staff,
    other_staff,  # noqa: F811
    mallory,
):
    api.as_(mallory).post("/api/reports", body)
    case.refresh_from_db()
    decision = decide(case, staff, "no_action")
    one, two = (
        appeals.appeal(decision, text=WHY, report=report)
        for report in Report.objects.order_by("pk")
    )
    appeals.resolve(one, actor=other_staff, is_overturned=True, reason="Right.")
    appeals.resolve(two, actor=other_staff, is_overturned=False, reason="No.")
    case.refresh_from_db()
    assert case.status == "open"
    assert Report.objects.get(pk=one.report_id).status == "open"


def test_a_decision_that_is_undone_counts_no_more(case, staff, listing, alice):  # noqa: F811
    from listings.workflow import MODERATION

    decide(case, staff)
    assert count_of(alice) == 1
    listing.refresh_from_db()
    MODERATION.run("restore", listing, actor=staff, reason="A mistake.")
    assert count_of(alice) == 0


def test_an_undecided_report_is_not_appealed_on_its_page(case, client):  # noqa: F811
    from moderation import links

    path = links.url_of(case.reports.get().number).partition("/api/")[2]
    assert client.post(f"/api/{path}", {"text": WHY}).status_code == 400
    assert not Appeal.objects.exists()


@pytest.fixture
def moderator_user():
    from django.contrib.auth.models import Group

    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name="Moderators"))
    return User.objects.get(pk=user.pk)
