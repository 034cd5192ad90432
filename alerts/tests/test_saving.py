"""Searches are saved as the list reads them, and are nobody else's."""

import pytest

from alerts import services
from alerts.models import SavedSearch
from alerts.tests.factories import SavedSearchFactory

pytestmark = pytest.mark.django_db
URL = "/api/saved-searches"
BODY = {"kind": "listings", "name": "A bicycle", "query": {"search": "velosipēds"}}


def save(client, **changes):
    return client.post(URL, BODY | changes)


def test_a_saved_search_says_where_its_results_are(api, alice):
    saved = save(api.as_(alice), query={"search": "velosipēds", "max_price": 150})
    assert saved.status_code == 201
    search = saved.json()["saved_search"]
    assert search["query"] == {"max_price": "150", "search": "velosipēds"}
    assert search["frequency"] == "daily"
    assert search["next_at"]
    assert api.as_(alice).get(search["results"]).status_code == 200
    assert api.as_(alice).get(f"{URL}/{search['id']}").json() == search


def test_what_only_arranges_the_rows_is_dropped(api, alice):
    arranging = {"page": 3, "per_page": 5, "cursor": "", "ordering": "price"}
    query = arranging | {"has_images": True, "location": " ", "latitude": ""}
    saved = save(api.as_(alice), query=query).json()["saved_search"]
    assert saved["query"] == {"has_images": "true"}


def test_a_crowd_of_unknown_parameters_is_not_recited(api, alice):
    answer = save(api.as_(alice), query={f"x{number}": 1 for number in range(5000)})
    assert answer.status_code == 400
    assert len(answer.content) < 500


def test_unknown_parameters_are_refused_by_name(api, alice):
    query = {"search": "x", "colour": "red", "is_urgent": "true"}
    answer = save(api.as_(alice), query=query)
    assert answer.status_code == 400
    assert answer.json()["fields"] == {
        "query": ["Unknown parameters: colour, is_urgent."]
    }


@pytest.mark.parametrize(
    "query",
    [
        {"min_price": "cheap"},
        {"min_price": -1},
        {"latitude": 91, "longitude": 24},
        {"latitude": "56,95", "longitude": "24,1"},
        {"latitude": "north", "longitude": 24},
        {"latitude": 57},
        {"longitude": 24, "radius": 5},
        {"radius": 5},
        {"latitude": 57, "longitude": 24, "radius": -1},
        {"condition": "broken"},
        {"owner": "alice"},
        {"search": "a\0b"},
        {"search": "x" * 201},
        {"search": None},
        {"search": ["x"]},
        {"search": {"x": 1}},
        ["search"],
        "search=x",
        None,
    ],
)
def test_what_the_list_refuses_is_not_saved(api, alice, query):
    assert save(api.as_(alice), query=query).status_code == 400
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"kind": "people"}, {"frequency": "hourly"}, {"name": ""}, {"name": "x" * 101}],
)
def test_other_nonsense_is_not_saved(api, alice, changes):
    assert save(api.as_(alice), **changes).status_code == 400


def test_the_same_question_is_saved_once(api, alice, bob):
    client = api.as_(alice)
    save(client)
    again = save(client, query={"search": "velosipēds ", "page": 2}, name="Again")
    assert (again.status_code, again.json()["code"]) == (409, "saved_already")
    assert save(client, kind="tasks").status_code == 201
    assert save(api.as_(bob)).status_code == 201


def test_a_person_saves_a_bounded_number(api, alice, monkeypatch):
    monkeypatch.setattr(services, "MAX_SEARCHES", 2)
    SavedSearchFactory.create_batch(2, user=alice)
    answer = save(api.as_(alice))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_searches")


def test_others_have_no_such_search(api, alice, bob):
    url = f"{URL}/{SavedSearchFactory(user=alice).pk}"
    client = api.as_(bob)
    for answer in (client.get(url), client.patch(url, {}), client.delete(url)):
        assert answer.status_code == 404
    assert client.get(URL).json()["total"] == 0
    assert SavedSearch.objects.count() == 1


def test_a_change_keeps_what_it_does_not_name(api, alice):
    search = SavedSearchFactory(user=alice)
    changed = api.as_(alice).patch(f"{URL}/{search.pk}", {"name": "Other"})
    assert changed.json()["saved_search"]["name"] == "Other"
    was, search = search, SavedSearch.objects.get()
    assert (search.query, search.query_changed_at) == (was.query, was.query_changed_at)
    assert (search.frequency, search.next_at) == (was.frequency, was.next_at)


def test_another_question_counts_from_now(api, alice):
    search = SavedSearchFactory(user=alice)
    url = f"{URL}/{search.pk}"
    changed = api.as_(alice).patch(url, {"query": {"search": "boat"}})
    assert changed.json()["saved_search"]["query"] == {"search": "boat"}
    assert SavedSearch.objects.get().query_changed_at > search.query_changed_at
    assert api.as_(alice).patch(url, {"query": {"boat": 1}}).status_code == 400


def test_a_change_does_not_make_two_of_one_question(api, alice):
    client = api.as_(alice)
    save(client)
    other = save(client, query={}).json()["saved_search"]["id"]
    answer = client.patch(f"{URL}/{other}", {"query": BODY["query"]})
    assert answer.json()["code"] == "saved_already"


def test_a_search_may_be_off(api, alice):
    client = api.as_(alice)
    saved = save(client, frequency="off").json()["saved_search"]
    assert saved["next_at"] is None
    client.patch(f"{URL}/{saved['id']}", {"frequency": "instant"})
    assert SavedSearch.objects.get().next_at


def test_a_deleted_search_is_gone(api, alice):
    search = SavedSearchFactory(user=alice)
    assert api.as_(alice).delete(f"{URL}/{search.pk}").status_code == 200
    assert not SavedSearch.objects.exists()


def test_searches_go_with_the_account(alice):
    SavedSearchFactory(user=alice)
    alice.delete()
    assert not SavedSearch.objects.exists()
