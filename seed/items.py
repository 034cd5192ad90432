"""Things for sale and services on offer."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.conf import settings

from listings.models import Listing
from offerings.models import Offering
from seed import sentences
from seed.market import Market
from seed.places import somewhere
from seed.plan import DEMO, HELPER
from seed.tables import fresh
from seed.words.goods import ABOUT_GOODS, CONDITIONS, GOODS, MORE_ABOUT_GOODS
from seed.words.trades import ABOUT_TRADES, AVAILABILITY, EXPERIENCE, TRADES

FIRST_SELLERS = (DEMO, DEMO, DEMO, HELPER, DEMO, HELPER)
FIRST_PROVIDERS = (HELPER, HELPER, DEMO, HELPER)
LISTING_STATUSES, LISTING_SHARES = (
    ("active", "pending", "sold", "archived"),
    (82, 5, 8, 5),
)
OFFERING_STATUSES, OFFERING_SHARES = ("active", "paused", "closed"), (88, 8, 4)
GOODS_SLUGS, TRADE_SLUGS = tuple(GOODS), tuple(TRADES)
WITHOUT_CONDITION = frozenset({"property", "other"})


def listings(market: Market) -> Iterator[Listing]:
    chance = market.chance("listings")
    for number in range(market.plan.size.listings):
        yield _listing(number, market, chance)


def _listing(number: int, market: Market, chance: Random) -> Listing:
    first = number < len(FIRST_SELLERS)
    seller = FIRST_SELLERS[number] if first else market.plan.anybody(chance)
    category = chance.choice(GOODS_SLUGS)
    lowest, highest, *titles = chance.choice(GOODS[category])
    tongue = sentences.language(chance)
    at = market.calendar.listed(chance)
    status = chance.choices(LISTING_STATUSES, LISTING_SHARES)[0]
    listing = fresh(
        Listing,
        id=market.listing_id(number),
        seller_id=market.person_id(seller),
        title=titles[tongue],
        description=sentences.said(
            chance, tongue, ABOUT_GOODS[category], MORE_ABOUT_GOODS
        ),
        category=category,
        price=sentences.price(chance, lowest, highest),
        is_negotiable=chance.random() < 0.4,
        condition="" if category in WITHOUT_CONDITION else chance.choice(CONDITIONS),
        is_featured=chance.random() < 0.04,
        views_count=int(chance.expovariate(1 / 40)),
        status="active" if first else status,
        created_at=at,
        updated_at=at,
        expires_at=at + timedelta(days=settings.LISTING_DAYS),
        **somewhere(chance),
    )
    add_pictures(listing, listing.seller_id, market, chance, share=0.93, most=3)
    if not first:
        market.maybe_hide(listing, chance)
    return listing


def offerings(market: Market) -> Iterator[Offering]:
    chance = market.chance("offerings")
    for number in range(market.plan.size.offerings):
        yield _offering(number, market, chance)


def _offering(number: int, market: Market, chance: Random) -> Offering:
    first = number < len(FIRST_PROVIDERS)
    creator = FIRST_PROVIDERS[number] if first else market.plan.anybody(chance)
    category = chance.choice(TRADE_SLUGS)
    lowest, highest, *titles = TRADES[category]
    tongue = sentences.language(chance)
    at = market.calendar.long_ago(chance, 110)
    status = chance.choices(OFFERING_STATUSES, OFFERING_SHARES)[0]
    amount, price_type = _asked(chance, lowest, highest)
    offering = fresh(
        Offering,
        id=market.offering_id(number),
        creator_id=market.person_id(creator),
        title=titles[tongue],
        description=sentences.said(chance, tongue, ABOUT_TRADES, ABOUT_TRADES),
        category=category,
        price=amount,
        price_type=price_type,
        availability=sentences.said(chance, tongue, AVAILABILITY),
        experience=sentences.said(chance, tongue, EXPERIENCE),
        service_radius=chance.choice((5, 10, 25, 50, 100)),
        contact_count=int(chance.expovariate(1 / 4)),
        status="active" if first else status,
        created_at=at,
        updated_at=at,
        **somewhere(chance),
    )
    add_pictures(offering, offering.creator_id, market, chance, share=0.6, most=2)
    if not first:
        market.maybe_hide(offering, chance)
    return offering


def _asked(chance: Random, lowest: int, highest: int) -> tuple[Decimal | None, str]:
    kind = chance.choices(("hourly", "fixed", "negotiable"), (60, 28, 12))[0]
    if kind == "negotiable":
        return None, kind
    hours = 1 if kind == "hourly" else chance.randint(2, 5)
    return sentences.price(chance, lowest * hours, highest * hours), kind


def add_pictures(item, owner_id: int, market, chance, *, share: float, most: int):
    if chance.random() < share:
        item.images = market.album.show(
            item.category,
            chance.randint(1, most),
            owner_id=owner_id,
            at=item.created_at,
            chance=chance,
        )
