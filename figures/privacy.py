"""Personal data in figures: none."""

from core.privacy import describe_impersonal
from figures.models import DailyFigure, SearchWithoutResults

describe_impersonal(
    DailyFigure,
    "day name category place value",
    because="Numbers of a day, of which none is about a person.",
)
describe_impersonal(
    SearchWithoutResults,
    "day item_type query count",
    because="Words that found nothing, without who searched for them. Words with "
    "numbers or addresses are not kept, and rare ones only until the next day.",
)
