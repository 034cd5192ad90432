"""What a write costs: the statements of a request, without those of transactions."""

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from listings.tests.factories import ListingFactory
from messaging.tests.factories import ConversationFactory
from tasks.tests.factories import ApplicationFactory, TaskFactory

pytestmark = pytest.mark.django_db
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
PLACE = {"latitude": 56.95, "longitude": 24.1, "location": "Riga"}
LISTING = PLACE | {
    "title": "Garden table",
    "description": "A solid wooden table for six",
    "category": "furniture",
    "condition": "used",
    "price": 20,
}
TASK = PLACE | {
    "title": "Mow the lawn",
    "description": "A lawn of two hundred metres",
    "category": "outdoor",
    "budget": 30,
}


def statements(act, path, body) -> list[str]:
    """Return those of `act(path, body)`, which must succeed, and after its commit."""
    committed = TestCase.captureOnCommitCallbacks(execute=True)
    with CaptureQueriesContext(connection) as queries, committed:
        answer = act(path, body)
    assert answer.status_code < 300, answer.content
    return [q["sql"] for q in queries if not q["sql"].startswith(CONTROL)]


@pytest.fixture
def warm(api):
    """What each process reads once in a while has been read."""
    someone = api.as_(UserFactory())
    someone.post("/api/listings", LISTING | {"title": "Oak wardrobe, two doors"})
    someone.post("/api/tasks", TASK | {"title": "Paint the fence of our garden"})


def test_an_application_costs_eight_statements_and_two_after_it(api, warm):
    task, worker = TaskFactory(), UserFactory()
    path, body = f"/api/tasks/{task.pk}/apply", {"message": "Tomorrow at nine"}
    assert len(statements(api.as_(worker).post, path, body)) <= 8 + 2


@pytest.mark.parametrize("number", [2, 12])
def test_an_acceptance_costs_twelve_and_two_however_many_applied(api, warm, number):
    task = TaskFactory()
    chosen, *_others = ApplicationFactory.create_batch(number, task=task)
    path = f"/api/tasks/{task.pk}/applications/{chosen.pk}/accept"
    assert len(statements(api.as_(task.creator).post, path, {})) <= 12 + 2


@pytest.mark.parametrize(
    ("path", "body"), [("/api/listings", LISTING), ("/api/tasks", TASK)]
)
def test_a_post_costs_eight_statements(api, warm, path, body):
    body = body | {"description": f"{body['description']}, with {path[5:]} on top"}
    assert len(statements(api.as_(UserFactory()).post, path, body)) <= 8


def test_a_message_costs_seven_statements(api, warm):
    alice, bob = UserFactory(), UserFactory()
    conversation = ConversationFactory(between=(alice, bob))
    path = f"/api/messages/conversations/{conversation.pk}/messages"
    assert len(statements(api.as_(alice).post, path, {"content": "Hello"})) <= 7


def test_a_favorite_costs_five_statements(api, warm):
    body = {"item_type": "listing", "item_id": ListingFactory().pk}
    assert len(statements(api.as_(UserFactory()).post, "/api/favorites", body)) <= 5
