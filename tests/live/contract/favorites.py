"""§3.8: favorites."""

from tests.live.contract.market import Market
from tests.live.contract.shapes import FAVORITE, FAVORITE_ROW, ITEMS, MESSAGE
from tests.live.contract.value_checks import boolean, integer, nothing

SECTION = "3.8"
MARKED = MESSAGE | {"is_favorited": boolean, "favorite": FAVORITE}
UNMARKED = MESSAGE | {"is_favorited": boolean, "favorite": nothing}
COUNT = dict.fromkeys(("total", "tasks", "offerings", "listings"), integer)


def marking(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    items = {
        "task": m.task(deadline="2031-05-06T14:30"),
        "offering": m.offering(),
        "listing": m.listing(),
    }
    marks = {}
    for item_type, item in items.items():
        body = {"item_type": item_type, "item_id": item["id"]}
        answer = expect(
            f"3.8 POST favorites: a {item_type}",
            m.dace.post("/api/favorites", body),
            200,
            MARKED,
        )
        marks[item_type] = answer["favorite"]["id"]
        expect_equal(
            f"3.8 POST favorites: a {item_type} is marked",
            [
                answer["is_favorited"],
                answer["favorite"]["item_type"],
                answer["favorite"]["item_id"],
                answer["favorite"]["user_id"],
            ],
            [True, item_type, item["id"], m.dace.id],
        )
        off = expect(
            f"3.8 POST favorites: a {item_type} again",
            m.dace.post("/api/favorites", body),
            200,
            UNMARKED,
        )
        expect_equal(
            f"3.8 POST favorites: a {item_type} is unmarked", off["is_favorited"], False
        )
        marks[item_type] = m.dace.post("/api/favorites", body).body["favorite"]["id"]
    _refused_marks(m, items)
    _listing(m, items, marks)
    _checking(m, items)
    _unmarking(m, items, marks)


def _listing(m: Market, items: dict, marks) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    rows = m.report.expect_page(
        "3.8 GET favorites", m.dace.get("/api/favorites"), "favorites", FAVORITE_ROW
    )
    expect_equal(
        "3.8 GET favorites: newest first",
        [r["favorite_id"] for r in rows],
        [marks[k] for k in ("listing", "offering", "task")],
    )
    for item_type, item in items.items():
        answer = m.dace.get(f"/api/favorites?type={item_type}")
        row = FAVORITE_ROW | {"item": ITEMS[item_type]}
        some = m.report.expect_page(
            f"3.8 GET favorites?type={item_type}", answer, "favorites", row
        )
        expect_equal(
            f"3.8 GET favorites?type={item_type}: it alone",
            [r["item"]["id"] for r in some],
            [item["id"]],
        )
    count = expect(
        "3.8 GET favorites/count", m.dace.get("/api/favorites/count"), 200, COUNT
    )
    expect_equal(
        "3.8 GET favorites/count: each kind",
        count,
        {"total": 3, "tasks": 1, "offerings": 1, "listings": 1},
    )


def _refused_marks(m: Market, items: dict) -> None:
    expect_error = m.report.expect_error
    bad = (
        {},
        {"item_type": "task"},
        {"item_id": 1},
        {"item_type": "user", "item_id": 1},
        {"item_type": "task", "item_id": "x"},
    )
    for body in bad:
        expect_error(
            f"3.8 POST favorites: 400 for {body}",
            m.dace.post("/api/favorites", body),
            400,
        )
    for item_type in items:
        nothing_there = {"item_type": item_type, "item_id": 999_999_999}
        expect_error(
            f"3.8 POST favorites: 404 for no {item_type}",
            m.dace.post("/api/favorites", nothing_there),
            404,
        )


def _checking(m: Market, items: dict) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    path = "/api/favorites/check"
    own, other = items["listing"]["id"], m.listing()["id"]
    asked = f"listing:{own},listing:{other},task:{items['task']['id']},task:999999999"
    body = expect(
        "3.8 GET favorites/check",
        m.dace.get(f"{path}?items={asked}"),
        200,
        {"favorites": {}},
    )
    wanted = {
        f"listing:{own}": True,
        f"listing:{other}": False,
        f"task:{items['task']['id']}": True,
        "task:999999999": False,
    }
    expect_equal(
        "3.8 GET favorites/check: keys exactly as asked", body["favorites"], wanted
    )
    body = expect(
        "3.8 GET favorites/check: malformed pairs are skipped",
        m.dace.get(f"{path}?items=task,user:1,listing:x,:,listing:{own}"),
        200,
    )
    expect_equal(
        "3.8 GET favorites/check: the others are answered",
        body["favorites"],
        {f"listing:{own}": True},
    )
    for query in ("", "?items="):
        m.report.expect_error(
            f"3.8 GET favorites/check{query}: 400", m.dace.get(path + query), 400
        )
    _checking_one(m, other, own, path)


def _checking_one(m: Market, other, own, path: str) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    body = expect(
        "4 GET favorites/check?item_type&item_id",
        m.dace.get(f"{path}?item_type=listing&item_id={own}"),
        200,
        {"is_favorited": boolean, "favorites": {}},
    )
    expect_equal(
        "4 GET favorites/check: one item",
        [body["is_favorited"], body["favorites"]],
        [True, {f"listing:{own}": True}],
    )
    body = m.dace.get(f"{path}?item_type=listing&item_id={other}").body
    expect_equal(
        "4 GET favorites/check: one that is not marked",
        [body["is_favorited"], body["favorites"]],
        [False, {f"listing:{other}": False}],
    )


def _unmarking(m: Market, items: dict, marks: dict) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    path = f"/api/favorites/{marks['task']}"
    expect_error("3.8 DELETE favorites/:id: 404 for another's", m.bob.delete(path), 404)
    expect("3.8 DELETE favorites/:id: 200", m.dace.delete(path), 200, MESSAGE)
    expect_error("3.8 DELETE favorites/:id: 404 twice", m.dace.delete(path), 404)
    item = f"/api/favorites/item/offering/{items['offering']['id']}"
    expect_error(
        "3.8 DELETE favorites/item/…: 404 for another's", m.bob.delete(item), 404
    )
    expect("3.8 DELETE favorites/item/…: 200", m.dace.delete(item), 200, MESSAGE)
    expect_error("3.8 DELETE favorites/item/…: 404 twice", m.dace.delete(item), 404)
    m.alice.delete(f"/api/listings/{items['listing']['id']}")
    left = m.dace.get("/api/favorites").body
    expect_equal(
        "3.8 GET favorites: what is gone is left out and not counted",
        [left["favorites"], left["total"]],
        [[], 0],
    )
    count = m.dace.get("/api/favorites/count").body
    expect_equal(
        "3.8 GET favorites/count: what is gone is not counted", count["total"], 0
    )


SCENARIOS = (marking,)
