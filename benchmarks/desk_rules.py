"""Posts and messages with all rules and without: a part of `benchmarks.desk`.

They are sent to the server, which commits each of them, as its users do. The items, the
fingerprints, the jobs and the settings are taken back; the messages stay.
"""

import json
import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from http.client import HTTPConnection
from time import sleep
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from benchmarks import report
from benchmarks.turns import ms
from catalog.item_types import ITEM_TYPES
from jobs.models import Job
from listings.models import Listing
from messaging.models import Conversation
from messaging.services import start
from rules import configuration, price_levels
from rules.models import Fingerprint, RuleHit, RuleSetting
from tests.live.server import Server, serve

MAX_POST, MAX_MESSAGE = 1.3, 1.1
ROUNDS = 10  # with all rules and without
POSTS, FIRST = 44, 4  # of each kind in a round, and those that are not measured
WORDS, SENTENCE = 40, 8  # words of a post, and of a sentence
OLD, YOUNG = timedelta(days=400), timedelta(days=1)
ENTRIES = 50  # of each list of words and domains
FINGERPRINTS = 200_000  # of earlier posts
PARAMETERS: dict[str, dict[str, Any]] = {
    "fraud_links": {"domains": [f"fraud{n}.example" for n in range(ENTRIES)]},
    "words": {
        language: [f"{language}word{letter}" for letter in map(chr, range(97, 122))]
        for language in ("lv", "ru", "en", "any")
    },
    # So many of one person are not usual: the rule counts them and finds nothing.
    "bursts": {"posts": 10_000, "messages": 10_000},
}
LIMITS = {"POSTS_PER_DAY": "100000", "THROTTLE_WRITE": "1000000"}  # apply, to nobody
BAND = "('x' || substr(md5(n::text), {}, 4))::bit(16)::integer"
FINGERPRINTS_SQL = f"""
INSERT INTO rules_fingerprint (target_type, target_id, person_id, digest, band1, band2,
    band3, band4, created_at)
SELECT (ARRAY['listing', 'task'])[1 + n %% 2], n, %s, md5(n::text),
    {", ".join(BAND.format(1 + 4 * n) for n in range(4))},
    now() - n * interval '10 seconds'
FROM generate_series(1, %s) n"""


class Kind(NamedTuple):
    """What is posted, by whom, and the bound of its ratio."""

    name: str
    path: str
    body: Callable[[str], dict[str, Any]]
    token: str
    most: float


def figures() -> None:
    """Print the ratios."""
    before = RuleHit.objects.aggregate(Max("pk"))["pk__max"] or 0
    with _people() as (old, young, talk), _set_up(old, young):
        kinds = list(_kinds(old, young, talk))
        with serve({"LOG_LEVEL": "ERROR", "THROTTLE": "true"} | LIMITS) as server:
            rounds = [_round(server, kinds, number) for number in range(ROUNDS)]
    for kind in kinds:
        times = {
            is_on: [one[is_on][kind.name] for one in rounds] for is_on in (True, False)
        }
        name = f"{kind.name}: with all rules : without"
        report.ratio(name, times[True], times[False], unit=" ms", most=kind.most)
    if hit := RuleHit.objects.filter(pk__gt=before).first():
        raise RuntimeError(
            f"A rule found something in honest posts: {hit} {hit.detail}"
        )


def _round(
    server: Server, kinds: list[Kind], number: int
) -> dict[bool, dict[str, float]]:
    """Return the median milliseconds of each kind, with rules and without."""
    found: dict[bool, dict[str, float]] = {}
    for is_on in (True, False) if number % 2 else (False, True):
        RuleSetting.objects.update(enabled=is_on)
        sleep(configuration.MAX_AGE_S + 1)  # until each worker has read that
        connected = server.connect()
        found[is_on] = {kind.name: _median(connected, kind) for kind in kinds}
        connected.close()
    return found


def _median(connected: HTTPConnection, kind: Kind) -> float:
    """Return the median milliseconds of posts; take back the items."""
    made: list[int] = []

    def post() -> None:
        text = " ".join(_sentences(random.sample(_words(), WORDS)))
        headers = {
            "Authorization": f"Bearer {kind.token}",
            "Content-Type": "application/json",
        }
        connected.request("POST", kind.path, json.dumps(kind.body(text)), headers)
        answer = connected.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{kind.path}: {answer.status} {content[:300]!r}")
        written = next(x for x in json.loads(content).values() if isinstance(x, dict))
        made.append(written["id"])

    times = [ms(post) for _n in range(POSTS)]
    # One person posts little in a day: the limit of posts counts them each time.
    for name, item_type in ITEM_TYPES.items():
        if kind.path == f"/api/{name}":
            item_type.model._base_manager.filter(pk__in=made).delete()
    return statistics.median(times[FIRST:])


@contextmanager
def _people() -> Iterator[tuple[User, User, Conversation]]:
    """Yield two people who have posted before, of whom one is new, and their talk."""
    people = User.objects.filter(is_active=True, is_staff=False, email__isnull=False)
    sellers = people.annotate(n=Count("listings")).filter(n__gte=3).order_by("pk")
    old, young = sellers[:2]
    ages = [(person.pk, person.created_at) for person in (old, young)]
    for person, age in ((old, OLD), (young, YOUNG)):
        person.created_at, person.email_confirmed = timezone.now() - age, True
        person.save(update_fields=["created_at", "email_confirmed"])
    talk, _message = start(sender=old, user_id=young.pk, content="Labdien!")
    try:
        yield old, young, talk
    finally:
        for pk, created_at in ages:
            User.objects.filter(pk=pk).update(created_at=created_at)


@contextmanager
def _set_up(*people: User) -> Iterator[None]:
    """Set all rules, and insert what they compare with; take it back at the end."""
    earlier = list(RuleSetting.objects.all())
    last = Job.objects.aggregate(Max("pk"))["pk__max"] or 0
    price_levels.compute()
    for name, parameters in PARAMETERS.items():
        RuleSetting.objects.filter(name=name).update(parameters=parameters)
    try:
        with connection.cursor() as cursor:
            cursor.execute(FINGERPRINTS_SQL, [people[0].pk, FINGERPRINTS])
            cursor.execute("ANALYZE rules_fingerprint")
        yield
    finally:
        Job.objects.filter(name="rules.check_later", pk__gt=last).delete()
        Fingerprint.objects.filter(person__in=people).delete()
        RuleSetting.objects.bulk_update(earlier, ["enabled", "parameters"])


def _kinds(old: User, young: User, talk: Conversation) -> Iterator[Kind]:
    """Yield what is measured."""
    for person, whose in ((old, ""), (young, " of a young account")):
        token = tokens.open_session(person)["token"]
        for path, body in BODIES.items():
            name = f"POST /api/{path}{whose}"
            yield Kind(name, f"/api/{path}", body, token, MAX_POST)
    path = f"/api/messages/conversations/{talk.pk}/messages"
    token = tokens.open_session(old)["token"]
    yield Kind("POST a message", path, lambda t: {"content": t}, token, MAX_MESSAGE)


@cache
def _words() -> list[str]:
    """Return words that people use, without those that hold digits."""
    texts = Listing.objects.order_by("-pk").values_list("description", flat=True)
    words = {word for text in texts[:2_000] for word in text.split()}
    return sorted(filter(str.isalpha, words))


def _sentences(words: list[str]) -> Iterator[str]:
    """Yield sentences, of which one has a number: most texts have signs and digits."""
    for first in range(0, len(words), SENTENCE):
        yield " ".join(words[first : first + SENTENCE]).capitalize() + "."
    yield f"Kopā {random.randint(2, 90)} eiro."


def _listing(text: str) -> dict[str, Any]:
    return _place(text) | {"price": 50, "category": "furniture"}


def _task(text: str) -> dict[str, Any]:
    return _place(text) | {"budget": 40, "category": "cleaning"}


def _place(text: str) -> dict[str, Any]:
    return {
        "title": text[:60],
        "description": text,
        "location": "Rīga",
        "latitude": 56.95,
        "longitude": 24.1,
    }


BODIES = {"listings": _listing, "tasks": _task}
