import factory

from categories import tree
from categories.models import Category, CategoryField


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    item_type = "listings"
    slug = factory.Sequence("category-{}".format)
    name_en = factory.Sequence("Category {}".format)
    name_lv = factory.Sequence("Kategorija {}".format)
    name_ru = factory.Sequence("Категория {}".format)

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        tree.forget()


class CategoryFieldFactory(factory.django.DjangoModelFactory):
    """A number."""

    class Meta:
        model = CategoryField

    class Params:
        choice = factory.Trait(type="choice", options=[])
        yes_no = factory.Trait(type="boolean")
        day = factory.Trait(type="date")

    category = factory.SubFactory(CategoryFactory)
    name = factory.Sequence("field-{}".format)
    type = "number"
    label_en = factory.Sequence("Field {}".format)
    label_lv = factory.Sequence("Lauks {}".format)
    label_ru = factory.Sequence("Поле {}".format)

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        tree.forget()


def option(value: str) -> dict[str, str]:
    return {
        "value": value,
        "en": value.title(),
        "lv": f"{value}-lv",
        "ru": f"{value}-ru",
    }


def make_cars() -> Category:
    """Cars with a mileage, a fuel, an automatic gearbox and a date of inspection."""
    cars = CategoryFactory(slug="cars", name_en="Cars", name_lv="Automašīnas")
    more = {"category": cars}
    CategoryFieldFactory(
        name="mileage", unit="km", minimum=0, maximum=1_000_000, **more
    )
    fuels = [option("diesel"), option("petrol")]
    CategoryFieldFactory(name="fuel", choice=True, options=fuels, **more)
    CategoryFieldFactory(name="automatic", yes_no=True, **more)
    CategoryFieldFactory(name="inspected", day=True, **more)
    return cars
