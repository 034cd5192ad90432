"""A saved search finds what its list finds, with every filter."""

import pytest
from django.utils import timezone

from alerts.matching import new_items
from alerts.tests.factories import SavedSearchFactory
from catalog.item_types import ITEM_TYPES
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
RIGA = {"latitude": "56.95", "longitude": "24.1"}
SHARED = {
    "search": {"search": "tirit logs"},
    "category": {"category": "garden,music"},
    "location": {"location": "rig"},
    "has_images": {"has_images": "false"},
    "owner": {"owner": "OWNER"},
    "latitude": RIGA | {"radius": "3"},
    "longitude": RIGA,
    "radius": RIGA | {"radius": "300"},
    "min_price": {"min_price": "20"},
    "max_price": {"max_price": "20"},
    "ordering": {"ordering": "created_at"},
}
OWN = {
    "listings": {"condition": {"condition": "used"}, "status": {"status": "sold"}},
    "tasks": {"is_urgent": {"is_urgent": "true"}, "status": {"status": "completed"}},
    "offerings": {
        "price_type": {"price_type": "fixed"},
        "status": {"status": "active"},
    },
}
CASES = [(kind, name) for kind in ITEM_TYPES for name in sorted(SHARED | OWN[kind])]
EACH = (  # of each segment: what differs between its items
    {"title": "Tīrīt logus", "category": "garden", "location": "Rīga", "price": 10},
    {"title": "Window", "category": "music", "location": "Cēsis", "price": 30},
    {"title": "Logi", "category": "other", "location": "Rīga", "price": 20},
)
POINTS = ((56.95, 24.1), (57.31, 25.27), (56.99, 24.2))
FACTORIES = {
    "listings": (ListingFactory, "price", {"condition": "used"}, "sold"),
    "tasks": (TaskFactory, "budget", {"is_urgent": True}, "completed"),
    "offerings": (OfferingFactory, "price", {"price_type": "fixed"}, "paused"),
}


@pytest.fixture
def items(bob):
    """Items of each kind, some with a trait, one of Bob's, one in another status."""
    for factory, price, trait, other in FACTORIES.values():
        owner = factory._meta.model.owner_field
        for data, (latitude, longitude) in zip(EACH, POINTS, strict=True):
            data = data | {"latitude": latitude, "longitude": longitude}
            data |= {price: data.pop("price")}
            factory(**data, images="" if latitude > 57 else "/api/uploads/x.jpg")
            factory(**data | trait, **{owner: bob})
        if other != "completed":
            factory(status=other)
    TaskFactory(completed=True)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_an_alert_finds_what_its_list_finds(api, alice, bob, items, kind, name):
    query = dict((SHARED | OWN[kind])[name])
    if name == "owner":
        query["owner"] = str(bob.pk)
    search = SavedSearchFactory(user=alice, item_type=kind, query=query)
    found = {item.pk for item in new_items(search, at=timezone.now())}
    answer = api.as_(alice).get(f"/api/{kind}", query | {"per_page": 100})
    rows = answer.json()
    rows = rows if isinstance(rows, list) else rows[kind]
    assert found == {row["id"] for row in rows}
    everything = FACTORIES[kind][0]._meta.model.objects.count()
    assert 0 < len(found) < everything


@pytest.mark.parametrize("kind", ITEM_TYPES)
def test_every_parameter_of_the_list_is_among_these(kind):
    """A new filter of a list comes under the test above."""
    assert ITEM_TYPES[kind].parameters == set(SHARED | OWN[kind])
