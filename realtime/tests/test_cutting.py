"""What ends a socket, and soon."""

import asyncio
from dataclasses import replace

import pytest

from accounts import moderation, tokens
from core.events import domain_event
from messaging.tests.factories import write
from realtime import hub, polling, send_buffer, services
from realtime.protocol import LONGEST_FRAME
from realtime.tests.client import later, token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["told", "found"])
def told_or_found(request, monkeypatch):
    """The event ends it at once; without any event the next round does."""
    if request.param == "found":
        monkeypatch.setattr(domain_event, "receivers", [])
        monkeypatch.setattr(polling, "CHECK_SECONDS", 0.1)
    else:
        monkeypatch.setattr(polling, "CHECK_SECONDS", 60)


def test_rounds_are_quick_enough():
    assert polling.CHECK_SECONDS <= 4


def test_a_suspended_person_is_cut_off(alice, staff, play, told_or_found):
    async def scene(stage):
        a = await stage.socket_of(alice)
        await later(moderation.suspend, alice, actor=staff, reason="spam")
        assert await a.closed_with() == 4403

    play(scene)


def test_who_signs_out_is_cut_off_there_alone(api, alice, play, told_or_found):
    async def scene(stage):
        here, there = stage.client(), await stage.socket_of(alice)
        client = await later(api.as_, alice)
        answer = await later(client.post, "/api/auth/ws-ticket")
        await here.open(ticket=answer.json()["ticket"])
        await later(client.post, "/api/auth/logout")
        assert await here.closed_with() == 4401
        await there.say("ping")
        await there.until("pong")

    play(scene)


def test_a_new_password_cuts_off(alice, play, monkeypatch):
    """Also one that was set past the services."""
    monkeypatch.setattr(polling, "CHECK_SECONDS", 0.1)

    async def scene(stage):
        a = await stage.socket_of(alice)
        alice.set_password("another-Harbour-72")
        await later(alice.save)
        assert await a.closed_with() == 4401

    play(scene)


def test_an_expired_token_cuts_off(alice, play, monkeypatch):
    monkeypatch.setattr(polling, "CHECK_SECONDS", 0.1)

    async def scene(stage):
        a = await stage.socket_of(alice)
        (mine,) = hub.hub().sockets()
        mine.sign_in = replace(mine.sign_in, until=alice.created_at)
        assert await a.closed_with() == 4401

    play(scene)


def test_many_sockets_are_checked_by_one_query(alice, bob, django_assert_num_queries):
    sessions = [services.identify(token_of(user)) for user in (alice, bob, alice)]
    tokens.end_sessions(bob.sessions.all(), of=bob.pk, reason="x")
    with django_assert_num_queries(1):
        assert services.standing(sessions) == ({sessions[1]}, set())


@pytest.mark.parametrize(
    ("length", "is_open"), [(LONGEST_FRAME, True), (LONGEST_FRAME + 1, False)]
)
def test_a_frame_has_a_length(alice, play, length, is_open):
    async def scene(stage):
        a = await stage.socket_of(alice)
        body = '{"type": "ping", "x": "%s"}'
        await a.send(body % ("x" * (length - len(body) + 2)))
        if is_open:
            await a.until("pong")
        else:
            assert await a.closed_with() == 4409

    play(scene)


def test_a_flood_is_cut_off(alice, play):
    async def scene(stage):
        a = await stage.socket_of(alice)
        for _ in range(250):
            await a.say("ping")
        assert await a.closed_with() == 4429

    play(scene)


NONSENSE = """
x
[]
1
{"a": 1}
{"type": 1}
{"type": "nothing"}
{"type": "resume"}
{"type": "resume", "conversations": {"a": 1}}
{"type": "typing"}
{"type": "typing", "conversation_id": -1}
{"type": "typing", "conversation_id": 99999999999999999999}
"""


@pytest.mark.parametrize("text", [*NONSENSE.split("\n"), "[" * 9000])
def test_nonsense_is_answered_and_harms_nobody(alice, play, text):
    async def scene(stage):
        a = await stage.socket_of(alice)
        await a.send(text)
        assert (await a.until("error"))["code"] in {
            "bad_frame",
            "unknown_type",
            "not_found",
        }
        await a.say("ping")
        await a.until("pong")

    play(scene)


def test_a_slow_reader_is_cut_off_and_others_are_not(
    alice, bob, talk, play, monkeypatch
):
    monkeypatch.setattr(send_buffer, "MOST_FRAMES", 5)

    async def scene(stage):
        a, b = await stage.socket_of(alice), await stage.socket_of(bob)
        b.is_reading = False
        for number in range(8):
            await later(write, talk, alice, str(number))
        while len(a.seqs(talk)) < 8:
            await a.until("message.created")
        b.is_reading = True
        assert await b.closed_with() == 4430
        assert len(b.seqs(talk)) < 8

    play(scene)


def test_a_reader_that_takes_nothing_is_cut_off(alice, play, monkeypatch):
    monkeypatch.setattr(send_buffer, "STUCK_SECONDS", 0.1)

    async def scene(stage):
        a = await stage.socket_of(alice)
        a.is_reading = False
        await a.say("ping")
        here = hub.hub()
        while here.people:
            await asyncio.sleep(0.01)
        a.is_reading = True
        assert await a.closed_with() == 4430

    play(scene)


def test_one_leaves_and_the_other_hears_on(alice, bob, talk, play):
    async def scene(stage):
        first, second = await stage.socket_of(bob), await stage.socket_of(bob)
        await first.leave()
        await later(write, talk, alice, "x")
        assert (await second.until("message.created"))["seq"] == 1

    play(scene)
