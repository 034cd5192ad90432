"""A type of item is one app and one row of the table of item types."""

import importlib
from datetime import timedelta

import pytest
from django.apps import AppConfig, apps
from django.contrib import admin
from django.db import connection
from django.urls import clear_url_caches
from django.utils import timezone

from alerts.matching import new_items
from alerts.models import SavedSearch
from alerts.services import save
from catalog import picture_counts, vocabulary
from catalog.item_types import ITEM_TYPES
from core.db.prepared import results_cache
from favorites.models import ITEM_TYPES as FAVORITE_TYPES
from marketplace import urls
from marketplace.management.commands.draw_workflows import page
from messaging.querysets import SUBJECTS

BODY = {
    "title": "Vecs traktors",
    "description": "Brauc.",
    "category": "cars",
    "price": 900,
    "latitude": 56.95,
    "longitude": 24.1,
}
LATVIA = "bbox=20,55,29,59&zoom=7"


def reload_urls() -> None:
    importlib.reload(urls)
    clear_url_caches()
    results_cache.clear()


@pytest.fixture
def vehicles(transactional_db, monkeypatch):
    """The app tests/vehicles is installed, has a table, and a row among the types."""
    # Setting INSTALLED_APPS would run every app's `ready()` again.
    app = AppConfig.create("tests.vehicles")
    app.apps = apps
    monkeypatch.setitem(apps.app_configs, "vehicles", app)
    app.import_models()
    apps.clear_cache()
    from tests.vehicles.admin import VehicleAdmin
    from tests.vehicles.item_type import VEHICLES

    with connection.schema_editor() as editor:
        editor.create_model(VEHICLES.model)
    monkeypatch.setitem(ITEM_TYPES, "vehicles", VEHICLES)
    admin.site.register(VEHICLES.model, VehicleAdmin)
    reload_urls()
    yield VEHICLES
    admin.site.unregister(VEHICLES.model)
    with connection.schema_editor() as editor:
        editor.delete_model(VEHICLES.model)
    monkeypatch.undo()
    apps.clear_cache()
    reload_urls()


@pytest.fixture
def vehicle(vehicles, api, alice) -> dict:
    answer = api.as_(alice).post("/api/vehicles", BODY, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()["vehicle"]


def test_a_new_type_has_the_routes_of_an_item(api, alice, bob, vehicle):
    path = f"/api/vehicles/{vehicle['id']}"
    change = {"title": "Traktors"}
    assert api.as_(bob).put(path, change, format="json").status_code == 403
    assert api.as_(alice).put(path, change, format="json").status_code == 200
    assert api.as_(alice).post(f"{path}/sell").json()["vehicle"]["status"] == "sold"
    assert api.as_(alice).get("/api/vehicles").json()["total"] == 0


def test_a_new_type_is_searched(api, vehicle):
    near = "latitude=56.9&longitude=24.1&radius=20"
    vocabulary.rebuild()
    for query in ("search=traktori", "search=trktors", "max_price=900", near):
        found = api.get(f"/api/vehicles?{query}").json()["vehicles"]
        assert [row["id"] for row in found] == [vehicle["id"]], query
    assert api.get("/api/vehicles?search=velosipeds").json()["total"] == 0


def test_a_new_type_is_on_the_map(api, vehicle):
    for query in (LATVIA, f"{LATVIA}&kinds=vehicles"):
        [feature] = api.get(f"/api/map?{query}").json()["features"]
        assert feature["properties"]["kind"] == "vehicle"
        assert feature["properties"]["price"] == 900


def test_a_new_type_has_categories_and_saved_searches(api, bob, vehicle):
    categories = api.get("/api/categories").json()["vehicles"]
    assert [row["slug"] for row in categories] == ["cars"]
    query = {"search": "traktors", "category": "cars"}
    search = save(
        bob, item_type="vehicles", name="Traktori", query=query, frequency="instant"
    )
    SavedSearch.objects.update(query_changed_at=search.created_at - timedelta(hours=1))
    [found] = new_items(SavedSearch.objects.get(), at=timezone.now())
    assert found.pk == vehicle["id"]


def test_a_new_type_is_in_the_admin(administrator, vehicles, vehicle):
    link = f"/admin/{vehicles.model._meta.app_label}/vehicle/"
    first_page = administrator.get("/admin/").content.decode()
    assert link in first_page
    assert 'data-figure="new_vehicles"' in first_page
    assert "Vecs traktors" in administrator.get(link).content.decode()


def test_a_new_type_is_counted_and_drawn(vehicle):
    assert picture_counts.miscounted() == {}
    assert "active --> sold: sell" in page()
    assert "## A vehicle" in page()


def test_favorites_and_messages_have_a_foreign_key_for_each_type():
    names = {item_type.name for item_type in ITEM_TYPES.values()}
    assert set(FAVORITE_TYPES) == set(SUBJECTS) == names
