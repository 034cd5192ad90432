"""A private address is in nothing that others read, however it was posted."""

import pytest
from django.core import mail
from django.urls import reverse

from alerts import jobs as alerts
from alerts.tests.factories import SavedSearchFactory
from catalog.item_types import ITEM_TYPES
from geo.backfill import derive_public_locations
from notifications.models import Notification
from tests.lists import LISTS
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
SECRET = "kalnozolins"
POINT = {"latitude": 57.0091, "longitude": 24.9581}
FORM = POINT | {"title": "Snow", "description": "Help"}
ADDRESSES = (
    "{}, Mālpils pagasts",
    "{}",
    "{} iela 5-12, Rīga, LV-1010",
    "Rīga, {}, Latvija",
    "Dzīvoklis 3; {}; Ogre",
    "zvanīt pie durvīm: {}",
    "{} Mālpils",
)
QUERIES = (
    "",
    f"?search={SECRET}",
    f"?location={SECRET}",
    "?per_page=100&latitude=57&longitude=24.9&radius=500",
    "?bbox=20,55,29,59&zoom=15",
    "?items=task:1,listing:1,offering:1",
)
WITH_QUERIES = (*LISTS, "/api/map", "/api/favorites/check")


def addresses() -> list[str]:
    return [form.format(SECRET.title()) for form in ADDRESSES]


def post_all(client, fields: dict) -> dict[str, int]:
    """The ids of one new item of each type, by the path of its list."""
    ids = {}
    for plural, item_type in ITEM_TYPES.items():
        more = {
            "category": next(iter(item_type.categories)),
            item_type.model.price_field: 5,
        }
        answer = client.post(f"/api/{plural}", FORM | more | fields)
        assert answer.status_code == 201, answer.json()
        ids[plural] = answer.json()[item_type.name]["id"]
    return ids


def everything(client, ids: dict) -> str:
    """The text of all GET answers; lists with many query strings."""
    texts = []
    for route in ROUTES:
        if route.method == "get":
            pk = ids.get(route.path.split("/")[2])
            for query in QUERIES if route.path in WITH_QUERIES else QUERIES[:1]:
                answer = client.get(route.url(task_id=ids["tasks"], pk=pk) + query)
                text = b"".join(answer).decode()
                texts.append(text.replace(query[1:], "\n"))
    return "\n".join(texts)


def leaks(text: str) -> list[str]:
    """The lines of `text` with the secret."""
    return [line[:200] for line in text.lower().split("\n") if SECRET in line]


@pytest.fixture(autouse=True)
def no_quota(settings):
    settings.IDENTICAL_POSTS_PER_DAY = settings.POSTS_PER_DAY = 1000


def test_stranger_reads_no_word_of_an_address(api, alice, mallory):
    """R4: whichever field it was sent in, through every GET there is."""
    client = api.as_(alice)
    for address in addresses():
        for field in ("location", "address"):
            ids = post_all(client, {field: address})
            own = client.get(f"/api/tasks/{ids['tasks']}").json()
            assert own["location"] == own["address"] == address
            assert leaks(own["public_location"]) == []
    for reader in (api, api.as_(mallory)):
        assert leaks(everything(reader, ids)) == []


def test_a_change_publishes_no_word_of_an_address(api, alice, mallory):
    """R4: nor does a later change, or sending back what was shown."""
    client, stranger = api.as_(alice), api.as_(mallory)
    for plural, pk in post_all(client, {"location": "Rīga"}).items():
        path = f"/api/{plural}/{pk}"
        for address in addresses():
            for change in ({"location": address}, {"address": address}, None):
                change = change or client.get(path).json()
                assert client.patch(path, change).status_code == 200
                assert leaks(stranger.get(path).content.decode()) == []


def test_no_email_tells_a_word_of_an_address(api, alice, bob, mallory, run_jobs):
    """R4: e-mails of alerts and notifications, and the notifications themselves."""
    for plural in ITEM_TYPES:
        SavedSearchFactory(user=mallory, item_type=plural, query={})
    for address in addresses():
        ids = post_all(api.as_(alice), {"location": address})
    api.as_(bob).post(f"/api/tasks/{ids['tasks']}/apply", {"message": "I help."})
    alerts.send_alerts()
    run_jobs()
    assert {mallory.email, alice.email} <= {m.to[0] for m in mail.outbox}
    sent = [m.body + str(m.alternatives) + str(m.subject) for m in mail.outbox]
    assert leaks("\n".join(sent)) == []
    assert leaks("\n".join(str(n.params) for n in Notification.objects.all())) == []


def test_staff_lists_hold_no_word_of_an_address(api, alice, administrator):
    """R4: the admin shows an address on the page of its item alone."""
    for address in addresses():
        post_all(api.as_(alice), {"location": address})
    for item_type in ITEM_TYPES.values():
        name = item_type.model._meta.label_lower.replace(".", "_")
        page = administrator.get(reverse(f"admin:{name}_changelist"))
        assert "Snow" in page.content.decode()
        assert leaks(page.content.decode()) == []
        assert {leaks(row.search_text) == [] for row in item_type.rows} == {True}


@pytest.mark.parametrize("plural", ["listings", "tasks", "offerings"])
def test_existing_rows_are_derived_again(api, alice, plural):
    """R4: what older releases published becomes private, and is no longer found."""
    for address in addresses():
        pk = post_all(api.as_(alice), {"location": "Rīga"})[plural]
        rows = ITEM_TYPES[plural].rows.filter(pk=pk)
        rows.update(location=address, address="", search_text=address.lower())
    assert derive_public_locations(rows.model) == len(ADDRESSES)
    for row in ITEM_TYPES[plural].rows:
        assert leaks(row.location + row.search_text) == []
        assert row.full_location == row.address in addresses()
    assert derive_public_locations(rows.model) == 0


def test_the_owner_chooses_the_public_words(api, alice, mallory):
    """R4: words that the owner names as public are shown, but for numbers."""
    fields = {"address": "Kalnozoli, Mālpils pagasts", "public_location": "At the lake"}
    for plural, pk in post_all(api.as_(alice), fields).items():
        path = f"/api/{plural}/{pk}"
        api.as_(alice).patch(path, {"address": "Ozoli, Mālpils pagasts"})
        assert api.as_(mallory).get(path).json()["location"] == "At the lake"
        refusal = api.as_(alice).patch(path, {"public_location": "Lake street 5"})
        assert list(refusal.json()["fields"]) == ["public_location"]
