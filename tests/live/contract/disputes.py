"""§3.11: disputes, on the paths that a newer client calls."""

from tests.live.contract.market import Market, photo
from tests.live.contract.shapes import MESSAGE
from tests.live.contract.value_checks import (
    integer,
    maybe,
    nonblank,
    one_of,
    text,
    timestamp,
)

SECTION = "3.11"
REASONS = (
    *("work_quality", "no_show", "incomplete", "different_work"),
    *("payment", "communication", "safety", "other"),
)
OFFER = {
    **dict.fromkeys(("id", "made_by_id", "worker_cents"), integer),
    "status": one_of("standing", "withdrawn", "accepted", "lapsed"),
    "created_at": timestamp,
}
DISPUTE = {
    **dict.fromkeys(("id", "task_id", "filed_by_id", "filed_against_id"), integer),
    **dict.fromkeys(("task_title", "filed_by_name", "filed_against_name"), nonblank),
    "reason": one_of(*REASONS),
    "reason_label": nonblank,
    **dict.fromkeys(("description", "resolution_notes"), text),
    "response_description": text,
    "status": one_of("open", "under_review", "resolved"),
    "resolution": maybe(one_of("refund", "pay_worker", "partial", "cancelled")),
    "evidence_images": [text],
    "response_images": [text],
    "actions": [text],
    **dict.fromkeys(("respond_by", "created_at"), timestamp),
    **dict.fromkeys(("responded_at", "resolved_at"), maybe(timestamp)),
    "worker_cents": maybe(integer),
    "offers": [OFFER],
    "timeline": [{"event": nonblank, "at": timestamp, "by_id": maybe(integer)}],
}
WRITTEN = MESSAGE | {"dispute": DISPUTE}
WORDS = "Skapis joprojām šķības kājas, un durvis neveras."


def disputing(m: Market) -> None:
    expect, expect_error = m.report.expect, m.report.expect_error
    body = expect(
        "3.11 GET reasons",
        m.alice.get("/api/disputes/reasons"),
        200,
        {"reasons": [{"value": one_of(*REASONS), "label": nonblank}]},
    )
    values = [row["value"] for row in body["reasons"]]
    m.report.expect_equal("3.11 GET reasons: all of them", values, [*REASONS])
    task = m.assigned()
    form = {"task_id": task["id"], "reason": "incomplete", "description": WORDS}
    for who, code in ((m.mallory, 404), (m.alice, 409)):
        answer = who.post("/api/disputes", form)
        expect_error(f"3.11 POST disputes: {code}", answer, code)
    short = m.bob.post("/api/disputes", form | {"description": "Short"})
    expect_error("3.11 POST disputes: 400 for few words", short, 400)
    picture = expect(
        "3.11 POST attachments",
        m.bob.upload("a.png", photo(), path="/api/messages/attachments"),
        201,
    )["attachment"]
    filed = expect(
        "3.11 POST disputes",
        m.bob.post("/api/disputes", form | {"evidence_images": [picture["id"]]}),
        201,
        WRITTEN | {"support_email": nonblank},
    )["dispute"]
    m.report.expect_equal("3.11 the picture", len(filed["evidence_images"]), 1)
    expect_error(
        "3.11 POST disputes: 409 twice", m.bob.post("/api/disputes", form), 409
    )
    path = f"/api/disputes/{filed['id']}"
    for url in (path, f"/api/disputes/task/{task['id']}"):
        expect("3.11 GET dispute", m.alice.get(url), 200, DISPUTE)
        expect_error("3.11 GET dispute: 404 for strangers", m.mallory.get(url), 404)
    listed = m.alice.get("/api/disputes?status=open")
    rows = m.report.expect_page("3.11 GET disputes", listed, "disputes", DISPUTE)
    m.report.expect_equal("3.11 GET disputes: mine", rows[0]["id"], filed["id"])
    _answering(m, path)
    _agreeing(m, path)


def _answering(m: Market, path: str) -> None:
    expect, expect_error = m.report.expect, m.report.expect_error
    answer = {"description": "Durvis bija tādas jau sākumā."}
    own = m.bob.post(f"{path}/respond", answer)
    expect_error("3.11 POST respond: 403 for the filer", own, 403)
    strange = m.mallory.post(f"{path}/respond", answer)
    expect_error("3.11 POST respond: 404 for strangers", strange, 404)
    body = expect(
        "3.11 POST respond", m.alice.post(f"{path}/respond", answer), 200, WRITTEN
    )
    status = body["dispute"]["status"]
    m.report.expect_equal("3.11 POST respond: the status", status, "under_review")
    again = m.alice.post(f"{path}/respond", answer)
    expect_error("3.11 POST respond: 409 twice", again, 409)
    decision = {"resolution": "refund", "resolution_notes": "x"}
    for who, code in ((m.alice, 403), (m.mallory, 404)):
        refused = who.put(f"{path}/resolve", decision)
        expect_error(f"3.11 PUT resolve: {code}", refused, code)


def _agreeing(m: Market, path: str) -> None:
    expect, expect_error = m.report.expect, m.report.expect_error
    price = m.bob.get(path).body["price_cents"]
    too_much = m.bob.post(f"{path}/offers", {"worker_cents": price + 1})
    expect_error("3.11 POST offers: 400 above the price", too_much, 400)
    offered = expect(
        "3.11 POST offers",
        m.bob.post(f"{path}/offers", {"worker_cents": 0}),
        201,
        WRITTEN,
    )["dispute"]["offers"][-1]
    accept = f"{path}/offers/{offered['id']}/accept"
    expect_error("3.11 POST accept: 403 for one's own", m.bob.post(accept), 403)
    expect_error("3.11 POST accept: 404 for strangers", m.mallory.post(accept), 404)
    ended = expect("3.11 POST accept", m.alice.post(accept), 200, WRITTEN)["dispute"]
    end = (ended["status"], ended["resolution"])
    m.report.expect_equal("3.11 POST accept: resolved", end, ("resolved", "refund"))
    expect_error("3.11 POST accept: 409 twice", m.alice.post(accept), 409)
    task = m.alice.get(f"/api/tasks/{ended['task_id']}").body
    m.report.expect_equal("3.11 the task is cancelled", task["status"], "cancelled")


SCENARIOS = (disputing,)
