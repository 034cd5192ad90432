"""What staff do on the page of a person."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry, Decision
from listings.tests.factories import ListingFactory
from notifications.models import Notification
from privacy.models import Export

pytestmark = pytest.mark.django_db


def page_of(person):
    return reverse("admin:accounts_user_change", args=[person.pk])


def act(client, person, name, **data):
    url = reverse("admin:accounts_user_action", args=[person.pk, name])
    return client.post(url, {"reason": "Because.", **data}, follow=True)


def test_a_suspension_may_have_an_end(moderator, alice):
    act(moderator, alice, "suspend", until_0="2099-01-31", until_1="12:00")
    alice.refresh_from_db()
    assert alice.is_suspended
    decision = Decision.objects.get()
    assert (decision.outcome, decision.until.year) == ("suspend", 2099)


def test_a_suspension_does_not_end_in_the_past(moderator, alice):
    page = act(moderator, alice, "suspend", until_0="2020-01-31", until_1="12:00")
    assert "This is in the past." in page.content.decode()
    assert not Decision.objects.exists()


def test_a_suspension_without_an_end_is_a_ban(moderator, alice):
    act(moderator, alice, "suspend")
    assert Decision.objects.get().outcome == "ban"


def test_a_note_is_on_the_page_for_staff(moderator, alice):
    act(moderator, alice, "note", reason="Called <b>twice</b>.")
    page = moderator.get(page_of(alice)).content.decode()
    assert "Called &lt;b&gt;twice&lt;/b&gt;." in page


def test_a_message_of_staff_reaches_the_person(moderator, alice, run_jobs):
    act(moderator, alice, "message", reason="Please add a picture.")
    run_jobs()
    assert Notification.objects.get(recipient=alice).kind == "staff_message"
    assert "Please add a picture." in mail.outbox[0].body
    assert AuditLogEntry.objects.get().action == "message"


def test_a_suspended_person_gets_no_message(moderator, alice):
    act(moderator, alice, "suspend")
    act(moderator, alice, "message")
    assert not Notification.objects.filter(kind="staff_message").exists()


def test_an_export_goes_to_the_person(administrator, alice):
    act(administrator, alice, "export")
    assert Export.objects.get().user == alice


def test_an_account_is_deleted_at_the_request_of_its_owner(administrator, alice):
    act(administrator, alice, "erase")
    alice.refresh_from_db()
    assert alice.erasure_due_at > timezone.now()
    assert AuditLogEntry.objects.get().action == "erase"


@pytest.mark.parametrize("name", ["export", "erase"])
def test_moderators_do_not_handle_personal_data(moderator, alice, name):
    """S1."""
    act(moderator, alice, name)
    alice.refresh_from_db()
    assert (alice.erasure_due_at, Export.objects.exists()) == (None, False)


def test_page_of_a_person_needs_as_many_queries_for_a_long_record(
    administrator, django_assert_max_num_queries
):
    person = UserFactory()
    ListingFactory.create_batch(30, seller=person)
    with django_assert_max_num_queries(25):
        administrator.get(page_of(person))
