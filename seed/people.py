"""Users: four demo accounts, a suspended user, and the others."""

import unicodedata
from collections.abc import Iterator
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.passwords import DEMO_PASSWORD
from categories.defaults import TASK_SLUGS
from seed import sentences
from seed.market import Market
from seed.pictures import PORTRAIT
from seed.places import DISTRICTS, place_near, random_place
from seed.plan import DEMO, HELPER, MODERATOR, STAFF, SUSPENDED
from seed.tables import new_row
from seed.words.names import MEN, WOMEN
from seed.words.trades import BIOS

ACCOUNTS: dict[int, dict[str, object]] = {
    DEMO: {"username": "demo", "first_name": "Demo", "last_name": "User"},
    HELPER: {"username": "helper", "first_name": "Demo", "last_name": "Helper"},
    STAFF: {"username": "staff", "is_staff": True, "is_superuser": True},
    MODERATOR: {"username": "moderator", "is_staff": True},
}
DEMO_ROLES = {  # username: what the account is for
    "demo": "asks for help and sells things",
    "helper": "helps and offers services",
    "moderator": "moderates in the admin",
    "staff": "administers: may do everything in the admin",
}
HELPER_SHARE = 0.35
SUSPENSION_REASON = "Several people reported spam."


def people(market: Market) -> Iterator[User]:
    """Return all users, in the order of their ids."""
    rng = market.rng("people")
    hashed, unusable = make_password(DEMO_PASSWORD), make_password(None)
    plan = market.plan
    for number in range(plan.size.people):
        fields = _fields(number, rng)
        user = new_row(
            User,
            id=market.person_id(number),
            password=hashed if number in ACCOUNTS else unusable,
            is_demo=True,
            tasks_completed=plan.completed[number],
            tasks_failed=plan.failed[number],
            reviews_count=plan.rating_counts[number],
            deal_reviews_count=plan.deal_counts[number],
            average_rating=plan.rating(number),
            created_at=market.calendar.before(130 + 600 * rng.random()),
            **fields,
        )
        user.updated_at = user.created_at
        user.email = f"{user.username}@example.com"
        _add_portrait(user, market, rng)
        if number == SUSPENDED:
            _suspend(user, market)
        yield user


def join_groups(market: Market) -> None:
    """Make the moderator a member of the group "Moderators". Call it after the users.

    Does nothing if staff have deleted the group.
    """
    pk = market.person_id(MODERATOR)
    for group in Group.objects.filter(name="Moderators"):
        group.user_set.add(pk)


def _fields(number: int, rng: Random) -> dict[str, object]:
    is_helper = number == HELPER or (number > MODERATOR and _is_helper(rng))
    first = number in ACCOUNTS
    place = place_near(DISTRICTS[0], rng) if first else random_place(rng)
    first_name, last_name = random_name(rng)
    fields: dict[str, object] = {
        "username": f"{plain(first_name)}{number}",
        "first_name": first_name,
        "last_name": last_name,
        "city": place["location"].split(",")[0],
        "country": "Latvija",
        "latitude": place["latitude"],
        "longitude": place["longitude"],
        "bio": sentences.compose(rng, sentences.pick_language(rng), BIOS),
        "is_verified": first or rng.random() < 0.3,
        "is_helper": is_helper,
        "user_type": "client" if rng.random() < 0.2 and not is_helper else "both",
    }
    if is_helper:
        slugs = rng.sample(TASK_SLUGS[:-1], rng.randint(1, 4))
        fields |= {
            "helper_categories": ",".join(slugs),
            "skills": ",".join(slug.replace("-", " ") for slug in slugs),
            "hourly_rate": sentences.price(rng, 8, 35),
        }
    return fields | ACCOUNTS.get(number, {})


def random_name(rng: Random) -> tuple[str, str]:
    """Return a first name, and a family name that goes with it."""
    first_names, family_names = rng.choice((WOMEN, MEN))
    return rng.choice(first_names), rng.choice(family_names)


def plain(name: str) -> str:
    """Return a name in small letters without diacritics."""
    letters = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in letters if letter.isascii())


def _is_helper(rng: Random) -> bool:
    return rng.random() < HELPER_SHARE


def _add_portrait(user: User, market: Market, rng: Random) -> None:
    if rng.random() < 0.7 or user.username in {"demo", "helper"}:
        user.avatar_url = market.pictures.pick(
            PORTRAIT, 1, owner_id=user.pk, at=user.created_at, rng=rng
        )


def _suspend(user: User, market: Market) -> None:
    at = market.calendar.before(5)
    market.decide(
        user,
        person_id=user.pk,
        outcome="ban",
        facts=SUSPENSION_REASON,
        at=at,
        field="suspension",
        is_active=False,
        suspended_at=at,
        suspended_reason=SUSPENSION_REASON,
        updated_at=at,
    )
    market.log_action(
        user,
        action="suspend",
        reason=SUSPENSION_REASON,
        before="active",
        after="suspended",
        at=at,
    )
