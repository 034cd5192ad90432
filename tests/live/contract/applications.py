"""§3.4: applications to a task, and accepting one."""

from tests.live.contract.client import Caller
from tests.live.contract.market import Market
from tests.live.contract.shapes import (
    APPLICATION,
    APPLICATION_AND_TASK,
    MESSAGE,
    TASK_CREATED,
)
from tests.live.contract.tasks import ACCEPTED, APPLIED
from tests.live.contract.value_checks import integer

SECTION = "3.4"
WAITING = dict.fromkeys(
    (
        "pending_applications",
        "pending_confirmation",
        "accepted_applications",
        "total",
    ),
    integer,
)


def applying(m: Market) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    before = waiting(m, m.alice)
    task = m.task()
    path = f"/api/tasks/{task['id']}"
    answer = m.bob.post(f"{path}/apply", {"message": "Varu rīt", "status": "accepted"})
    first = expect("3.4 POST apply: 201", answer, 201, APPLIED)["application"]
    expect_equal("3.4 POST apply: keeps message", first["message"], "Varu rīt")
    expect_equal("3.4 POST apply: begins pending", first["status"], "pending")
    ids = [first["task_id"], first["applicant_id"]]
    expect_equal("2.5 task_id, applicant_id", ids, [task["id"], m.bob.id])
    expect_equal(
        "2.5 applicant_name without names",
        first["applicant_name"],
        m.bob.user["username"],
    )
    second = expect(
        "3.4 POST apply: an empty message",
        m.carol.post(f"{path}/apply", {"message": ""}),
        201,
        APPLIED,
    )["application"]
    expect_equal(
        "2.5 applicant_name with a first name", second["applicant_name"], "Karīna"
    )
    expect_error(
        "3.4 POST apply: 409 twice", m.bob.post(f"{path}/apply", {"message": ""}), 409
    )
    expect_error(
        "3.4 POST apply: 403 for one's own",
        m.alice.post(f"{path}/apply", {"message": ""}),
        403,
    )
    _seen_by_the_owner(m, before, first, path, second)
    _withdrawing(m, path)
    _rejecting(m, path, second)
    _accepting(m, path, first, second)


def _seen_by_the_owner(m: Market, before, first, path: str, second) -> None:
    expect_error, expect_equal = m.report.expect_error, m.report.expect_equal
    rows = m.report.expect_page(
        "3.4 GET applications",
        m.alice.get(f"{path}/applications"),
        "applications",
        APPLICATION,
    )
    expect_equal(
        "3.4 GET applications: newest first",
        [r["id"] for r in rows],
        [second["id"], first["id"]],
    )
    expect_error(
        "3.4 GET applications: 403 for a stranger",
        m.mallory.get(f"{path}/applications"),
        403,
    )
    expect_error(
        "3.4 GET applications: 403 for an applicant",
        m.bob.get(f"{path}/applications"),
        403,
    )
    expect_equal(
        "2.4 applications_count", m.anyone.get(path).body["applications_count"], 2
    )
    answer = m.alice.get("/api/tasks/created")
    created = m.report.expect_page(
        "3.4 GET tasks/created", answer, "tasks", TASK_CREATED
    )
    expect_equal(
        "3.4 GET tasks/created: newest first",
        [r["id"] for r in created],
        sorted((r["id"] for r in created), reverse=True),
    )
    expect_equal(
        "2.4 pending_applications_count", created[0]["pending_applications_count"], 2
    )
    expect_equal(
        "3.4 GET notifications: pending applications",
        waiting(m, m.alice)["pending_applications"],
        before["pending_applications"] + 2,
    )


def waiting(m: Market, person: Caller) -> dict:
    return m.report.expect(
        "3.4 GET tasks/notifications",
        person.get("/api/tasks/notifications"),
        200,
        WAITING,
    )


def _withdrawing(m: Market, path: str) -> None:
    applied = m.mallory.post(f"{path}/apply", {"message": "es"}).body["application"]
    mine = f"{path}/applications/{applied['id']}"
    for who, caller in (("the owner", m.alice), ("another applicant", m.bob)):
        m.report.expect_error(
            f"3.4 DELETE application: not by {who}", caller.delete(mine), (403, 404)
        )
    m.report.expect("3.4 DELETE application: 200", m.mallory.delete(mine), 200, MESSAGE)
    m.report.expect_error(
        "3.4 DELETE application: not twice", m.mallory.delete(mine), (404, 409)
    )
    left = m.mallory.get("/api/tasks/my-applications").body["applications"]
    m.report.expect_equal(
        "3.4 DELETE application: gone from one's own",
        [a for a in left if a["id"] == applied["id"]],
        [],
    )
    m.report.expect_equal(
        "3.4 DELETE application: counts no more",
        m.anyone.get(path).body["applications_count"],
        2,
    )


def _rejecting(m: Market, path: str, application: dict) -> None:
    reject = f"{path}/applications/{application['id']}/reject"
    m.report.expect_error(
        "3.4 POST reject: 403 for a stranger", m.mallory.post(reject), (403, 404)
    )
    m.report.expect_error(
        "3.4 POST reject: 403 for the applicant", m.carol.post(reject), 403
    )
    m.report.expect_error(
        "3.4 POST reject: 404 for no application",
        m.alice.post(f"{path}/applications/999999999/reject"),
        404,
    )
    body = m.report.expect(
        "3.4 POST reject: 200 without a body", m.alice.post(reject), 200, APPLIED
    )
    m.report.expect_equal(
        "3.4 POST reject: is rejected", body["application"]["status"], "rejected"
    )
    m.report.expect_error("3.4 POST reject: 409 twice", m.alice.post(reject), 409)


def _accepting(m: Market, path: str, first: dict, rejected: dict) -> None:
    expect_error, expect_equal = m.report.expect_error, m.report.expect_equal
    accept = f"{path}/applications/{first['id']}/accept"
    before = waiting(m, m.bob)["accepted_applications"]
    third = m.dace.post(f"{path}/apply", {"message": ""}).body["application"]
    again = m.mallory.post(f"{path}/apply", {"message": ""})
    expect_error("3.4 POST apply: 409 on the day of a withdrawal", again, 409)
    expect_error("3.4 POST accept: 403 for a stranger", m.carol.post(accept), 403)
    expect_error("3.4 POST accept: 403 for the applicant", m.bob.post(accept), 403)
    expect_error(
        "3.4 POST accept: 404 for no application",
        m.alice.post(f"{path}/applications/999999999/accept"),
        404,
    )
    expect_error(
        "3.4 POST accept: 409 for a rejected one",
        m.alice.post(f"{path}/applications/{rejected['id']}/accept"),
        409,
    )
    body = m.report.expect(
        "3.4 POST accept: 200 without a body", m.alice.post(accept), 200, ACCEPTED
    )
    expect_equal(
        "3.4 POST accept: the application is accepted",
        body["application"]["status"],
        "accepted",
    )
    task = body["task"]
    expect_equal("3.4 POST accept: the task is assigned", task["status"], "assigned")
    expect_equal(
        "2.4 assigned_to_id and its name",
        [task["assigned_to_id"], task["assigned_to_name"]],
        [m.bob.id, m.bob.user["username"]],
    )
    states = {
        a["id"]: a["status"]
        for a in m.alice.get(f"{path}/applications").body["applications"]
    }
    expect_equal(
        "3.4 POST accept: the others are rejected",
        states,
        {first["id"]: "accepted", rejected["id"]: "rejected", third["id"]: "rejected"},
    )
    _too_late(m, path, accept)
    expect_equal(
        "3.4 GET notifications: accepted applications",
        waiting(m, m.bob)["accepted_applications"],
        before + 1,
    )
    _own_applications(m, path, first)


def _too_late(m: Market, path: str, accept) -> None:
    expect_error = m.report.expect_error
    expect_error("3.4 POST accept: 409 twice", m.alice.post(accept), 409)
    expect_error(
        "3.4 POST apply: 409 once assigned",
        m.dace.post(f"{path}/apply", {"message": ""}),
        409,
    )
    expect_error(
        "3.4 PUT tasks/:id: 409 once assigned", m.alice.put(path, {"title": "x"}), 409
    )


def _own_applications(m: Market, path: str, first) -> None:
    expect_equal = m.report.expect_equal
    own = m.bob.get("/api/tasks/my-applications")
    rows = m.report.expect_page(
        "3.4 GET my-applications: with the task",
        own,
        "applications",
        APPLICATION_AND_TASK,
    )
    expect_equal(
        "3.4 GET my-applications: newest first",
        [r["id"] for r in rows],
        sorted((r["id"] for r in rows), reverse=True),
    )
    expect_equal(
        "3.4 GET my-applications: the task of each",
        [r["task"]["id"] for r in rows],
        [r["task_id"] for r in rows],
    )
    refused = m.carol.get("/api/tasks/my-applications").body["applications"]
    expect_equal(
        "3.4 GET my-applications: all statuses", refused[0]["status"], "rejected"
    )
    m.report.expect_error(
        "3.4 DELETE application: 409 once accepted",
        m.bob.delete(f"{path}/applications/{first['id']}"),
        409,
    )


SCENARIOS = (applying,)
