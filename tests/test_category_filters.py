"""Filters by typed fields, and the counts of their values."""

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import suspend
from alerts.services import save
from categories import tree
from categories.models import CategoryField
from categories.tests.factories import CategoryFactory, CategoryFieldFactory, make_cars
from listings.models import Listing
from listings.tests.factories import ListingFactory

pytestmark = pytest.mark.django_db
CARS = {
    "old": {"mileage": 300_000, "fuel": "diesel", "automatic": False},
    "new": {"mileage": 10.5, "fuel": "petrol", "automatic": True},
    "bare": {},
    "dated": {"inspected": "2031-05-06"},
}


@pytest.fixture
def cars(db):
    category = make_cars()
    for title, attributes in CARS.items():
        ListingFactory(title=title, category="cars", attributes=attributes)
    # Values of another type, in a category with fields of the same names.
    ListingFactory(
        title="boat",
        category="sports",
        attributes={"mileage": "far", "fuel": True, "automatic": "yes"},
    )
    return category


def titles(api, query: str) -> set[str]:
    answer = api.get(f"/api/listings?{query}")
    assert answer.status_code == 200, answer.content
    return {row["title"] for row in answer.json()}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("attr.mileage_min=11", {"old"}),
        ("attr.mileage_max=11", {"new"}),
        ("attr.mileage_min=10.5&attr.mileage_max=300000", {"old", "new"}),
        ("attr.mileage_min=-1e12", {"old", "new"}),
        ("attr.fuel=diesel", {"old"}),
        ("attr.fuel=diesel,petrol", {"old", "new"}),
        ("attr.fuel=Diesel", {"old"}),
        ("attr.automatic=true", {"new"}),
        ("attr.automatic=0", {"old"}),
        ("attr.inspected_min=2031-05-06", {"dated"}),
        ("attr.inspected_max=2031-05-05", set()),
        ("attr.fuel=petrol&attr.automatic=false", set()),
        ("attr.fuel=&attr.mileage_min=", set(CARS)),
        ("attr.wheels=4", set(CARS)),
        ("attr.mileage=4", set(CARS)),
    ],
)
def test_a_filter_finds_the_values_of_its_type(api, cars, query, found):
    assert titles(api, f"category=cars&{query}") == found


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.parametrize("most", [0, 500])
def test_few_and_many_matches_are_the_same_rows(api, cars, monkeypatch, most):
    monkeypatch.setattr("core.db.results.MAX_FEW", most)
    for n in range(7):
        ListingFactory(category="cars", attributes={"mileage": n, "fuel": "diesel"})
    query = "category=cars&attr.mileage_max=4&attr.fuel=diesel&per_page=2"
    pages = [api.get(f"/api/listings?{query}&page={page}") for page in (1, 2, 3, 4)]
    assert [len(page.json()) for page in pages] == [2, 2, 1, 0]
    assert {page["X-Total-Count"] for page in pages} == {"5"}
    ids = [row["id"] for page in pages for row in page.json()]
    assert ids == sorted(set(ids), reverse=True)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_few_matches_are_counted_and_read_by_one_statement(
    api, cars, settings, django_assert_num_queries
):
    settings.PREPARED_QUERIES = True
    query = "category=cars&attr.mileage_min=11"
    assert titles(api, query) == {"old"}
    with django_assert_num_queries(1):
        assert titles(api, query) == {"old"}


def test_without_one_category_the_parameters_are_unknown_and_ignored(api, cars):
    assert titles(api, "attr.fuel=diesel") == {*CARS, "boat"}
    assert titles(api, "category=cars,sports&attr.fuel=diesel") == {*CARS, "boat"}


@pytest.mark.parametrize(
    "query",
    [
        "attr.mileage_min=far",
        "attr.mileage_min=nan",
        "attr.mileage_max=1e999999",
        "attr.fuel=coal",
        "attr.fuel=diesel,coal",
        "attr.automatic=perhaps",
        "attr.inspected_min=yesterday",
        "attr.fuel=" + ",".join(["diesel"] * 21),
    ],
)
def test_a_value_of_another_type_is_refused(api, cars, query):
    answer = api.get(f"/api/listings?category=cars&{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [query.partition("=")[0]]


def test_a_category_includes_those_below_it(api, cars):
    CategoryFactory(slug="vans", parent=cars)
    ListingFactory(title="van", category="vans", attributes={"fuel": "diesel"})
    assert titles(api, "category=cars&attr.fuel=diesel") == {"old", "van"}
    assert titles(api, "category=vans") == {"van"}


@pytest.mark.parametrize("name", ["contains", "in", "exact", "gte", "date", "isnull"])
def test_a_field_may_be_called_as_a_lookup_is(api, cars, name):
    CategoryFieldFactory(category=cars, name=name)
    ListingFactory(title="odd", category="cars", attributes={name: 5})
    assert titles(api, f"category=cars&attr.{name}_min=5") == {"odd"}


def test_a_cached_list_notices_a_new_field(api, cars):
    query = "category=cars&attr.doors_min=4"
    assert titles(api, query) == set(CARS)
    CategoryFieldFactory(category=cars, name="doors")
    ListingFactory(title="limousine", category="cars", attributes={"doors": 5})
    assert titles(api, query) == {"limousine"}


def test_near_a_point_and_by_price_the_filters_hold_too(api, cars):
    more = {"category": "cars", "attributes": {"fuel": "diesel"}}
    ListingFactory(title="near", latitude=56.95, longitude=24.1, price=5, **more)
    near = "category=cars&attr.fuel=diesel&latitude=56.95&longitude=24.1"
    assert titles(api, near) == {"near", "old"}
    order = api.get("/api/listings?category=cars&attr.fuel=diesel&ordering=price")
    assert order.json()[0]["title"] == "near"


def test_the_map_takes_the_filters(api, cars):
    more = {"category": "cars", "latitude": 56.95, "longitude": 24.1}
    for fuel in ("diesel", "petrol"):
        ListingFactory(title=fuel, attributes={"fuel": fuel}, **more)
    box = "bbox=20,55,29,59&zoom=7&kinds=listings&category=cars"
    found = api.get(f"/api/map?{box}&attr.fuel=diesel").json()["features"]
    names = {feature["properties"]["title"] for feature in found}
    assert names == {"diesel", "old"}


def test_a_saved_search_takes_the_filters_of_its_category(api, alice, cars):
    query = {"category": "cars", "attr.fuel": "diesel", "attr.mileage_max": 9}
    body = {"kind": "listings", "name": "Cars", "query": query}
    saved = api.as_(alice).post("/api/saved-searches", body, format="json")
    assert saved.json()["saved_search"]["query"]["attr.mileage_max"] == "9"
    for wrong in ({"attr.wheels": 4}, {"category": "sports"}, {"attr.fuel": "coal"}):
        changed = body | {"query": query | wrong}
        answer = api.as_(alice).post("/api/saved-searches", changed, format="json")
        assert answer.status_code == 400, wrong


def test_a_saved_search_keeps_the_filter_of_a_retired_field(api, alice, cars):
    query = {"category": "cars", "attr.fuel": "diesel"}
    save(alice, item_type="listings", name="C", query=query, frequency="daily")
    CategoryField.objects.filter(name="fuel").update(is_active=False)
    tree.forget()
    assert titles(api, "category=cars&attr.fuel=diesel") == {"old"}


# --- Facets ---------------------------------------------------------------------------
def facets(api, query: str = "") -> dict:
    answer = api.get(f"/api/categories/listings/cars/facets?{query}")
    assert answer.status_code == 200, answer.content
    return {row["name"]: row for row in answer.json()["facets"]}


def test_facets_count_options_and_give_the_range_of_numbers(api, cars):
    found = facets(api)
    fuels = [(row["value"], row["count"]) for row in found["fuel"]["values"]]
    assert fuels == [("diesel", 1), ("petrol", 1)]
    assert (found["mileage"]["min"], found["mileage"]["max"]) == (10.5, 300_000)
    flags = [(row["value"], row["count"]) for row in found["automatic"]["values"]]
    assert flags == [(True, 1), (False, 1)]
    assert found["inspected"]["min"] == "2031-05-06"


def test_facets_follow_the_filters_of_the_list(api, cars):
    found = facets(api, "attr.fuel=diesel&search=old")
    assert [row["count"] for row in found["fuel"]["values"]] == [1, 0]
    assert found["mileage"]["count"] == 1
    path = "/api/categories/listings/cars/facets?attr.fuel=coal"
    assert api.get(path).status_code == 400


def test_facets_count_nothing_that_is_hidden_or_expired(api, bob, cars):
    more = {"category": "cars", "attributes": {"fuel": "diesel"}}
    ListingFactory(status="archived", **more)
    ListingFactory(hidden=True, **more)
    ListingFactory(seller=bob, **more)
    suspend(User.objects.filter(pk=bob.pk))
    assert [row["count"] for row in facets(api)["fuel"]["values"]] == [1, 1]


def test_facets_are_in_the_language_of_the_reader(api, cars):
    answer = api.get(
        "/api/categories/listings/cars/facets", HTTP_ACCEPT_LANGUAGE="lv"
    ).json()
    [fuel] = [row for row in answer["facets"] if row["name"] == "fuel"]
    assert fuel["values"][0]["label"] == "diesel-lv"


def test_the_number_of_counted_items_is_bounded(api, cars, monkeypatch):
    monkeypatch.setattr("catalog.facets.MAX_COUNTED", 2)
    answer = api.get("/api/categories/listings/cars/facets").json()
    assert (answer["total"], answer["is_capped"]) == (2, True)


@pytest.mark.parametrize("path", ["boats/cars", "listings/unknown"])
def test_an_unknown_category_has_no_facets(api, cars, path):
    assert api.get(f"/api/categories/{path}/facets").status_code == 404


# --- The lists of categories ----------------------------------------------------------
def test_the_tree_has_the_fields_in_the_language_of_the_reader(api, cars):
    CategoryFactory(slug="vans", parent=cars)
    answer = api.get("/api/categories/listings", HTTP_ACCEPT_LANGUAGE="lv").json()
    found = {row["slug"]: row for row in answer["categories"]}
    assert found["cars"]["name"] == "Automašīnas"
    assert found["vans"]["parent"] == "cars"
    [fuel] = [row for row in found["vans"]["fields"] if row["name"] == "fuel"]
    assert fuel["options"][0] == {"value": "diesel", "label": "diesel-lv"}


def test_a_retired_category_is_listed_no_longer(api, cars):
    cars.is_active = False
    cars.save()
    names = [row["slug"] for row in api.get("/api/categories").json()["listings"]]
    tree_names = [
        row["slug"] for row in api.get("/api/categories/listings").json()["categories"]
    ]
    assert "cars" not in {*names, *tree_names}
    assert "sports" in names


def test_what_is_filtered_by_values_is_counted_up_to_500(api, cars):
    """Each row that is counted is read: longer lists say that they go on."""
    made = ListingFactory.build(category="cars", seller=None)
    seller = ListingFactory(title="seen", category="cars").seller
    fields = {"title": "van", "category": "cars", "price": 5, "seller": seller}
    fields |= {"latitude": made.latitude, "longitude": made.longitude}
    van = {"fuel": "petrol"}
    Listing.objects.bulk_create(
        Listing(**fields, attributes=van) for _number in range(500)
    )
    path = "/api/listings?category=cars&attr.fuel=petrol"
    answer = api.get(f"{path}&page=26")
    assert (answer["X-Total-Count"], len(answer.json())) == ("500", 1)
    assert answer["X-Total-Is-Capped"] == "true"
    answer = api.get("/api/listings?category=cars&attr.fuel=diesel")
    assert (answer["X-Total-Count"], answer.get("X-Total-Is-Capped")) == ("1", None)


def test_few_by_an_index_are_counted_on_every_page(api, cars):
    for _page in range(2):  # by the query as it is compiled, and by the compiled one
        answer = api.get(
            "/api/listings?category=cars&attr.mileage_max=300000&per_page=1&page=2"
        )
        assert [row["title"] for row in answer.json()] == ["old"]
        assert answer["X-Total-Count"] == "2"
