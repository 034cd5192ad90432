"""Every route and method of the API, read from the router."""

import re
from dataclasses import dataclass

from marketplace.urls import router

WRITES = {"post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Route:
    method: str
    path: str  # "/api/tasks/{pk}/apply"
    viewset: type
    action: str

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def input(self) -> type | None:
        return self.viewset.input_serializers.get(self.action)

    def url(self, **ids) -> str:
        return self.path.format_map({name: ids.get(name, 1) for name in self.names})

    def url_in(self, world: dict) -> str:
        """The URL with the ids of a `world`: `pk` is that of the path's noun."""
        nouns = self.path.split("/")[2:4]
        pk = world.get("/".join(nouns), world.get(nouns[0], 1))
        return self.url(**world | {"pk": pk})

    @property
    def names(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)


def _path(pattern: str) -> str:
    """`^tasks/(?P<pk>\\d{1,18})$` as `/api/tasks/{pk}`."""
    bare = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"{\1}", pattern)
    return "/api/" + bare.removeprefix("^").removesuffix("$")


ROUTES = [
    Route(method, _path(str(url.pattern)), url.callback.cls, action)
    for url in router.urls
    for method, action in url.callback.actions.items()
    if method != "head"
]
