"""What is asked of the product. The floor answers the first three too."""

from collections.abc import Callable
from dataclasses import dataclass

RIGA = "latitude=56.9496&longitude=24.1052"
DETAILS = 50  # different rows that the details read in turn
BBOX = {"city": "24.0,56.9,24.2,57.0", "country": "20.5,55.5,28.5,58.2"}
LISTS = {
    "newest": "",
    "category": "category=repair",
    "price": "min_price=20&max_price=30",
    "text": "search=skapi",
}


@dataclass(frozen=True)
class Scenario:
    name: str
    paths: list[str]
    has_floor: bool = False
    signed_in: bool = False
    is_list: bool = False


def read_scenarios(get: Callable, token: str) -> list[Scenario]:
    """All that only read; `get` asks the product for the ids they need."""
    return [*_beside_the_floor(get), *_lists(get), *_others(get, token)]


def _beside_the_floor(get) -> list[Scenario]:
    rows = get(f"/api/tasks?per_page={DETAILS}")["tasks"]
    details = [f"/api/tasks/{row['id']}" for row in rows]
    around = f"/api/tasks?{RIGA}&radius=10"
    return [
        Scenario("tasks newest", ["/api/tasks"], has_floor=True, is_list=True),
        Scenario("tasks radius 10 km", [around], has_floor=True, is_list=True),
        Scenario("task detail", details, has_floor=True),
    ]


def _lists(get) -> list[Scenario]:
    owner = get("/api/tasks?per_page=1")["tasks"][0]["creator_id"]
    named = LISTS | {"owner": f"owner={owner}"}
    found = {
        f"tasks {name}{_deep(page)}": f"/api/tasks?{query}&page={page}"
        for name, query in named.items()
        for page in (1, 50)
        if (name, page) != ("newest", 1)
    }
    for km in (2, 10, 50, 300):
        filters = f"{RIGA}&radius={km}&category=repair&status=open"
        found[f"tasks radius {km} km in a category"] = f"/api/tasks?{filters}"
    for kind in ("listings", "offerings"):
        found[f"{kind} newest"] = f"/api/{kind}"
        found[f"{kind} radius 10 km"] = f"/api/{kind}?{RIGA}&radius=10"
    return [
        Scenario(name, [path], is_list="owner" not in name)  # an id of one database
        for name, path in found.items()
    ]


def _deep(page: int) -> str:
    return "" if page == 1 else f", page {page}"


def _others(get, token: str) -> list[Scenario]:
    mine = get("/api/tasks/created", token)["tasks"]
    asked = next((task for task in mine if task["applications_count"]), mine[0])
    person = asked["creator_id"]
    marks = ",".join(f"task:{row['id']}" for row in get("/api/tasks")["tasks"])
    public = {
        "profile": f"/api/auth/users/{person}",
        "profile's reviews": f"/api/auth/users/{person}/reviews",
        "map of the city": f"/api/map?bbox={BBOX['city']}&zoom=12",
        "map of the country": f"/api/map?bbox={BBOX['country']}&zoom=7",
    }
    personal = {
        "favorites": "/api/favorites",
        "favorites/check": f"/api/favorites/check?items={marks}",
        "tasks/created": "/api/tasks/created",
        "tasks/my": "/api/tasks/my",
        "tasks/my-applications": "/api/tasks/my-applications",
        "a task's applications": f"/api/tasks/{asked['id']}/applications",
    }
    return [
        *(_detail(get, kind) for kind in ("listings", "offerings")),
        *(Scenario(name, [path]) for name, path in public.items()),
        *(Scenario(name, [path], signed_in=True) for name, path in personal.items()),
    ]


def _detail(get, kind: str) -> Scenario:
    answer = get(f"/api/{kind}?per_page={DETAILS}")
    rows = answer[kind] if isinstance(answer, dict) else answer
    return Scenario(f"{kind[:-1]} detail", [f"/api/{kind}/{row['id']}" for row in rows])
