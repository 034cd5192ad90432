"""The people and items that take part in the races."""

import itertools
from functools import cache

from django.contrib.auth.hashers import make_password

from accounts import tokens
from accounts.models import User
from listings.models import Listing
from tasks.models import TaskRequest
from tasks.tests.factories import TaskFactory
from tests.live.harness import Call

PASSWORD = "correct horse battery"
_numbers = itertools.count()


@cache
def password_hash() -> str:
    return make_password(PASSWORD)  # slow, so it is computed once


def people(count: int) -> list[User]:
    names = [f"racer{next(_numbers)}" for _ in range(count)]
    return User.objects.bulk_create(
        User(username=name, email=f"{name}@example.com", password=password_hash())
        for name in names
    )


@cache
def fifty_people() -> list[User]:
    """Fifty people who take part in many races."""
    return people(50)


@cache
def token(person: User) -> str:
    return tokens.open_session(person)["token"]


def post(path: str, person: User, **body) -> Call:
    return Call("POST", path, token(person), body)


def new_task(**data) -> TaskRequest:
    data.setdefault("creator", people(1)[0])
    return TaskFactory(**data)


def new_listing(seller: User | None = None) -> Listing:
    return Listing.objects.create(
        seller=seller or people(1)[0],
        title="A bicycle",
        description="Blue.",
        category="bicycles",
        price=50,
    )
