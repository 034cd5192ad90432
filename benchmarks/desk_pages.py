"""The pages of the staff, and the figures of a day: a part of `benchmarks.desk`."""

import statistics
from datetime import timedelta
from typing import Any

from benchmarks.turns import ms
from tests.live.server import HOST

ROUNDS = 15
CASES_PER_PERSON = 0.5
MAX_CASES = 100_000
MAX_QUERIES = {"dashboard": 20, "queue": 25, "person": 25, "list": 25}
MAX_ROLLUP = 2


def paths() -> dict[str, str]:
    """Return the pages; the person is the one who sells most."""
    from django.db.models import Count

    from listings.models import Listing

    sellers = Listing.objects.order_by().values("seller").annotate(n=Count("pk"))
    seller = sellers.order_by("-n").values_list("seller", flat=True)[0]
    return {
        "dashboard": "/admin/",
        "queue": "/admin/moderation/case/",
        "person": f"/admin/accounts/user/{seller}/change/",
        "list": "/admin/listings/listing/",
    }


def add_cases() -> None:
    """Add open and closed cases about people; the transaction is rolled back."""
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from accounts.models import User
    from moderation.models import Case

    number = min(int(User.objects.count() * CASES_PER_PERSON), MAX_CASES)
    now = timezone.now()
    people = User.objects.order_by("pk").values_list("pk", flat=True)[:number]
    Case.objects.bulk_create(
        (
            Case(
                target_type="user",
                target_id=person,
                target_label=f"Person {person}",
                person_id=person,
                status="open" if n % 20 == 0 else "closed",
                due_at=now - timedelta(minutes=n),
                opened_at=now - timedelta(minutes=n),
            )
            for n, person in enumerate(people)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE moderation_case")


def page(name: str, path: str) -> dict:
    """Return the time and the queries of one page, signed in as an administrator."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    client = Client(headers={"host": HOST})
    client.force_login(User.objects.filter(is_superuser=True).order_by("pk")[0])

    def get() -> Any:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer

    get()
    with CaptureQueriesContext(connection) as captured:
        answer = get()
    changelist = getattr(answer, "context", None) and answer.context.get("cl")
    rows = len(changelist.result_list) if changelist else None
    queries = len(captured)
    return {
        "page": name,
        "ms": round(statistics.median(ms(get) for _round in range(ROUNDS)), 2),
        "queries": queries,
        "rows": rows,
        "bytes": len(answer.content),
        "asked": f"at most {MAX_QUERIES[name]} queries",
        "holds": queries <= MAX_QUERIES[name],
    }


def rollup(*, of_fullest: bool = False) -> dict:
    """Return the time in which a day is counted, and that of a count of its rows.

    The day is the middle one of the last year by what its figures count, or the one
    with most of it.
    """
    from django.db import transaction
    from django.db.models import Sum

    from figures import counting, services
    from figures.models import DailyFigure
    from figures.registry import all_figures

    today = counting.market_today()
    rows = DailyFigure.objects.filter(category="", place="")
    days = rows.filter(day__lt=today, day__gt=today - timedelta(days=365))
    sums = days.values("day").annotate(sum=Sum("value")).order_by("sum", "day")
    count_of_days = sums.count()
    day = sums[count_of_days - 1 if of_fullest else count_of_days // 2]["day"]

    def roll_up() -> None:
        with transaction.atomic():
            services.write_days(day, day, today)
            transaction.set_rollback(True)

    def count() -> int:
        found = sum(
            counting.rows_of(figure, day, day).count()
            for figure in all_figures().values()
            if not figure.is_of_people
        )
        activity = counting.activity_of(day, day)
        return found + sum(rows.count() for rows, _person in activity)

    counted = count()
    ratio = []
    ours, plain = [], []
    for _round in range(ROUNDS):  # in turns: what else the machine does meets both
        ours.append(ms(roll_up))
        plain.append(ms(count))
        ratio.append(ours[-1] / plain[-1])
    middle = statistics.median(ratio)
    whose = "the fullest" if of_fullest else "a usual"
    return {
        "figure": f"rollup of {whose} day : plain count of its rows",
        "day": day.isoformat(),
        "rows": counted,
        "ms": round(statistics.median(ours), 2),
        "count_ms": round(statistics.median(plain), 2),
        "median": round(middle, 2),
        "asked": f"at most {MAX_ROLLUP}",
        "holds": middle <= MAX_ROLLUP,
    }
