"""§3.5: offerings."""

from tests.live.contract.market import LIEPAJA, NORTH_12_KM, NORTH_30_KM, RIGA, Market
from tests.live.contract.shapes import (
    MESSAGE,
    OFFERING,
    OFFERING_ANYWHERE,
    OFFERING_NEAR,
)
from tests.live.contract.value_checks import integer

SECTION = "3.5"
WRITTEN = MESSAGE | {"offering": OFFERING}


def posting(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    form = m.offering_form()
    forged = {
        "id": 1,
        "creator_id": m.alice.id,
        "status": "closed",
        "contact_count": 99,
        "creator_rating": 5,
    }
    answer = m.bob.post("/api/offerings", form | forged)
    offering = expect("3.5 POST offerings: 201", answer, 201, WRITTEN)["offering"]
    for field, value in form.items():
        wanted = float(value) if type(value) is int else value
        expect_equal(f"3.5 POST offerings: keeps {field}", offering[field], wanted)
    expect_equal(
        "3.5 POST offerings: the creator is the token's user",
        offering["creator_id"],
        m.bob.id,
    )
    expect_equal("3.5 POST offerings: begins active", offering["status"], "active")
    expect_equal(
        "3.5 POST offerings: nobody counts own contacts", offering["contact_count"], 0
    )
    least = {
        key: value
        for key, value in form.items()
        if key in {"title", "description", "category", "latitude", "longitude"}
    }
    answer = m.carol.post("/api/offerings", least)
    plain = expect("4 POST offerings without location", answer, 201, WRITTEN)[
        "offering"
    ]
    expect_equal("4 POST offerings: location is empty then", plain["location"], "")
    given = [plain["price"], plain["price_type"], float(plain["service_radius"])]
    expect_equal(
        "2.6 price, price_type, service_radius by default",
        given,
        [None, "hourly", 25.0],
    )
    expect_equal(
        "2.6 creator_rating is 0 without reviews",
        [float(plain["creator_rating"]), plain["creator_review_count"]],
        [0.0, 0],
    )
    _refused_forms(m, form)
    _changing(m, offering)


def _refused_forms(m: Market, form) -> None:
    expect_error, expect_equal = m.report.expect_error, m.report.expect_equal
    for price_type in ("hourly", "fixed", "negotiable"):
        stored = m.offering(price_type=price_type)["price_type"]
        expect_equal(f"2.6 price_type {price_type}", stored, price_type)
    for field in ("title", "description", "category", "latitude", "longitude"):
        partial = {k: v for k, v in form.items() if k != field}
        expect_error(
            f"3.5 POST offerings: 400 without {field}",
            m.bob.post("/api/offerings", partial),
            400,
        )
    bad = {
        "an unknown price_type": {"price_type": "daily"},
        "a price below 0": {"price": -1},
        "a radius in words": {"service_radius": "far"},
    }
    for what, change in bad.items():
        refused = m.bob.post("/api/offerings", m.offering_form(**change))
        expect_error(f"3.5 POST offerings: 400 for {what}", refused, 400)


def _changing(m: Market, offering: dict) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    path = f"/api/offerings/{offering['id']}"
    expect(
        "3.5 GET offerings/:id: flat, public",
        m.anyone.get(path),
        200,
        OFFERING_ANYWHERE,
    )
    changes = {
        "title": "Plauktu montāža",
        "price": None,
        "price_type": "negotiable",
        "service_radius": 12.5,
        "location": "Ogre",
        "availability": "",
        "currency": "EUR",
        "images": "",
    }
    body = expect("3.5 PUT offerings/:id: 200", m.bob.put(path, changes), 200, WRITTEN)
    for field, value in changes.items():
        expect_equal(
            f"3.5 PUT offerings/:id: saves {field}", body["offering"][field], value
        )
    expect_equal(
        "3.5 PUT offerings/:id: what is not sent stays",
        body["offering"]["experience"],
        "5 gadi",
    )
    expect_error(
        "3.5 PUT offerings/:id: 403 for another's",
        m.alice.put(path, {"title": "x"}),
        403,
    )
    _pausing(m, offering, path)


def _pausing(m: Market, offering, path: str) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    for verb, status in (("pause", "paused"), ("activate", "active")):
        expect_error(
            f"3.5 POST {verb}: 403 for another's", m.alice.post(f"{path}/{verb}"), 403
        )
        answer = expect(
            f"1.2 POST {verb} without body or Content-Type",
            m.bob.post(f"{path}/{verb}"),
            200,
            WRITTEN,
        )
        expect_equal(
            f"3.5 POST {verb}: is {status}", answer["offering"]["status"], status
        )
    m.bob.post(f"{path}/pause")
    body = expect(
        "3.5 GET offerings/:id: any status", m.anyone.get(path), 200, OFFERING
    )
    expect_equal("3.5 GET offerings/:id: a paused one", body["status"], "paused")
    active = m.bob.get(
        f"/api/offerings?owner={m.bob.id}&category=assembly&status=active&per_page=100"
    ).body
    expect_equal(
        "3.5 GET offerings: a paused one is not active",
        offering["id"] in {o["id"] for o in active["offerings"]},
        False,
    )
    expect_error(
        "3.5 DELETE offerings/:id: 403 for another's", m.alice.delete(path), 403
    )
    expect("3.5 DELETE offerings/:id: 200", m.bob.delete(path), 200, MESSAGE)
    expect_error("3.5 DELETE offerings/:id: gone", m.anyone.get(path), 404)


def searching(m: Market) -> None:
    category = "photography"
    far = m.offering(point=LIEPAJA, category=category)
    half = m.offering(point=NORTH_30_KM, category=category)
    near = m.offering(point=NORTH_12_KM, category=category)
    here = m.offering(point=RIGA, category=category)
    newest = [row["id"] for row in (here, near, half, far)]
    path = f"/api/offerings?owner={m.bob.id}&category={category}"
    rows = m.report.expect_page(
        "3.5 GET offerings", m.anyone.get(path), "offerings", OFFERING_ANYWHERE
    )
    m.report.expect_equal(
        "3.5 GET offerings: newest first", [r["id"] for r in rows], newest
    )
    there = f"&latitude={RIGA[0]}&longitude={RIGA[1]}"
    radius_hints = {
        "": 2,
        "&radius=10": 1,
        "&radius=50&status=active&per_page=6": 3,
        "&radius=500": 4,
    }
    for query, count in radius_hints.items():
        name = f"3.5 GET offerings near{query}"
        rows = m.report.expect_page(
            name, m.anyone.get(path + there + query), "offerings", OFFERING_NEAR
        )
        m.report.expect_equal(
            f"{name}: nearest first", [r["id"] for r in rows], newest[:count]
        )
    _own(m, here, near, newest, path)


def _own(m: Market, here, near, newest, path: str) -> None:
    mine = m.bob.get(f"/api/offerings/{here['id']}").body
    m.report.expect_equal(
        "0 the creator gets the exact point of an offering",
        (mine["latitude"], mine["longitude"]),
        RIGA,
    )
    seen = m.anyone.get(f"/api/offerings/{here['id']}").body
    m.report.expect_true(
        "0 a stranger gets the snapped point of an offering",
        (seen["latitude"], seen["longitude"]) != RIGA,
    )
    m.bob.post(f"/api/offerings/{near['id']}/pause")
    hidden = m.anyone.get(f"{path}&status=paused").body["offerings"]
    m.report.expect_equal("0 others' paused offerings are not listed", hidden, [])
    answer = m.bob.get("/api/offerings/my")
    rows = m.report.expect_page("3.5 GET offerings/my", answer, "offerings", OFFERING)
    m.report.expect_equal(
        "3.5 GET offerings/my: newest first, all statuses",
        [r["id"] for r in rows][:4],
        newest,
    )
    m.report.expect_equal(
        "3.5 GET offerings/my: page 1, all rows",
        [answer.body["page"], answer.body["total"]],
        [1, len(rows)],
    )
    m.report.expect_true(
        "3.5 GET offerings/my: a paused one",
        {"paused", "active"} <= {r["status"] for r in rows},
    )
    m.report.expect_equal(
        "3.5 GET offerings/my: mine alone", {r["creator_id"] for r in rows}, {m.bob.id}
    )


def contacting(m: Market) -> None:
    offering = m.offering()
    path = f"/api/offerings/{offering['id']}"
    contact = f"{path}/contact"
    shape = MESSAGE | {"conversation_id": integer}
    first = m.report.expect(
        "3.5 POST contact: 201",
        m.alice.post(contact, {"message": "Labdien!"}),
        201,
        shape,
    )
    m.report.expect(
        "3.5 POST contact without a body", m.carol.post(contact), 201, shape
    )
    m.report.expect_equal(
        "3.5 POST contact: is counted", m.anyone.get(path).body["contact_count"], 2
    )
    m.report.expect_error(
        "3.5 POST contact: 400 for one's own", m.bob.post(contact, {}), 400
    )
    m.report.expect_error(
        "3.5 POST contact: 404 for nothing",
        m.alice.post("/api/offerings/999999999/contact", {}),
        404,
    )
    messages = m.bob.get(
        f"/api/messages/conversations/{first['conversation_id']}/messages"
    )
    last = messages.body["messages"][-1]["content"]
    m.report.expect_equal("3.5 POST contact: writes to the provider", last, "Labdien!")


SCENARIOS = (posting, searching, contacting)
