"""Who may open a socket, and by what."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.moderation import restore, suspend
from core.events import domain_event
from messaging.tests.factories import write
from realtime import connection, queries, services
from realtime.models import Ticket
from realtime.tests.client import later, token_of

pytestmark = pytest.mark.django_db(transaction=True)


def ticket_for(api, user) -> str:
    answer = api.as_(user).post("/api/auth/ws-ticket").json()
    assert answer["expires_in"] == 30
    return answer["ticket"]


def test_a_ticket_opens_one_socket(api, alice, play):
    ticket = ticket_for(api, alice)

    async def scene(stage):
        ready = await stage.client(f"?ticket={ticket}").open()
        assert (ready["v"], ready["user_id"]) == (1, alice.pk)
        again = stage.client(f"?ticket={ticket}")
        await again.connect()
        assert await again.closed_with() == 4401

    play(scene)
    assert not Ticket.objects.exists()


def test_a_ticket_opens_in_the_first_frame_too(api, alice, play):
    async def scene(stage):
        ready = await stage.client().open(ticket=ticket)
        assert ready["user_id"] == alice.pk

    ticket = ticket_for(api, alice)
    play(scene)


def test_a_ticket_is_kept_as_a_digest_alone(api, alice):
    ticket = ticket_for(api, alice)
    assert ticket not in str(Ticket.objects.values().get())


def test_an_old_ticket_opens_nothing(api, alice):
    ticket, at = ticket_for(api, alice), timezone.now() + timedelta(seconds=31)
    assert services.redeem(ticket, at=at) is None


def test_a_ticket_ends_with_its_sign_in(api, alice, staff):
    client = api.as_(alice)
    ticket = client.post("/api/auth/ws-ticket").json()["ticket"]
    client.post("/api/auth/logout")
    assert services.redeem(ticket, at=timezone.now()) is None
    ticket = ticket_for(api, alice)
    restore(suspend(alice, actor=staff, reason="x"), actor=staff, reason="y")
    assert services.redeem(ticket, at=timezone.now()) is None


def test_a_token_opens_in_the_first_frame_alone(alice, play):
    async def scene(stage):
        token = await later(token_of, alice)
        assert (await stage.client().open(token=token))["user_id"] == alice.pk
        in_address = stage.client(f"?token={token}")
        await in_address.connect()
        assert await in_address.closed_with() == 4401

    play(scene)


@pytest.mark.parametrize(
    "auth",
    [
        {"token": "x"},
        {"ticket": "x"},
        {"ticket": None},
        {"token": ["x"]},
        {},
    ],
)
def test_who_names_nobody_is_closed(auth, play, db):
    async def scene(stage):
        client = stage.client()
        await client.connect()
        await client.say("auth", **auth)
        assert await client.closed_with() == 4401

    play(scene)


def test_nothing_is_said_before_the_sign_in(play, db):
    async def scene(stage):
        client = stage.client()
        await client.connect()
        await client.say("ping")
        assert await client.closed_with() == 4401

    play(scene)


def test_who_says_nothing_is_closed(monkeypatch, play, db):
    monkeypatch.setattr(connection, "AUTH_SECONDS", 0.1)

    async def scene(stage):
        client = stage.client()
        await client.connect()
        assert await client.closed_with() == 4408

    play(scene)


@pytest.mark.parametrize(
    ("origin", "is_open"),
    [
        ("http://localhost:3000", True),  # of CORS_ALLOWED_ORIGINS
        ("http://[", False),
        ("http://testserver", True),
        ("http://evil.test", False),
        ("null", False),
        ("http://testserver.evil.test", False),
    ],
)
def test_pages_of_others_open_nothing(origin, is_open, play, db):
    async def scene(stage):
        assert await stage.client(origin=origin).connect() is is_open

    play(scene)


def test_a_strange_host_or_path_opens_nothing(play, db, settings):
    async def scene(stage):
        assert not await stage.client(path="/ws/x").connect()
        settings.ALLOWED_HOSTS = ["market.test"]
        assert not await stage.client().connect()

    play(scene)


def test_a_person_opens_so_many(alice, play, settings):
    settings.SOCKETS_PER_PERSON = 1

    async def scene(stage):
        await stage.socket_of(alice)
        second = stage.client()
        await second.connect()
        await second.say("auth", token=await later(token_of, alice))
        assert await second.closed_with() == 4429

    play(scene)


def test_an_address_opens_so_many(alice, play, settings):
    settings.SOCKETS_PER_ADDRESS = 1

    async def scene(stage):
        await stage.socket_of(alice)
        second = stage.client()
        await second.connect()
        assert await second.closed_with() == 4429

    play(scene)


def test_an_underscore_is_no_hyphen_in_the_name_of_a_header():
    """A proxy that checks the one may pass the other on."""
    headers = [(b"x-forwarded-for", b"9.9.9.9"), (b"x_forwarded_for", b"5.5.5.5")]
    request = connection.request_of({"path": "/ws", "headers": [*headers, headers[0]]})
    assert request.META["HTTP_X_FORWARDED_FOR"] == "9.9.9.9,9.9.9.9"


def test_a_token_that_has_expired_opens_nothing(alice):
    access = tokens.open_session(alice)["token"]
    assert services.identify(access).user_id == alice.pk
    assert services.identify(access[:-4] + "AAAA") is None


@pytest.mark.parametrize("told", [True, False])
def test_ready_is_first_and_nothing_beside_it_is_missed(
    alice, bob, talk, play, monkeypatch, told
):
    """A message comes while the socket opens; a resumed one is sent it once."""
    write(talk, alice, "1", "2")
    places = queries.last_seqs

    def and_then_a_message(*args):
        found = places(*args)
        monkeypatch.setattr(queries, "last_seqs", places)
        with monkeypatch.context() as patch:
            if not told:
                patch.setattr(domain_event, "receivers", [])
            write(talk, alice, "3")
        time.sleep(0.2)  # so that it is heard before `ready`
        return found

    monkeypatch.setattr(queries, "last_seqs", and_then_a_message)

    async def scene(stage):
        b = await stage.socket_of(bob, resume={str(talk.pk): 1})
        assert [frame["type"] for frame in b.frames] == ["ready"]
        while (await b.until("message.created"))["seq"] < 3:
            pass
        assert await b.hears_nothing_of("message.created")
        assert b.seqs(talk) == [2, 3]

    play(scene)
