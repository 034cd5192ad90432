"""§3.6: conversations and messages."""

from tests.live.contract.market import Market
from tests.live.contract.shapes import CHAT_MESSAGE, CONVERSATION
from tests.live.contract.value_checks import boolean, integer

SECTION = "3.6"
BASE = "/api/messages/conversations"
OPENED = {"conversation": CONVERSATION, "existing": boolean}
UNREAD = {"unread_count": integer}


def opening(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    task, offering = m.task(), m.offering()
    hello = {"user_id": m.alice.id, "message": "Sveiki!", "task_id": task["id"]}
    new = expect(
        "3.6 POST conversations: 201 for a new one",
        m.dace.post(BASE, hello),
        201,
        OPENED,
    )
    expect_equal("3.6 POST conversations: existing false", new["existing"], False)
    conversation = new["conversation"]
    _as_its_writer_sees(m, conversation)
    again = {
        "participant_id": m.alice.id,
        "initial_message": "Vēl?",
        "offering_id": offering["id"],
    }
    old = expect(
        "3.6 POST conversations: 200 for a pair that has one",
        m.dace.post(BASE, again),
        200,
        OPENED,
    )
    expect_equal(
        "3.6 POST conversations: existing true, the same",
        [old["existing"], old["conversation"]["id"]],
        [True, conversation["id"]],
    )
    expect_equal(
        "2.7 last_message is the latest",
        old["conversation"]["last_message"]["content"],
        "Vēl?",
    )
    _the_other_way(m, offering, old, conversation, task)
    silent = expect(
        "3.6 POST conversations: participant_id alone",
        m.dace.post(BASE, {"participant_id": m.carol.id}),
        201,
        OPENED,
    )
    expect_equal(
        "2.7 last_message of a silent one", silent["conversation"]["last_message"], None
    )
    _refused_conversations(m)
    _listing(m, conversation["id"], silent["conversation"]["id"])
    _reading(m, conversation["id"])
    _writing(m, conversation["id"])


def _as_its_writer_sees(m: Market, conversation) -> None:
    expect_equal = m.report.expect_equal
    pair = {conversation["participant_1_id"], conversation["participant_2_id"]}
    expect_equal("2.7 the two participants", pair, {m.dace.id, m.alice.id})
    expect_equal(
        "2.7 other_participant is the other side",
        conversation["other_participant"]["id"],
        m.alice.id,
    )
    expect_equal(
        "2.7 last_message is the one just sent",
        conversation["last_message"]["content"],
        "Sveiki!",
    )


def _the_other_way(m: Market, offering, old, conversation, task: dict) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    about = [conversation["last_message"], old["conversation"]["last_message"]]
    expect_equal(
        "0 what a message is about: a task", about[0].get("task_id"), task["id"]
    )
    stored = about[1].get("offering_id")
    expect_equal("0 what a message is about: an offering", stored, offering["id"])
    back = expect(
        "3.6 POST conversations: the other way round",
        m.alice.post(BASE, {"user_id": m.dace.id}),
        200,
        OPENED,
    )
    expect_equal(
        "3.6 POST conversations: one for each pair",
        back["conversation"]["id"],
        conversation["id"],
    )
    expect_equal(
        "2.7 unread_count as the reader has it",
        [back["conversation"]["unread_count"], old["conversation"]["unread_count"]],
        [2, 0],
    )


def _refused_conversations(m: Market) -> None:
    expect_error = m.report.expect_error
    for key in ("user_id", "participant_id"):
        expect_error(
            f"3.6 POST conversations: 400 with oneself as {key}",
            m.dace.post(BASE, {key: m.dace.id}),
            400,
        )
        expect_error(
            f"3.6 POST conversations: 404 for an unknown {key}",
            m.dace.post(BASE, {key: 999_999_999}),
            404,
        )
    expect_error(
        "3.6 POST conversations: 400 without anybody",
        m.dace.post(BASE, {"message": "x"}),
        400,
    )


def _listing(m: Market, conversation: int, silent: int) -> None:
    m.dace.post(f"{BASE}/{conversation}/messages", {"content": "Trešā"})
    rows = m.report.expect_page(
        "3.6 GET conversations", m.dace.get(BASE), "conversations", CONVERSATION
    )
    ids = [row["id"] for row in rows]
    m.report.expect_equal(
        "3.6 GET conversations: most recently updated first",
        ids,
        [conversation, silent],
    )
    one = m.report.expect(
        "3.6 GET conversations/:id",
        m.alice.get(f"{BASE}/{conversation}"),
        200,
        {"conversation": CONVERSATION},
    )
    m.report.expect_equal(
        "2.7 other_participant as the reader sees",
        one["conversation"]["other_participant"]["id"],
        m.dace.id,
    )
    for path in (f"{BASE}/{conversation}", f"{BASE}/{conversation}/messages"):
        m.report.expect_error(
            f"3.6 GET {path}: 403 for an outsider", m.mallory.get(path), (403, 404)
        )
    m.report.expect_error(
        "3.6 POST a message: 403 for an outsider",
        m.mallory.post(f"{BASE}/{conversation}/messages", {"content": "x"}),
        (403, 404),
    )
    m.report.expect_error(
        "3.6 GET conversations/:id: 404", m.alice.get(f"{BASE}/999999999"), 404
    )


def _reading(m: Market, conversation: int) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    path = f"{BASE}/{conversation}/messages"
    count = "/api/messages/unread-count"
    before = expect("3.6 GET unread-count", m.alice.get(count), 200, UNREAD)[
        "unread_count"
    ]
    page = m.alice.get(f"{path}?page=1&per_page=50")
    rows = m.report.expect_page("3.6 GET messages", page, "messages", CHAT_MESSAGE)
    expect_equal(
        "3.6 GET messages: ascending",
        [r["content"] for r in rows],
        ["Sveiki!", "Vēl?", "Trešā"],
    )
    expect_equal(
        "3.6 GET messages: page, pages, has_more",
        [page.body[k] for k in ("page", "pages", "has_more")],
        [1, 1, False],
    )
    after = m.alice.get(count).body["unread_count"]
    expect_equal("3.6 GET messages: marks the other side's read", before - after, 3)
    seen = m.dace.get(path).body["messages"]
    expect_equal("2.7 is_read", {row["is_read"] for row in seen}, {True})
    m.dace.post(path, {"content": "Ceturtā"})
    read = expect(
        "1.2 PUT read-all without body or Content-Type",
        m.alice.put(f"{BASE}/{conversation}/read-all"),
        200,
        {"success": boolean, "messages_marked_read": integer},
    )
    expect_equal("3.6 PUT read-all", read, {"success": True, "messages_marked_read": 1})
    _reading_one(m, after, count, path)


def _reading_one(m: Market, after, count, path: str) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    fifth = m.dace.post(path, {"content": "Piektā"}).body["message"]
    one = f"/api/messages/messages/{fifth['id']}/read"
    m.report.expect_error(
        "3.6 PUT messages/:id/read: 400 for one's own", m.dace.put(one), 400
    )
    expect(
        "3.6 PUT messages/:id/read: 200",
        m.alice.put(one),
        200,
        {"message": lambda v: bool(v)},
    )
    expect_equal(
        "3.6 PUT messages/:id/read: nothing left",
        m.alice.get(count).body["unread_count"],
        after,
    )
    m.report.expect_error(
        "3.6 PUT messages/:id/read: not an outsider", m.mallory.put(one), (403, 404)
    )


def _writing(m: Market, conversation: int) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    path = f"{BASE}/{conversation}/messages"
    body = expect(
        "3.6 POST messages: 201",
        m.alice.post(path, {"content": "  Labi!  "}),
        201,
        {"message": CHAT_MESSAGE},
    )
    problem = body["message"]
    expect_equal("3.6 POST messages: trimmed", problem["content"], "Labi!")
    expect_equal(
        "3.6 POST messages: the sender",
        [problem["sender_id"], problem["sender"]["id"], problem["is_read"]],
        [m.alice.id, m.alice.id, False],
    )
    longest = m.alice.post(path, {"content": "ā" * 5000})
    expect(
        "3.6 POST messages: 5000 characters", longest, 201, {"message": CHAT_MESSAGE}
    )
    for what, content in (
        ("nothing", ""),
        ("blanks", "   "),
        ("5001 characters", "ā" * 5001),
        ("a number", 5),
    ):
        m.report.expect_error(
            f"3.6 POST messages: 400 for {what}",
            m.alice.post(path, {"content": content}),
            400,
        )
    m.report.expect_error(
        "3.6 POST messages: 400 without content", m.alice.post(path, {}), 400
    )
    _paging_back(m, path)


def _paging_back(m: Market, path: str) -> None:
    expect_equal = m.report.expect_equal
    for number in range(60):
        m.dace.post(path, {"content": f"nr. {number}"})
    page = m.alice.get(path).body
    expect_equal(
        "3.6 GET messages: page 1 is the newest 50, ascending",
        [r["content"] for r in page["messages"]],
        [f"nr. {n}" for n in range(10, 60)],
    )
    expect_equal("3.6 GET messages: has_more says older exist", page["has_more"], True)
    older = m.alice.get(f"{path}?page=2").body
    expect_equal(
        "3.6 GET messages: page 2 is older",
        [older["messages"][-1]["content"], older["has_more"]],
        ["nr. 9", False],
    )
    beyond = m.alice.get(f"{path}?page=99")
    rows = m.report.expect_page(
        "3.6 GET messages: beyond the end", beyond, "messages", CHAT_MESSAGE
    )
    expect_equal("3.6 GET messages: beyond the end is empty", rows, [])


SCENARIOS = (opening,)
