"""Authentication, origins and limits of connections."""

import asyncio
import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tokens
from accounts.moderation import restore, suspend
from core.events import domain_event
from messaging.tests.factories import write
from realtime import connection, hub, queries, services
from realtime.models import Ticket
from realtime.tests.client import access_token_of, in_thread

pytestmark = pytest.mark.django_db(transaction=True)


def ticket_for(api, user) -> str:
    answer = api.as_(user).post("/api/auth/ws-ticket").json()
    assert answer["expires_in"] == 30
    return answer["ticket"]


def test_a_ticket_opens_one_socket(api, alice, run_scenario):
    """M1: a ticket is used once."""
    ticket = ticket_for(api, alice)

    async def steps(scenario):
        ready = await scenario.client(f"?ticket={ticket}").open()
        assert (ready["v"], ready["user_id"]) == (1, alice.pk)
        again = scenario.client(f"?ticket={ticket}")
        await again.connect()
        assert await again.close_code_received() == 4401

    run_scenario(steps)
    assert not Ticket.objects.exists()


def test_a_ticket_opens_in_the_first_frame_too(api, alice, run_scenario):
    async def steps(scenario):
        ready = await scenario.client().open(ticket=ticket)
        assert ready["user_id"] == alice.pk

    ticket = ticket_for(api, alice)
    run_scenario(steps)


def test_a_ticket_is_kept_as_a_digest_alone(api, alice):
    ticket = ticket_for(api, alice)
    assert ticket not in str(Ticket.objects.values().get())


def test_an_old_ticket_opens_nothing(api, alice):
    """M1: a ticket is short-lived."""
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


def test_a_token_opens_in_the_first_frame_alone(alice, run_scenario):
    async def steps(scenario):
        token = await in_thread(access_token_of, alice)
        assert (await scenario.client().open(token=token))["user_id"] == alice.pk
        in_address = scenario.client(f"?token={token}")
        await in_address.connect()
        assert await in_address.close_code_received() == 4401

    run_scenario(steps)


@pytest.mark.parametrize(
    ("auth", "is_valid"),
    [
        ({"token": "x"}, True),
        ({"ticket": "x"}, True),
        ({"ticket": None}, False),
        ({"token": ["x"]}, False),
        ({}, False),
    ],
)
def test_invalid_credentials_close_the_connection(auth, is_valid, run_scenario, db):
    async def steps(scenario):
        client = scenario.client()
        await client.connect()
        text = json.dumps({"type": "auth", **auth})
        await client.send_text(text, is_valid=is_valid)
        assert await client.close_code_received() == 4401

    run_scenario(steps)


def test_a_frame_before_auth_closes_the_connection(run_scenario, db):
    async def steps(scenario):
        client = scenario.client()
        await client.connect()
        await client.send("ping")
        assert await client.close_code_received() == 4401

    run_scenario(steps)


def test_a_missing_auth_frame_closes_the_connection(monkeypatch, run_scenario, db):
    monkeypatch.setattr(connection, "AUTH_TIMEOUT_S", 0.1)

    async def steps(scenario):
        client = scenario.client()
        await client.connect()
        assert await client.close_code_received() == 4408

    run_scenario(steps)


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
def test_foreign_origins_are_refused(origin, is_open, run_scenario, db):
    """M2: browsers of other sites open no socket."""

    async def steps(scenario):
        assert await scenario.client(origin=origin).connect() is is_open

    run_scenario(steps)


def test_unknown_hosts_and_paths_are_refused(run_scenario, db, settings):
    async def steps(scenario):
        assert not await scenario.client(path="/ws/x").connect()
        settings.ALLOWED_HOSTS = ["market.test"]
        assert not await scenario.client().connect()

    run_scenario(steps)


def test_connections_of_a_user_are_limited(alice, run_scenario, settings):
    settings.SOCKETS_PER_PERSON = 1

    async def steps(scenario):
        await scenario.connect_as(alice)
        second = scenario.client()
        await second.connect()
        await second.send("auth", token=await in_thread(access_token_of, alice))
        assert await second.close_code_received() == 4429

    run_scenario(steps)


def test_connections_of_an_address_are_limited(alice, run_scenario, settings):
    settings.SOCKETS_PER_ADDRESS = 1

    async def steps(scenario):
        await scenario.connect_as(alice)
        second = scenario.client()
        await second.connect()
        assert await second.close_code_received() == 4429

    run_scenario(steps)


def test_slots_are_given_back_to_all_networks_of_an_address(settings):
    """B4: of IPv6 the household, and the customer with eight times its limit."""
    settings.SOCKETS_PER_ADDRESS = 1

    async def open_and_close() -> None:
        own_hub = hub.Hub()
        for household in range(20):
            own_hub.reserve_slot(f"2001:db8:0:{household:x}::1")
            own_hub.release_slot(f"2001:db8:0:{household:x}::1")

    asyncio.run(open_and_close())


def test_an_underscore_is_no_hyphen_in_the_name_of_a_header():
    """A proxy that checks the one may pass the other on."""
    headers = [(b"x-forwarded-for", b"9.9.9.9"), (b"x_forwarded_for", b"5.5.5.5")]
    request = connection.request_of({"path": "/ws", "headers": [*headers, headers[0]]})
    assert request.META["HTTP_X_FORWARDED_FOR"] == "9.9.9.9,9.9.9.9"


def test_a_token_that_has_expired_opens_nothing(alice):
    access = tokens.open_session(alice)["token"]
    assert services.identify(access).user_id == alice.pk
    assert services.identify(access[:-4] + "AAAA") is None


@pytest.mark.parametrize("is_published", [True, False])
def test_ready_is_first_and_no_message_is_missed(
    alice, bob, conversation, run_scenario, monkeypatch, is_published
):
    """A message comes while the socket opens; a resumed one is sent it once."""
    write(conversation, alice, "1", "2")
    places = queries.last_seqs

    def and_then_a_message(*args):
        found = places(*args)
        monkeypatch.setattr(queries, "last_seqs", places)
        with monkeypatch.context() as patch:
            if not is_published:
                patch.setattr(domain_event, "receivers", [])
            write(conversation, alice, "3")
        time.sleep(0.2)  # so that it is heard before `ready`
        return found

    monkeypatch.setattr(queries, "last_seqs", and_then_a_message)

    async def steps(scenario):
        b = await scenario.connect_as(bob, resume={str(conversation.pk): 1})
        assert [frame["type"] for frame in b.frames] == ["ready"]
        while (await b.receive_until("message.created"))["seq"] < 3:
            pass
        assert await b.receives_no("message.created")
        assert b.seqs(conversation) == [2, 3]

    run_scenario(steps)
