"""§3.1 and §3.9: registration, sign-in, profiles and helpers."""

from tests.live.contract.market import (
    LIEPAJA,
    NORTH_5_KM,
    NORTH_30_KM,
    RIGA,
    Market,
    photo,
)
from tests.live.contract.shapes import (
    CATEGORY,
    HELPER,
    HELPER_NEAR,
    PUBLIC_USER,
    SIGNED_IN,
    USER,
)
from tests.live.contract.value_checks import nonblank

SECTION = "3.1"

FORM = {
    "first_name": "Dace",
    "last_name": "Ozola",
    "bio": "Rokas vietā",
    "phone": "+371 21111111",
    "city": "Rīga",
    "country": "Latvija",
}
TASK_CATEGORIES = {
    *("cleaning", "moving", "assembly", "repair", "plumbing", "electrical"),
    *("painting", "outdoor", "car-wash", "snow-removal", "pet-care", "babysitting"),
    *("elderly-care", "delivery", "shopping", "errands", "tutoring", "tech-help"),
    *("photography", "translation", "events", "music", "fitness", "beauty", "other"),
}
LISTING_CATEGORIES = {
    *("electronics", "vehicles", "property", "furniture", "clothing", "sports"),
    *("fashion", "home", "kids", "other"),
}


def joining(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    form = m.newcomer("dace", first_name="Dace", last_name="Ozola", is_staff=True)
    answer = m.anyone.post("/api/auth/register", form | {"is_verified": True})
    body = expect("3.1 POST register: 201, signed in", answer, 201, SIGNED_IN)
    user = body["user"]
    for field in ("username", "email", "phone", "first_name", "last_name"):
        expect_equal(f"3.1 POST register: keeps {field}", user[field], form[field])
    expect_equal(
        "3.1 POST register: token is access_token", body["token"], body["access_token"]
    )
    expect_equal(
        "3.1 POST register: nobody verifies oneself", user["is_verified"], False
    )
    expect_equal("2.1 user_type by default", user["user_type"], "both")
    expect_equal(
        "2.1 a newcomer has no reviews",
        [user["reviews_count"], user["average_rating"]],
        [0, None],
    )
    dace = m.anyone.with_token(body["token"], user)
    expect(
        "3.1 POST register: the token works", dace.get("/api/auth/profile"), 200, USER
    )
    _refused_newcomers(m, form)
    _signing_in(m, form)
    m.dace = dace


def _refused_newcomers(m: Market, form) -> None:
    expect_error = m.report.expect_error
    for field in ("username", "email", "password"):
        partial = {k: v for k, v in m.newcomer("eva").items() if k != field}
        expect_error(
            f"3.1 POST register: 400 without {field}",
            m.anyone.post("/api/auth/register", partial),
            400,
        )
    taken = {
        "username": m.newcomer("eva") | {"username": form["username"].upper()},
        "email": m.newcomer("eva") | {"email": form["email"].upper()},
    }
    for field, again in taken.items():
        expect_error(
            f"3.1 POST register: 409 for a taken {field}",
            m.anyone.post("/api/auth/register", again),
            409,
        )
    weak = m.newcomer("eva", password="abc123")
    expect_error(
        "3.1 POST register: 400 for a weak password",
        m.anyone.post("/api/auth/register", weak),
        400,
    )


def _signing_in(m: Market, form: dict) -> None:
    path = "/api/auth/login"
    pair = {"email": form["email"], "password": form["password"]}
    answer = m.anyone.post(path, pair)
    m.report.expect("3.1 POST login: 200", answer, 200, SIGNED_IN)
    m.report.expect_equal(
        "3.1 POST login: phone is stored", answer.body["user"]["phone"], form["phone"]
    )
    upper = pair | {"email": form["email"].upper()}
    m.report.expect(
        "3.1 POST login: case of the e-mail", m.anyone.post(path, upper), 200
    )
    for field in pair:
        one = {k: v for k, v in pair.items() if k != field}
        m.report.expect_error(
            f"3.1 POST login: 400 without {field}", m.anyone.post(path, one), 400
        )
    wrong = pair | {"password": "not-the-password"}
    m.report.expect_error(
        "3.1 POST login: 401 for a wrong password", m.anyone.post(path, wrong), 401
    )
    unknown = pair | {"email": f"nobody.{m.run}@example.com"}
    m.report.expect_error(
        "3.1 POST login: 401 for an unknown e-mail", m.anyone.post(path, unknown), 401
    )
    pair = m.anyone.post("/api/auth/refresh", {"refresh": answer.body["refresh"]})
    m.report.expect(
        "0 POST auth/refresh trades the refresh token",
        pair,
        200,
        {"token": nonblank, "refresh": nonblank},
    )


def profile(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    dace, path = m.dace, "/api/auth/profile"
    before = expect("3.1 GET profile: flat and whole", dace.get(path), 200, USER)
    avatar = dace.upload("me.png", photo()).body["url"]
    form = FORM | {"avatar_url": avatar}
    saved = expect(
        "3.1 PUT profile: the whole user",
        dace.put(path, form),
        200,
        {"message": nonblank, "user": USER},
    )
    for field, value in FORM.items():
        expect_equal(f"3.1 PUT profile: saves {field}", saved["user"][field], value)
    shown = saved["user"]["avatar_url"] or ""
    m.report.expect_true(
        "3.1 PUT profile: saves avatar_url", shown.endswith(avatar), shown
    )
    again = dace.put(path, FORM | {"avatar_url": shown}).body["user"]
    expect_equal(
        "3.1 PUT profile: avatar_url as it was shown", again["avatar_url"], shown
    )
    for field in ("average_rating", "reviews_count", "created_at"):
        expect_equal(
            f"3.1 PUT profile: {field} as in GET", saved["user"][field], before[field]
        )
    expect_equal("3.1 GET profile: what PUT answered", dace.get(path).body, again)
    expect_equal(
        "3.1 PUT profile: {} changes nothing",
        dace.put(path, {}).body["user"] | {"updated_at": ""},
        again | {"updated_at": ""},
    )
    _what_stays(m, before, path, shown)
    _helping(m, dace)
    partial = dace.put(path, {"city": "Ogre"}).body["user"]
    expect_equal(
        "4 PUT profile with one field",
        [partial["city"], partial["skills"]],
        ["Ogre", "skapji,plaukti"],
    )


def _what_stays(m: Market, before, path: str, shown) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    blank = dict.fromkeys(FORM, "")
    emptied = expect("3.1 PUT profile: empty strings", m.dace.put(path, blank), 200)
    expect_equal(
        "3.1 PUT profile: an empty string clears", emptied["user"]["city"] or "", ""
    )
    expect_equal(
        "3.1 PUT profile: what is not sent stays", emptied["user"]["avatar_url"], shown
    )
    forged = {
        "email": "x@example.com",
        "username": "root",
        "is_verified": True,
        "id": 1,
        "is_staff": True,
        "average_rating": 5,
        "tasks_completed": 9,
    }
    ignored = expect(
        "3.1 PUT profile: other keys are ignored", m.dace.put(path, forged), 200
    )["user"]
    for field in (
        "email",
        "username",
        "is_verified",
        "id",
        "average_rating",
        "tasks_completed",
    ):
        expect_equal(
            f"3.1 PUT profile: {field} cannot be set", ignored[field], before[field]
        )
    web = "https://ui-avatars.com/api/" + "a" * 228
    outside = m.dace.put(path, {"avatar_url": web, "profile_picture_url": web}).body[
        "user"
    ]
    expect_equal(
        "3.1 PUT profile: an avatar from elsewhere, 255 characters",
        outside["avatar_url"],
        web,
    )
    expect_equal(
        "3.1 PUT profile: profile_picture_url", outside["profile_picture_url"], web
    )


def _helping(m: Market, dace) -> None:
    expect_equal, path = m.report.expect_equal, "/api/auth/profile"
    joined = {
        "is_helper": True,
        "skills": "skapji,plaukti",
        "helper_categories": f"{m.trade},repair",
        "hourly_rate": 12.5,
        "latitude": RIGA[0],
        "longitude": RIGA[1],
    }
    user = m.report.expect(
        "3.1 PUT profile: skills as a string",
        dace.put(path, joined),
        200,
        {"user": USER},
    )["user"]
    for field, value in joined.items():
        expect_equal(f"3.1 PUT profile: saves {field}", user[field], value)
    listed = {
        "skills": ["skapji", "plaukti"],
        "helper_categories": [m.trade, "repair"],
    }
    user = m.report.expect(
        "3.1 PUT profile: skills as an array",
        dace.put(path, listed),
        200,
        {"user": USER},
    )["user"]
    expect_equal(
        "2.1 skills stand comma-separated in one's own profile",
        user["skills"],
        "skapji,plaukti",
    )
    public = m.anyone.get(f"/api/auth/users/{dace.id}").body
    expect_equal(
        "2.2 skills are an array in public", public["skills"], ["skapji", "plaukti"]
    )
    expect_equal(
        "2.2 helper_categories are an array in public",
        public["helper_categories"],
        [m.trade, "repair"],
    )
    expect_equal("2.2 hourly_rate is a number", public["hourly_rate"], 12.5)


def public_people(m: Market) -> None:
    answer = m.anyone.get(f"/api/auth/users/{m.carol.id}")
    body = m.report.expect(
        "3.1 GET users/:id: public, no e-mail, no phone", answer, 200, PUBLIC_USER
    )
    m.report.expect_equal(
        "2.2 completion_rate is 0 without data", float(body["completion_rate"]), 0.0
    )
    m.report.expect_true(
        "3.1 GET users/:id: no e-mail anywhere", b"@example.com" not in answer.content
    )
    reviews = m.anyone.get(f"/api/auth/users/{m.carol.id}/reviews")
    rows = m.report.expect_page(
        "3.1 GET users/:id/reviews: empty", reviews, "reviews", {}
    )
    m.report.expect_equal("3.1 GET users/:id/reviews: nobody wrote any", rows, [])


def helpers(m: Market) -> None:
    path = f"/api/helpers?category={m.trade}"
    m.bob.put("/api/auth/profile", _helper(m, NORTH_5_KM))
    m.carol.put("/api/auth/profile", _helper(m, NORTH_30_KM))
    m.mallory.put("/api/auth/profile", _helper(m, LIEPAJA, helper_categories=["other"]))
    rows = m.report.expect_page(
        "3.9 GET helpers: without a place", m.anyone.get(path), "helpers", HELPER
    )
    found = {row["id"] for row in rows}
    m.report.expect_equal(
        "3.9 GET helpers: category is honoured",
        found,
        {m.dace.id, m.bob.id, m.carol.id},
    )
    here = f"&latitude={RIGA[0]}&longitude={RIGA[1]}"
    near = m.anyone.get(path + here)
    rows = m.report.expect_page("3.9 GET helpers: near", near, "helpers", HELPER_NEAR)
    ids = [row["id"] for row in rows]
    m.report.expect_equal(
        "3.9 GET helpers: nearest first, 50 km by default",
        ids,
        [m.dace.id, m.bob.id, m.carol.id],
    )
    close = m.anyone.get(f"{path}{here}&radius=10").body
    m.report.expect_equal("3.9 GET helpers: radius before paging", close["total"], 2)
    beside = m.anyone.get(f"{path}{here}&radius=10&per_page=1&page=2").body
    m.report.expect_equal(
        "3.9 GET helpers: the second page of it",
        [r["id"] for r in beside["helpers"]],
        [m.bob.id],
    )
    exact = next(row for row in rows if row["id"] == m.dace.id)
    hidden = (exact["latitude"], exact["longitude"]) != RIGA
    m.report.expect_true("0 a helper's exact point is nobody's business", hidden, RIGA)
    m.report.expect_true(
        "3.9 GET helpers: no e-mail", b"@example.com" not in near.content
    )


def _helper(m: Market, point, **more) -> dict:
    where = {"latitude": point[0], "longitude": point[1]}
    return {"is_helper": True, "helper_categories": [m.trade]} | where | more


def categories(m: Market) -> None:
    answer = m.anyone.get("/api/categories")
    shape = {item_type: [CATEGORY] for item_type in ("listings", "tasks", "offerings")}
    body = m.report.expect(
        "0 GET categories: names in three languages", answer, 200, shape
    )
    for item_type, slugs in (
        ("tasks", TASK_CATEGORIES),
        ("offerings", TASK_CATEGORIES),
        ("listings", LISTING_CATEGORIES),
    ):
        known = {row["slug"] for row in body[item_type]}
        m.report.expect_equal(
            f"3.5 the categories of {item_type} are known", sorted(slugs - known), []
        )


SCENARIOS = (joining, profile, public_people, helpers, categories)
