"""docs/asyncapi.yaml is a valid document, and describes the frames that there are."""

import copy

import pytest
from jsonschema import Draft202012Validator, ValidationError

from core.events import Event
from messaging import reading, services
from messaging.tests.factories import write
from notifications.services import notify
from realtime import connection, hub
from realtime.protocol import CloseCode
from realtime.tests import asyncapi
from realtime.tests.client import in_thread

SERVER_CLOSES = {1009, 1012}  # by uvicorn: a huge frame, and a restart
REFERENCE = {
    "type": "object",
    "required": ["$ref"],
    "properties": {"$ref": {"type": "string"}},
    "additionalProperties": False,
}
REFERENCES = {"type": "array", "minItems": 1, "items": REFERENCE}
ADDRESSED = {
    "type": "object",
    "required": ["channel", "messages"],
    "properties": {"channel": REFERENCE, "messages": REFERENCES},
}
MESSAGE = {
    "type": "object",
    "required": ["name", "summary", "payload", "examples"],
    "properties": {
        "payload": {"type": "object", "required": ["type", "required", "properties"]},
        "examples": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["name", "payload"]},
        },
    },
}
FORM = {  # of AsyncAPI 3.0.0, as far as this document uses it
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "propertyNames": {
        "enum": [
            *("asyncapi", "info", "defaultContentType", "servers"),
            *("channels", "operations", "components"),
        ]
    },
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version", "license"]},
        "servers": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["host", "protocol", "security"],
                "properties": {"protocol": {"enum": ["ws", "wss"]}},
            },
        },
        "channels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["address", "messages", "x-close-codes"],
                "properties": {
                    "messages": {"type": "object", "additionalProperties": REFERENCE},
                    "x-close-codes": {
                        "type": "object",
                        "propertyNames": {"pattern": "^[0-9]{4}$"},
                        "additionalProperties": {
                            "type": "object",
                            "required": ["reason", "action"],
                        },
                    },
                },
            },
        },
        "operations": {
            "type": "object",
            "additionalProperties": {
                **ADDRESSED,
                "required": ["action", "channel", "messages"],
                "properties": {
                    **ADDRESSED["properties"],
                    "action": {"enum": ["send", "receive"]},
                    "reply": ADDRESSED,
                },
            },
        },
        "components": {
            "type": "object",
            "properties": {
                "messages": {"type": "object", "additionalProperties": MESSAGE}
            },
        },
    },
}


def names(*, of_client: bool) -> set[str]:
    """The described frames of one side, by type."""
    found = asyncapi.document()["components"]["messages"]
    return {
        name.removeprefix(asyncapi.CLIENT)
        for name in found
        if name.startswith(asyncapi.CLIENT) is of_client
    }


def references(part) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [ref for value in part.values() for ref in references(value)]
    if isinstance(part, list):
        return [ref for value in part for ref in references(value)]
    return []


def test_the_document_has_the_form_of_asyncapi():
    Draft202012Validator(FORM).validate(asyncapi.document())


@pytest.mark.parametrize("part", ["asyncapi", "channels", "operations"])
def test_the_form_is_checked(part):
    broken = copy.copy(asyncapi.document())
    broken[part] = {"socket": {}}
    assert not Draft202012Validator(FORM).is_valid(broken)


def test_every_reference_leads_somewhere():
    resolver = asyncapi.registry().resolver(base_uri="asyncapi.yaml")
    found = references(asyncapi.document())
    assert found
    for reference in found:
        assert resolver.lookup(reference).contents


def test_every_frame_is_in_the_channel_and_in_an_operation():
    document = asyncapi.document()
    described = set(document["components"]["messages"])
    assert set(document["channels"]["socket"]["messages"]) == described
    used = {ref.rsplit("/", 1)[1] for ref in references(document["operations"])}
    assert used - {"socket"} == described


@pytest.mark.parametrize("name", asyncapi.document()["components"]["messages"])
def test_the_examples_are_valid(name):
    message = asyncapi.document()["components"]["messages"][name]
    assert message["name"] == name.removeprefix(asyncapi.CLIENT)
    assert message["payload"]["properties"]["type"] == {"const": message["name"]}
    for example in message["examples"]:
        asyncapi.validator(name).validate(example["payload"])


def test_every_close_code_is_described():
    described = asyncapi.document()["channels"]["socket"]["x-close-codes"]
    assert {int(code) for code in described} == {*CloseCode} | SERVER_CLOSES


def test_every_frame_that_the_server_handles_is_described():
    assert names(of_client=True) == {"auth", *connection.FRAME_HANDLERS}


@pytest.mark.parametrize(
    "frame",
    [
        {"v": 1, "type": "nothing"},
        {"v": 2, "type": "pong"},
        {"v": 1, "type": "pong", "undescribed": 1},
        {"v": 1, "type": "message.read", "conversation_id": 1, "seq": 1},
    ],
)
def test_a_frame_that_is_not_as_described_fails(frame):
    with pytest.raises((ValidationError, KeyError, AssertionError)):
        asyncapi.check_server_frame(frame)


@pytest.mark.django_db(transaction=True)
def test_every_described_frame_is_seen(
    alice, bob, conversation, run_scenario, set_market
):
    """The client checks each one. No described type may be missing in the end."""
    sent, received = set(), set()

    async def see(client, *types) -> None:
        """Read until the client has received each type; they come in any order."""
        for type in types:
            if type not in {frame["type"] for frame in client.frames}:
                await client.receive_until(type)

    async def steps(scenario):
        a, b = await scenario.connect_as(alice), await scenario.connect_as(bob)
        sent.add("auth")  # by `connect_as`
        for client in (a, b):
            client.on_send = lambda frame: sent.add(frame["type"])
        (message,) = await in_thread(write, conversation, alice, "Frist")
        await see(b, "message.created")
        await in_thread(services.edit, message, actor=alice, content="First")
        await in_thread(reading.read_all, conversation, reader=bob)
        await in_thread(notify, bob, "welcome", subject=bob, name="Bob")
        task = {"task_id": 1, "status": "completed"}
        own_hub = hub.get_hub()
        await own_hub.publish(Event((bob.pk,), "task.updated", task))
        paid = {"payment_id": 1, "status": "held"}
        paid |= {"subject_type": "task", "subject_id": 1}
        await own_hub.publish(Event((bob.pk,), "payment.updated", paid))
        open_ = {"dispute_id": 1, "task_id": 1, "status": "open"}
        await own_hub.publish(Event((bob.pk,), "dispute.updated", open_))
        await a.send("presence", conversation_id=conversation.pk)
        await see(a, "message.read", "presence")
        await a.send("typing", conversation_id=conversation.pk)
        await see(b, "typing", "message.updated", "notification.created")
        await b.send("resume", conversations={conversation.pk: 0})
        await see(b, "resumed", "task.updated", "payment.updated", "unread")
        await see(b, "dispute.updated")
        await b.send("resume", conversations={conversation.pk + 1: 0})
        own_hub.layer_is_down = True  # until the next heartbeat
        await see(b, "error", "resync")
        await b.send("ping")
        await see(b, "pong")
        await in_thread(set_market, maintenance_mode="all")
        await see(b, "maintenance")
        received.update(frame["type"] for frame in a.frames + b.frames)

    run_scenario(steps)
    assert received == names(of_client=False)
    assert sent == names(of_client=True)
