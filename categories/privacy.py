"""Categories hold no personal data."""

from categories.models import Category, CategoryField
from core.privacy import describe_impersonal

describe_impersonal(
    Category,
    "item_type slug name_en name_lv name_ru parent position is_active",
    because="What items are sorted by.",
)
describe_impersonal(
    CategoryField,
    "category name type label_en label_lv label_ru unit minimum maximum options "
    "is_required position is_active",
    because="What is asked about the items of a category.",
)
