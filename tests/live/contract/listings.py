"""§3.2 and §3.3: listings and their pictures."""

from tests.live.contract.market import RIGA, Market
from tests.live.contract.shapes import LISTING, LISTING_DETAIL, MESSAGE

SECTION = "3.2"

WRITTEN = {"message": MESSAGE["message"], "listing": LISTING}


def posting(m: Market) -> None:
    expect, expect_equal = m.report.expect, m.report.expect_equal
    form = m.listing_form(
        subcategory="pilsētas",
        condition="like_new",
        is_negotiable=True,
        latitude=RIGA[0],
        longitude=RIGA[1],
    )
    forged = {
        "id": 1,
        "seller_id": m.bob.id,
        "user_id": m.bob.id,
        "views_count": 999,
        "is_featured": True,
        "status": "sold",
        "created_at": "2001-01-01T00:00:00Z",
    }
    answer = m.alice.post("/api/listings", form | forged)
    listing = expect("3.2 POST listings: 201", answer, 201, WRITTEN)["listing"]
    for field, value in form.items():
        expect_equal(f"3.2 POST listings: keeps {field}", listing[field], value)
    expect_equal(
        "3.2 POST listings: the seller is the token's user",
        [listing["seller_id"], listing["user_id"]],
        [m.alice.id] * 2,
    )
    expect_equal(
        "3.2 POST listings: nobody counts own views", listing["views_count"], 0
    )
    expect_equal(
        "3.2 POST listings: nobody features oneself", listing["is_featured"], False
    )
    expect_equal("3.2 POST listings: begins as active", listing["status"], "active")
    expect_equal(
        "2.3 seller is the username", listing["seller"], m.alice.user["username"]
    )
    expect_equal("2.3 images are null or empty when none", listing["images"] or "", "")
    _refused_forms(m)
    _reading(m, listing)
    _editing(m, listing)
    _deleting(m, listing)


def _refused_forms(m: Market) -> None:
    expect, expect_error = m.report.expect, m.report.expect_error
    for field in ("title", "description", "category", "price"):
        partial = {k: v for k, v in m.listing_form().items() if k != field}
        expect_error(
            f"3.2 POST listings: 400 without {field}",
            m.alice.post("/api/listings", partial),
            400,
        )
    bad = {
        "a negative price": {"price": -1},
        "a price that is no number": {"price": "cheap"},
        "a title of 101 characters": {"title": "x" * 101},
        "a description of 2001 characters": {"description": "x" * 2001},
        "an unknown condition": {"condition": "eaten"},
    }
    for what, change in bad.items():
        expect_error(
            f"3.2 POST listings: 400 for {what}",
            m.alice.post("/api/listings", m.listing_form(**change)),
            400,
        )
    edge = m.listing_form(title="x" * 100, description="y" * 2000, price=0)
    expect(
        "3.2 POST listings: 100 and 2000 characters, for nothing",
        m.alice.post("/api/listings", edge),
        201,
        WRITTEN,
    )
    answer = m.alice.post("/api/listings", m.listing_form(category="something-else"))
    expect_error("3.2 POST listings: 400 for an unknown category", answer, 400)
    for category in ("electronics", "fashion", "home", "kids", "other"):
        expect(
            f"3.2 POST listings: category {category}",
            m.alice.post("/api/listings", m.listing_form(category=category)),
            201,
            WRITTEN,
        )


def _reading(m: Market, listing: dict) -> None:
    path = f"/api/listings/{listing['id']}"
    first = m.report.expect(
        "3.2 GET listings/:id: with seller_info",
        m.anyone.get(path),
        200,
        LISTING_DETAIL,
    )
    second = m.anyone.get(path).body
    m.report.expect_equal(
        "3.2 GET listings/:id: each GET adds a view",
        [first["views_count"], second["views_count"]],
        [1, 2],
    )
    m.report.expect_equal(
        "2.3 seller_info is the seller", first["seller_info"]["id"], m.alice.id
    )
    exact = (listing["latitude"], listing["longitude"])
    m.report.expect_equal("0 the owner gets the exact point", exact, RIGA)
    seen = (first["latitude"], first["longitude"])
    m.report.expect_true(
        "0 a stranger gets the snapped point of a listing", seen != RIGA, seen
    )
    row = next(
        r
        for r in m.anyone.get(f"/api/listings?owner={m.alice.id}&category=sports").body
        if r["id"] == listing["id"]
    )
    m.report.expect_equal(
        "0 the same point in the list", (row["latitude"], row["longitude"]), seen
    )
    m.report.expect_equal(
        "2.3 no missing average in a list is 0",
        (row.get("seller_info") or {}).get("average_rating") != 0,
        True,
    )


def _editing(m: Market, listing: dict) -> None:
    path, expect_equal = f"/api/listings/{listing['id']}", m.report.expect_equal
    changes = {
        "title": "Kalnu velosipēds",
        "description": "Jauns",
        "category": "fashion",
        "condition": "used",
        "price": 99.99,
        "location": "Ogre, centrs",
        "contact_info": "",
        "is_negotiable": False,
        "images": "",
    }
    body = m.report.expect(
        "3.2 PUT listings/:id: 200", m.alice.put(path, changes), 200, WRITTEN
    )
    for field, value in changes.items():
        expect_equal(
            f"3.2 PUT listings/:id: saves {field}",
            body["listing"][field] or type(value)(),
            value,
        )
    expect_equal(
        "3.2 PUT listings/:id: what is not sent stays",
        body["listing"]["subcategory"],
        "pilsētas",
    )
    _changing_status(m, path)


def _changing_status(m: Market, path: str) -> None:
    expect_equal = m.report.expect_equal
    for status in ("pending", "sold", "archived", "active"):
        body = m.report.expect(
            f"3.2 PUT listings/:id: status {status}",
            m.alice.put(path, {"status": status}),
            200,
            WRITTEN,
        )
        expect_equal(
            f"3.2 PUT listings/:id: is {status}", body["listing"]["status"], status
        )
    before = m.alice.get(path).body
    forged = {
        "id": 1,
        "seller": "x",
        "seller_id": m.bob.id,
        "user_id": m.bob.id,
        "views_count": 999,
        "created_at": "2001-01-01T00:00:00Z",
        "is_featured": True,
    }
    after = m.report.expect(
        "3.2 PUT listings/:id: forged fields are ignored",
        m.alice.put(path, forged),
        200,
    )["listing"]
    for field in forged:
        expect_equal(
            f"3.2 PUT listings/:id: {field} cannot be set", after[field], before[field]
        )
    for status in ("deleted", "hidden", 7):
        m.report.expect_error(
            f"3.2 PUT listings/:id: 400 for status {status}",
            m.alice.put(path, {"status": status}),
            400,
        )
    m.report.expect_error(
        "3.2 PUT listings/:id: 403 for another's", m.bob.put(path, {"title": "x"}), 403
    )


def _deleting(m: Market, listing: dict) -> None:
    path = f"/api/listings/{listing['id']}"
    m.report.expect_error(
        "3.2 DELETE listings/:id: 403 for another's", m.bob.delete(path), 403
    )
    m.report.expect("3.2 DELETE listings/:id: 200", m.alice.delete(path), 200, MESSAGE)
    m.report.expect_error("3.2 DELETE listings/:id: gone", m.anyone.get(path), 404)
    m.report.expect_error(
        "3.2 DELETE listings/:id: not twice", m.alice.delete(path), 404
    )


def searching(m: Market) -> None:
    category = "furniture"
    bike = m.listing(
        category=category,
        title=f"Tīrīts velosipēds {m.run}",
        price=100,
        condition="used",
        location="Cēsis",
    )
    sofa = m.listing(
        category=category,
        title=f"Dīvāns {m.run}",
        description="Ar ŠĶIPSNU",
        price=300,
        condition="new",
        location="Rīga",
    )
    sold = m.listing(category=category, title="Pārdots")
    m.alice.put(f"/api/listings/{sold['id']}", {"status": "sold"})
    archived = m.listing(category=category, title="Arhīvs")
    m.alice.put(f"/api/listings/{archived['id']}", {"status": "archived"})
    both = [sofa["id"], bike["id"]]
    cases = {
        "": both,
        "&status=active": both,
        "&status=sold": [sold["id"]],
        "&status=archived": [],
        "&search=VELOSIP": [bike["id"]],
        "&search=tirits": [bike["id"]],
        "&search=šķipsnu": [sofa["id"]],
        "&search=nekas": [],
        "&location=Cēsis": [bike["id"]],
        "&location=Visa Latvija": both,
        "&min_price=200": [sofa["id"]],
        "&max_price=200": [bike["id"]],
        "&min_price=100&max_price=300": both,
        "&min_price=301": [],
        "&condition=new": [sofa["id"]],
        "&ordering=price": both[::-1],
    }
    path = f"/api/listings?owner={m.alice.id}&category={category}"
    for query, wanted in cases.items():
        rows = m.report.expect_page(
            f"3.2 GET listings{query}: a bare array",
            m.anyone.get(path + query),
            None,
            LISTING,
        )
        m.report.expect_equal(
            f"3.2 GET listings{query}: finds", [row["id"] for row in rows], wanted
        )
    _pages(m, archived, both, category)


def _pages(m: Market, archived, both, category) -> None:
    everything = m.anyone.get(f"/api/listings?category=all&search={m.run}")
    m.report.expect_equal(
        "3.2 GET listings?category=all: no filter", _ids(everything.body), both
    )
    home = m.anyone.get("/api/listings?per_page=6")
    rows = m.report.expect_page("3.0 the home page", home, None, LISTING)
    times = [row["created_at"] for row in rows]
    m.report.expect_equal(
        "3.2 GET listings: newest first", times, sorted(times, reverse=True)
    )
    documented = m.anyone.get(
        f"/api/listings?page=1&per_page=10&category={category}&status=active"
        f"&owner={m.alice.id}"
    )
    m.report.expect_equal(
        "4 GET listings?page&per_page&category&status", _ids(documented.body), both
    )
    _own(m, category, archived["id"])


def _ids(rows: list) -> list:
    return [row["id"] for row in rows]


def _own(m: Market, category: str, archived: int) -> None:
    seller = m.mallory
    mine = [m.listing(seller, category=category) for _ in range(3)]
    seller.put(f"/api/listings/{mine[0]['id']}", {"status": "archived"})
    answer = seller.get("/api/listings/my")
    rows = m.report.expect_page("3.2 GET listings/my", answer, "listings", LISTING)
    m.report.expect_equal(
        "3.2 GET listings/my: newest first, any status", _ids(rows), _ids(mine)[::-1]
    )
    paging = [answer.body.get(key) for key in ("total", "pages", "current_page")]
    m.report.expect_equal(
        "3.2 GET listings/my: total, pages, current_page", paging, [3, 1, 1]
    )
    m.report.expect_equal(
        "1.9 GET listings/my: 20 a page by default",
        answer.headers.get("X-Per-Page"),
        "20",
    )
    some = seller.get("/api/listings/my?status=archived").body["listings"]
    m.report.expect_equal(
        "3.2 GET listings/my?status=archived", _ids(some), [mine[0]["id"]]
    )
    second = seller.get("/api/listings/my?per_page=2&page=2").body
    m.report.expect_equal(
        "1.9 GET listings/my: the second page",
        [_ids(second["listings"]), second["current_page"]],
        [[mine[0]["id"]], 2],
    )
    seen = m.alice.get(f"/api/listings?status=archived&category={category}").body
    m.report.expect_equal(
        "0 status filters show one's own in any status", _ids(seen), [archived]
    )


SCENARIOS = (posting, searching)
