"""Typed fields of two categories of listings, and values for the demo listings."""

from datetime import datetime
from random import Random
from typing import Any

from categories import tree
from categories.models import Category, CategoryField
from seed.words.goods import Thing

Type = CategoryField.Type
FUELS = {
    "petrol": ("Petrol", "Benzīns", "Бензин"),
    "diesel": ("Diesel", "Dīzelis", "Дизель"),
    "electric": ("Electric", "Elektrība", "Электричество"),
}
FIELDS: dict[str, dict[str, dict[str, Any]]] = {  # by category and name
    "vehicles": {
        "year": {
            "type": Type.NUMBER,
            "labels": ("Year", "Gads", "Год"),
            "minimum": 1900,
            "maximum": 2100,
        },
        "mileage": {
            "type": Type.NUMBER,
            "labels": ("Mileage", "Nobraukums", "Пробег"),
            "unit": "km",
            "minimum": 0,
            "maximum": 2_000_000,
        },
        "fuel": {
            "type": Type.CHOICE,
            "labels": ("Fuel", "Degviela", "Топливо"),
            "options": FUELS,
        },
        "automatic": {
            "type": Type.BOOLEAN,
            "labels": ("Automatic gearbox", "Automātiskā ātrumkārba", "Автомат"),
        },
        "inspected-until": {
            "type": Type.DATE,
            "labels": ("Inspected until", "Skate līdz", "Техосмотр до"),
        },
    },
    "property": {
        "rooms": {
            "type": Type.NUMBER,
            "labels": ("Rooms", "Istabas", "Комнаты"),
            "minimum": 1,
            "maximum": 50,
        },
        "area": {
            "type": Type.NUMBER,
            "labels": ("Area", "Platība", "Площадь"),
            "unit": "m²",
            "minimum": 1,
            "maximum": 1_000_000,
        },
        "furnished": {
            "type": Type.BOOLEAN,
            "labels": ("Furnished", "Ar mēbelēm", "С мебелью"),
        },
    },
}
ENGINES = frozenset({"car", "motorcycle", "scooter"})  # motifs
DWELLINGS = frozenset({"flats", "house", "bed"})


def create() -> None:
    """Create the fields that the categories do not have."""
    for slug, fields in FIELDS.items():
        category = Category.objects.filter(item_type="listings", slug=slug).first()
        if category is None:
            continue
        for position, (name, field) in enumerate(fields.items(), 1):
            CategoryField.objects.get_or_create(
                category=category, name=name, defaults=_columns(field, position)
            )
    tree.forget()


def _columns(field: dict[str, Any], position: int) -> dict[str, Any]:
    rest = {k: v for k, v in field.items() if k not in ("labels", "options")}
    options = [
        {"value": value, "en": english, "lv": latvian, "ru": russian}
        for value, (english, latvian, russian) in field.get("options", {}).items()
    ]
    labels = dict(
        zip(("label_en", "label_lv", "label_ru"), field["labels"], strict=True)
    )
    return {"position": position, "options": options} | labels | rest


def values(thing: Thing, at: datetime, rng: Random) -> dict[str, Any]:
    """Return values of the fields for a listing of `thing` from `at`; mostly none."""
    if thing.motif in ENGINES:
        diesel = "diesel" in thing.titles[2]
        return {
            "year": rng.randint(2001, 2024),
            "mileage": rng.randrange(5_000, 320_000, 500),
            "fuel": "diesel" if diesel else "petrol",
            "automatic": rng.random() < 0.4,
            "inspected-until": f"{at.year + 1}-{rng.randint(1, 12):02}-15",
        }
    if thing.motif in DWELLINGS and thing.category == "property":
        rooms = rng.randint(1, 5)
        return {
            "rooms": rooms,
            "area": rooms * rng.randint(14, 24),
            "furnished": rng.random() < 0.5,
        }
    return {}
