"""Twenty rows cost as many queries as one."""

import math

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Block, Passkey, SecurityEvent, Session
from accounts.tests.factories import UserFactory
from alerts.tests.factories import SavedSearchFactory
from announcements.tests.factories import AnnouncementFactory
from audit.tests.factories import DecisionFactory
from core.cached import Cached
from favorites.models import Favorite
from listings.tests.factories import ListingFactory
from messaging.models import Conversation
from messaging.services import send, start
from moderation.tests.factories import ReportFactory
from notifications.tests.factories import NotificationFactory
from offerings.tests.factories import OfferingFactory
from payments.tests.factories import PaymentFactory
from reviews.tests.factories import ReviewFactory
from tasks.models import Dispute
from tasks.tests.factories import ApplicationFactory, DisputeFactory, TaskFactory
from tests.admin_rows import make_upload
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
MAX_LIST_QUERIES = 4  # per list, without the query that loads the caller
ONE_THING = {  # answers about one object may need more queries
    "GET /api/auth/profile",
    "GET /api/auth/trust",
    "GET /api/auth/profile/full",
    "GET /api/auth/check-username/{username}",
    "GET /api/auth/2fa/status",
    "GET /api/terms",
    "GET /api/auth/exports/{pk}",
    "GET /api/auth/exports/{pk}/file",
    "GET /api/auth/users/{pk}",
    "GET /api/listings/{pk}",
    "GET /api/tasks/{pk}",
    "GET /api/tasks/{pk}/payment",
    "GET /api/disputes/reasons",
    "GET /api/disputes/task/{task_id}",
    "GET /api/disputes/{pk}",
    "GET /api/reports/categories",
    "GET /api/reports/{number}",
    "GET /api/decisions/{number}",
    "GET /api/transparency/{year}",
    "GET /api/payments/{pk}",
    "GET /api/payments/{pk}/receipt",
    "GET /api/payments/account",
    "GET /api/payments/balance",
    "GET /api/payments/quote",
    "GET /api/tasks/notifications",
    "GET /api/offerings/{pk}",
    "GET /api/reviews/{pk}",
    "GET /api/reviews/task/{task_id}/can-review",
    "GET /api/reviews/user/{user_id}/stats",
    "GET /api/favorites/check",
    "GET /api/favorites/count",
    "GET /api/uploads/{key}",
    "GET /api/categories",
    "GET /api/categories/{type}",
    "GET /api/categories/{type}/{slug}/facets",
    "GET /api/map",
    "GET /api/messages/conversations/{pk}",
    "GET /api/messages/unread-count",
    "GET /api/messages/attachments/{pk}",
    "GET /api/saved-searches/{pk}",
    "GET /api/notifications/preferences",
    "GET /api/notifications/unread-count",
}
READS = [route for route in ROUTES if route.method == "get"]
QUERY = (
    "?latitude=56.95&longitude=24.1&radius=50&items=task:1,listing:1"
    "&bbox=20,55,29,59&zoom=7"
)


@pytest.fixture
def ids(alice) -> dict:
    task = TaskFactory(creator=alice)
    listing, offering = ListingFactory(seller=alice), OfferingFactory(creator=alice)
    return {"tasks": task.pk, "listings": listing.pk, "offerings": offering.pk} | {
        "auth": alice.pk,
        "reviews": ReviewFactory(reviewer=alice).pk,
        "task_id": TaskFactory(completed=True, creator=alice).pk,
        "user_id": alice.pk,
        "type": "listings",
        "slug": "sports",
        "payments": PaymentFactory(payer=alice).pk,
        "disputes": DisputeFactory(task__creator=alice).pk,
        "saved-searches": SavedSearchFactory(user=alice).pk,
        "key": f"{'a' * 32}.jpg",
        "messages": start(sender=alice, user_id=UserFactory().pk)[0].pk,
    }


def add_one_of_everything(alice, ids) -> None:
    """Add one row to every list, each with its own people."""
    listing = ListingFactory(seller=alice)
    offering, task = OfferingFactory(creator=alice), TaskFactory(creator=alice)
    ListingFactory(), OfferingFactory(), TaskFactory()
    TaskFactory(assigned=True, assigned_to=alice)
    for name, item in (("listing", listing), ("offering", offering), ("task", task)):
        Favorite.objects.create(user=alice, **{name: item})
    ApplicationFactory(applicant=alice)
    ApplicationFactory(task_id=ids["tasks"], task=None)
    UserFactory(helper=True, tasks_completed=1)
    NotificationFactory(recipient=alice)
    SavedSearchFactory(user=alice)
    AnnouncementFactory(sent=True)
    start(sender=UserFactory(), user_id=alice.pk, content="Hello!")
    conversation = Conversation.objects.get(pk=ids["messages"])
    send(
        conversation,
        sender=conversation.other_than(alice),
        content="And one more thing.",
    )
    PaymentFactory(payer=alice)
    dispute = DisputeFactory(task__creator=alice)
    for one in (dispute, Dispute.objects.get(pk=ids["disputes"])):
        one.offers.create(made_by=alice, worker_cents=1)
        one.evidence.create(upload=make_upload(), is_response=False)
    Session.objects.create(user=alice)
    key = f"key{Passkey.objects.count()}"
    Passkey.objects.create(user=alice, credential_id=key, public_key="x")
    SecurityEvent.objects.create(user=alice, type="signed_in")
    Block.objects.create(blocker=alice, blocked=UserFactory())
    ReviewFactory(reviewed_user=alice)
    ReportFactory(reporter=alice)
    DecisionFactory(person=alice)
    ReviewFactory(task_id=ids["task_id"])


def cost(client, route, ids) -> int:
    """Return the number of queries of a GET, without the one that loads the caller."""
    url = route.url_in(ids)
    with CaptureQueriesContext(connection) as queries:
        client.get(url + QUERY)
    return len(queries) - 1


@pytest.fixture
def copies_do_not_age(monkeypatch, api):
    """What a process reads once in a while is read before, and not again."""
    for cached in Cached.every:
        monkeypatch.setattr(cached, "_seconds", math.inf)
    api.get("/api/categories")


@pytest.mark.usefixtures("copies_do_not_age")
def test_reads_cost_the_same_at_one_and_at_twenty_rows(api, alice, ids):
    client = api.as_(alice)
    add_one_of_everything(alice, ids)
    at_one = {str(route): cost(client, route, ids) for route in READS}
    for _row in range(19):
        add_one_of_everything(alice, ids)
    at_twenty = {str(route): cost(client, route, ids) for route in READS}
    assert at_twenty == at_one


def test_lists_cost_four_queries_at_most(api, alice, ids):
    add_one_of_everything(alice, ids)
    client = api.as_(alice)
    costs = {str(route): cost(client, route, ids) for route in READS}
    lists = {name: number for name, number in costs.items() if name not in ONE_THING}
    assert {
        name: number for name, number in lists.items() if number > MAX_LIST_QUERIES
    } == {}
    assert min(lists.values()) >= 2  # the count and the rows


def test_every_list_has_twenty_rows_by_then(api, alice, ids):
    """The measurement above covers full lists."""
    for _row in range(20):
        add_one_of_everything(alice, ids)
    client, sizes = api.as_(alice), {}
    for route in READS:
        if str(route) not in ONE_THING:
            url = route.url_in(ids)
            sizes[str(route)] = int(client.get(url + QUERY)["X-Total-Count"])
    assert {name: size for name, size in sizes.items() if size < 20} == {}
