"""The start page of the admin: queues and figures, for those who may see their rows."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from accounts.tests.factories import UserFactory
from conftest import signed_in
from figures import services
from figures.counting import market_today
from figures.registry import all_figures
from figures.tests.factories import DailyFigureFactory, SearchWithoutResultsFactory
from figures.tests.test_figures import POINT, fill, make_money
from jobs.models import Job, SuppressedAddress
from listings.tests.factories import ListingFactory
from marketplace.staff.numbers import GROUPS, formatted
from marketplace.staff.queues import MAX_COUNT_ROWS, QUEUES
from moderation.models import Case
from moderation.tests.factories import AppealFactory, CaseFactory
from payments.models import ProviderCall
from payments.tests.factories import (
    PaymentFactory,
    make_call,
    make_provider_event,
    make_staff_request,
)
from tasks.models import Dispute, TaskRequest
from tasks.tests.factories import DisputeFactory, TaskFactory

pytestmark = pytest.mark.django_db
MAX_QUERIES = 20
NOW = timezone.now()


def add_to_every_queue(number: int = 2) -> None:
    for n in range(number):
        at = NOW - timedelta(days=n + 1)
        CaseFactory(opened_at=at, due_at=at)
        AppealFactory(created_at=at)
        DisputeFactory(created_at=at)
        row = DisputeFactory(created_at=at)
        Dispute.objects.filter(pk=row.pk).update(status="under_review")
        PaymentFactory(status="frozen", held_at=at)
        make_staff_request()
        event = make_provider_event()
        type(event).objects.filter(pk=event.pk).update(state="parked", received_at=at)
        call = make_call()
        type(call).objects.filter(pk=call.pk).update(
            state="unknown", created_at=at, first_sent_at=at
        )
        TaskFactory(done=True, created_at=at, marked_done_at=at)
        dead = {"status": "dead", "finished_at": at, "due_at": None}
        Job.objects.create(name="jobs.maintain", **dead)
        Job.objects.create(name="jobs.maintain", due_at=at)
        SuppressedAddress.objects.create(
            address=f"{n}@example.com", reason="bounce", last_at=at
        )


def page_of(client, **query):
    response = client.get("/admin/", query)
    assert response.status_code == 200
    return response


def queues(client) -> dict[str, dict]:
    return {str(q["title"]): q for q in page_of(client).context["queues"]}


def cells(client, name: str) -> list[dict]:
    for group in page_of(client).context["numbers"]:
        for row in group["rows"]:
            if row["name"] == name:
                return row["cells"]
    raise LookupError(name)


# --- Queues ---------------------------------------------------------------------------


def test_every_queue_links_to_its_rows_the_oldest_first(administrator):
    add_to_every_queue()
    shown = page_of(administrator).context["queues"]
    assert len(shown) == len(QUEUES)
    for queue, row in zip(QUEUES, shown, strict=True):
        found = administrator.get(row["url"]).context["cl"]
        assert found.result_count == row["count"] >= 2, queue.name
        ages = [getattr(each, queue.age) for each in found.result_list]
        assert ages == sorted(ages), queue.name
        assert row["oldest"] == ages[0]


def test_next_is_the_oldest_row(administrator):
    add_to_every_queue()
    for queue in QUEUES:
        answer = administrator.get(f"/admin/next/{queue.name}/")
        rows = queue.rows().order_by(*(queue.order or (queue.age, "pk")))
        assert answer.url.endswith(f"/{rows.first().pk}/change/")


def test_the_next_case_is_not_one_that_somebody_else_looks_at(moderator, staff):
    taken = CaseFactory(due_at=NOW - timedelta(days=9))
    Case.objects.filter(pk=taken.pk).update(status="assigned", assignee=staff)
    free = CaseFactory(due_at=NOW)
    assert f"/{free.pk}/" in moderator.get("/admin/next/cases/").url


def test_an_empty_queue_leads_back(administrator):
    assert administrator.get("/admin/next/cases/").url == "/admin/"
    assert "Nothing is waiting" in page_of(administrator).content.decode()


def test_a_long_queue_is_not_counted_to_its_end(administrator):
    jobs = [Job(name="jobs.maintain", status="dead", due_at=None, finished_at=NOW)]
    Job.objects.bulk_create(jobs * (MAX_COUNT_ROWS + 5))
    row = queues(administrator)["Jobs that failed for good"]
    assert (row["count"], row["is_capped"]) == (MAX_COUNT_ROWS, True)
    assert f"more than {MAX_COUNT_ROWS}" in page_of(administrator).content.decode()


def test_nobody_sees_or_follows_queues_of_what_they_may_not_see(moderator):
    """S1: moderators see no money."""
    add_to_every_queue()
    page = page_of(moderator).content.decode()
    assert "/admin/moderation/case/" in page
    assert "/admin/payments/" not in page
    assert "/admin/jobs/" not in page
    assert moderator.get("/admin/next/payments/").status_code == 404
    assert moderator.get("/admin/next/nothing/").status_code == 404


def test_next_is_for_staff_alone(client, alice):
    for reader in (client, signed_in(alice)):
        assert reader.get("/admin/next/cases/").url.startswith("/admin/login/")


# --- Figures --------------------------------------------------------------------------


UNCHANGEABLE = {"decisions", "money_held", "money_released", "money_refunded"}


def counted_rows(figure, rows) -> str:
    """What the figure says of these rows of its list."""
    if figure.is_money:
        ids = [row.pk for row in rows]
        entries = figure.rows().filter(journal__in=ids)
        return formatted(figure, entries.aggregate(sum=figure.value)["sum"] or 0, "EUR")
    if figure.name == "searches_without_results":
        return str(sum(row.count for row in rows))
    return str(len(rows))


@pytest.mark.parametrize("cell", range(4))
def test_every_figure_links_to_its_rows(administrator, alice, bob, cell):
    """Today, yesterday, and the whole days before: the number is that of the list."""
    fill(alice, bob)
    make_money()
    if cell:
        for name, figure in all_figures().items():
            if name not in UNCHANGEABLE:
                ago = market_today() if figure.is_date else NOW
                figure.rows().update(**{figure.day: ago - timedelta(days=1)})
    services.rebuild()
    table = page_of(administrator).context["numbers"]
    found = {row["name"]: row["cells"][cell] for g in table for row in g["rows"]}
    for name, figure in all_figures().items():
        rows = administrator.get(found[name]["url"]).context["cl"].result_list
        if not (figure.is_of_people and cell > 1):  # an average, and each person once
            assert found[name]["text"] == counted_rows(figure, rows), name
        if not cell or name not in UNCHANGEABLE:
            assert rows, name


@pytest.mark.parametrize("name", ["jobs_failed", "emails_failed", "calls_failed"])
def test_failures_link_to_their_rows_by_kind(administrator, alice, bob, name):
    fill(alice, bob)
    dead = {"status": "dead", "finished_at": NOW, "due_at": None}
    Job.objects.create(name="jobs.maintain", **dead)
    for model in (Job, ProviderCall):
        model.objects.update(finished_at=NOW - timedelta(days=1))
    services.rebuild()
    rows = page_of(administrator, figure=name).context["categories"]
    assert len(rows) == (2 if name == "jobs_failed" else 1)
    for row in rows:
        found = administrator.get(row["url"]).context["cl"]
        assert str(found.result_count) == row["text"] == "1"


@pytest.mark.parametrize(
    ("days", "names"),
    [
        ({"active_from": 2}, {"alice"}),
        ({"active_to": 1}, {"bob"}),
        ({"active_from": 2, "active_to": 1}, {"alice", "bob"}),
        ({"active_from": 1, "active_to": 2}, set()),
        ({"active_from": 9, "active_to": 3}, set()),
    ],
)
def test_people_are_found_by_the_days_on_which_they_were_active(
    administrator, alice, bob, days, names
):
    today = market_today()
    for seller, ago in ((alice, 2), (alice, 2), (bob, 1)):
        ListingFactory(seller=seller, created_at=NOW - timedelta(days=ago))
    query = {name: today - timedelta(days=ago) for name, ago in days.items()}
    cl = administrator.get("/admin/accounts/user/", query).context["cl"]
    assert {user.username for user in cl.result_list} == names


def test_a_day_that_is_none_shows_everybody_and_says_so(administrator):
    query = {"active_from": "x"}
    page = administrator.get("/admin/accounts/user/", query, follow=True)
    assert page.status_code == 200
    assert "no such filters" in page.content.decode()


def test_money_links_to_its_journals(administrator):
    make_money()
    services.rebuild()
    today = cells(administrator, "money_held")[0]
    assert today["text"] == "50.00 EUR"
    [journal] = administrator.get(today["url"]).context["cl"].result_list
    assert journal.kind == "charge"


def test_every_category_and_place_links_to_its_rows(administrator, alice, bob):
    at = NOW - timedelta(days=2)
    ListingFactory(category="vehicles", created_at=at, **POINT)
    fill(alice, bob)
    for model in (TaskRequest, Dispute):
        model.objects.update(created_at=at)
    TaskRequest.objects.update(completed_at=at)
    Dispute.objects.update(resolved_at=at)
    services.rebuild()
    for name in ("new_listings", "completions", "disputes_opened"):
        context = page_of(administrator, figure=name).context
        assert context["chosen"].name == name
        for row in context["categories"]:
            found = administrator.get(row["url"]).context["cl"]
            assert str(found.result_count) == row["text"]
        for point in context["map"]["points"]:
            found = administrator.get(point["url"]).context["cl"]
            assert point["title"].endswith(f": {found.result_count}")


def test_periods_are_compared_with_those_before(administrator):
    today = market_today()
    for days, value in ((0, 100), (1, 6), (7, 6), (8, 8), (14, 2)):
        DailyFigureFactory(day=today - timedelta(days=days), value=value)
    so_far, yesterday, week, _month = cells(administrator, "sign_ups")
    assert (so_far["text"], yesterday["text"]) == ("100", "6")
    assert (week["text"], week["change"]) == ("12", "+20 %")


def test_people_who_are_active_on_two_days_are_not_added(administrator):
    for days in (1, 2):
        day = market_today() - timedelta(days=days)
        DailyFigureFactory(name="active_people", day=day, value=7)
    assert cells(administrator, "active_people")[2]["text"] == "2"  # 14 / 7


def test_moderators_see_no_figures_of_money_and_jobs(moderator):
    """S1: figures are for those who may see their rows."""
    DailyFigureFactory(name="money_held", category="EUR", value=123456)
    DailyFigureFactory(name="jobs_failed", value=77)
    titles = {str(group["title"]) for group in page_of(moderator).context["numbers"]}
    assert titles == {str(GROUPS[name]) for name in ("people", "market", "desk")}
    assert "1,234" not in page_of(moderator).content.decode()
    assert len(page_of(moderator).context["charts"]) == 3


def test_finance_sees_money(db):
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name="Finance"))
    DailyFigureFactory(name="money_held", category="EUR", value=123456)
    assert cells(signed_in(user), "money_held")[0]["text"] == "1,234.56 EUR"


def test_charts_are_by_day_or_by_week(administrator):
    DailyFigureFactory(value=3)
    DailyFigureFactory(day=market_today() - timedelta(days=27), value=4)
    [by_day, *_more] = page_of(administrator).context["charts"]
    [sign_ups, _active] = json.loads(by_day["data"])["datasets"]
    assert (len(sign_ups["data"]), sum(sign_ups["data"])) == (28, 7)
    [by_week, *_more] = page_of(administrator, by="week").context["charts"]
    [sign_ups, _active] = json.loads(by_week["data"])["datasets"]
    assert (len(sign_ups["data"]), sum(sign_ups["data"])) == (26, 7)


def test_words_that_few_have_searched_are_not_shown(administrator):
    SearchWithoutResultsFactory(query="zither", count=3)
    SearchWithoutResultsFactory(query="anna", count=2)
    SearchWithoutResultsFactory(query="", count=9)
    assert [row["query"] for row in page_of(administrator).context["searches"]] == [
        "zither"
    ]


def test_numbers_are_in_the_format_of_the_reader(administrator):
    DailyFigureFactory(value=12345)
    make_money()
    services.rebuild(market_today(), market_today())
    DailyFigureFactory(day=market_today() - timedelta(days=1), value=12345)
    page = administrator.get("/admin/", headers={"accept-language": "lv"})
    with override("lv"):
        rows = {r["name"]: r for g in page.context["numbers"] for r in g["rows"]}
    assert rows["sign_ups"]["cells"][1]["text"] == "12\xa0345"
    assert rows["money_held"]["cells"][0]["text"] == "50,00 EUR"


def test_strange_parameters_are_ignored(administrator):
    for query in ({"by": "x", "figure": "money_held"}, {"figure": "\x00"}):
        assert page_of(administrator, **query).context["chosen"].name == "new_tasks"


# --- Cost -----------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["day", "week"])
def test_the_page_needs_as_many_queries_with_many_rows(administrator, alice, bob, by):
    """S10: at most twenty."""
    fill(alice, bob)
    add_to_every_queue(1)
    services.rebuild()
    page_of(administrator, by=by)
    counts = []
    for more in (0, 5):
        for n in range(more):
            ListingFactory(**POINT)
            DailyFigureFactory(day=market_today() - timedelta(days=n + 30), value=n)
            SearchWithoutResultsFactory(count=9)
            CaseFactory()
        services.rebuild(market_today(), market_today())
        with CaptureQueriesContext(connection) as captured:
            page_of(administrator, by=by)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= MAX_QUERIES
