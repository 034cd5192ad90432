"""Admin actions: each asks for a reason, each is in the audit log."""

import re

import pytest
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from core.admin.actions import MAX_BULK_OBJECTS
from core.workflow import Transition, is_staff
from listings.models import Listing
from listings.tests.factories import ListingFactory

pytestmark = pytest.mark.django_db
LISTINGS = "admin:listings_listing_changelist"


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def moderator(db):
    user = UserFactory(username="moderator", is_staff=True)
    user.groups.add(Group.objects.get(name="Moderators"))
    return signed_in(user)


def action_url(listing, name):
    return reverse("admin:listings_listing_action", args=[listing.pk, name])


def in_bulk(client, name, listings, **more):
    data = {"action": name, "_selected_action": [row.pk for row in listings], **more}
    return client.post(reverse(LISTINGS), data)


def messages_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_hiding_asks_for_a_reason_first(moderator):
    listing = ListingFactory(title="<b>Bicycle</b>")
    page = moderator.get(action_url(listing, "hide"))
    html = page.content.decode()
    assert "&lt;b&gt;Bicycle" in html
    assert re.search(r'<button[^>]*type="submit"[^>]*>\s*Hide\s*</button>', html)
    listing.refresh_from_db()
    assert listing.moderation == "visible"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_reason_is_needed_and_short(moderator, reason):
    listing = ListingFactory()
    answer = moderator.post(action_url(listing, "hide"), {"reason": reason})
    assert answer.context["form"].errors["reason"]
    listing.refresh_from_db()
    assert listing.moderation == "visible"


def test_hidden_with_who_when_and_why(moderator):
    listing = ListingFactory()
    answer = moderator.post(action_url(listing, "hide"), {"reason": "Spam."})
    assert answer.url == reverse("admin:listings_listing_change", args=[listing.pk])
    listing.refresh_from_db()
    assert (listing.moderation, listing.moderation_reason) == ("hidden", "Spam.")
    entry = AuditLogEntry.objects.get()
    assert (entry.actor.username, entry.action, entry.reason) == (
        "moderator",
        "hide",
        "Spam.",
    )
    assert (entry.before, entry.after) == ("visible", "hidden")


def test_bulk_asks_once_and_does_each(moderator):
    listings = ListingFactory.create_batch(3)
    page = in_bulk(moderator, "hide", listings, index=0)
    assert page.context["objects"] == listings[::-1]
    assert Listing.objects.filter(moderation="hidden").count() == 0
    in_bulk(moderator, "hide", listings, reason="Spam.")
    assert Listing.objects.filter(moderation="hidden").count() == 3
    assert AuditLogEntry.objects.filter(action="hide", reason="Spam.").count() == 3


def test_bulk_names_the_objects_that_failed(moderator):
    visible, removed = ListingFactory(), ListingFactory(moderation="removed")
    answer = in_bulk(moderator, "hide", [visible, removed], reason="Spam.")
    error, success = messages_of(answer)
    assert error.startswith(removed.title)
    assert "1 done" in success


def test_two_moderators_at_once_are_one_decision(moderator, staff):
    """S6: the second gets an error; both saw the page before either decided."""
    listing, second = ListingFactory(), signed_in(staff)
    for client in (moderator, second):
        in_bulk(client, "hide", [listing], index=0)
    in_bulk(moderator, "hide", [listing], reason="Spam.")
    answer = in_bulk(second, "hide", [listing], reason="Rude.")
    assert "Not possible now" in messages_of(answer)[0]
    assert [entry.reason for entry in AuditLogEntry.objects.all()] == ["Spam."]


def test_objects_no_longer_in_the_list_are_named(moderator):
    listing = ListingFactory(moderation="hidden")
    data = {"action": "hide", "_selected_action": [listing.pk], "reason": "Spam."}
    filtered = reverse(LISTINGS) + "?moderation__exact=visible"
    answer = moderator.post(filtered, data)
    assert f"No longer in this list: {listing.pk}." in messages_of(answer)


def test_bulk_is_limited(moderator):
    listings = ListingFactory.create_batch(MAX_BULK_OBJECTS + 1)
    in_bulk(moderator, "hide", listings[:1], reason="Spam.", select_across=1)
    assert not AuditLogEntry.objects.exists()


def test_the_form_is_protected_against_forgery(staff):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    listing = ListingFactory()
    assert client.post(action_url(listing, "hide"), {"reason": "x"}).status_code == 403
    assert not AuditLogEntry.objects.exists()


def test_a_row_of_the_workflow_is_an_action_of_the_admin(moderator, monkeypatch):
    from listings.workflow import LISTING_WORKFLOW

    row = Transition(
        name="sell-for-them",
        label="Mark as sold for the seller",
        done="Sold.",
        source=("active",),
        target="sold",
        allow=is_staff,
        effect=lambda listing, *, actor, reason: None,
        in_api=False,
        in_admin=True,
    )
    rows = LISTING_WORKFLOW._by_name | {row.name: row}
    monkeypatch.setattr(LISTING_WORKFLOW, "_by_name", rows)
    monkeypatch.setattr(LISTING_WORKFLOW, "_record", lambda *args, **data: None)
    listing = ListingFactory()
    change = moderator.get(reverse("admin:listings_listing_change", args=[listing.pk]))
    assert action_url(listing, "sell-for-them") in change.content.decode()
    moderator.post(action_url(listing, "sell-for-them"), {"reason": "They asked."})
    listing.refresh_from_db()
    assert listing.status == "sold"


def test_rows_that_are_not_for_the_admin_are_refused(moderator):
    listing = ListingFactory()
    assert (
        moderator.post(action_url(listing, "sell"), {"reason": "x"}).status_code == 403
    )


def test_an_edit_is_recorded_with_reason_and_values(moderator):
    listing = ListingFactory(title="Bicycle, call 2612 3456")
    url = reverse("admin:listings_listing_change", args=[listing.pk])
    data = dict.fromkeys(("subcategory", "tags"), "")
    data |= {"description": listing.description, "category": "sports"}
    data |= {"title": "Bicycle", "location": "Rīga", "status": "sold", "price": "1"}
    assert moderator.post(url, data).context["adminform"].form.errors["reason"]
    moderator.post(url, data | {"reason": "A phone in the title."})
    listing.refresh_from_db()
    assert (listing.title, listing.status) == ("Bicycle", "active")
    assert listing.search_text.startswith("bicycle hardly")
    entry = AuditLogEntry.objects.get()
    assert (entry.action, entry.reason) == ("edit", "A phone in the title.")
    assert entry.before == "title: Bicycle, call 2612 3456"
    assert entry.after == "title: Bicycle"


def test_deletions_are_in_the_audit_log(staff):
    group = Group.objects.create(name="Helpers")
    url = reverse("admin:auth_group_delete", args=[group.pk])
    signed_in(staff).post(url, {"post": "yes"})
    assert AuditLogEntry.objects.get().action == "delete"


def test_audit_log_links_to_its_subject_and_back(staff, moderator):
    listing = ListingFactory()
    moderator.post(action_url(listing, "hide"), {"reason": "Spam."})
    change = reverse("admin:listings_listing_change", args=[listing.pk])
    audit_log = reverse("admin:audit_auditlogentry_changelist")
    assert f'href="{change}"' in moderator.get(audit_log).content.decode()
    about = f"{audit_log}?subject_type=listings.listing&amp;subject_id={listing.pk}"
    assert about in moderator.get(change).content.decode()


def test_audit_log_survives_the_removal_of_an_app(staff):
    listing = ListingFactory()
    data = {"subject_type": "gone.thing", "subject_id": 1, "subject_label": "A thing"}
    AuditLogEntry.objects.create(actor=staff, action="hide", **data)
    page = signed_in(staff).get(reverse("admin:audit_auditlogentry_changelist"))
    assert "A thing" in page.content.decode()
    assert listing.pk
