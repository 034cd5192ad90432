"""§3.4: a task from its acceptance to its end."""

from tests.live.contract.applications import waiting
from tests.live.contract.market import RIGA, Market
from tests.live.contract.shapes import TASK, TASK_NEAR
from tests.live.contract.tasks import ACCEPTED, WRITTEN

SECTION = "3.4"


def working(m: Market) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    before = waiting(m, m.alice)
    task = m.assigned()
    path = f"/api/tasks/{task['id']}"
    expect_error(
        "3.4 POST confirm: 409 before it is done", m.alice.post(f"{path}/confirm"), 409
    )
    expect_error(
        "3.4 POST mark-done: 403 for the creator",
        m.alice.post(f"{path}/mark-done"),
        403,
    )
    expect_error(
        "3.4 POST mark-done: 403 for a stranger",
        m.mallory.post(f"{path}/mark-done"),
        403,
    )
    body = expect(
        "1.2 POST mark-done without body or Content-Type",
        m.bob.post(f"{path}/mark-done"),
        200,
        WRITTEN,
    )
    expect_equal(
        "3.4 POST mark-done: awaits confirmation",
        body["task"]["status"],
        "pending_confirmation",
    )
    expect_error("3.4 POST mark-done: 409 twice", m.bob.post(f"{path}/mark-done"), 409)
    counts = waiting(m, m.alice)
    expect_equal(
        "3.4 GET notifications: awaiting confirmation",
        counts["pending_confirmation"],
        before["pending_confirmation"] + 1,
    )
    expect_equal(
        "3.4 GET notifications: total is the first two",
        counts["total"],
        counts["pending_applications"] + counts["pending_confirmation"],
    )
    _confirming(m, path)
    _taken(m, task)
    _completed(m, path, task)
    _disputing(m)
    _cancelling(m)


def _confirming(m: Market, path: str) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    expect_error(
        "3.4 POST confirm: 403 for the worker", m.bob.post(f"{path}/confirm"), 403
    )
    expect_error(
        "3.4 POST confirm: 403 for a stranger", m.mallory.post(f"{path}/confirm"), 403
    )
    body = expect(
        "1.2 POST confirm without body or Content-Type",
        m.alice.post(f"{path}/confirm"),
        200,
        WRITTEN,
    )
    expect_equal("3.4 POST confirm: completed", body["task"]["status"], "completed")
    m.report.expect_true("3.4 POST confirm: completed_at", body["task"]["completed_at"])


def _taken(m: Market, task: dict) -> None:
    expect_equal = m.report.expect_equal
    rows = m.report.expect_page(
        "3.4 GET tasks/my", m.bob.get("/api/tasks/my"), "tasks", TASK
    )
    expect_equal(
        "3.4 GET tasks/my: newest first, mine",
        [rows[0]["id"], {r["assigned_to_id"] for r in rows}],
        [task["id"], {m.bob.id}],
    )
    shown = {"assigned", "in_progress", "pending_confirmation", "completed"}
    m.report.expect_true(
        "3.4 GET tasks/my: the statuses", {r["status"] for r in rows} <= shown, rows
    )


def _completed(m: Market, path: str, task: dict) -> None:
    expect_error, expect_equal = m.report.expect_error, m.report.expect_equal
    done = m.anyone.get(f"/api/auth/users/{m.bob.id}").body
    expect_equal("2.2 completion_rate is real", float(done["completion_rate"]), 100.0)
    for action in ("mark-done", "done"):
        expect_error(
            f"3.4 POST {action}: 409 once completed",
            m.bob.post(f"{path}/{action}"),
            409,
        )
    for action in ("confirm", "complete", "dispute", "cancel"):
        expect_error(
            f"3.4 POST {action}: 409 once completed",
            m.alice.post(f"{path}/{action}"),
            409,
        )
        expect_error(
            f"3.4 POST {action}: 403 comes before 409",
            m.mallory.post(f"{path}/{action}"),
            403,
        )
    path = f"/api/tasks?owner={m.alice.id}&category=assembly&status=completed"
    others = {row["id"] for row in m.mallory.get(path).body["tasks"]}
    m.report.expect_true(
        "0 others' completed tasks are listed", task["id"] in others, others
    )


def _disputing(m: Market) -> None:
    task = m.marked_done()
    path = f"/api/tasks/{task['id']}"
    reason = {"reason": "Durvis neveras"}
    m.report.expect_error(
        "3.4 POST dispute: 403 for the worker",
        m.bob.post(f"{path}/dispute", reason),
        403,
    )
    body = m.report.expect(
        "3.4 POST dispute: 200", m.alice.post(f"{path}/dispute", reason), 200, WRITTEN
    )
    m.report.expect_equal(
        "3.4 POST dispute: disputed", body["task"]["status"], "disputed"
    )
    stored = m.alice.get(path).body.get("dispute_reason")
    m.report.expect_equal(
        "3.4 POST dispute: the reason is stored", stored, reason["reason"]
    )
    m.report.expect_error(
        "3.4 POST dispute: 409 twice", m.alice.post(f"{path}/dispute", reason), 409
    )
    m.report.expect_error(
        "3.4 POST cancel of a disputed one: 409, staff settle it",
        m.alice.post(f"{path}/cancel"),
        409,
    )
    wordless = m.marked_done()
    m.report.expect(
        "3.4 POST dispute without a body",
        m.alice.post(f"/api/tasks/{wordless['id']}/dispute"),
        200,
        WRITTEN,
    )


def _cancelling(m: Market) -> None:
    m.report.expect_error(
        "3.4 POST cancel of a task that is marked as done: 409",
        m.alice.post(f"/api/tasks/{m.marked_done()['id']}/cancel"),
        409,
    )
    for what, make in (("open", m.task), ("assigned", m.assigned)):
        path = f"/api/tasks/{make()['id']}"
        m.report.expect_error(
            f"3.4 POST cancel of an {what} one: 403 for a stranger",
            m.mallory.post(f"{path}/cancel"),
            403,
        )
        body = m.report.expect(
            f"1.2 POST cancel of an {what} one, bodiless",
            m.alice.post(f"{path}/cancel"),
            200,
            WRITTEN,
        )
        m.report.expect_equal(
            f"3.4 POST cancel of an {what} one", body["task"]["status"], "cancelled"
        )
        m.report.expect_error(
            f"3.4 POST cancel of an {what} one: 409 twice",
            m.alice.post(f"{path}/cancel"),
            409,
        )
    path = f"/api/tasks?owner={m.alice.id}&category=assembly&status=cancelled"
    open_ones = m.anyone.get(path).body["tasks"]
    m.report.expect_equal("0 others' cancelled tasks are not listed", open_ones, [])
    own = m.alice.get(path).body["tasks"]
    m.report.expect_true(
        "0 one's own cancelled tasks are listed",
        {t["creator_id"] for t in own} == {m.alice.id},
        own,
    )


def other_names(m: Market) -> None:
    expect, expect_error = m.report.expect, m.report.expect_error
    task = m.task()
    path = f"/api/tasks/{task['id']}"
    application = m.application(task)
    body = {"application_id": application["id"]}
    accept = f"{path}/accept-application"
    expect_error(
        "4 POST accept-application: 400 without application_id",
        m.alice.post(accept, {}),
        400,
    )
    expect_error(
        "4 POST accept-application: 403 for a stranger",
        m.mallory.post(accept, body),
        403,
    )
    expect_error(
        "4 POST accept-application: 404 for no application",
        m.alice.post(accept, {"application_id": 999_999_999}),
        404,
    )
    expect("4 POST accept-application: 200", m.alice.post(accept, body), 200, ACCEPTED)
    expect_error(
        "4 POST accept-application: 409 twice", m.alice.post(accept, body), 409
    )
    expect_error("4 POST done: 403 for the creator", m.alice.post(f"{path}/done"), 403)
    _other_names_of_the_end(m, path)
    documented = m.anyone.get(
        f"/api/tasks?latitude={RIGA[0]}&longitude={RIGA[1]}&radius=10"
    )
    rows = m.report.expect_page(
        "4 GET tasks?latitude&longitude&radius=10", documented, "tasks", TASK_NEAR
    )
    m.report.expect_equal(
        "4 GET tasks: status defaults to open", {r["status"] for r in rows}, {"open"}
    )


def _other_names_of_the_end(m: Market, path: str) -> None:
    expect, expect_error = m.report.expect, m.report.expect_error
    answer = expect(
        "4 POST done: as mark-done", m.bob.post(f"{path}/done"), 200, WRITTEN
    )
    m.report.expect_equal(
        "4 POST done: awaits confirmation",
        answer["task"]["status"],
        "pending_confirmation",
    )
    answer = expect(
        "3.4 POST complete: as confirm", m.alice.post(f"{path}/complete"), 200, WRITTEN
    )
    m.report.expect_equal(
        "3.4 POST complete: completed", answer["task"]["status"], "completed"
    )
    direct = f"/api/tasks/{m.task()['id']}/accept"
    expect_error(
        "3.4 POST tasks/:id/accept: 401 without a token",
        m.anyone.post(direct, {"user_id": m.bob.id}),
        401,
    )
    expect_error(
        "3.4 POST tasks/:id/accept: a stranger assigns nobody",
        m.mallory.post(direct, {"user_id": m.mallory.id}),
        403,
    )
    expect_error(
        "3.4 POST tasks/:id/accept: nobody who has not applied",
        m.alice.post(direct, {"user_id": m.bob.id}),
        (400, 403, 404, 410),
    )


SCENARIOS = (working, other_names)
