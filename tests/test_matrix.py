"""Every route for every role. A route that is not in the table fails.

A stranger acts on things that Alice owns. 403 says that it is hers; 404 that there is
nothing for others; 409 and 400 that the rule after "who" came to speak.
"""

import itertools

import pytest
from django.utils import timezone
from rest_framework.parsers import MultiPartParser

from accounts.models import Passkey, Session
from accounts.tests.factories import suspend
from alerts.tests.factories import SavedSearchFactory
from announcements.tests.factories import AnnouncementFactory
from core.api.viewsets import ApiViewSet
from favorites.models import Favorite
from listings.tests.factories import ListingFactory
from messaging.services import start
from notifications.tests.factories import NotificationFactory
from offerings.tests.factories import OfferingFactory
from payments.tests.factories import PaymentFactory
from privacy.models import Export
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import ApplicationFactory, DisputeFactory, TaskFactory
from tests.routes import ROUTES
from uploads.models import Upload

pytestmark = pytest.mark.django_db
ROLES = ("stranger", "owner", "worker", "staff")
PUBLIC = {
    "POST /api/auth/register",
    "POST /api/auth/login",
    "POST /api/auth/password/forgot",
    "POST /api/auth/password/reset",
    "POST /api/auth/email/confirm",
    "GET /api/auth/check-username/{username}",
    "GET /api/terms",
    "POST /api/auth/social",
    "POST /api/auth/refresh",
    "POST /api/auth/phone/start",
    "POST /api/auth/phone/verify",
    "POST /api/auth/2fa/verify",
    "POST /api/auth/passkeys/sign-in",
    "GET /api/auth/users/{pk}",
    "GET /api/auth/users/{user_id}/reviews",
    "GET /api/listings",
    "GET /api/listings/{pk}",
    "GET /api/tasks",
    "GET /api/tasks/{pk}",
    "GET /api/offerings",
    "GET /api/offerings/{pk}",
    "GET /api/reviews",
    "GET /api/reviews/{pk}",
    "GET /api/reviews/task/{task_id}",
    "GET /api/reviews/user/{user_id}/stats",
    "GET /api/helpers",
    "GET /api/uploads/{key}",
    "GET /api/categories",
    "GET /api/categories/{type}",
    "GET /api/categories/{type}/{slug}/facets",
    "GET /api/map",
    "POST /api/reports",
    "GET /api/reports/categories",
    "GET /api/transparency/{year}",
    "GET /api/announcements",
    *("GET /api/reports/{number}", "POST /api/reports/{number}/appeal"),  # or by a
    *("GET /api/decisions/{number}", "POST /api/decisions/{number}/appeal"),  # link
    "GET /api/messages/attachments/{pk}",  # by its signature
    "POST /api/auth/profile/keep",
    "GET /api/auth/exports/{pk}/file",  # by its signature
}
SAME = (200, 200, 200, 200)  # for a stranger, the owner, the worker and staff
OWNER = (403, 200, 403, 403)
MATRIX = {
    "POST /api/auth/login": (400, 400, 400, 400),
    "POST /api/auth/logout": SAME,
    "POST /api/auth/logout-everywhere": SAME,
    "GET /api/auth/security-log": SAME,
    "GET /api/auth/sessions": SAME,
    "DELETE /api/auth/sessions/{pk}": (404, 200, 404, 404),
    "POST /api/auth/password": (400, 400, 400, 400),
    "POST /api/auth/password/forgot": (400, 400, 400, 400),
    "POST /api/auth/password/reset": (400, 400, 400, 400),
    "POST /api/auth/social": (400, 400, 400, 400),
    "POST /api/auth/social/link": (400, 400, 400, 400),
    "DELETE /api/auth/social/{provider}": (404, 404, 404, 404),
    "GET /api/auth/check-username/{username}": SAME,
    "GET /api/auth/trust": SAME,
    "PUT /api/auth/complete-registration": SAME,
    "POST /api/auth/terms": (400, 400, 400, 400),
    "GET /api/terms": SAME,
    "POST /api/auth/email/verify": (409, 409, 409, 409),
    "POST /api/auth/email/confirm": (400, 400, 400, 400),
    "POST /api/auth/email/change": (400, 400, 400, 400),
    "POST /api/auth/resend-confirmation": (409, 409, 409, 409),
    "GET /api/auth/profile": SAME,
    "GET /api/auth/profile/full": SAME,
    "PUT /api/auth/profile": SAME,
    "PATCH /api/auth/profile": SAME,
    "POST /api/auth/phone/start": (400, 400, 400, 400),
    "POST /api/auth/phone/verify": (400, 400, 400, 400),
    "POST /api/auth/phone/link": (400, 400, 400, 400),
    "DELETE /api/auth/phone": (409, 409, 409, 409),
    "DELETE /api/auth/profile": (200, 409, 409, 200),
    "POST /api/auth/profile/keep": (400, 400, 400, 400),
    "POST /api/auth/export": (202, 202, 202, 202),
    "GET /api/auth/exports/{pk}": (404, 200, 404, 404),
    "GET /api/auth/exports/{pk}/file": (404, 404, 404, 404),
    "POST /api/auth/refresh": (400, 400, 400, 400),
    "POST /api/auth/register": (400, 400, 400, 400),
    "POST /api/auth/ws-ticket": SAME,
    "GET /api/auth/2fa/status": SAME,
    "POST /api/auth/2fa/setup": SAME,
    "POST /api/auth/2fa/enable": (400, 400, 400, 400),
    "POST /api/auth/2fa/disable": (409, 409, 409, 409),
    "POST /api/auth/2fa/backup-codes": (409, 409, 409, 409),
    "POST /api/auth/2fa/verify": (400, 400, 400, 400),
    "POST /api/auth/confirm-identity/email": (403, 403, 403, 403),
    "POST /api/auth/confirm-identity": (400, 400, 400, 400),
    "GET /api/auth/passkeys": SAME,
    "POST /api/auth/passkeys": (400, 400, 400, 400),
    "POST /api/auth/passkeys/options": SAME,
    "POST /api/auth/passkeys/confirm-options": (409, 200, 409, 409),
    "POST /api/auth/passkeys/sign-in": SAME,
    "DELETE /api/auth/passkeys/{pk}": (404, 200, 404, 404),
    "GET /api/auth/users/{pk}": SAME,
    "GET /api/auth/users/{user_id}/reviews": SAME,
    "GET /api/listings": SAME,
    "POST /api/listings": (400, 400, 400, 400),
    "GET /api/listings/my": SAME,
    "GET /api/listings/{pk}": SAME,
    "PUT /api/listings/{pk}": OWNER,
    "PATCH /api/listings/{pk}": OWNER,
    "DELETE /api/listings/{pk}": OWNER,
    "POST /api/listings/{pk}/activate": (403, 409, 403, 403),
    "POST /api/listings/{pk}/archive": OWNER,
    "POST /api/listings/{pk}/reserve": OWNER,
    "POST /api/listings/{pk}/sell": OWNER,
    "GET /api/tasks": SAME,
    "POST /api/tasks": (400, 400, 400, 400),
    "GET /api/tasks/created": SAME,
    "GET /api/tasks/my": SAME,
    "GET /api/tasks/my-applications": SAME,
    "GET /api/tasks/notifications": SAME,
    "GET /api/tasks/{pk}": SAME,
    "PUT /api/tasks/{pk}": (403, 409, 403, 403),
    "PATCH /api/tasks/{pk}": (403, 409, 403, 403),
    "POST /api/tasks/{pk}/accept": (403, 400, 403, 403),
    "POST /api/tasks/{pk}/accept-application": (403, 400, 403, 403),
    "POST /api/tasks/{pk}/applications/{application_id}/accept": (403, 409, 403, 403),
    "GET /api/tasks/{pk}/applications": OWNER,
    "POST /api/tasks/{pk}/apply": (409, 403, 409, 409),
    "POST /api/tasks/{pk}/cancel": OWNER,
    "POST /api/tasks/{pk}/complete": (403, 409, 403, 403),
    "POST /api/tasks/{pk}/confirm": (403, 409, 403, 403),
    "POST /api/tasks/{pk}/dispute": (403, 409, 403, 403),
    "POST /api/tasks/{pk}/done": (403, 403, 200, 403),
    "POST /api/tasks/{pk}/give-back": (403, 403, 200, 403),
    "POST /api/tasks/{pk}/mark-done": (403, 403, 200, 403),
    "POST /api/tasks/{pk}/applications/{application_id}/reject": OWNER,
    "POST /api/tasks/{pk}/start": (403, 403, 200, 403),
    "GET /api/tasks/{pk}/payment": (404, 404, 404, 404),  # none was started
    "POST /api/tasks/{pk}/payment": (404, 400, 403, 404),
    "GET /api/disputes": SAME,
    "POST /api/disputes": (400, 400, 400, 400),
    "GET /api/disputes/reasons": SAME,
    "GET /api/disputes/task/{task_id}": (404, 404, 404, 404),  # that of another task
    "GET /api/disputes/{pk}": (404, 200, 200, 200),  # staff may view it
    "POST /api/disputes/{pk}/respond": (404, 403, 400, 403),
    "POST /api/disputes/{pk}/offers": (404, 400, 400, 403),
    "POST /api/disputes/{pk}/offers/{offer_id}/accept": (404, 403, 200, 403),
    "PUT /api/disputes/{pk}/resolve": (404, 403, 403, 400),
    "GET /api/payments/account": SAME,
    "POST /api/payments/account": (400, 400, 400, 400),
    "GET /api/payments/balance": SAME,
    "GET /api/payments/history": SAME,
    "GET /api/payments/quote": (400, 400, 400, 400),
    "GET /api/payments/{pk}": (404, 200, 200, 404),
    "GET /api/payments/{pk}/receipt": (404, 200, 200, 404),
    "DELETE /api/tasks/{pk}/applications/{application_id}": (404, 403, 200, 404),
    "GET /api/offerings": SAME,
    "POST /api/offerings": (400, 400, 400, 400),
    "GET /api/offerings/my": SAME,
    "GET /api/offerings/{pk}": SAME,
    "PUT /api/offerings/{pk}": OWNER,
    "PATCH /api/offerings/{pk}": OWNER,
    "DELETE /api/offerings/{pk}": OWNER,
    "POST /api/offerings/{pk}/activate": (403, 409, 403, 403),
    "POST /api/offerings/{pk}/close": OWNER,
    "POST /api/offerings/{pk}/pause": OWNER,
    "POST /api/offerings/{pk}/contact": (201, 400, 201, 201),
    "GET /api/reviews": SAME,
    "POST /api/reviews": (400, 400, 400, 400),
    "GET /api/reviews/task/{task_id}/can-review": SAME,
    "GET /api/reviews/task/{task_id}": SAME,
    "POST /api/reviews/task/{task_id}": (403, 409, 409, 403),
    "GET /api/reviews/user/{user_id}/stats": SAME,
    "GET /api/reviews/{pk}": SAME,
    "PUT /api/reviews/{pk}": OWNER,
    "PATCH /api/reviews/{pk}": OWNER,
    "DELETE /api/reviews/{pk}": OWNER,
    "GET /api/favorites": SAME,
    "POST /api/favorites": (400, 400, 400, 400),
    "GET /api/favorites/check": (400, 400, 400, 400),
    "GET /api/favorites/count": SAME,
    "DELETE /api/favorites/item/{item_type}/{item_id}": (404, 200, 404, 404),
    "DELETE /api/favorites/{pk}": (404, 200, 404, 404),
    "GET /api/helpers": SAME,
    "POST /api/uploads": (415, 415, 415, 415),
    "POST /api/uploads/image": (415, 415, 415, 415),
    "GET /api/uploads/{key}": (404, 404, 404, 404),
    "DELETE /api/uploads/{key}": (404, 200, 404, 404),
    "GET /api/categories": SAME,
    "GET /api/categories/{type}": SAME,
    "GET /api/categories/{type}/{slug}/facets": SAME,
    "GET /api/map": (400, 400, 400, 400),
    "GET /api/messages/conversations": SAME,
    "POST /api/messages/conversations": (400, 400, 400, 400),
    "GET /api/messages/conversations/{pk}": (404, 200, 200, 404),
    "GET /api/messages/conversations/{pk}/messages": (404, 200, 200, 404),
    "POST /api/messages/conversations/{pk}/messages": (404, 400, 400, 404),
    "PUT /api/messages/conversations/{pk}/read-all": (404, 200, 200, 404),
    "POST /api/messages/attachments": (415, 415, 415, 415),
    "GET /api/messages/attachments/{pk}": (404, 404, 404, 404),
    "PUT /api/messages/messages/{pk}": (404, 400, 403, 404),
    "PATCH /api/messages/messages/{pk}": (404, 400, 403, 404),
    "DELETE /api/messages/messages/{pk}": (404, 200, 403, 404),
    "PUT /api/messages/messages/{pk}/read": (404, 400, 200, 404),
    "GET /api/messages/unread-count": SAME,
    "GET /api/blocks": SAME,
    "POST /api/auth/users/{pk}/block": (201, 400, 201, 201),
    "DELETE /api/auth/users/{pk}/block": SAME,
    "GET /api/saved-searches": SAME,
    "POST /api/saved-searches": (400, 400, 400, 400),
    "GET /api/saved-searches/{pk}": (404, 200, 404, 404),
    "PATCH /api/saved-searches/{pk}": (404, 200, 404, 404),
    "DELETE /api/saved-searches/{pk}": (404, 200, 404, 404),
    # Of a number that nobody has; who reads which is shown in moderation/tests.
    "GET /api/reports": SAME,
    "POST /api/reports": (400, 400, 400, 400),
    "GET /api/reports/categories": SAME,
    "GET /api/reports/{number}": (404, 404, 404, 404),
    "POST /api/reports/{number}/appeal": (404, 404, 404, 404),
    "GET /api/decisions": SAME,
    "GET /api/decisions/{number}": (404, 404, 404, 404),
    "POST /api/decisions/{number}/appeal": (404, 404, 404, 404),
    "GET /api/transparency/{year}": SAME,
    "GET /api/announcements": SAME,
    "POST /api/announcements/{pk}/read": SAME,
    "GET /api/notifications": SAME,
    "DELETE /api/notifications/{pk}": (404, 200, 404, 404),
    "POST /api/notifications/{pk}/read": (404, 200, 404, 404),
    "POST /api/notifications/read-all": SAME,
    "GET /api/notifications/unread-count": SAME,
    "GET /api/notifications/preferences": SAME,
    "PUT /api/notifications/preferences": SAME,
}
KEY = f"{'a' * 32}.jpg"


@pytest.fixture
def world(alice, bob, mallory, staff) -> dict:
    """What Alice owns; Bob works for her and has applied once more."""
    task = TaskFactory(
        creator=alice, assigned_to=bob, status="assigned", applications_count=1
    )
    listing = ListingFactory(seller=alice)
    talk, _is_new = start(sender=alice, user_id=bob.pk, content="Hello!")
    disputed = TaskFactory(
        creator=alice, assigned_to=bob, status="disputed", agreed_price=50
    )
    dispute = DisputeFactory(task=disputed)
    offer = dispute.offers.create(made_by=alice, worker_cents=0)
    things = {
        "auth": alice,
        "auth/sessions": Session.objects.create(user=alice),
        "listings": listing,
        "tasks": task,
        "offerings": OfferingFactory(creator=alice),
        "reviews": ReviewFactory(reviewer=alice),
        "favorites": Favorite.objects.create(user=alice, listing=listing),
        "messages": talk,
        "saved-searches": SavedSearchFactory(user=alice),
        "notifications": NotificationFactory(recipient=alice),
        "announcements": AnnouncementFactory(sent=True),
        "messages/messages": talk.messages.get(),
        "auth/passkeys": Passkey.objects.create(user=alice, credential_id="3q2-7w"),
        "auth/exports": Export.objects.create(user=alice),
        "disputes": dispute,
        "payments": PaymentFactory(
            payer=alice, payee=bob, status="held", held_at=timezone.now()
        ),
    }
    Upload.objects.create(
        owner=alice, key=KEY, content_type="image/jpeg", size=1, width=1, height=1
    )
    application = ApplicationFactory(task=task, applicant=bob)
    return {noun: thing.pk for noun, thing in things.items()} | {
        "application_id": application.pk,
        "offer_id": offer.pk,
        "task_id": task.pk,
        "user_id": alice.pk,
        "item_type": "listing",
        "item_id": listing.pk,
        "key": KEY,
        "provider": "google",
        "number": "D-AAAA-AAAA-AAAA",
        "year": "2031",
        "type": "listings",
        "slug": "sports",
    }


@pytest.fixture
def cast(alice, bob, mallory, staff) -> dict:
    return dict(zip(ROLES, (mallory, alice, bob, staff), strict=True))


def call(client, route, world):
    url = route.url_in(world)
    takes_files = MultiPartParser in route.viewset.parser_classes
    kind = "multipart" if takes_files and route.method == "post" else "json"
    body = {} if route.method in {"post", "put", "patch"} else None
    return getattr(client, route.method)(url, body, format=kind)


def test_the_table_names_every_route():
    """P4: a new route needs a row, and a row a route."""
    assert {str(route) for route in ROUTES} == set(MATRIX)


def test_public_routes_are_these():
    """P4: what viewsets declare as public is what this table says."""
    declared = {
        str(route)
        for route in ROUTES
        if route.action in getattr(route.viewset, "public_actions", frozenset())
    }
    assert declared == PUBLIC


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_route_answers_each_role(api, cast, world, route):
    """P4: the whole row of the table; who may do it comes last."""
    expected = dict(zip(ROLES, MATRIX[str(route)], strict=True))
    answers = {}
    for role in sorted(ROLES, key=lambda name: expected[name] < 300):
        answer = call(api.as_(cast[role]), route, world)
        answers[role] = answer.status_code
        if answer.status_code < 300 and route.method != "get":
            break
    assert answers == {role: expected[role] for role in answers}


def test_nobody_is_let_in_without_a_good_token(api, mallory, world, settings):
    """P4, A2: 401 for no token, a bad one and a suspended person's."""
    settings.THROTTLE = False
    suspended = api.as_(mallory)
    suspend(type(mallory).objects.filter(pk=mallory.pk))
    forged = type(api)(HTTP_AUTHORIZATION="Bearer forged")
    for client in (api, forged, suspended):
        codes = {str(route): call(client, route, world).status_code for route in ROUTES}
        assert {name for name, code in codes.items() if code != 401} == PUBLIC


def test_no_route_breaks_when_asked_about(api, alice, world):
    """P4: OPTIONS and HEAD are harmless on every route."""
    for client, route in itertools.product((api, api.as_(alice)), ROUTES):
        url = route.url_in(world)
        assert client.options(url).status_code in {401, 405}
        assert client.head(url).status_code < 500


def test_methods_that_a_path_does_not_have_answer_405(api, alice, world, settings):
    """P4: in the shape of every error, and with the methods that it has."""
    settings.THROTTLE = False
    client = api.as_(alice)
    has: dict[str, set[str]] = {}
    for route in ROUTES:
        has.setdefault(route.url_in(world), set()).add(route.method)
    for url, methods in has.items():
        for method in {"get", "post", "put", "patch", "delete"} - methods:
            answer = getattr(client, method)(url)
            assert (answer.status_code, answer.json()["code"]) == (
                405,
                "method_not_allowed",
            ), (method, url)
            allowed = set(answer["Allow"].lower().split(", "))
            assert methods <= allowed
            assert method not in allowed


def test_every_view_is_an_api_view_set():
    """P4: so that none can forget to check."""
    assert all(issubclass(route.viewset, ApiViewSet) for route in ROUTES)
