"""The categories that a new installation begins with. Staff change them in the admin.

`slug: (Latvian, Russian, English)`.
"""

from collections.abc import Iterator
from typing import Any

from core.db.defaults import Defaults

TASK_CATEGORIES = {
    "cleaning": ("Uzkopšana", "Уборка", "Cleaning"),
    "moving": ("Pārvākšanās", "Переезд", "Moving"),
    "assembly": ("Mēbeļu montāža", "Сборка мебели", "Assembly"),
    "repair": ("Remonts", "Ремонт", "Repair"),
    "plumbing": ("Santehnika", "Сантехника", "Plumbing"),
    "electrical": ("Elektrība", "Электрика", "Electrical"),
    "painting": ("Krāsošana", "Покраска", "Painting"),
    "outdoor": ("Dārza darbi", "Работы в саду", "Outdoor"),
    "car-wash": ("Auto mazgāšana", "Мойка авто", "Car wash"),
    "snow-removal": ("Sniega tīrīšana", "Уборка снега", "Snow removal"),
    "pet-care": ("Mājdzīvnieku aprūpe", "Уход за питомцами", "Pet care"),
    "babysitting": ("Bērnu pieskatīšana", "Присмотр за детьми", "Babysitting"),
    "elderly-care": ("Senioru aprūpe", "Уход за пожилыми", "Elderly care"),
    "delivery": ("Piegāde", "Доставка", "Delivery"),
    "shopping": ("Iepirkšanās", "Покупки", "Shopping"),
    "errands": ("Sīki darbi", "Поручения", "Errands"),
    "tutoring": ("Privātstundas", "Репетиторство", "Tutoring"),
    "tech-help": ("Datorpalīdzība", "Компьютерная помощь", "Tech help"),
    "photography": ("Fotografēšana", "Фотография", "Photography"),
    "translation": ("Tulkošana", "Перевод", "Translation"),
    "events": ("Pasākumi", "Мероприятия", "Events"),
    "music": ("Mūzika", "Музыка", "Music"),
    "fitness": ("Fitness", "Фитнес", "Fitness"),
    "beauty": ("Skaistumkopšana", "Красота", "Beauty"),
    "other": ("Cits", "Другое", "Other"),
}
LISTING_CATEGORIES = {
    "electronics": ("Elektronika", "Электроника", "Electronics"),
    "vehicles": ("Transports", "Транспорт", "Vehicles"),
    "property": ("Nekustamais īpašums", "Недвижимость", "Property"),
    "furniture": ("Mēbeles", "Мебель", "Furniture"),
    "clothing": ("Apģērbs", "Одежда", "Clothing"),
    "fashion": ("Mode", "Мода", "Fashion"),
    "home": ("Mājai", "Для дома", "Home"),
    "sports": ("Sports", "Спорт", "Sports"),
    "kids": ("Bērniem", "Детям", "Kids"),
    "other": ("Cits", "Другое", "Other"),
}
TASK_SLUGS = tuple(TASK_CATEGORIES)  # of offerings too
LISTING_SLUGS = tuple(LISTING_CATEGORIES)

DEFAULTS = {
    "tasks": TASK_CATEGORIES,
    "offerings": TASK_CATEGORIES,
    "listings": LISTING_CATEGORIES,
}
STEP = 10  # between the positions of two categories: others fit between them


def rows() -> Iterator[dict[str, Any]]:
    """Return the columns of each category."""
    for item_type, categories in DEFAULTS.items():
        for number, (slug, names) in enumerate(categories.items(), 1):
            columns = dict(zip(("name_lv", "name_ru", "name_en"), names, strict=True))
            position = number * STEP
            yield {"item_type": item_type, "slug": slug, "position": position} | columns


CATEGORIES = Defaults("categories", "Category", rows)
create = CATEGORIES.create  # for the migration
