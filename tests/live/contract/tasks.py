"""§3.4: creating, listing and editing tasks."""

import math

from tests.live.contract.market import (
    LIEPAJA,
    NORTH_5_KM,
    NORTH_12_KM,
    NORTH_30_KM,
    RIGA,
    Market,
)
from tests.live.contract.shapes import (
    APPLICATION,
    MESSAGE,
    TASK,
    TASK_ANYWHERE,
    TASK_NEAR,
)

SECTION = "3.4"
WRITTEN = MESSAGE | {"task": TASK}
APPLIED = MESSAGE | {"application": APPLICATION}
ACCEPTED = WRITTEN | APPLIED
DEADLINES = {  # as sent: as returned
    "2031-05-06T14:30": "2031-05-06T14:30:00",
    "2031-12-24T23:59": "2031-12-24T23:59:00",
    "2031-05-06T14:30:15": "2031-05-06T14:30:15",
    "2031-05-06T11:30:00Z": "2031-05-06T14:30:00",
    "2031-01-06T12:30:00Z": "2031-01-06T14:30:00",
    "2031-01-06T14:30:00+05:00": "2031-01-06T11:30:00",
}


def posting(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    form = m.task_form(is_urgent=True, deadline="2031-05-06T14:30", images="")
    forged = {
        "id": 1,
        "creator_id": m.bob.id,
        "status": "completed",
        "assigned_to_id": m.mallory.id,
        "applications_count": 99,
    }
    answer = m.alice.post("/api/tasks", form | forged)
    task = expect("3.4 POST tasks: 201", answer, 201, WRITTEN)["task"]
    for field, value in form.items():
        wanted = DEADLINES.get(value, value) if field == "deadline" else value
        expect_equal(f"3.4 POST tasks: keeps {field}", task[field], wanted)
    creator = "3.4 POST tasks: creator_id in the body is ignored"
    expect_equal(creator, task["creator_id"], m.alice.id)
    expect_equal("3.4 POST tasks: begins open", task["status"], "open")
    expect_equal("3.4 POST tasks: nobody is assigned", task["assigned_to_id"], None)
    expect_equal("2.4 creator_name is First Last", task["creator_name"], "First Last")
    bobs = m.task(m.bob)
    name = m.bob.user["username"]
    expect_equal("2.4 creator_name is the username", bobs["creator_name"], name)
    least = {
        key: value
        for key, value in m.task_form().items()
        if key not in {"budget", "priority", "is_urgent"}
    }
    plain = m.alice.post("/api/tasks", least)
    body = expect("3.4 POST tasks: the least of it", plain, 201, WRITTEN)
    given = [body["task"][key] for key in ("budget", "priority", "is_urgent")]
    expect_equal(
        "2.4 budget null, priority normal by default", given, [None, "normal", False]
    )
    for priority in ("easy", "medium", "hard", "low", "normal", "high"):
        stored = m.task(priority=priority)["priority"]
        expect_equal(f"2.4 priority {priority} comes back as sent", stored, priority)
    _refused_forms(m)
    _documented(m, form, task)


def _documented(m: Market, form, task: dict) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    flat = m.anyone.get(f"/api/tasks/{task['id']}")
    expect("3.4 GET tasks/:id: flat, public", flat, 200, TASK_ANYWHERE)
    documented = {
        key: value for key, value in m.task_form().items() if key != "location"
    } | {"address": "Brīvības iela 12-3, Rīga", "deadline": "2031-05-06T11:30:00Z"}
    answer = m.alice.post("/api/tasks", documented)
    body = expect("4 POST tasks with address, without location", answer, 201, WRITTEN)
    address = documented["address"]
    expect_equal(
        "4 POST tasks: location is the address", body["task"]["location"], address
    )
    expect_error(
        "3.4 POST tasks: 401 without a token", m.anyone.post("/api/tasks", form), 401
    )


def _refused_forms(m: Market) -> None:
    for field in ("title", "description", "category", "latitude"):
        form = {k: v for k, v in m.task_form().items() if k != field}
        answer = m.alice.post("/api/tasks", form)
        m.report.expect_error(f"3.4 POST tasks: 400 without {field}", answer, 400)
    bad = {
        "a place at 0/0": {"latitude": 0, "longitude": 0},
        "a latitude of 91": {"latitude": 91},
        "a budget below 0": {"budget": -5},
        "a budget in words": {"budget": "lots"},
        "a deadline in words": {"deadline": "tomorrow"},
        "a deadline on no day": {"deadline": "2031-02-30T10:00"},
        "a title that is a number": {"title": 5},
        "urgency in words": {"is_urgent": "very"},
    }
    for what, change in bad.items():
        answer = m.alice.post("/api/tasks", m.task_form(**change))
        m.report.expect_error(f"3.4 POST tasks: 400 for {what}", answer, 400)


def deadlines(m: Market) -> None:
    expect_equal = m.report.expect_equal
    for sent, shown in DEADLINES.items():
        task = m.task(deadline=sent)
        expect_equal(f"1.8 the deadline {sent}", task["deadline"], shown)
        path = f"/api/tasks/{task['id']}"
        edited = m.alice.put(path, {"title": "Cits", "deadline": shown[:16]})
        back = edited.body["task"]["deadline"]
        expect_equal(f"1.8 the deadline {sent} edited as shown", back[:16], shown[:16])
        untouched = m.alice.put(path, {"title": "Vēl cits"}).body["task"]
        expect_equal(f"1.8 the deadline {sent} not sent", untouched["deadline"], back)
        seen = m.anyone.get(path).body["deadline"]
        expect_equal(f"1.8 the deadline {sent} read by another", seen, back)
    for nothing in (None, ""):
        task = m.task(deadline="2031-05-06T14:30")
        path = f"/api/tasks/{task['id']}"
        cleared = m.alice.put(path, {"deadline": nothing}).body["task"]
        expect_equal(
            f"3.4 PUT tasks/:id: deadline {nothing!r} clears", cleared["deadline"], None
        )
        posted = m.task(deadline=nothing)
        expect_equal(
            f"3.4 POST tasks: deadline {nothing!r} is none", posted["deadline"], None
        )


def editing(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    task = m.task()
    path = f"/api/tasks/{task['id']}"
    changes = {
        "title": "Salikt galdu",
        "description": "Viens galds",
        "category": "repair",
        "location": "Ogre",
        "latitude": NORTH_5_KM[0],
        "longitude": NORTH_5_KM[1],
        "budget": 60,
        "deadline": "2031-06-07T08:09",
        "priority": "high",
        "is_urgent": True,
    }
    saved = expect("3.4 PUT tasks/:id: 200", m.alice.put(path, changes), 200, WRITTEN)
    for field, value in changes.items():
        got = saved["task"][field]
        if field == "deadline":
            got = got[:16]
        if field == "budget":
            value = float(value)
        expect_equal(f"3.4 PUT tasks/:id: saves {field}", got, value)
    _not_editable(m, path, saved)


def _not_editable(m: Market, path: str, saved) -> None:
    expect_error, expect_equal = m.report.expect_error, m.report.expect_equal
    forged = {
        "id": 1,
        "creator_id": m.bob.id,
        "status": "completed",
        "assigned_to_id": m.bob.id,
        "created_at": "2001-01-01T00:00:00Z",
    }
    after = m.alice.put(path, forged).body["task"]
    for field in forged:
        expect_equal(
            f"3.4 PUT tasks/:id: {field} cannot be set",
            after[field],
            saved["task"][field],
        )
    free = m.alice.put(path, {"budget": None}).body["task"]
    expect_equal("3.4 PUT tasks/:id: no budget", free["budget"], None)
    expect_error(
        "3.4 PUT tasks/:id: 403 for another's", m.bob.put(path, {"title": "x"}), 403
    )
    bad = m.alice.put(path, {"deadline": "soon"})
    expect_error("3.4 PUT tasks/:id: 400 for a bad deadline", bad, 400)


def searching(m: Market) -> None:
    category = "moving"
    far = m.task(point=LIEPAJA, category=category)
    half = m.task(point=NORTH_30_KM, category=category)
    some = m.task(point=NORTH_12_KM, category=category)
    near = m.task(point=NORTH_5_KM, category=category)
    here = m.task(point=RIGA, category=category)
    newest = [task["id"] for task in (here, near, some, half, far)]
    path = f"/api/tasks?owner={m.alice.id}&category={category}"
    rows = m.report.expect_page(
        "3.4 GET tasks", m.anyone.get(path), "tasks", TASK_ANYWHERE
    )
    m.report.expect_equal(
        "3.4 GET tasks: newest first", [r["id"] for r in rows], newest
    )
    there = f"&latitude={RIGA[0]}&longitude={RIGA[1]}"
    radius_hints = {
        "": 2,
        "&radius=5.5": 2,
        "&radius=25": 3,
        "&radius=50": 4,
        "&radius=500": 5,
    }
    for radius, count in radius_hints.items():
        for status in ("", "&status=open"):
            query = f"{there}{radius}{status}"
            name = f"3.4 GET tasks near{radius}{status}"
            answer = m.anyone.get(path + query)
            rows = m.report.expect_page(name, answer, "tasks", TASK_NEAR)
            ids = [row["id"] for row in rows]
            m.report.expect_equal(f"{name}: nearest first", ids, newest[:count])
    for row in rows:
        length = haversine(RIGA, (row["latitude"], row["longitude"]))
        name = "2.4 distance is the haversine to the public point, 2 decimals"
        m.report.expect_equal(name, row["distance"], round(length, 2))
    _pages(m, path, some, there)
    _many_older_ones(m)
    half_a_place = m.anyone.get(f"{path}&latitude={RIGA[0]}")
    m.report.expect_page(
        "3.4 GET tasks: one coordinate is none", half_a_place, "tasks", TASK_ANYWHERE
    )
    only = m.task(title=f"Vienīgais {m.run}")
    found = m.anyone.get(f"/api/tasks?category=all&search={m.run}").body["tasks"]
    name = "3.4 GET tasks?category=all: no filter"
    m.report.expect_equal(name, [row["id"] for row in found], [only["id"]])
    states = {row["status"] for row in m.anyone.get("/api/tasks").body["tasks"]}
    m.report.expect_equal("3.4 GET tasks: open ones by default", states, {"open"})


def _pages(m: Market, path: str, some, there) -> None:
    first = m.anyone.get(f"{path}{there}&radius=50&per_page=1").body
    m.report.expect_equal("1.9 GET tasks: total counts what is near", first["total"], 4)
    third = m.anyone.get(f"{path}{there}&radius=50&per_page=1&page=3").body["tasks"]
    m.report.expect_equal(
        "1.9 GET tasks: the third nearest", [r["id"] for r in third], [some["id"]]
    )


def _many_older_ones(m: Market) -> None:
    """A near task is found although a page of newer tasks lies farther away."""
    category = "delivery"
    near = m.task(point=RIGA, category=category)
    for _ in range(21):
        m.task(point=LIEPAJA, category=category)
    there = f"&latitude={RIGA[0]}&longitude={RIGA[1]}"
    found = m.anyone.get(
        f"/api/tasks?owner={m.alice.id}&category={category}{there}"
    ).body
    name = "1.9 GET tasks: the radius comes before the page"
    m.report.expect_equal(
        name, [found["total"], [r["id"] for r in found["tasks"]]], [1, [near["id"]]]
    )
    whole = m.alice.get("/api/tasks/created").body
    m.report.expect_true(
        "1.9 GET tasks/created: all rows",
        len(whole["tasks"]) == whole["total"] > 20,
        whole["total"],
    )


def haversine(here, there) -> float:
    """Kilometres between two points, R = 6371."""
    lat1, lng1, lat2, lng2 = map(math.radians, (*here, *there))
    rise = math.sin((lat2 - lat1) / 2) ** 2
    run = math.sin((lng2 - lng1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(rise + math.cos(lat1) * math.cos(lat2) * run))


def privacy(m: Market) -> None:
    task = m.task(address="Brīvības iela 12-3")
    path = f"/api/tasks/{task['id']}"
    application = m.application(task)
    m.report.expect_equal(
        "0 the creator gets the exact point", _point(m.alice.get(path).body), RIGA
    )
    seen = _point(m.anyone.get(path).body)
    m.report.expect_true("0 a stranger gets the snapped point", seen != RIGA, seen)
    off = haversine(RIGA, seen)
    m.report.expect_true("0 the snapped point is near", 0 < off < 1, off)
    m.report.expect_equal(
        "0 an applicant gets the snapped point", _point(m.bob.get(path).body), seen
    )
    m.report.expect_equal(
        "0 a stranger reads no address", m.mallory.get(path).body.get("address"), None
    )
    listed = m.mallory.get(
        f"/api/tasks?owner={m.alice.id}&category=assembly&latitude={RIGA[0]}"
        f"&longitude={RIGA[1]}&per_page=100"
    ).body["tasks"]
    row = next(row for row in listed if row["id"] == task["id"])
    m.report.expect_equal(
        "0 distance is measured to the snapped point", row["distance"], round(off, 2)
    )
    _seen_by_the_worker(m, application, path, seen)


def _seen_by_the_worker(m: Market, application, path: str, seen) -> None:
    m.alice.post(f"{path}/applications/{application['id']}/accept")
    m.report.expect_equal(
        "0 the assigned worker gets the exact point", _point(m.bob.get(path).body), RIGA
    )
    m.report.expect_equal(
        "0 the assigned worker reads the address",
        m.bob.get(path).body["address"],
        "Brīvības iela 12-3",
    )
    m.report.expect_equal(
        "0 the exact point in tasks/my",
        _point(m.bob.get("/api/tasks/my").body["tasks"][0]),
        RIGA,
    )
    m.report.expect_equal(
        "0 everybody else still gets the snapped one",
        _point(m.mallory.get(path).body),
        seen,
    )


def _point(row: dict) -> tuple:
    return row["latitude"], row["longitude"]


SCENARIOS = (posting, deadlines, editing, searching, privacy)
