"""The requests to measure. The baseline answers some of them too."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

from categories.defaults import TASK_SLUGS

RIGA = "latitude=56.9496&longitude=24.1052"
DETAILS = 50  # number of different rows that detail scenarios request
PLACES = 60  # squared: different search centres within some kilometres of Riga
DEEP_PAGE = 50  # page number of the "page 50" scenarios
BBOX = {"city": "24.0,56.9,24.2,57.0", "country": "20.5,55.5,28.5,58.2"}
LISTS = {
    "newest": "",
    "category": "category=repair",
    "price": "min_price=20&max_price=30",
    "text": "search=skapi",
}
OF_PLAIN = {"tasks category", "tasks price", "listings newest", "offerings newest"}
ADMIN = {
    "listings": "listings/listing/",
    "listings, search": "listings/listing/?q=skapis",
    "tasks": "tasks/taskrequest/",
    "tasks, search": "tasks/taskrequest/?q=skapis",
    "tasks, open": "tasks/taskrequest/?status__exact=open",
    "users": "accounts/user/",
    "users, search": "accounts/user/?q=anna12",
    "reviews": "reviews/review/",
}


@dataclass(frozen=True)
class Scenario:
    """Paths to request in turn, anonymously or signed in as `reader`.

    `has_baseline` and `has_plain` tell which of the other servers answer them too.
    """

    name: str
    paths: list[str]
    reader: str | None = None  # "person" or "staff"
    has_baseline: bool = False
    has_plain: bool = False
    page: int = 1
    is_list: bool = (
        False  # the same paths exist in every database, so sizes can be compared
    )


def baseline_scenarios(get: Callable) -> list[Scenario]:
    """Return the scenarios that the baseline answers too."""
    rows = get(f"/api/tasks?per_page={DETAILS}")["tasks"]
    details = [f"/api/tasks/{row['id']}" for row in rows]
    around = f"/api/tasks?{RIGA}&radius=10"
    both = {"has_baseline": True, "has_plain": True}
    found = [
        Scenario("tasks newest", ["/api/tasks"], **both, is_list=True),
        Scenario("tasks radius 10 km", [around], **both, is_list=True),
        Scenario(
            *("tasks radius 10 km, moving", _moving("/api/tasks", 10)),
            has_baseline=True,
            is_list=True,
        ),
        Scenario("task detail", details, **both),
    ]
    # Signed in they have more to find out; the baseline answers as it does to all.
    signed_in = (
        replace(one, name=f"{one.name}, signed in", reader="person", is_list=False)
        for one in found
    )
    return [*found, *signed_in]


def read_scenarios(get: Callable, person: dict[str, str]) -> list[Scenario]:
    """Return all scenarios that only read; `get` fetches the ids they need."""
    return [
        *baseline_scenarios(get),
        *_lists(get),
        *_public(get),
        *_personal(get, person),
        *_of_staff(),
    ]


def _moving(address: str, km: int) -> list[str]:
    """Return thousands of different URLs, so that no cached answer is reused."""
    steps = product(range(PLACES), repeat=2)
    return [
        f"{address}?latitude={56.91 + 0.0013 * north:.4f}"
        f"&longitude={24.02 + 0.0029 * east:.4f}&radius={km}"
        for north, east in steps
    ]


def _filtered() -> list[str]:
    """Return hundreds of filters: each category with many price ranges."""
    prices = product(range(5, 25, 2), range(60, 210, 15))
    return [
        f"/api/tasks?category={slug}&min_price={low}&max_price={high}"
        for (low, high), slug in product(prices, TASK_SLUGS)
    ]


def _lists(get) -> list[Scenario]:
    named = {f"tasks {name}": f"/api/tasks?{query}" for name, query in LISTS.items()}
    deep = {name: f"{path}&page={DEEP_PAGE}" for name, path in named.items()}
    found = {name: path for name, path in named.items() if name != "tasks newest"}
    for km in (2, 10, 50, 300):
        filters = f"{RIGA}&radius={km}&category=repair&status=open"
        found[f"tasks radius {km} km in a category"] = f"/api/tasks?{filters}"
    for item_type in ("listings", "offerings", "helpers"):
        found[f"{item_type} newest" if item_type != "helpers" else item_type] = (
            f"/api/{item_type}"
        )
        found[f"{item_type} radius 10 km"] = f"/api/{item_type}?{RIGA}&radius=10"
    owner = get("/api/tasks?per_page=1")["tasks"][0]["creator_id"]
    return [
        Scenario("tasks filtered, changing", _filtered(), is_list=True),
        *(
            Scenario(name, [path], is_list=True, has_plain=name in OF_PLAIN)
            for name, path in found.items()
        ),
        *(
            Scenario(f"{name}, page {DEEP_PAGE}", [path], page=DEEP_PAGE, is_list=True)
            for name, path in deep.items()
            if get(path)["tasks"]
        ),
        Scenario("tasks owner", [f"/api/tasks?owner={owner}"]),
    ]


def _public(get) -> list[Scenario]:
    person = get("/api/tasks?per_page=1")["tasks"][0]["creator_id"]
    maps = {
        "map of the city": f"/api/map?bbox={BBOX['city']}&zoom=12",
        "map of the country": f"/api/map?bbox={BBOX['country']}&zoom=7",
    }
    people = {
        "profile": f"/api/auth/users/{person}",
        "profile's reviews": f"/api/auth/users/{person}/reviews",
    }
    return [
        *(_detail(get, item_type) for item_type in ("listings", "offerings")),
        *(Scenario(name, [path]) for name, path in people.items()),
        *(Scenario(name, [path], is_list=True) for name, path in maps.items()),
    ]


def _detail(get, item_type: str) -> Scenario:
    answer = get(f"/api/{item_type}?per_page={DETAILS}")
    rows = answer[item_type] if isinstance(answer, dict) else answer
    return Scenario(
        f"{item_type[:-1]} detail", [f"/api/{item_type}/{row['id']}" for row in rows]
    )


def _personal(get, person: dict[str, str]) -> list[Scenario]:
    own = get("/api/auth/profile", person)["id"]
    mine = get("/api/tasks/created", person)["tasks"]
    task = next((task for task in mine if task["applications_count"]), mine[0])
    conversations = get("/api/messages/conversations", person)["conversations"]
    favorites = ",".join(f"task:{row['id']}" for row in get("/api/tasks")["tasks"])
    found = {
        "favorites": "/api/favorites",
        "favorites/check": f"/api/favorites/check?items={favorites}",
        "tasks/created": "/api/tasks/created",
        "tasks/my": "/api/tasks/my",
        "tasks/my-applications": "/api/tasks/my-applications",
        "a task's applications": f"/api/tasks/{task['id']}/applications",
        "conversations": "/api/messages/conversations",
        "messages": f"/api/messages/conversations/{conversations[0]['id']}/messages",
        "unread count": "/api/messages/unread-count",
        "tasks/notifications": "/api/tasks/notifications",
        "notifications": "/api/notifications",
        "notifications, unread count": "/api/notifications/unread-count",
        "own reviews": f"/api/auth/users/{own}/reviews",
        "saved searches": "/api/saved-searches",
        "sessions": "/api/auth/sessions",
    }
    return [
        Scenario(name, [path], reader="person", has_plain=True)
        for name, path in found.items()
    ]


def _of_staff() -> list[Scenario]:
    return [
        Scenario(f"admin {name}", [f"/admin/{path}"], reader="staff", is_list=True)
        for name, path in ADMIN.items()
    ]
