"""Posts and messages with all rules and without: a part of `benchmarks.desk`."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from benchmarks import in_process, report
from benchmarks.turns import ms
from listings.models import Listing
from messaging.services import start
from rules import configuration, price_levels
from rules.models import RuleHit, RuleSetting

MAX_POST, MAX_MESSAGE = 1.3, 1.1
ROUNDS = 60
WORDS = 40  # of a post
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
BAND = "('x' || substr(md5(n::text), {}, 4))::bit(16)::integer"
FINGERPRINTS_SQL = f"""
INSERT INTO rules_fingerprint (target_type, target_id, person_id, digest, band1, band2,
    band3, band4, created_at)
SELECT (ARRAY['listing', 'task'])[1 + n %% 2], n, %s, md5(n::text),
    {", ".join(BAND.format(1 + 4 * n) for n in range(4))},
    now() - n * interval '10 seconds'
FROM generate_series(1, %s) n"""


def figures() -> None:
    """Print the ratios. Needs a transaction that is rolled back."""
    author, reader = _people()
    _set_up(author)
    before = RuleHit.objects.aggregate(Max("pk"))["pk__max"] or 0
    words = _words()
    for age, whose in ((OLD, ""), (YOUNG, " of a young account")):
        author.created_at = timezone.now() - age
        author.save(update_fields=["created_at"])
        for path, body in BODIES.items():
            name = f"POST /api/{path}{whose}: with all rules : without"
            post = _posts(f"/api/{path}", body, author, words)
            _ratio(name, post, MAX_POST)
    talk, _message = start(sender=author, user_id=reader.pk, content="Labdien!")
    path = f"/api/messages/conversations/{talk.pk}/messages"
    send = _posts(path, lambda text: {"content": text}, author, words)
    _ratio("POST a message: with all rules : without", send, MAX_MESSAGE)
    if hit := RuleHit.objects.filter(pk__gt=before).first():
        raise RuntimeError(
            f"A rule found something in honest posts: {hit} {hit.detail}"
        )


def _people() -> tuple[User, User]:
    """Return two people who have posted before."""
    people = User.objects.filter(is_active=True, is_staff=False, email__isnull=False)
    sellers = people.annotate(n=Count("listings")).filter(n__gte=3).order_by("pk")
    author, reader = sellers[:2]
    User.objects.filter(pk__in=[author.pk, reader.pk]).update(email_confirmed=True)
    author.refresh_from_db()
    return author, reader


def _set_up(author: User) -> None:
    """Set all rules, and insert what they compare with. Limits apply, but to nobody."""
    settings.THROTTLE = True
    settings.POSTS_PER_DAY = 100_000
    settings.THROTTLE_RATES["write"] = (1_000_000, 60)
    for name, parameters in PARAMETERS.items():
        RuleSetting.objects.filter(name=name).update(parameters=parameters)
    price_levels.compute()
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINTS_SQL, [author.pk, FINGERPRINTS])
        cursor.execute("ANALYZE rules_fingerprint")


def _words() -> list[str]:
    """Return words that people use, without those that hold digits."""
    texts = Listing.objects.order_by("-pk").values_list("description", flat=True)
    words = {word for text in texts[:2_000] for word in text.split()}
    return sorted(filter(str.isalpha, words))


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


def _posts(
    path: str, body: Callable[[str], dict], person: User, words: list[str]
) -> Callable[[], object]:
    """Return a function that posts another text at each call."""
    drawn = random.Random(f"{path} {person.created_at}")  # no text twice
    bearer = {"Authorization": f"Bearer {tokens.open_session(person)['token']}"}
    return lambda: in_process.post(
        path, body(" ".join(drawn.sample(words, WORDS))), bearer
    )


def _ratio(name: str, post: Callable[[], object], most: float) -> None:
    """Print the ratio of posts in turns, with all rules and without."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 * ROUNDS + 4):
        is_on = number % 2 == 0
        _switch(is_on)
        took = ms(post)
        if number >= 4:  # the first ones compile their queries
            times[is_on].append(took)
    report.ratio(name, times[True], times[False], unit=" ms", most=most)


def _switch(is_on: bool) -> None:
    """Turn all rules on or off, outside of what is measured: they are seldom read."""
    RuleSetting.objects.update(enabled=is_on)
    configuration.forget()
    configuration.active()
