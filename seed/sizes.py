"""Sizes of the demo data."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Size:
    """The number of rows of each kind."""

    people: int
    listings: int
    tasks: int
    offerings: int
    reviews: int
    favorites: int
    conversations: int
    own_pictures: bool = False  # else items share a few dozen


SIZES = {
    "small": Size(
        people=40,
        listings=150,
        tasks=120,
        offerings=80,
        reviews=200,
        favorites=200,
        conversations=40,
        own_pictures=True,
    ),
    "city": Size(
        people=10_000,
        listings=10_000,
        tasks=10_000,
        offerings=10_000,
        reviews=10_000,
        favorites=10_000,
        conversations=2_000,
    ),
    "million": Size(
        people=200_000,
        listings=1_000_000,
        tasks=1_000_000,
        offerings=1_000_000,
        reviews=2_000_000,
        favorites=2_000_000,
        conversations=10_000,
    ),
}
