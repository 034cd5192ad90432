"""The categories in the admin: what staff may change, and what is recorded."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from categories import tree
from categories.models import Category
from categories.tests.factories import CategoryFactory
from conftest import signed_in

pytestmark = pytest.mark.django_db
ADD = "/admin/categories/category/add/"
CARS = {
    "item_type": "listings",
    "slug": "cars",
    "name_en": "Cars",
    "name_lv": "Automašīnas",
    "name_ru": "Автомобили",
    "position": 5,
    "is_active": "on",
    "reason": "Asked for.",
}
FUEL = {
    "name": "fuel",
    "type": "choice",
    "label_en": "Fuel",
    "label_lv": "Degviela",
    "label_ru": "Топливо",
    "options": "diesel = Diesel | Dīzelis | Дизель\npetrol = Petrol | Benzīns | Бензин",
    "position": 1,
    "is_active": "on",
}


def form(*fields: dict, total: int = 0, **changes) -> dict:
    """The data of the page: a category and its fields, the first `total` stored."""
    data = {"fields-TOTAL_FORMS": len(fields), "fields-INITIAL_FORMS": total}
    for number, one in enumerate(fields):
        data |= {f"fields-{number}-{name}": value for name, value in one.items()}
    return CARS | data | changes


def page_of(category: Category) -> str:
    return f"/admin/categories/category/{category.pk}/change/"


def stored(category: Category, **changes) -> dict:
    """The one field of a category as its page shows it."""
    [field] = category.fields.all()
    return FUEL | {"id": field.pk, "category": category.pk} | changes


@pytest.fixture
def cars(administrator) -> Category:
    answer = administrator.post(ADD, form(FUEL))
    assert answer.status_code == 302, answer.context["errors"]
    return Category.objects.get(slug="cars")


def test_staff_add_a_category_with_fields(cars, api):
    tree.forget()
    rows = api.get("/api/categories/listings").json()["categories"]
    assert rows[0]["slug"] == "cars"  # by its position
    assert rows[0]["fields"][0]["options"][1] == {"value": "petrol", "label": "Petrol"}


def test_changes_of_a_category_and_of_its_fields_are_recorded(administrator, cars):
    field = stored(cars, label_en="Fuel type")
    changed = form(field, total=1, name_en="Passenger cars")
    assert administrator.post(page_of(cars), changed).status_code == 302
    entries = AuditLogEntry.objects.filter(subject_type="categories.category")
    after = {entry.action: entry.after for entry in entries}
    assert after["edit"] == "name_en: Passenger cars"
    assert after["edit field"] == "fuel.label_en: Fuel type"
    assert "fuel.type: choice" in after["add field"]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "date", "options": ""},
        {"name": "fuels"},
        {"options": "diesel = Diesel | Dīzelis | Дизель"},
        {"options": "diesel"},
        {"options": "diesel = a | b | c\ndiesel = a | b | c\npetrol = a | b | c"},
        {"unit": "km"},
        {"minimum": "1"},
    ],
)
def test_what_items_rely_on_cannot_be_changed(administrator, cars, change):
    answer = administrator.post(page_of(cars), form(stored(cars, **change), total=1))
    assert answer.status_code == 200
    assert cars.fields.get().name == "fuel"


def test_a_field_of_a_category_above_is_not_made_again(administrator, cars):
    child = form(FUEL, slug="vans", parent=cars.pk)
    assert administrator.post(ADD, child).status_code == 200
    assert not Category.objects.filter(slug="vans").exists()


def test_the_slug_and_the_type_of_item_stay(administrator, cars):
    changed = form(stored(cars), total=1, slug="autos", item_type="tasks")
    assert administrator.post(page_of(cars), changed).status_code == 302
    cars.refresh_from_db()
    assert (cars.slug, cars.item_type) == ("cars", "listings")


def test_a_category_is_not_below_itself():
    top = CategoryFactory()
    below = CategoryFactory(parent=top)
    top.parent = below
    with pytest.raises(ValidationError):
        top.full_clean()
    with pytest.raises(IntegrityError):
        Category.objects.filter(pk=top.pk).update(parent=top)


def test_a_circle_made_elsewhere_ends(api):
    top = CategoryFactory(slug="top")
    below = CategoryFactory(slug="below", parent=top)
    Category.objects.filter(pk=top.pk).update(parent=below)
    tree.forget()
    assert api.get("/api/listings?category=top").json() == []
    assert api.get("/api/categories/listings").status_code == 200


def test_parents_are_of_the_same_type_and_four_levels_deep():
    with pytest.raises(ValidationError):
        CategoryFactory.build(parent=CategoryFactory(item_type="tasks")).full_clean()
    chain = None
    for _level in range(4):
        chain = CategoryFactory(parent=chain)
    with pytest.raises(ValidationError):
        CategoryFactory.build(parent=chain).full_clean()


def test_staff_without_the_permission_add_none(db):
    client = signed_in(UserFactory(is_staff=True))
    assert client.get(ADD).status_code == 403
