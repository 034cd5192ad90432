"""§3.7: reviews of people, and ratings."""

from tests.live.contract.market import Market
from tests.live.contract.shapes import (
    MESSAGE,
    REVIEW,
    REVIEW_AND_REVIEWER,
    STATS,
    WHOLE_REVIEW,
)
from tests.live.contract.value_checks import integer

SECTION = "3.7"
WRITTEN = MESSAGE | {"review": REVIEW_AND_REVIEWER, "id": integer}


def of_people(m: Market) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    free = {"reviewed_user_id": m.carol.id, "rating": 5, "content": "Uzticama"}
    before = m.anyone.get(f"/api/auth/users/{m.carol.id}").body
    body = expect(
        "3.7 POST reviews: 201, id at top level",
        m.mallory.post("/api/reviews", free),
        201,
        WRITTEN,
    )
    expect_equal(
        "3.7 POST reviews: id is the review's", body["id"], body["review"]["id"]
    )
    expect_equal("0 a free review is not verified", body["review"]["verified"], False)
    expect_equal("2.8 review_type of a free one", body["review"]["review_type"], None)
    forged = free | {
        "verified": True,
        "reviewer_id": m.bob.id,
        "review_type": "client_review",
    }
    other = expect(
        "3.7 POST reviews: nobody verifies own words",
        m.dace.post("/api/reviews", forged),
        201,
        WRITTEN,
    )["review"]
    expect_equal(
        "0 a review is passed off as nothing it is not",
        [other["verified"], other["reviewer_id"], other["review_type"]],
        [False, m.dace.id, None],
    )
    expect_error(
        "0 POST reviews: once for each pair of people",
        m.mallory.post("/api/reviews", free),
        409,
    )
    _refused_words(m, free)
    after = m.anyone.get(f"/api/auth/users/{m.carol.id}").body
    expect_equal(
        "2.2 average_rating after two reviews",
        [before["reviews_count"], after["reviews_count"], after["average_rating"]],
        [0, 2, 5.0],
    )
    _about_deals(m)
    _changing(m, body["id"])


def _refused_words(m: Market, free) -> None:
    expect_error = m.report.expect_error
    expect_error(
        "3.7 POST reviews: 400 for oneself", m.carol.post("/api/reviews", free), 400
    )
    expect_error(
        "3.7 POST reviews: 404 for nobody",
        m.mallory.post("/api/reviews", free | {"reviewed_user_id": 999_999_999}),
        404,
    )
    for field in ("reviewed_user_id", "rating"):
        partial = {k: v for k, v in free.items() if k != field}
        expect_error(
            f"3.7 POST reviews: 400 without {field}",
            m.bob.post("/api/reviews", partial),
            400,
        )
    for rating in (0, 6, 3.5):
        expect_error(
            f"3.7 POST reviews: 400 for rating {rating}",
            m.bob.post("/api/reviews", free | {"rating": rating}),
            400,
        )


def _about_deals(m: Market) -> None:
    task = m.completed()
    about = {
        "reviewed_user_id": m.bob.id,
        "rating": 5,
        "content": "",
        "task_id": task["id"],
    }
    body = m.report.expect(
        "3.7 POST reviews with task_id",
        m.alice.post("/api/reviews", about),
        201,
        WRITTEN,
    )
    m.report.expect_equal(
        "3.7 POST reviews with task_id: about it",
        [body["review"]["task_id"], body["review"]["verified"]],
        [task["id"], True],
    )
    stranger = m.mallory.post("/api/reviews", about)
    m.report.expect_error(
        "3.7 POST reviews with another's task_id", stranger, (400, 403, 404)
    )
    listing = m.listing(m.bob)
    sold = {
        "reviewed_user_id": m.bob.id,
        "rating": 3,
        "content": "",
        "listing_id": listing["id"],
    }
    body = m.report.expect(
        "3.7 POST reviews with listing_id",
        m.mallory.post("/api/reviews", sold),
        201,
        WRITTEN,
    )
    m.report.expect_equal(
        "3.7 POST reviews with listing_id: about it",
        body["review"]["listing_id"],
        listing["id"],
    )
    rows = m.anyone.get(f"/api/reviews?listing_id={listing['id']}").body
    m.report.expect_equal(
        "3.7 GET reviews?listing_id", [r["id"] for r in rows], [body["id"]]
    )
    rows = m.anyone.get(f"/api/reviews?task_id={task['id']}").body
    m.report.expect_equal(
        "3.7 GET reviews?task_id", {r["task_id"] for r in rows}, {task["id"]}
    )


def _changing(m: Market, review: int) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    path = f"/api/reviews/{review}"
    expect("3.7 GET reviews/:id", m.anyone.get(path), 200, REVIEW_AND_REVIEWER)
    body = expect(
        "3.7 PUT reviews/:id: 200",
        m.mallory.put(path, {"rating": 2, "content": "Vēlāk"}),
        200,
        MESSAGE | {"review": REVIEW},
    )
    expect_equal(
        "3.7 PUT reviews/:id: saves both",
        [body["review"]["rating"], body["review"]["content"]],
        [2, "Vēlāk"],
    )
    body = expect(
        "3.7 PUT reviews/:id: content alone",
        m.mallory.put(path, {"content": ""}),
        200,
        MESSAGE | {"review": REVIEW},
    )
    expect_equal("3.7 PUT reviews/:id: the rating stays", body["review"]["rating"], 2)
    expect_error(
        "3.7 PUT reviews/:id: 403 for another's", m.bob.put(path, {"rating": 1}), 403
    )
    expect_error(
        "3.7 PUT reviews/:id: 400 for a bad rating",
        m.mallory.put(path, {"rating": 9}),
        400,
    )
    _listed(m, review)
    expect_error("3.7 DELETE reviews/:id: 403 for another's", m.bob.delete(path), 403)
    expect("3.7 DELETE reviews/:id: 200", m.mallory.delete(path), 200, MESSAGE)
    expect_error("3.7 DELETE reviews/:id: gone", m.anyone.get(path), 404)
    after = m.anyone.get(f"/api/auth/users/{m.carol.id}").body
    expect_equal(
        "2.2 average_rating follows",
        [after["reviews_count"], after["average_rating"]],
        [1, 5.0],
    )


def _listed(m: Market, review) -> None:
    expect_equal = m.report.expect_equal
    about = f"/api/reviews?reviewed_user_id={m.carol.id}"
    listed = m.anyone.get(about)
    rows = m.report.expect_page(
        "3.7 GET reviews: a bare array", listed, None, WHOLE_REVIEW
    )
    expect_equal(
        "3.7 GET reviews: newest first",
        [r["id"] for r in rows],
        sorted((r["id"] for r in rows), reverse=True),
    )
    expect_equal(
        "3.7 GET reviews?reviewed_user_id",
        {r["reviewed_user_id"] for r in rows},
        {m.carol.id},
    )
    good = m.anyone.get(f"{about}&rating_min=3").body
    expect_equal("3.7 GET reviews?rating_min", [r["rating"] for r in good], [5])
    mine = m.anyone.get(f"{about}&reviewer_id={m.mallory.id}").body
    expect_equal("3.7 GET reviews?reviewer_id", [r["id"] for r in mine], [review])
    _stats(m)


def _stats(m: Market) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    stats = expect(
        "3.7 GET reviews/user/:id/stats",
        m.anyone.get(f"/api/reviews/user/{m.carol.id}/stats"),
        200,
        STATS,
    )
    expect_equal(
        "3.7 GET stats: the sums",
        [stats["user_id"], stats["total_reviews"], stats["average_rating"]],
        [m.carol.id, 2, 3.5],
    )
    expect_equal(
        "3.7 GET stats: star by star",
        stats["rating_breakdown"],
        {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1},
    )
    expect_equal(
        "3.7 GET stats: no role yet", stats["as_worker"], {"count": 0, "average": None}
    )
    roles = m.anyone.get(f"/api/reviews/user/{m.bob.id}/stats").body
    expect_equal(
        "3.7 GET stats: as_worker",
        [
            roles["as_worker"]["count"],
            roles["as_worker"]["average"],
            roles["as_client"]["count"],
        ],
        [2, 4.5, 0],
    )
    expect_error(
        "3.7 GET stats: 404 for nobody",
        m.anyone.get("/api/reviews/user/999999999/stats"),
        404,
    )


SCENARIOS = (of_people,)
