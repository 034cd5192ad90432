"""§3.7: reviews that the two parties of a task write."""

from tests.live.contract.market import Market, photo
from tests.live.contract.reviews import WRITTEN
from tests.live.contract.shapes import REVIEW, REVIEWER, TASK, WHOLE_REVIEW
from tests.live.contract.value_checks import nonblank, one_of

SECTION = "3.7"
MAY = {
    "can_review": one_of(True),
    "review_type": nonblank,
    "reviewee": REVIEWER,
    "task": TASK,
}
MAY_NOT = {"can_review": one_of(False), "reason": nonblank}


def of_tasks(m: Market) -> None:
    expect, expect_error, expect_equal = (
        m.report.expect,
        m.report.expect_error,
        m.report.expect_equal,
    )
    picture = m.bob.upload("me.png", photo()).body["url"]
    m.bob.put("/api/auth/profile", {"avatar_url": picture})
    unfinished = f"/api/reviews/task/{m.marked_done()['id']}"
    task = m.completed()
    path = f"/api/reviews/task/{task['id']}"
    _who_may(m, path, picture, unfinished)
    good = {"rating": 4, "content": "Labi padarīts"}
    _refused_reviews(m, good, path, unfinished)
    forged = good | {
        "reviewed_user_id": m.mallory.id,
        "reviewer_id": m.mallory.id,
        "review_type": "worker_review",
    }
    body = expect(
        "3.7 POST reviews/task/:id: 201", m.alice.post(path, forged), 201, WRITTEN
    )
    review = body["review"]
    expect_equal(
        "3.7 POST reviews/task/:id: the reviewee is the other party",
        [review["reviewer_id"], review["reviewed_user_id"]],
        [m.alice.id, m.bob.id],
    )
    expect_equal("2.8 review_type of the owner", review["review_type"], "client_review")
    expect_equal(
        "2.8 rating and content",
        [review["rating"], review["content"]],
        [4, good["content"]],
    )
    expect_equal("0 a review of a completed task is verified", review["verified"], True)
    back = expect(
        "3.7 POST reviews/task/:id: the other way, no words",
        m.bob.post(path, {"rating": 5, "content": ""}),
        201,
        WRITTEN,
    )["review"]
    expect_equal("2.8 review_type of the worker", back["review_type"], "worker_review")
    expect_error("3.7 POST reviews/task/:id: 409 twice", m.alice.post(path, good), 409)
    _read_again(m, back, path, picture, review)


def _who_may(m: Market, path: str, picture: str, unfinished: str) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    expect(
        "3.7 GET can-review: not completed",
        m.alice.get(f"{unfinished}/can-review"),
        200,
        MAY_NOT,
    )
    expect(
        "3.7 GET can-review: not involved",
        m.mallory.get(f"{path}/can-review"),
        200,
        MAY_NOT,
    )
    may = expect(
        "3.7 GET can-review: the owner", m.alice.get(f"{path}/can-review"), 200, MAY
    )
    expect_equal(
        "3.7 GET can-review: the worker is reviewed",
        [may["reviewee"]["id"], may["review_type"]],
        [m.bob.id, "client_review"],
    )
    face = may["reviewee"]["profile_picture_url"] or ""
    m.report.expect_true(
        "2.8 profile_picture_url falls back to avatar_url", face.endswith(picture), face
    )
    may = expect(
        "3.7 GET can-review: the worker", m.bob.get(f"{path}/can-review"), 200, MAY
    )
    expect_equal(
        "3.7 GET can-review: the owner is reviewed",
        [may["reviewee"]["id"], may["review_type"]],
        [m.alice.id, "worker_review"],
    )


def _refused_reviews(m: Market, good, path: str, unfinished: str) -> None:
    expect_error = m.report.expect_error
    expect_error(
        "3.7 POST reviews/task/:id: 409 before it is completed",
        m.alice.post(unfinished, good),
        409,
    )
    expect_error(
        "3.7 POST reviews/task/:id: 403 for a stranger", m.mallory.post(path, good), 403
    )
    for rating in (0, 6, 4.5, "5", None, True):
        expect_error(
            f"3.7 POST reviews/task/:id: 400 for rating {rating!r}",
            m.alice.post(path, {"rating": rating, "content": ""}),
            400,
        )
    expect_error(
        "3.7 POST reviews/task/:id: 400 without rating",
        m.alice.post(path, {"content": ""}),
        400,
    )


def _read_again(m: Market, back, path: str, picture: str, review) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    done = expect(
        "3.7 GET can-review: done already",
        m.alice.get(f"{path}/can-review"),
        200,
        MAY_NOT | {"existing_review": REVIEW},
    )
    expect_equal(
        "3.7 GET can-review: existing_review is one's own",
        done["existing_review"]["id"],
        review["id"],
    )
    rows = m.report.expect_page(
        "3.7 GET reviews/task/:id", m.anyone.get(path), "reviews", WHOLE_REVIEW
    )
    expect_equal(
        "3.7 GET reviews/task/:id: newest first",
        [r["id"] for r in rows],
        [back["id"], review["id"]],
    )
    face = rows[0]["reviewer"]["profile_picture_url"] or ""
    m.report.expect_true(
        "2.8 the reviewer's picture is a full address",
        face.startswith("http") and face.endswith(picture),
        face,
    )
    _shown_everywhere(m)


def _shown_everywhere(m: Market) -> None:
    expect_equal = m.report.expect_equal
    own = m.report.expect_page(
        "3.1 GET users/:id/reviews",
        m.anyone.get(f"/api/auth/users/{m.bob.id}/reviews"),
        "reviews",
        REVIEW,
    )
    expect_equal(
        "2.8 reviewer_name is the username",
        own[0]["reviewer_name"],
        m.alice.user["username"],
    )
    rated = m.offering(m.bob)
    shown = m.anyone.get(f"/api/offerings/{rated['id']}").body
    expect_equal(
        "2.6 creator_rating and count are real",
        [float(shown["creator_rating"]), shown["creator_review_count"]],
        [4.0, 1],
    )
    m.report.expect_true(
        "2.6 creator_avatar is a full address",
        (shown["creator_avatar"] or "").startswith("http"),
        shown["creator_avatar"],
    )
    m.report.expect_true(
        "2.6 creator_completed_tasks is real",
        shown["creator_completed_tasks"] >= 1,
        shown,
    )
    profile = m.bob.get("/api/auth/profile").body
    expect_equal(
        "2.1 average_rating and reviews_count",
        [profile["average_rating"], profile["reviews_count"]],
        [4.0, 1],
    )
    seller = m.listing(m.bob)
    info = m.anyone.get(f"/api/listings/{seller['id']}").body["seller_info"]
    expect_equal(
        "2.3 seller_info has the real average",
        [info["average_rating"], info["reviews_count"]],
        [4.0, 1],
    )


SCENARIOS = (of_tasks,)
