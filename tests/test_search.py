"""What lists find, what they refuse, and what no question may reach."""

import itertools
import math
import random
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from listings.models import Listing
from listings.tests.factories import ListingFactory
from marketplace.core.geo import Nearest, haversine_km, within
from offerings.tests.factories import OfferingFactory
from reviews.filters import ReviewFilter
from reviews.tests.factories import ReviewFactory
from search.words import fold
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
LISTS = (
    "/api/listings",
    "/api/tasks",
    "/api/offerings",
    "/api/helpers",
    "/api/reviews",
)
PLACES = LISTS[:4]


def rows(answer) -> list[dict]:
    assert answer.status_code == 200, answer.content
    data = answer.json()
    return data if isinstance(data, list) else next(iter(data.values()))


def found(api, query: str) -> list[str]:
    return [row["title"] for row in rows(api.get(f"/api/listings?{query}"))]


@pytest.fixture
def one_of_each(db):
    helper = UserFactory(helper=True)
    ListingFactory(seller=helper)
    TaskFactory(creator=helper)
    OfferingFactory(creator=helper)
    ReviewFactory(reviewed_user=helper)


# --- Pages ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "per_page"),
    [
        ("1000000", 100),
        ("9" * 30, 100),
        ("-1", 20),
        ("0", 20),
        ("abc", 20),
        ("", 20),
        ("1.5", 20),
        ("٣", 20),
        ("%00", 20),
        ("3", 3),
    ],
)
def test_page_size_is_bounded(api, asked, per_page):
    """G1: 100 at most; what is no number counts as not given."""
    for url in LISTS:
        answer = api.get(f"{url}?per_page={asked}")
        assert answer["X-Per-Page"] == str(per_page)


@pytest.mark.parametrize("page", ["2", "1000000", "1" + "0" * 30, "9" * 18])
def test_page_beyond_the_end_is_empty(api, one_of_each, page):
    """G1: by the contract an empty list with 200, not 404."""
    for url in LISTS:
        answer = api.get(f"{url}?page={page}")
        assert (rows(answer), answer["X-Total-Count"]) == ([], "1")


@pytest.mark.parametrize("page", ["-1", "0", "abc", "1e3", "1.5", "%00"])
def test_page_that_is_no_number_is_the_first(api, one_of_each, page):
    """G1: by the contract it counts as not given."""
    assert len(rows(api.get(f"/api/listings?page={page}"))) == 1


def test_largest_page_is_below_a_megabyte(api):
    """G1: a hundred listings with all the words they may have."""
    seller = UserFactory()
    words = {"title": "x" * 100, "description": "ā" * 2000, "images": "y" * 1000}
    made = [ListingFactory.build(seller=seller, **words) for _ in range(101)]
    Listing.objects.bulk_create(made)
    answer = api.get("/api/listings?per_page=1000000")
    assert len(answer.json()) == 100
    assert len(answer.content) < 1_000_000


# --- Undeclared questions -------------------------------------------------------------


def sql_of(api, url) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert api.get(url).status_code == 200
    return [query["sql"] for query in queries]


@pytest.mark.parametrize(
    "query",
    [
        "owner__password__startswith=p",
        "seller__password__startswith=p",
        "creator__email__contains=@",
        "password__startswith=p",
        "_connector=OR%201=1",
        "_negated=1",
        "category__regex=.*",
        "title__iregex=.*",
        "id__in=1,2",
        "pk=1",
        "moderation=hidden",
        "seller__is_staff=true",
        "search_text__contains=x",
        "format=api",
    ],
)
def test_undeclared_filter_never_reaches_the_database(api, one_of_each, query):
    """G2: the very same SQL as without it."""
    for url in LISTS:
        assert sql_of(api, f"{url}?{query}") == sql_of(api, url)


@pytest.mark.parametrize(
    "ordering",
    [
        "seller__password",
        "-creator__email",
        "?",
        "id;drop",
        "title",
        "--price",
    ],
)
def test_ordering_is_an_allow_list(api, ordering):
    """G3: anything else is a 400."""
    for url in PLACES[:3]:
        answer = api.get(url, {"ordering": ordering})
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["ordering"]


def test_ordering_orders(api):
    """G3: what is on the list does what it says."""
    for price in (20, 10, 30):
        ListingFactory(price=price, title=str(price))
    assert found(api, "ordering=price") == ["10", "20", "30"]
    assert found(api, "ordering=-price") == ["30", "20", "10"]


@pytest.mark.parametrize(
    "query",
    [
        "min_price=NaN",
        "min_price=-1",
        "min_price=1e400",
        "min_price=-1e99999999",
        "max_price=1e-99999",
        "max_price=Infinity",
        "owner=-1e99999999",
        "owner=0",
        "owner=9e99",
        "owner=1e-400",
    ],
)
def test_number_that_fits_no_column_is_a_400(api, query):
    """G4: none keeps the process or the database busy."""
    for url in PLACES[:3]:
        assert api.get(f"{url}?{query}").status_code == 400


@pytest.mark.parametrize("number", ["-1e99999999", "1e400", "NaN", "1e-400"])
def test_reviews_bound_their_numbers_too(api, number):
    """G4: the same for ids and stars."""
    for name in ReviewFilter.base_filters:
        assert api.get("/api/reviews", {name: number}).status_code == 400


def test_reversed_range_is_empty(api):
    """G4: nothing costs from 200 to 100."""
    ListingFactory(price=150)
    assert found(api, "min_price=200&max_price=100") == []
    assert len(found(api, "min_price=100&max_price=200")) == 1


# --- Places ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["latitude", "longitude"])
@pytest.mark.parametrize("value", ["NaN", "inf", "-inf", "1e400", "181", "-181"])
def test_point_off_the_earth_is_a_400(api, name, value):
    """G4: ±90 and ±180 are the ends of the world."""
    point = {"latitude": "57", "longitude": "24"} | {name: value}
    for url in PLACES:
        answer = api.get(url, point)
        assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])


@pytest.mark.parametrize("radius", ["-1", "NaN", "-inf"])
def test_radius_below_nothing_is_a_400(api, radius):
    """G4: a radius counts from 0."""
    query = {"latitude": "57", "longitude": "24", "radius": radius}
    assert api.get("/api/tasks", query).status_code == 400


@pytest.mark.parametrize("radius", ["1e9", "inf", "20040", "9" * 400])
def test_radius_around_the_world_finds_everything(api, one_of_each, radius):
    """G4: however large."""
    query = {"latitude": "-57", "longitude": "-156", "radius": radius}
    assert len(rows(api.get("/api/tasks", query))) == 1


@pytest.mark.parametrize("word", ["abc", "", "57,1", "57;drop", "%00"])
def test_coordinate_that_is_no_number_is_not_given(api, one_of_each, word):
    """G4: by the contract the list is then not searched by place."""
    task = rows(api.get(f"/api/tasks?latitude={word}&longitude=24"))[0]
    assert "distance" not in task


def scattered(luck: random.Random) -> list[tuple[float, float]]:
    anywhere = [
        (math.degrees(math.asin(luck.uniform(-1, 1))), luck.uniform(-180, 180))
        for _point in range(150)
    ]
    riga = [(luck.gauss(56.95, 0.3), luck.gauss(24.1, 0.5)) for _point in range(60)]
    dateline = [
        (luck.uniform(-70, 70), luck.choice([-180, 180, -179.9, 179.9, 179, -179]))
        for _point in range(50)
    ]
    poles = [(s * luck.uniform(88, 90), luck.uniform(-180, 180)) for s in (1, -1) * 25]
    return [*anywhere, *riga, *dateline, *poles, (90, 0), (-90, 0), (0, 180), (0, -180)]


@pytest.fixture
def globe(settings):
    settings.PUBLIC_POINT_GRID_M = 0
    seller = UserFactory()
    points = scattered(random.Random(11))
    made = [
        ListingFactory.build(seller=seller, latitude=latitude, longitude=longitude)
        for latitude, longitude in points
    ]
    return Listing.objects.bulk_create(made)


CENTRES = [
    (56.95, 24.1),
    (0, 0),
    (90, 0),
    (-90, 45),
    (89.9, -170),
    (-89.5, 10),
    (0, 180),
    (10, -180),
    (60, 179.99),
    (-45, -179.99),
    (80, 24),
    (-33, 151),
]


@pytest.mark.parametrize("centre", CENTRES)
def test_near_finds_what_a_ruler_finds(globe, centre):
    """G4: the same rows, nearest first, at the poles and across the date line."""
    anywhere = Nearest(Listing.objects.all(), 56.9, 24.1, 10)
    for km in (0.5, 5, 49, 51, 300, 1500, 6000, 10_007.6, 15_000, 20_100):
        slack = 0.02 + km * 1e-4
        distances = {
            row.pk: haversine_km(*centre, row.latitude, row.longitude) for row in globe
        }
        nearest = anywhere.around(*centre, km)
        ids = [row.pk for row in nearest[0 : len(globe)]]
        surely = {pk for pk, distance in distances.items() if distance < km - slack}
        maybe = {pk for pk, distance in distances.items() if distance < km + slack}
        assert surely <= set(ids) <= maybe
        found = [distances[pk] for pk in ids]
        assert all(b > a - slack for a, b in itertools.pairwise(found))


def test_circle_that_touches_a_pole_is_no_error(globe):
    """G4: where the sine of the box's half width is 1, and a hair more."""
    for latitude in (89.9, -89.9, 45.0, -12.3456789):
        km = math.radians(90 - abs(latitude)) * 6371
        for hair in (-1e-9, -1e-12, 0, 1e-12):
            rows = within(Listing.objects.all(), latitude, 24, km + hair)
            assert rows.count() >= 0


# --- Words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("tirit", "Tīrīt logus"),
        ("TĪRĪT", "Tīrīt logus"),
        ("tīrīt logus", "Tīrīt logus"),
        ("logus tirit", "Tīrīt logus"),
        ("елка", "Ёлка живая"),
        ("ЁЛКА", "Ёлка живая"),
        ("sakis", "Šaķis un ģitāra"),
        ("gitara", "Šaķis un ģitāra"),
        ("cafe", "Cafe\u0301 krēsls"),
        ("100%", "100% kokvilna"),
        ("a_b", "a_b"),
        ("back\\slash", "back\\slash"),
        ("riga", "place"),
    ],
)
def test_words_are_found_without_their_marks(api, words, title):
    """Accents and case are folded, ё is е."""
    ListingFactory(title=title, location="Rīga" if title == "place" else "")
    assert found(api, f"search={quote(words)}") == [title]


@pytest.mark.parametrize("sign", ["%", "_", "\\", "%%", "a%c", "a_c", "*", "'", '"'])
def test_wildcards_are_letters(api, sign):
    """G6: LIKE's signs mean themselves."""
    ListingFactory(title="abc", description="abc", location="abc", category="abc")
    for name in ("search", "location", "category"):
        assert found(api, f"{name}={quote(sign)}") == []


@pytest.mark.parametrize("sign", ["%", "_", ","])
def test_wildcards_are_letters_for_helpers_too(api, sign):
    """G6: also among the categories of a helper."""
    UserFactory(helper=True, helper_categories="cleaning,moving")
    assert rows(api.get(f"/api/helpers?category=clean{quote(sign)}ng")) == []
    assert len(rows(api.get("/api/helpers?category=cleaning"))) == 1


QUERIES = {
    "10 KB": ("x" * 10_240, 400),
    "1,000 terms": ("a%20" * 1000, 400),
    "NUL": ("a%00b", 400),
    "lone surrogate": ("%ED%A0%80", 200),
    "half a letter": ("%C4", 200),
    "100 one-letter words": ("a%20" * 99 + "a", 200),
    "blanks": ("%20%09%0A", 200),
    "signs": (quote("%_\\'\";--/*$1{}?"), 200),
    "a right-to-left mark": ("%E2%80%AE", 200),
    "an emoji": (quote("🚲"), 200),
    "combining marks": (quote("a" + "\u0301" * 199), 200),
}


@pytest.mark.parametrize("name", QUERIES)
def test_no_words_break_a_search(api, one_of_each, name):
    """G6: 200 or 400, never a 500."""
    words, status = QUERIES[name]
    for url in PLACES:
        assert api.get(f"{url}?search={words}").status_code == status


@pytest.mark.parametrize("name", ["category", "location", "status", "ordering"])
def test_nul_is_a_400_in_every_text(api, name):
    """G6: PostgreSQL takes none."""
    assert api.get(f"/api/listings?{name}=a%00b").status_code == 400


def test_nul_in_an_unfiltered_list_finds_nothing(api, alice):
    """G6: also where no filter looks at it."""
    assert rows(api.as_(alice).get("/api/listings/my?status=%00")) == []


def test_folding_twice_changes_nothing():
    text = "Tīrīt Ёлку, ŠAĶIS; Straße İstanbul ﬁ"
    assert fold(fold(text)) == fold(text)


# --- Who is not there -----------------------------------------------------------------


def hidden(person) -> None:
    ListingFactory(seller=person, hidden=True)
    TaskFactory(creator=person, hidden=True)
    OfferingFactory(creator=person, hidden=True)
    ReviewFactory(reviewer=person, moderation="hidden")


def removed(person) -> None:
    for factory, owner in ((ListingFactory, "seller"), (TaskFactory, "creator")):
        factory(moderation="removed", **{owner: person})
    OfferingFactory(creator=person, moderation="removed")
    ReviewFactory(reviewer=person, moderation="removed")


def suspended(person) -> None:
    ListingFactory(seller=person)
    TaskFactory(creator=person)
    OfferingFactory(creator=person)
    ReviewFactory(reviewer=person)
    type(person).objects.filter(pk=person.pk).update(is_active=False, is_helper=True)


QUESTIONS = (
    "",
    "status=all",
    "search=a",
    "owner={0}",
    "reviewer_id={0}",
    "latitude=56.95&longitude=24.1&radius=50",
    "category=sports,snow-removal,tutoring",
)


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize("fate", [hidden, removed, suspended])
def test_what_is_gone_is_in_no_list_and_no_count(api, alice, bob, url, fate):
    """G10: whatever is asked, and whoever asks."""
    fate(alice)
    readers = (api, api.as_(bob))
    for reader, question in itertools.product(readers, QUESTIONS):
        answer = reader.get(f"{url}?{question.format(alice.pk)}")
        assert (rows(answer), answer["X-Total-Count"]) == ([], "0")


@pytest.mark.parametrize("change", ["hidden", "removed", "suspended"])
def test_what_is_gone_leaves_favorites_and_statistics(api, alice, bob, change):
    """G10: and comes back with the decision."""
    listing = ListingFactory(seller=alice)
    review = ReviewFactory(reviewer=alice, reviewed_user=bob)
    reader = api.as_(bob)
    reader.post("/api/favorites", {"item_type": "listing", "item_id": listing.pk})
    stats = f"/api/reviews/user/{bob.pk}/stats"
    assert reader.get("/api/favorites/count").json()["total"] == 1
    if change == "suspended":
        type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    else:
        type(listing).objects.update(moderation=change)
        type(review).objects.update(moderation=change)
    assert rows(reader.get("/api/favorites")) == []
    assert reader.get("/api/favorites/count").json()["total"] == 0
    assert reader.get(stats).json()["total_reviews"] == 0
    assert rows(reader.get(f"/api/auth/users/{bob.pk}/reviews")) == []


def test_hidden_task_leaves_the_applications_to_it(api, alice, bob):
    """G10: an applicant is a stranger to what staff have hidden."""
    task = TaskFactory(creator=alice)
    api.as_(bob).post(f"/api/tasks/{task.pk}/apply", {"message": "Me."})
    assert len(rows(api.as_(bob).get("/api/tasks/my-applications"))) == 1
    type(task).objects.update(moderation="hidden", moderation_reason="SECRET")
    assert rows(api.as_(bob).get("/api/tasks/my-applications")) == []


@pytest.mark.parametrize("status", ["archived", "deleted", "sold", "pending"])
def test_list_holds_what_is_for_sale(api, status):
    """G10: what is sold, archived or deleted is not."""
    ListingFactory(status=status)
    assert rows(api.get("/api/listings")) == []


@pytest.mark.parametrize("asked", ["archived", "deleted", "all"])
def test_status_of_others_is_not_searched(api, alice, bob, asked):
    """G10: asking for a status shows no more than its owner would."""
    ListingFactory(seller=alice, status="archived")
    ListingFactory(seller=alice, status="deleted")
    assert rows(api.as_(bob).get(f"/api/listings?status={asked}")) == []
