"""What one person can make happen to another does not happen after a block."""

import ast
from pathlib import Path

import pytest

from accounts.models import Block
from alerts import matching
from alerts.tests.factories import SavedSearchFactory
from listings.tests.factories import ListingFactory
from messaging.services import start
from notifications.models import Notification
from notifications.services import BLOCKED_WITHOUT_WORDS, UNBLOCKED_GROUPS, notify
from notifications.types import NOTIFICATION_TYPES
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import ApplicationFactory, TaskFactory
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent
# What of a POST reaches another person: each is tried below.
REFUSED = {
    "POST /api/tasks/{pk}/apply",
    "POST /api/tasks/{pk}/accept",
    "POST /api/tasks/{pk}/accept-application",
    "POST /api/tasks/{pk}/applications/{application_id}/accept",
    "POST /api/reviews",
    "POST /api/offerings/{pk}/contact",
    "POST /api/messages/conversations",
    "POST /api/messages/conversations/{pk}/messages",
}
# The end of a deal or of an application, and the review that a deal gives a right to.
OF_A_DEAL = {
    *(
        f"POST /api/tasks/{{pk}}/{name}"
        for name in (
            *("start", "done", "mark-done", "give-back", "confirm", "complete"),
            *("dispute", "cancel", "applications/{application_id}/reject"),
            "payment",
        )
    ),
    "POST /api/reviews/task/{task_id}",
    "POST /api/disputes",
    *(
        f"POST /api/disputes/{{pk}}/{name}"
        for name in ("respond", "offers", "offers/{offer_id}/accept")
    ),
}
# These reach nobody but the caller, or are the block itself.
OWN = {
    *("POST /api/tasks", "POST /api/listings", "POST /api/offerings"),
    *(
        f"POST /api/listings/{{pk}}/{name}"
        for name in ("activate", "archive", "reserve", "sell")
    ),
    *(f"POST /api/offerings/{{pk}}/{name}" for name in ("activate", "close", "pause")),
    *("POST /api/favorites", "POST /api/uploads", "POST /api/uploads/image"),
    *("POST /api/messages/attachments", "POST /api/saved-searches"),
    "POST /api/announcements/{pk}/read",
    *("POST /api/notifications/{pk}/read", "POST /api/notifications/read-all"),
    *("POST /api/auth/users/{pk}/block", "POST /api/payments/account"),
    *("POST /api/reports", "POST /api/reports/{number}/appeal"),  # they reach staff
    "POST /api/decisions/{number}/appeal",
}


def test_every_creation_has_its_place_in_the_tables():
    """R3: a new POST needs a decision. Those of one's own account need none."""
    posts = {str(route) for route in ROUTES if route.method == "post"}
    others = {name for name in posts if not name.startswith("POST /api/auth/")}
    assert others - OWN == REFUSED | OF_A_DEAL


@pytest.fixture(params=["alice blocks", "bob blocks"])
def blocked(request, alice, bob):
    """Alice owns a task, an offering and a conversation with Bob; then one blocks."""
    task = TaskFactory(creator=alice, applications_count=1)
    application = ApplicationFactory(task=task, applicant=bob)
    offering = OfferingFactory(creator=alice)
    talk, _is_new = start(sender=alice, user_id=bob.pk, content="Hello!")
    review = ReviewFactory(reviewer=bob, reviewed_user=alice)
    pair = (alice, bob) if request.param == "alice blocks" else (bob, alice)
    Block.objects.create(blocker=pair[0], blocked=pair[1])
    Notification.objects.all().delete()
    return {
        "new_task": TaskFactory(creator=alice).pk,
        "task": task.pk,
        "application": application.pk,
        "offering": offering.pk,
        "talk": talk.pk,
        "review": review.pk,
    }


TASK, TALKS = "/api/tasks/{task}", "/api/messages/conversations"
CALLS = [  # who, where, and the body: names are ids of the people
    ("bob", "/api/tasks/{new_task}/apply", {}),
    ("alice", f"{TASK}/accept", {"user_id": "bob"}),
    ("alice", f"{TASK}/accept-application", {"user_id": "bob"}),
    ("alice", TASK + "/applications/{application}/accept", {}),
    ("alice", "/api/reviews", {"reviewed_user_id": "bob", "rating": 1}),
    ("bob", "/api/offerings/{offering}/contact", {"message": "Hi"}),
    ("bob", "/api/offerings/{offering}/contact", {}),
    ("bob", TALKS, {"user_id": "alice", "message": "Hi"}),
    ("bob", TALKS + "/{talk}/messages", {"content": "Hi"}),
]


@pytest.mark.parametrize(("who", "path", "body"), CALLS)
def test_it_is_refused_in_both_directions(api, blocked, alice, bob, who, path, body):
    """R3: 403 `blocked` does not say who blocks whom, and nobody is notified."""
    people = {"alice": alice, "bob": bob}
    ids = {name: person.pk for name, person in people.items()}
    sent = {name: ids.get(value, value) for name, value in body.items()}
    answer = api.as_(people[who]).post(path.format(**blocked), sent)
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    assert not Notification.objects.exists()


def test_a_review_without_a_deal_is_not_reworded(api, blocked, bob):
    """R3: new words would reach the person; it can still be deleted."""
    path, client = f"/api/reviews/{blocked['review']}", api.as_(bob)
    assert client.patch(path, {"content": "Worse!"}).json()["code"] == "blocked"
    assert client.delete(path).status_code == 200


def test_a_block_is_no_way_out_of_the_review_of_a_deal(api, alice, bob):
    """R3: whoever worked badly cannot block the client first. Nobody is notified."""
    task = TaskFactory(creator=alice, assigned_to=bob, completed=True)
    Block.objects.create(blocker=bob, blocked=alice)
    path = f"/api/reviews/task/{task.pk}"
    assert api.as_(alice).post(path, {"rating": 1}).status_code == 201
    assert not Notification.objects.exists()


@pytest.mark.parametrize("kind", sorted(NOTIFICATION_TYPES))
def test_no_notification_crosses_a_block_but_those_of_a_deal(alice, bob, kind):
    """R3: of a deal without the words of the other; the system comes through."""
    Block.objects.create(blocker=alice, blocked=bob)
    params = {"title": "Snow", "name": "bob", "reason": "WORDS", "rating": 1}
    row = notify(alice, kind, actor=bob, **params)
    group = NOTIFICATION_TYPES[kind].group
    is_of_a_deal = group in BLOCKED_WITHOUT_WORDS
    assert (row is not None) == (group in UNBLOCKED_GROUPS or is_of_a_deal)
    if is_of_a_deal:
        assert "reason" not in row.params


def test_the_reason_of_staff_comes_through(alice, staff):
    """R3: a decision of staff is not of a person whom one can block."""
    Block.objects.create(blocker=alice, blocked=staff)
    row = notify(alice, "dispute_won", actor=staff, title="Snow", reason="So it is.")
    assert row.params["reason"] == "So it is."


def test_the_people_of_a_deal_hear_of_its_steps_after_a_block(api, alice, bob):
    """R3: work that is marked as done is confirmed by itself after some days."""
    task = TaskFactory(creator=alice, assigned_to=bob, assigned=True)
    Block.objects.create(blocker=alice, blocked=bob)
    assert api.as_(bob).post(f"/api/tasks/{task.pk}/mark-done").status_code == 200
    assert Notification.objects.get().kind == "task_done"


def test_a_saved_search_finds_nothing_across_a_block(alice, bob):
    """R3: in both directions."""
    search = SavedSearchFactory(user=alice, item_type="listings", query={})
    at = search.since
    listing = ListingFactory(seller=bob)
    found = matching.new_items(search, at=listing.updated_at)
    Block.objects.create(blocker=bob, blocked=alice)
    assert (found, at is not None) == ([listing], True)
    assert matching.new_items(search, at=listing.updated_at) == []


WITHOUT_ACTOR = {  # nobody else causes these
    "notifications/services.py",
    "alerts/reporting.py",
    "announcements/services.py",
    "listings/notices.py",
    "moderation/notices.py",  # staff decide
    "notifications/moderation.py",  # so that nobody blocks the words of staff
    "payments/notices.py",  # money moves whoever blocks whom
}


def test_every_call_of_notify_names_who_caused_it():
    """R3: the check of blocks needs the person."""
    found = set()
    for path in {*ROOT.glob("*/*.py")} - {*ROOT.glob("tests/*")}:
        for node in ast.walk(ast.parse(path.read_text())):
            is_call = isinstance(node, ast.Call)
            if not is_call or getattr(node.func, "id", "") != "notify":
                continue
            if "actor" not in {word.arg for word in node.keywords}:
                found.add(str(path.relative_to(ROOT)))
    assert found <= WITHOUT_ACTOR
