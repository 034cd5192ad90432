"""S7: content that staff hide or remove is visible nowhere."""

import pytest
from django.test import Client
from django.urls import reverse

from favorites.models import Favorite
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
KINDS = {
    "listing": ("listings", ListingFactory, "admin:listings_listing_action"),
    "task": ("tasks", TaskFactory, "admin:tasks_taskrequest_action"),
    "offering": ("offerings", OfferingFactory, "admin:offerings_offering_action"),
}


def ids(answer, noun):
    rows = answer.json()
    return [row["id"] for row in (rows[noun] if isinstance(rows, dict) else rows)]


@pytest.mark.parametrize("act", ["hide", "remove"])
@pytest.mark.parametrize("kind", KINDS)
def test_moderated_content_is_visible_nowhere(api, staff, alice, bob, kind, act):
    noun, factory, act_page = KINDS[kind]
    owner = "seller" if kind == "listing" else "creator"
    item = factory(**{owner: alice}, title="Kazahu velosipēds")
    Favorite.objects.create(user=bob, **{kind: item})
    as_bob, client = api.as_(bob), Client()
    client.force_login(staff)
    seen = {
        f"/api/{noun}": lambda answer: ids(answer, noun),
        f"/api/{noun}?search=velosipeds": lambda answer: ids(answer, noun),
        "/api/favorites": lambda answer: answer.json()["favorites"],
        "/api/favorites/count": lambda answer: answer.json()["total"],
        f"/api/{noun}?per_page=1": lambda answer: int(answer["X-Total-Count"]),
    }
    assert all(read(as_bob.get(path)) for path, read in seen.items())
    client.post(reverse(act_page, args=[item.pk, act]), {"reason": "Spam."})
    assert not any(read(as_bob.get(path)) for path, read in seen.items())
    assert as_bob.get(f"/api/{noun}/{item.pk}").status_code == 404
    assert api.as_(alice).get(f"/api/{noun}/{item.pk}").status_code == 200
    client.post(reverse(act_page, args=[item.pk, "restore"]), {"reason": "Mistake."})
    assert all(read(as_bob.get(path)) for path, read in seen.items())
