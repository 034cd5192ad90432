"""HTTP requests as the existing frontend sends them; one connection per person."""

import re
from dataclasses import dataclass, field

import requests

ORIGIN = "http://localhost:3000"
AS_THE_CLIENT = {"Accept": "application/json, text/plain, */*", "Origin": ORIGIN}
LINK = re.compile(r'<([^>]+)>; rel="(\w+)"')


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers, raw content and decoded JSON."""

    request: str  # "GET /api/listings"
    status: int
    headers: requests.structures.CaseInsensitiveDict = field(repr=False)
    content: bytes = field(repr=False)
    body: object  # the JSON, or None if the body is not JSON

    @property
    def links(self) -> dict[str, str]:
        """The `Link` header (RFC 8288) as a dict from relation to address."""
        found = LINK.findall(self.headers.get("Link", ""))
        return {relation: address for address, relation in found}


class Caller:
    """A person who sends requests; `check_answer` is called with every answer."""

    def __init__(
        self, url: str, check_answer, token: str = "", user: dict | None = None
    ):
        self.url = url
        self.check_answer = check_answer
        self.token = token
        self.user = user or {}
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def id(self) -> int:
        return self.user["id"]

    def with_token(self, token: str, user: dict | None = None) -> "Caller":
        return Caller(self.url, self.check_answer, token, user)

    def unchecked(self) -> "Caller":
        """The same person without `check_answer`, for requests from another origin."""
        return Caller(self.url, lambda answer: None, self.token, self.user)

    def get(self, path: str, **options) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, json=None, **options) -> Answer:
        return self.request("POST", path, json=json, **options)

    def put(self, path: str, json=None, **options) -> Answer:
        return self.request("PUT", path, json=json, **options)

    def delete(self, path: str, **options) -> Answer:
        return self.request("DELETE", path, **options)

    def upload(
        self, name: str, content: bytes, path="/api/uploads", content_type="image/png"
    ):
        return self.post(path, files={"file": (name, content, content_type)})

    def request(self, method: str, path: str, headers=None, **options) -> Answer:
        """Send one request without following redirects.

        A `None` in `headers` removes that header.
        """
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
        self.check_answer(answer)
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
