"""Filters that staff save above the lists of the admin."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from conftest import signed_in
from core.admin.base import changelist_url
from listings.models import Listing
from listings.tests.factories import ListingFactory
from saved_filters.models import SavedFilter
from saved_filters.services import MAX_FILTERS
from tests.admin_rows import ROWS

pytestmark = pytest.mark.django_db
LIST = "/admin/listings/listing/"
SOLD = "status__exact=sold"
ROLES = ("Moderators", "Support", "Finance", "Administrators")


def member(role, name):
    user = UserFactory(username=name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def maya(db):
    """A moderator."""
    return member("Moderators", "maya")


@pytest.fixture
def adam(db):
    """An administrator, who may share."""
    return member("Administrators", "adam")


def save(client, query=SOLD, name="Sold", model="listings.listing", **more):
    data = {"model": model, "name": name, "query": query, **more}
    return client.post("/admin/saved-filters/", data, follow=True)


def shown(client, path=LIST, **query):
    response = client.get(path, query)
    panels = response.context["list_panels"]
    return {row["name"]: row for panel in panels for row in panel["filters"]}


def saved(owner, **fields):
    data = {"model": "listings.listing", "name": "Sold", "query": SOLD}
    return SavedFilter.objects.create(owner=owner, **data | fields)


def test_a_saved_filter_is_a_link_to_its_rows(maya):
    client = signed_in(maya)
    sold = ListingFactory(title="Skis", status="sold")
    ListingFactory(title="Skis")
    query = urlencode({"q": "Skis", "status__exact": "sold", "o": "-2"})
    page = save(client, query)
    assert [r.pk for r in page.context["cl"].result_list] == [sold.pk]
    row = shown(client)["Sold"]
    assert row["url"] == f"{LIST}?{query}"
    assert [r.pk for r in client.get(row["url"]).context["cl"].result_list] == [sold.pk]


def test_every_list_shows_its_filters(adam):
    client = signed_in(adam)
    for model in admin.site._registry:
        label = model._meta.label_lower
        if label not in ("market.marketsettings", "auth.group"):
            saved(adam, model=label, query="q=a")
            assert set(shown(client, changelist_url(model))) == {"Sold"}, label


def test_the_page_and_what_is_of_one_visit_are_dropped(maya):
    save(signed_in(maya), f"p=2&e=1&_popup=1&_facets=1&q=&{SOLD}")
    assert SavedFilter.objects.get().query == SOLD


@pytest.mark.parametrize(
    "query",
    [
        "nothing=1",
        "status__nothing=1",
        "created_at__gte=x",
        "seller__password__startswith=a",
        "q=%00",
        "q=" + "a" * 2_000,
        "p=2",
        "",
        "&".join(f"a{n}=1" for n in range(200)),
    ],
)
def test_what_the_list_does_not_know_is_refused(maya, query):
    page = save(signed_in(maya), query)
    assert page.status_code == 200
    assert next(m.level_tag for m in page.context["messages"]) == "error"
    assert not SavedFilter.objects.exists()


def test_what_the_list_answers_with_400_is_refused_with_a_sentence(maya):
    page = save(signed_in(maya), "severity=grave", model="moderation.case")
    assert "The list has no such filters." in page.content.decode()
    assert not SavedFilter.objects.exists()


def test_moderators_save_no_filter_by_private_fields(maya):
    save(signed_in(maya), "email__startswith=a", model="accounts.user")
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "a" * 61])
def test_a_name_has_one_to_sixty_characters(maya, name):
    page = save(signed_in(maya), name=name)
    assert page.context["messages"]
    assert not SavedFilter.objects.exists()
    save(signed_in(maya), name="a" * 60)
    assert SavedFilter.objects.exists()


def test_a_name_is_taken_once_by_each_person_and_list(maya, adam):
    for owner, model in (
        *((maya, "listings.listing"), (maya, "listings.listing")),
        *((maya, "reviews.review"), (adam, "listings.listing")),
    ):
        save(signed_in(owner), "q=a", model=model)
    assert SavedFilter.objects.count() == 3


def test_a_person_has_so_many_filters_of_a_list(maya):
    for n in range(MAX_FILTERS):
        saved(maya, name=f"{n}")
    page = save(signed_in(maya))
    assert "Delete one first" in page.content.decode()
    save(signed_in(maya), "q=a", model="reviews.review")
    assert SavedFilter.objects.count() == MAX_FILTERS + 1


def test_shared_filters_are_seen_by_all_and_others_by_their_owner(maya, adam):
    save(signed_in(adam), name="Shared", is_shared="on")
    save(signed_in(adam), name="Own")
    assert set(shown(signed_in(adam))) == {"Shared", "Own"}
    assert set(shown(signed_in(maya))) == {"Shared"}
    assert "Shared by adam" in signed_in(maya).get(LIST).content.decode()


def test_who_may_not_share_is_refused(maya):
    assert save(signed_in(maya), is_shared="on").status_code == 403
    assert "is_shared" not in signed_in(maya).get(LIST, {"q": "a"}).content.decode()
    maya.user_permissions.add(Permission.objects.get(codename="share_savedfilter"))
    assert save(signed_in(maya), is_shared="on").status_code == 200


def test_a_shared_filter_by_private_fields_is_not_shown_to_others(maya, adam):
    """S1: whoever may not filter by an address does not read it either."""
    path = "/admin/accounts/user/"
    save(signed_in(adam), "email=anna@example.com", model="accounts.user", is_shared=1)
    assert "Sold" in shown(signed_in(adam), path)
    assert shown(signed_in(maya), path) == {}
    assert "anna" not in signed_in(maya).get(path).content.decode()


def test_owners_delete_their_filters(maya):
    row = saved(maya)
    answer = signed_in(maya).post(f"/admin/saved-filters/{row.pk}/delete/")
    assert answer.url == LIST
    assert not SavedFilter.objects.exists()


def test_filters_of_others_stay(maya, adam):
    own, shared = saved(adam), saved(adam, name="Shared", is_shared=True)
    for row, status in ((own, 404), (shared, 403)):
        answer = signed_in(maya).post(f"/admin/saved-filters/{row.pk}/delete/")
        assert answer.status_code == status
    assert SavedFilter.objects.count() == 2
    other = member("Administrators", "other")
    signed_in(other).post(f"/admin/saved-filters/{shared.pk}/delete/")
    assert SavedFilter.objects.get() == own


def test_a_filter_that_the_list_no_longer_knows_says_so(maya):
    saved(maya, query="gone__exact=1")
    client = signed_in(maya)
    page = client.get(shown(client)["Sold"]["url"], follow=True)
    assert page.status_code == 200
    assert "The list has no such filters." in page.content.decode()


def test_a_filter_of_a_list_that_is_gone_can_be_deleted(maya):
    row = saved(maya, model="gone.gone")
    assert signed_in(maya).get(LIST).status_code == 200
    answer = signed_in(maya).post(f"/admin/saved-filters/{row.pk}/delete/")
    assert answer.url == "/admin/"


def test_a_filter_that_its_owner_may_not_use_any_more_is_no_link(maya):
    saved(maya, model="accounts.user", query="email__startswith=a")
    assert shown(signed_in(maya), "/admin/accounts/user/")["Sold"]["url"] == ""


@pytest.mark.parametrize("model", ["", "nothing", "no.model", "messaging.message"])
def test_a_list_that_does_not_exist_is_not_found(adam, model):
    assert save(signed_in(adam), model=model).status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_filters_are_saved_by_those_who_see_the_list(role):
    """S1: for each list and role."""
    client = signed_in(member(role, "m"))
    for model in admin.site._registry:
        sees = client.get(changelist_url(model)).status_code == 200
        answer = save(client, "q=a", model=model._meta.label_lower)
        assert (answer.status_code == 200) == sees, model
        assert answer.status_code in (200, 403)


def test_strangers_are_sent_to_sign_in(alice, maya):
    row = saved(maya)
    for client in (Client(), signed_in(alice)):
        for path in ("", f"{row.pk}/delete/"):
            answer = client.post(f"/admin/saved-filters/{path}")
            assert answer.url.startswith("/admin/login/")
    assert SavedFilter.objects.exists()


def test_a_link_saves_and_deletes_nothing(maya):
    row = saved(maya)
    for path in ("", f"{row.pk}/delete/"):
        assert signed_in(maya).get(f"/admin/saved-filters/{path}").status_code == 405


def test_a_form_of_another_site_is_refused(maya):
    row = saved(maya)
    client = Client(enforce_csrf_checks=True)
    client.force_login(maya)
    for path in ("", f"{row.pk}/delete/"):
        assert client.post(f"/admin/saved-filters/{path}").status_code == 403


def test_names_are_escaped(maya):
    saved(maya, name="<evil>")
    html = signed_in(maya).get(LIST).content.decode()
    assert "<evil>" not in html
    assert "&lt;evil&gt;" in html


def test_a_list_needs_one_query_for_all_filters(adam):
    client = signed_in(adam)
    ROWS[Listing]()
    counts = []
    for more in (1, 9):
        for n in range(more):
            saved(UserFactory(), name=f"{more} {n}", is_shared=True)
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        found = [q for q in captured.captured_queries if "saved_filters" in q["sql"]]
        counts.append((len(captured), len(found)))
    assert counts[0] == counts[1]
    assert counts[0][1] == 1
