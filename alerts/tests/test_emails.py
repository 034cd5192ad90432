"""The e-mail of a saved search, its periodic job, and its unsubscribe link."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from alerts import jobs
from alerts.models import SavedSearch
from alerts.tests.factories import SavedSearchFactory
from jobs.models import Job
from jobs.registry import PERIODS
from listings.models import Listing
from listings.tests.factories import ListingFactory
from notifications.models import Preference
from offerings.tests.factories import OfferingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def search(alice):
    return SavedSearchFactory(user=alice, name="A bicycle", query={})


@pytest.fixture
def email(search, run_jobs, settings):
    settings.SITE_URL = "https://market.test"
    ListingFactory(title="Vecs velosipēds", price="120.50")
    ListingFactory.create_batch(11, price=80, location="")
    Listing.objects.filter(price="120.50").update(updated_at=timezone.now())
    jobs.send_alerts()
    run_jobs()
    [email] = mail.outbox
    return email


def test_it_lists_ten_with_price_place_and_link(email, search):
    listing = Listing.objects.get(price="120.50")
    assert email.subject == "New for your search: A bicycle"
    assert "* Vecs velosipēds – 120.50 €, Rīga\n" in email.body
    assert f"https://market.test/listings/{listing.pk}\n" in email.body
    assert email.body.count("https://market.test/listings/") == 10
    assert " – 80 €\n" in email.body
    assert "New or changed since the last time: 12." in email.body
    assert "And 2 more." in email.body
    assert f"https://market.test/saved-searches/{search.pk}\n" in email.body
    [(html, _type)] = email.alternatives
    assert "And 2 more." in html


def unsubscribe_path(email) -> str:
    assert email.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = email.extra_headers["List-Unsubscribe"].strip("<>")
    return address.removeprefix("https://market.test")


def test_its_one_click_stops_this_search_alone(email, search, alice):
    other = SavedSearchFactory(user=alice)
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(unsubscribe_path(email), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    search.refresh_from_db()
    assert (search.frequency, search.next_at) == ("off", None)
    assert SavedSearch.objects.get(pk=other.pk).frequency == "instant"
    assert not Preference.objects.exists()


def test_the_page_of_its_link_names_the_search_and_changes_nothing(email, search):
    assert "A bicycle" in Client().get(unsubscribe_path(email)).content.decode()
    search.refresh_from_db()
    assert search.frequency == "instant"


def test_its_link_does_no_harm_once_the_search_is_gone(email, search):
    search.delete()
    assert "A deleted search" in Client().get(unsubscribe_path(email)).content.decode()
    assert Client().post(unsubscribe_path(email)).status_code == 200
    assert not Preference.objects.exists()


def test_a_search_in_the_list_of_notifications_leads_to_it(email, api, search):
    [row] = api.as_(search.user).get("/api/notifications").json()["notifications"]
    assert row["subject"] == {"type": "saved_search", "id": search.pk}
    assert row["path"] == f"/saved-searches/{search.pk}"
    assert row["group"] == "searches"


def test_an_item_without_a_price_shows_its_place_alone(alice, run_jobs):
    SavedSearchFactory(user=alice, item_type="offerings", query={})
    OfferingFactory(title="Lessons", price=None)
    jobs.send_alerts()
    run_jobs()
    assert "* Lessons – Rīga\n" in mail.outbox[0].body


# --- The clock ------------------------------------------------------------------------


def test_the_clock_asks_every_minute():
    assert PERIODS["alerts.send_alerts"] == timedelta(minutes=1)


def test_what_is_left_waits_behind_other_jobs_until_the_next_minute(
    search, monkeypatch, run_jobs
):
    monkeypatch.setattr(jobs, "SLICE_S", 0)
    ListingFactory()
    jobs.send_alerts()
    [more] = Job.objects.all()
    assert more.name == "alerts.send_alerts"
    monkeypatch.undo()
    assert run_jobs() == [
        "alerts.send_alerts",
        "notifications.deliver",
        "jobs.send_mail",
    ]
    assert len(mail.outbox) == 1


def test_a_chain_of_jobs_ends_with_its_minute(search, monkeypatch):
    monkeypatch.setattr(jobs, "SLICE_S", 0)
    jobs.send_alerts(until=timezone.now().isoformat())
    assert not Job.objects.exists()
