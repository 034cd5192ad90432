"""No input sets what its serializer does not declare.

The contract's fields are accepted without effect, as clients send whole objects back;
all others answer 400.
"""

import pytest
from django.db.models import Model

from accounts.models import User
from core.api.fields import MAX_UNKNOWN_FIELDS
from core.api.output import fields_of
from listings.models import Listing
from listings.tests.factories import ListingFactory
from offerings.models import Offering
from offerings.tests.factories import OfferingFactory
from reviews.models import Review
from reviews.tests.factories import ReviewFactory
from tasks.inputs import APPLICATION_FIELDS, TASK_FIELDS
from tasks.models import TaskApplication, TaskRequest
from tasks.serializers import (
    CreatedTaskSerializer,
    OwnApplicationSerializer,
    TaskDetailSerializer,
)
from tasks.tests.factories import TaskFactory
from tests.routes import ROUTES

pytestmark = pytest.mark.django_db
PLACE = {"latitude": 56.95, "longitude": 24.1}
ITEM = {"title": "T", "description": "D", "category": "other"}
JOIN = {"username": "person", "email": "a@example.com", "password": "correct horse"}
MODELS = {
    "auth": User,
    "listings": Listing,
    "tasks": TaskRequest,
    "offerings": Offering,
    "reviews": Review,
}
BODIES = {
    "POST /api/auth/register": JOIN,
    "POST /api/listings": ITEM | {"price": 1},
    "POST /api/tasks": ITEM | PLACE,
    "POST /api/offerings": ITEM | PLACE,
    "POST /api/reviews": {"rating": 4},
    "POST /api/reviews/task/{task_id}": {"rating": 4},
    "POST /api/tasks/{pk}/apply": {"message": "Me."},
}
WRITTEN = {  # what a write sets itself
    "PUT /api/auth/complete-registration": {"registration_completed_at"}
}
WRITES = [
    route
    for route in ROUTES
    if route.path.split("/")[2] in MODELS
    and (str(route) in BODIES or route.method in {"put", "patch"})
]
FORGED = {  # what nobody may say of themselves or of what they post
    "id": 4242,
    "pk": 4242,
    "is_staff": True,
    "is_superuser": True,
    "is_active": False,
    "is_verified": True,
    "phone_verified": True,
    "is_demo": True,
    "groups": [1],
    "user_permissions": [1],
    "average_rating": 5,
    "reviews_count": 4242,
    "tasks_completed": 4242,
    "tasks_failed": 4242,
    "balance": 4242,
    "status": "completed",
    "moderation": "removed",
    "moderation_reason": "forged",
    "moderated_at": "2001-01-01T00:00:00Z",
    "moderated_by": 1,
    "suspended_at": "2001-01-01T00:00:00Z",
    "suspended_reason": "forged",
    "is_featured": True,
    "views_count": 4242,
    "contact_count": 4242,
    "applications_count": 4242,
    "currency": "XXX",
    "listing_type": "forged",
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "expires_at": "2001-01-01T00:00:00Z",
    "last_login": "2001-01-01T00:00:00Z",
    "completed_at": "2001-01-01T00:00:00Z",
    "marked_done_at": "2001-01-01T00:00:00Z",
    "public_latitude": 1.5,
    "public_longitude": 1.5,
    "search_text": "forged",
    "dispute_reason": "forged",
    "review_type": "forged",
    "verified": True,
}
OWNERS = ("creator", "seller", "reviewer", "applicant", "assigned_to", "owner", "user")


def all_fields() -> dict:
    """Every column of every model, with a value that no row has."""
    columns = (f for m in (*MODELS.values(), TaskApplication) for f in m._meta.fields)
    return {field.name: "forged" for field in columns}


def row_of(obj: Model) -> dict:
    fresh = type(obj)._base_manager.get(pk=obj.pk)
    return {field.attname: getattr(fresh, field.attname) for field in obj._meta.fields}


@pytest.fixture
def world(alice, bob) -> dict:
    return {
        "auth": alice,
        "listings": ListingFactory(seller=alice),
        "tasks": TaskFactory(creator=alice),
        "offerings": OfferingFactory(creator=alice),
        "reviews": ReviewFactory(reviewer=alice),
        "done": TaskFactory(completed=True, creator=alice, assigned_to=bob),
        "others": TaskFactory(creator=bob),
    }


def forged_for(route, someone) -> dict:
    """What the route's input does not declare, or should not, with forged values."""
    declared = set(route.input().get_fields()) - (set(FORGED) - {"status"})
    forged = everything(someone)
    return {name: value for name, value in forged.items() if name not in declared}


def everything(someone) -> dict:
    owners = dict.fromkeys(OWNERS, someone.pk)
    owners |= {f"{name}_id": someone.pk for name in OWNERS}
    return all_fields() | FORGED | owners


def sent(api, route, world, body):
    ids = {"pk": world[route.path.split("/")[2]].pk, "task_id": world["done"].pk}
    if route.action == "apply":
        ids["pk"] = world["others"].pk
    return getattr(api, route.method)(route.url(**ids), body)


def made(route, known: set) -> Model:
    """The one row that a creation has added."""
    model = MODELS[route.path.split("/")[2]]
    model = TaskApplication if route.action == "apply" else model
    return model._base_manager.exclude(pk__in=known).get()


@pytest.mark.parametrize("route", WRITES, ids=str)
def test_what_is_not_declared_is_not_set(api, alice, bob, mallory, world, route):
    """A9: a write with every ignored field forged is the same write without them."""
    body = BODIES.get(str(route), {})
    if route.action == "create" and "reviews" in route.path:
        body = body | {"reviewed_user_id": bob.pk}
    forged = forged_for(route, mallory)
    ignored = route.input.ignored_fields
    forged = {name: value for name, value in forged.items() if name in ignored}
    assert {"id", "created_at"} <= set(forged)
    client = api if route.action == "register" else api.as_(alice)
    if route.method == "post":
        model = MODELS[route.path.split("/")[2]]
        model = TaskApplication if route.action == "apply" else model
        known = set(model._base_manager.values_list("pk", flat=True))
        answer = sent(client, route, world, forged | body)
        assert answer.status_code == 201, answer.json()
        row = row_of(made(route, known))
    else:
        thing = world[route.path.split("/")[2]]
        before = row_of(thing)
        answer = sent(client, route, world, forged)
        assert answer.status_code == 200, answer.json()
        row = row_of(thing)
        written = {"updated_at"} | WRITTEN.get(str(route), set())
        assert {n: v for n, v in row.items() if n not in written} == {
            n: v for n, v in before.items() if n not in written
        }
    assert [name for name, value in row.items() if value in ("forged", 4242)] == []
    assert mallory.pk not in {row.get(f"{name}_id") for name in OWNERS}
    assert not str(row.get("created_at")).startswith("2001")
    assert not any(row.get(name) is FORGED[name] is True for name in FORGED)


@pytest.mark.parametrize("route", WRITES, ids=str)
def test_what_is_neither_declared_nor_ignored_is_refused(
    api, alice, bob, mallory, world, route, settings
):
    """A9: unknown fields more, and nothing is written."""
    body = BODIES.get(str(route), {})
    if route.action == "create" and "reviews" in route.path:
        body = body | {"reviewed_user_id": bob.pk}
    forged = forged_for(route, mallory)
    unknown = {n: v for n, v in forged.items() if n not in route.input.ignored_fields}
    settings.THROTTLE = False  # the tries are many
    assert {"is_superuser", "owner", "search_text"} <= set(unknown)
    client = api if route.action == "register" else api.as_(alice)
    model = MODELS[route.path.split("/")[2]]
    before = model._base_manager.count(), row_of(world[route.path.split("/")[2]])
    size = MAX_UNKNOWN_FIELDS  # of those that an answer names
    for start in range(0, len(unknown), size):
        names = sorted(unknown)[start : start + size]
        answer = sent(client, route, world, body | {n: unknown[n] for n in names})
        assert (answer.status_code, set(answer.json()["fields"])) == (400, set(names))
        assert answer.json()["code"] == "unknown_field"
    after = model._base_manager.count(), row_of(world[route.path.split("/")[2]])
    assert before == after


def test_the_fields_of_tasks_and_applications_are_those_shown():
    shown = fields_of(CreatedTaskSerializer, TaskDetailSerializer)
    assert shown == TASK_FIELDS
    assert fields_of(OwnApplicationSerializer) == APPLICATION_FIELDS


def test_every_input_is_tried():
    """A9: a new input of a model's row comes under this test by itself."""
    tried = {route.input for route in WRITES}
    own = {"LoginInput", "RefreshInput", "PasswordInput", "UploadInput"}
    own |= {"ForgotInput", "ResetInput", "EmailChangeInput", "EmailTokenInput"}
    own |= {"SocialInput", "SocialTokenInput", "TermsInput"}
    own |= {"FavoriteInput", "AcceptInput", "ReasonInput", "ContactInput"}
    own |= {"StartInput", "MessageInput", "EditInput", "PreferencesInput"}
    own |= {"CodeInput", "VerifyInput", "IdentityInput"}
    own |= {"PhoneStartInput", "PhoneVerifyInput", "PhoneLinkInput"}
    own |= {"NewPasskeyInput", "PasskeySignInInput"}
    own |= {"ErasureInput", "SavedSearchInput", "SavedSearchChange", "SeenInput"}
    own |= {"AccountInput"}
    own |= {"DisputeInput", "RespondInput", "OfferInput", "ResolveInput"}
    own |= {"ReportInput", "AppealInput"}
    others = {route.input for route in ROUTES if route.input} - tried
    assert {found.__name__ for found in others} <= own


@pytest.mark.parametrize("status", ["deleted", "forged", "", "SOLD", ["sold"], None])
def test_listing_status_is_one_that_a_seller_may_choose(api, alice, status):
    """A9: the one status that is declared goes through its table."""
    listing = ListingFactory(seller=alice)
    change = {"status": status}
    answer = api.as_(alice).patch(f"/api/listings/{listing.pk}", change)
    assert answer.status_code == 400
    assert row_of(listing)["status"] == "active"


@pytest.mark.parametrize("noun", MODELS)
@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_whole_object_may_be_sent_back(api, alice, world, noun, method):
    """As the client's forms do; it changes nothing."""
    path = "/api/auth/profile" if noun == "auth" else f"/api/{noun}/{world[noun].pk}"
    whole = api.as_(alice).get(path).json()
    before = row_of(world[noun])
    answer = getattr(api.as_(alice), method)(path, whole)
    assert answer.status_code == 200, answer.json()
    after = row_of(world[noun])
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"updated_at", "search_text"}
