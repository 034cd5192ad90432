"""Personal data of favorites."""

from core.privacy import describe
from favorites.models import Favorite

describe(
    Favorite,
    whose="user",
    purpose="Items that a person has marked.",
    exports="task offering listing",
    delete=True,
)
