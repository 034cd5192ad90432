"""Listings and offerings."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.conf import settings

from items.models import Item
from listings.models import Listing
from offerings.models import Offering
from seed import category_fields, sentences
from seed.drawing import MOTIF_OF
from seed.market import Market
from seed.places import random_place
from seed.plan import DEMO, HELPER
from seed.tables import new_row
from seed.words.goods import (
    ABOUT_GOODS,
    CONDITIONS,
    MORE_ABOUT_GOODS,
    MORE_ABOUT_PROPERTY,
    THINGS,
)
from seed.words.trades import ABOUT_TRADES, AVAILABILITY, EXPERIENCE, TRADES

FIRST_SELLERS = (DEMO, DEMO, DEMO, HELPER, DEMO, HELPER)
FIRST_PROVIDERS = (HELPER, HELPER, DEMO, HELPER)
LISTING_STATUSES, LISTING_SHARES = (
    ("active", "pending", "sold", "archived"),
    (82, 5, 8, 5),
)
OFFERING_STATUSES, OFFERING_SHARES = ("active", "paused", "closed"), (88, 8, 4)
TRADE_SLUGS = tuple(TRADES)
WITHOUT_CONDITION = frozenset(
    {"rent", "home", "plot", "garage", "plant", "fuel", "food"}
)


def listings(market: Market) -> Iterator[Listing]:
    """Return all listings, by id; the first belong to demo accounts."""
    rng = market.rng("listings")
    # Its own numbers: without it those of everything else would be others.
    values_rng = market.rng("attributes")
    for number in range(market.plan.size.listings):
        yield _listing(number, market, rng, values_rng)


def _listing(number: int, market: Market, rng: Random, values_rng: Random) -> Listing:
    first = number < len(FIRST_SELLERS)
    seller = FIRST_SELLERS[number] if first else market.plan.random_person(rng)
    thing = rng.choice(THINGS)
    more = MORE_ABOUT_GOODS if thing.category != "property" else MORE_ABOUT_PROPERTY
    language = sentences.pick_language(rng)
    at = market.calendar.listed_at(rng)
    status = rng.choices(LISTING_STATUSES, LISTING_SHARES)[0]
    listing = new_row(
        Listing,
        id=market.listing_id(number),
        seller_id=market.person_id(seller),
        title=thing.titles[language],
        description=sentences.compose(rng, language, ABOUT_GOODS[thing.about], more),
        category=thing.category,
        attributes=category_fields.values(thing, at, values_rng),
        price=sentences.price(rng, thing.lowest, thing.highest),
        is_negotiable=rng.random() < 0.4,
        condition="" if thing.about in WITHOUT_CONDITION else rng.choice(CONDITIONS),
        is_featured=rng.random() < 0.04,
        views_count=int(rng.expovariate(1 / 40)),
        status="active" if first else status,
        created_at=at,
        updated_at=at,
        expires_at=at + timedelta(days=settings.LISTING_DAYS),
        **random_place(rng),
    )
    add_pictures(listing, thing.motif, market, rng, share=0.93, max_pictures=3)
    if not first:
        market.maybe_hide(listing, rng)
    return listing


def offerings(market: Market) -> Iterator[Offering]:
    """Return all offerings, by id; the first belong to demo accounts."""
    rng = market.rng("offerings")
    for number in range(market.plan.size.offerings):
        yield _offering(number, market, rng)


def _offering(number: int, market: Market, rng: Random) -> Offering:
    first = number < len(FIRST_PROVIDERS)
    creator = FIRST_PROVIDERS[number] if first else market.plan.random_person(rng)
    category = rng.choice(TRADE_SLUGS)
    lowest, highest, *titles = TRADES[category]
    language = sentences.pick_language(rng)
    at = market.calendar.any_time(rng, 110)
    status = rng.choices(OFFERING_STATUSES, OFFERING_SHARES)[0]
    amount, price_type = _price(rng, lowest, highest)
    offering = new_row(
        Offering,
        id=market.offering_id(number),
        creator_id=market.person_id(creator),
        title=titles[language],
        description=sentences.several(rng, language, ABOUT_TRADES, 2),
        category=category,
        price=amount,
        price_type=price_type,
        availability=sentences.compose(rng, language, AVAILABILITY),
        experience=sentences.compose(rng, language, EXPERIENCE),
        service_radius=rng.choice((5, 10, 25, 50, 100)),
        contact_count=int(rng.expovariate(1 / 4)),
        status="active" if first else status,
        created_at=at,
        updated_at=at,
        **random_place(rng),
    )
    motif = MOTIF_OF[category]
    add_pictures(offering, motif, market, rng, share=0.6, max_pictures=2)
    if not first:
        market.maybe_hide(offering, rng)
    return offering


def _price(rng: Random, lowest: int, highest: int) -> tuple[Decimal | None, str]:
    price_type = rng.choices(("hourly", "fixed", "negotiable"), (60, 28, 12))[0]
    if price_type == "negotiable":
        return None, price_type
    hours = 1 if price_type == "hourly" else rng.randint(2, 5)
    return sentences.price(rng, lowest * hours, highest * hours), price_type


def add_pictures(
    item: Item,
    motif: str,
    market: Market,
    rng: Random,
    *,
    share: float,
    max_pictures: int,
) -> None:
    """Give a `share` of the items 1 to `max_pictures` pictures of `motif`."""
    if rng.random() < share:
        item.images = market.pictures.pick(
            motif,
            rng.randint(1, max_pictures),
            owner_id=item.owner_id,
            at=item.created_at,
            rng=rng,
        )
