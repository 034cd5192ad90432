"""People: three demo accounts, one who is suspended, and all the others."""

from collections.abc import Iterator
from random import Random

from django.contrib.auth.hashers import make_password

from accounts.models import User
from catalog.categories import TASK_SLUGS
from seed import sentences
from seed.market import Market
from seed.pictures import PORTRAIT
from seed.places import DISTRICTS, near, somewhere
from seed.plan import DEMO, HELPER, STAFF, SUSPENDED
from seed.tables import fresh
from seed.words.trades import BIOS

DEMO_PASSWORD = "market-demo-2026"
ACCOUNTS = {
    DEMO: {"username": "demo", "first_name": "Demo", "last_name": "User"},
    HELPER: {"username": "helper", "first_name": "Demo", "last_name": "Helper"},
    STAFF: {"username": "staff", "is_staff": True, "is_superuser": True},
}
HELPER_SHARE = 0.35
SUSPENDED_BECAUSE = "Several people reported spam."


def people(market: Market) -> Iterator[User]:
    chance = market.chance("people")
    hashed, unusable = make_password(DEMO_PASSWORD), make_password(None)
    plan = market.plan
    for number in range(plan.size.people):
        fields = _facts(number, chance)
        user = fresh(
            User,
            id=market.person_id(number),
            password=hashed if number in ACCOUNTS else unusable,
            is_demo=True,
            tasks_completed=plan.completed[number],
            tasks_failed=plan.failed[number],
            reviews_count=plan.rating_counts[number],
            average_rating=_mean(plan.rating_sums[number], plan.rating_counts[number]),
            created_at=market.calendar.before(130 + 600 * chance.random()),
            **fields,
        )
        user.updated_at = user.created_at
        user.email = f"{user.username}@example.com"
        _add_portrait(user, market, chance)
        if number == SUSPENDED:
            _suspend(user, market)
        yield user


def _facts(number: int, chance: Random) -> dict:
    is_helper = number == HELPER or (number > SUSPENDED and _tossed(chance))
    first = number in ACCOUNTS
    place = near(DISTRICTS[0], chance) if first else somewhere(chance)
    fields = {
        "username": f"{'helper' if is_helper else 'client'}{number}",
        "city": place["location"].split(",")[0],
        "country": "Latvija",
        "latitude": place["latitude"],
        "longitude": place["longitude"],
        "bio": sentences.said(chance, sentences.language(chance), BIOS),
        "is_verified": first or chance.random() < 0.3,
        "is_helper": is_helper,
        "user_type": "client" if chance.random() < 0.2 and not is_helper else "both",
    }
    if is_helper:
        slugs = chance.sample(TASK_SLUGS[:-1], chance.randint(1, 4))
        fields |= {
            "helper_categories": ",".join(slugs),
            "skills": ",".join(slug.replace("-", " ") for slug in slugs),
            "hourly_rate": sentences.price(chance, 8, 35),
        }
    return fields | ACCOUNTS.get(number, {})


def _tossed(chance: Random) -> bool:
    return chance.random() < HELPER_SHARE


def _mean(total: int, count: int) -> float:
    return total / count if count else 0.0


def _add_portrait(user: User, market: Market, chance: Random) -> None:
    if chance.random() < 0.7 or user.first_name:
        user.avatar_url = market.album.show(
            PORTRAIT, 1, owner_id=user.pk, at=user.created_at, chance=chance
        )


def _suspend(user: User, market: Market) -> None:
    user.is_active = False
    user.suspended_at = user.updated_at = market.calendar.before(5)
    user.suspended_reason = SUSPENDED_BECAUSE
    market.act(
        user,
        action="suspend",
        reason=SUSPENDED_BECAUSE,
        before="active",
        after="suspended",
        at=user.suspended_at,
    )
