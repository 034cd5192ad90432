"""What the figures of a day count, and that counting again changes nothing."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.tests.factories import DecisionFactory
from figures import services
from figures.counting import beginning_of, figures_of, market_today
from figures.jobs import count_days
from figures.models import DailyFigure
from figures.registry import all_figures
from figures.tests.factories import DailyFigureFactory, SearchWithoutResultsFactory
from jobs.models import Job
from listings.tests.factories import ListingFactory
from messaging.services import start
from moderation.tests.factories import ReportFactory
from offerings.tests.factories import OfferingFactory
from payments.models import ProviderCall
from payments.tests.factories import PaymentFactory, make_call
from sms.tests.factories import SmsMessageFactory
from tasks.models import Dispute, TaskRequest
from tasks.tests.factories import ApplicationFactory, DisputeFactory, TaskFactory

pytestmark = pytest.mark.django_db
POINT = {"latitude": 56.95, "longitude": 24.1}


def value(name: str, day: date | None = None, category: str = "", place: str = ""):
    """The value of a figure, 0 if there is none."""
    rows = DailyFigure.objects.filter(
        name=name, day=day or market_today(), category=category, place=place
    )
    return rows.values_list("value", flat=True).first() or 0


def everything() -> set:
    return set(
        DailyFigure.objects.values_list("day", "name", "category", "place", "value")
    )


def fill(alice, bob) -> None:
    """Rows for every figure."""
    ListingFactory(seller=alice, category="vehicles", **POINT)
    OfferingFactory(creator=bob)
    task = TaskFactory(creator=alice, category="cleaning", **POINT)
    ApplicationFactory(task=task, applicant=bob)
    start(sender=alice, user_id=bob.pk, content="Hello!")
    now = timezone.now()
    TaskRequest.objects.filter(pk=task.pk).update(completed_at=now)
    Dispute.objects.filter(pk=DisputeFactory().pk).update(resolved_at=now)
    ReportFactory(category="spam")
    DecisionFactory(person=bob)
    Job.objects.create(
        name="jobs.send_mail", status="dead", finished_at=now, due_at=None
    )
    SmsMessageFactory(status="failed", failure="unknown")
    call = make_call()
    ProviderCall.objects.filter(pk=call.pk).update(state="rejected", finished_at=now)
    SearchWithoutResultsFactory(count=4)


def test_every_figure_counts_its_rows(alice, bob):
    fill(alice, bob)
    make_money()
    services.rebuild()
    counted = set(DailyFigure.objects.values_list("name", flat=True))
    assert counted == set(all_figures())


def make_money() -> None:
    """A payment that is charged, released and refunded in part."""
    from payments import ledger
    from payments.ledger import Line

    payment = PaymentFactory()
    for kind, lines in {
        "charge": [("provider_balance", 5000), ("held", -5000)],
        "transfer": [("payable", 3000), ("provider_balance", -3000)],
        "refund": [("refund_due", 1500), ("provider_balance", -1500)],
    }.items():
        ledger.post(
            kind,
            key=f"{kind}:{payment.reference}",
            currency="EUR",
            payment=payment,
            lines=[Line(account, cents) for account, cents in lines],
        )


def test_money_is_in_cents_by_currency():
    make_money()
    services.rebuild()
    assert value("money_held", category="EUR") == 5000
    assert value("money_released", category="EUR") == 3000
    assert value("money_refunded", category="EUR") == 1500
    assert value("money_held") == 0  # there is no sum of currencies


def test_items_are_counted_by_category_and_by_place(alice):
    ListingFactory(category="vehicles", **POINT)
    ListingFactory(category="vehicles", latitude=56.5, longitude=21.01)
    ListingFactory(category="kids", latitude=None, longitude=None)
    services.rebuild()
    assert value("new_listings") == 3
    assert value("new_listings", category="vehicles") == 2
    assert value("new_listings", place="56.8,24.0") == 1
    assert (
        DailyFigure.objects.filter(name="new_listings").exclude(place="").count() == 2
    )


def test_applications_have_the_place_of_their_task(alice):
    ApplicationFactory(task=TaskFactory(category="moving", **POINT))
    services.rebuild()
    assert value("applications", category="moving") == 1
    assert value("applications", place="56.8,24.0") == 1


def test_a_person_is_active_once_a_day(alice, bob):
    ListingFactory(seller=alice)
    ListingFactory(seller=alice)
    start(sender=alice, user_id=bob.pk, content="Hello!")
    services.rebuild()
    assert value("active_people") == 1


def test_a_day_is_that_of_the_market(settings):
    late = datetime(2026, 6, 1, 21, 30, tzinfo=UTC)  # 0:30 in Riga
    ListingFactory(created_at=late)
    services.rebuild()
    assert value("new_listings", date(2026, 6, 2)) == 1
    assert beginning_of(date(2026, 6, 2)) == datetime(2026, 6, 1, 21, tzinfo=UTC)


def test_what_is_rebuilt_equals_what_was_counted_day_by_day(alice, bob, monkeypatch):
    """Each day is counted while it is today, and again as yesterday."""
    today = market_today()
    fill(alice, bob)
    for days in (1, 2, 3):
        at = beginning_of(today - timedelta(days=days)) + timedelta(hours=5)
        ListingFactory(created_at=at, **POINT)
        UserFactory(created_at=at)
    for days in (4, 3, 2, 1, 0):
        day = today - timedelta(days=days)
        monkeypatch.setattr(services, "market_today", lambda day=day: day)
        services.count_recent_days()
    counted = everything()
    DailyFigure.objects.all().delete()
    services.rebuild()
    assert everything() == counted
    assert value("new_listings", today - timedelta(days=2), place="56.8,24.0") == 1


def test_counting_twice_changes_nothing(alice, bob, run_jobs):
    fill(alice, bob)
    count_days()
    before = everything()
    count_days()
    assert everything() == before


def test_days_that_were_missed_are_counted(alice):
    DailyFigureFactory(day=market_today() - timedelta(days=5))
    at = timezone.now() - timedelta(days=3)
    ListingFactory(created_at=at)
    services.count_recent_days()
    assert value("new_listings", timezone.localdate(at)) == 1


def test_figures_outlive_their_rows(settings):
    long_ago = market_today() - timedelta(days=settings.DEAD_JOB_DAYS + 5)
    DailyFigureFactory(name="jobs_failed", day=long_ago, value=7)
    ListingFactory(created_at=timezone.now() - timedelta(days=200))
    services.rebuild()
    assert value("jobs_failed", long_ago) == 7


def test_the_command_counts_the_days_it_is_given(capsys):
    for days in (1, 3):
        ListingFactory(created_at=timezone.now() - timedelta(days=days))
    day = market_today() - timedelta(days=1)
    call_command("figures", "rebuild", "--from", str(day), "--to", str(day))
    assert value("new_listings", day) == 1
    assert value("new_listings", day - timedelta(days=2)) == 0


def test_the_command_refuses_days_in_the_wrong_order():
    with pytest.raises(CommandError):
        call_command("figures", "rebuild", "--from", "2026-02-01", "--to", "2026-01-01")


def test_the_figures_of_days_are_one_query(django_assert_num_queries):
    today = market_today()
    spans = [(figure, today - timedelta(days=1)) for figure in all_figures().values()]
    with django_assert_num_queries(1):
        figures_of(spans, today)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_two_that_count_at_once_write_the_same(alice):
    for _n in range(5):
        ListingFactory(**POINT)
    errors = []

    def count():
        try:
            services.rebuild()
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert value("new_listings") == 5
