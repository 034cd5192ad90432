"""Pictures end with the item that shows them, and come back with it."""

import pytest

from audit.tests.factories import hide
from catalog.item_types import ITEM_TYPES
from items.moderation import moderation
from uploads.backfill import hide_pictures
from uploads.models import Upload
from uploads.tests.test_uploads import send

pytestmark = pytest.mark.django_db
PLURALS = ["listings", "tasks", "offerings"]
FORM = {"title": "Snow", "description": "Help", "latitude": 56.9, "longitude": 24.1}


def post_with_picture(client, plural: str) -> tuple:
    """A new item and the addresses of its picture."""
    item_type = ITEM_TYPES[plural]
    uploaded = send(client).json()
    more = {
        "category": next(iter(item_type.categories)),
        item_type.model.price_field: 5,
        "images": [uploaded["url"]],
    }
    answer = client.post(f"/api/{plural}", FORM | more).json()
    item = item_type.rows.get(pk=answer[item_type.name]["id"])
    return item, [uploaded["url"], uploaded["thumbnail_url"]]


@pytest.mark.parametrize("plural", PLURALS)
def test_takedown_of_an_item_ends_its_pictures(api, alice, staff, plural):
    """R5: hidden or removed, until it is restored."""
    item, urls = post_with_picture(api.as_(alice), plural)
    table = moderation()
    for action, status in (("hide", 404), ("remove", 404), ("restore", 200)):
        table.run(action, item, actor=staff, reason="Stolen.")
        assert {api.get(url).status_code for url in urls} == {status}


def test_a_picture_added_to_a_hidden_item_is_hidden(api, alice, staff):
    """R5: an edit is no way round."""
    client = api.as_(alice)
    item, _urls = post_with_picture(client, "listings")
    moderation().run("hide", item, actor=staff, reason="Stolen.")
    added = send(client).json()["url"]
    client.patch(f"/api/listings/{item.pk}", {"images": [added]})
    assert api.get(added).status_code == 404


def test_pictures_of_items_hidden_before_are_hidden(api, alice):
    """R5: by the migration."""
    item, urls = post_with_picture(api.as_(alice), "listings")
    hide(type(item).objects.filter(pk=item.pk), "removed")
    assert hide_pictures(type(item), Upload) == 1
    assert api.get(urls[0]).status_code == 404
    assert hide_pictures(type(item), Upload) == 0
