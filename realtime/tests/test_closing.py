"""What closes a connection."""

import asyncio
from dataclasses import replace

import pytest

from accounts import moderation, tokens
from core.events import domain_event
from messaging.tests.factories import write
from realtime import hub, polling, send_buffer, services
from realtime.protocol import MAX_FRAME_BYTES
from realtime.tests.client import access_token_of, in_thread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["event", "poll"])
def with_or_without_events(request, monkeypatch):
    """With events the connection is closed at once, without by the next check."""
    if request.param == "poll":
        monkeypatch.setattr(domain_event, "receivers", [])
        monkeypatch.setattr(polling, "SESSION_CHECK_INTERVAL_S", 0.1)
    else:
        monkeypatch.setattr(polling, "SESSION_CHECK_INTERVAL_S", 60)


def test_sessions_are_checked_often_enough():
    """M4: within seconds, also when no event arrives."""
    assert polling.SESSION_CHECK_INTERVAL_S <= 4


def test_a_suspension_closes_the_connection(
    alice, staff, run_scenario, with_or_without_events
):
    """M4: at once, or at the next check when the event was lost."""

    async def steps(scenario):
        a = await scenario.connect_as(alice)
        await in_thread(moderation.suspend, alice, actor=staff, reason="spam")
        assert await a.close_code_received() == 4403

    run_scenario(steps)


def test_a_sign_out_closes_its_own_connections_only(
    api, alice, run_scenario, with_or_without_events
):
    """M4: those of the sign-in that ended, and not those of another one."""

    async def steps(scenario):
        here, there = scenario.client(), await scenario.connect_as(alice)
        client = await in_thread(api.as_, alice)
        answer = await in_thread(client.post, "/api/auth/ws-ticket")
        await here.open(ticket=answer.json()["ticket"])
        await in_thread(client.post, "/api/auth/logout")
        assert await here.close_code_received() == 4401
        await there.send("ping")
        await there.receive_until("pong")

    run_scenario(steps)


def test_a_new_password_closes_the_connection(alice, run_scenario, monkeypatch):
    """M4: also one that was not set through the services."""
    monkeypatch.setattr(polling, "SESSION_CHECK_INTERVAL_S", 0.1)

    async def steps(scenario):
        a = await scenario.connect_as(alice)
        alice.set_password("another-Harbour-72")
        await in_thread(alice.save)
        assert await a.close_code_received() == 4401

    run_scenario(steps)


def test_an_expired_token_closes_the_connection(alice, run_scenario, monkeypatch):
    """M4: a connection lives no longer than the token that opened it."""
    monkeypatch.setattr(polling, "SESSION_CHECK_INTERVAL_S", 0.1)

    async def steps(scenario):
        a = await scenario.connect_as(alice)
        (mine,) = hub.get_hub().connections()
        mine.sign_in = replace(mine.sign_in, expires_at=alice.created_at)
        assert await a.close_code_received() == 4401

    run_scenario(steps)


def test_all_sessions_are_checked_by_one_query(alice, bob, django_assert_num_queries):
    sign_ins = [
        services.identify(access_token_of(user)) for user in (alice, bob, alice)
    ]
    tokens.end_sessions(bob.sessions.all(), of=bob.pk, reason="x")
    with django_assert_num_queries(1):
        assert services.ended_or_suspended(sign_ins) == ({sign_ins[1]}, set())


@pytest.mark.parametrize(
    ("length", "is_open"), [(MAX_FRAME_BYTES, True), (MAX_FRAME_BYTES + 1, False)]
)
def test_a_frame_has_a_length(alice, run_scenario, length, is_open):
    """M7: a long frame closes the connection."""

    async def steps(scenario):
        a = await scenario.connect_as(alice)
        body = '{"type": "ping", "x": "%s"}'
        await a.send_text(body % ("x" * (length - len(body) + 2)))
        if is_open:
            await a.receive_until("pong")
        else:
            assert await a.close_code_received() == 4409

    run_scenario(steps)


def test_too_many_frames_close_the_connection(alice, run_scenario):
    """M7: so does a flood of them."""

    async def steps(scenario):
        a = await scenario.connect_as(alice)
        for _ in range(250):
            await a.send("ping")
        assert await a.close_code_received() == 4429

    run_scenario(steps)


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
def test_an_invalid_frame_is_answered_with_an_error(alice, run_scenario, text):
    async def steps(scenario):
        a = await scenario.connect_as(alice)
        await a.send_text(text, is_valid=False)
        assert (await a.receive_until("error"))["code"] in {
            "bad_frame",
            "unknown_type",
            "not_found",
        }
        await a.send("ping")
        await a.receive_until("pong")

    run_scenario(steps)


def test_only_the_slow_reader_is_closed(
    alice, bob, conversation, run_scenario, monkeypatch
):
    """M7: a slow reader holds up nobody else."""
    monkeypatch.setattr(send_buffer, "MAX_FRAMES", 5)

    async def steps(scenario):
        a, b = await scenario.connect_as(alice), await scenario.connect_as(bob)
        b.is_reading = False
        for number in range(8):
            await in_thread(write, conversation, alice, str(number))
            # One at a time: messages of one poll would fill her small buffer at once.
            await a.receive_until("message.created")
        assert len(a.seqs(conversation)) == 8
        b.is_reading = True
        assert await b.close_code_received() == 4430
        assert len(b.seqs(conversation)) < 8

    run_scenario(steps)


def test_a_reader_that_reads_nothing_is_closed(alice, run_scenario, monkeypatch):
    monkeypatch.setattr(send_buffer, "SEND_TIMEOUT_S", 0.1)

    async def steps(scenario):
        a = await scenario.connect_as(alice)
        a.is_reading = False
        await a.send("ping")
        own_hub = hub.get_hub()
        while own_hub.user_ids():
            await asyncio.sleep(0.01)
        a.is_reading = True
        assert await a.close_code_received() == 4430

    run_scenario(steps)


def test_a_second_connection_stays_subscribed(alice, bob, conversation, run_scenario):
    async def steps(scenario):
        first, second = await scenario.connect_as(bob), await scenario.connect_as(bob)
        await first.disconnect()
        await in_thread(write, conversation, alice, "x")
        assert (await second.receive_until("message.created"))["seq"] == 1

    run_scenario(steps)
