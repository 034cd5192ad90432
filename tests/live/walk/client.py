"""HTTP as the existing frontend speaks it, one connection a person."""

import re
from dataclasses import dataclass, field

import requests

ORIGIN = "http://localhost:3000"
AS_THE_CLIENT = {"Accept": "application/json, text/plain, */*", "Origin": ORIGIN}
LINK = re.compile(r'<([^>]+)>; rel="(\w+)"')


@dataclass(frozen=True)
class Answer:
    request: str  # "GET /api/listings"
    status: int
    headers: requests.structures.CaseInsensitiveDict = field(repr=False)
    content: bytes = field(repr=False)
    body: object  # the JSON, or None where it is none

    @property
    def links(self) -> dict[str, str]:
        """The RFC 8288 links: relation to address."""
        found = LINK.findall(self.headers.get("Link", ""))
        return {relation: address for address, relation in found}


class Caller:
    """Somebody who makes requests; every answer also goes to `witness`."""

    def __init__(self, url: str, witness, token: str = "", user: dict | None = None):
        self.url = url
        self.witness = witness
        self.token = token
        self.user = user or {}
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def id(self) -> int:
        return self.user["id"]

    def with_token(self, token: str, user: dict | None = None) -> "Caller":
        return Caller(self.url, self.witness, token, user)

    def unwitnessed(self) -> "Caller":
        """The same, for requests of another origin than the client's."""
        return Caller(self.url, lambda answer: None, self.token, self.user)

    def get(self, path: str, **options) -> Answer:
        return self.ask("GET", path, **options)

    def post(self, path: str, json=None, **options) -> Answer:
        return self.ask("POST", path, json=json, **options)

    def put(self, path: str, json=None, **options) -> Answer:
        return self.ask("PUT", path, json=json, **options)

    def delete(self, path: str, **options) -> Answer:
        return self.ask("DELETE", path, **options)

    def upload(self, name: str, content: bytes, path="/api/uploads", kind="image/png"):
        return self.post(path, files={"file": (name, content, kind)})

    def ask(self, method: str, path: str, headers=None, **options) -> Answer:
        """One request. No redirect is followed; null in `headers` leaves one out."""
        headers = AS_THE_CLIENT | self._credentials() | (headers or {})
        response = self._session.request(
            method,
            self.url + path,
            headers=headers,
            allow_redirects=False,
            timeout=60,
            **options,
        )
        answer = Answer(
            request=f"{method} {path}",
            status=response.status_code,
            headers=response.headers,
            content=response.content,
            body=_json(response),
        )
        self.witness(answer)
        return answer

    def _credentials(self) -> dict:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def _json(response: requests.Response):
    if "json" not in response.headers.get("Content-Type", ""):
        return None
    try:
        return response.json()
    except ValueError:
        return None
