"""Headers that authenticate a person or a member of staff on a server."""

import json
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from seed.people import DEMO_PASSWORD
from seed.plan import DEMO, HELPER, STAFF
from tests.live.server import Server

ADDRESSES = {
    DEMO: "demo@example.com",
    HELPER: "helper@example.com",
    STAFF: "staff@example.com",
}
ADMIN = "/admin/login/"


def headers_by_reader(server: Server) -> dict[str | None, dict[str, str]]:
    """Return the headers by the `reader` of a scenario; None is anonymous."""
    return {
        None: {},
        "person": person(server, DEMO),
        "helper": person(server, HELPER),
        "staff": staff(server),
    }


def person(server: Server, number: int) -> dict[str, str]:
    """Return the headers of a seeded person. Raises `RuntimeError` if refused."""
    body = json.dumps({"email": ADDRESSES[number], "password": DEMO_PASSWORD})
    answer, text = _asked(
        server, "POST", "/api/auth/login", body, {"Content-Type": "application/json"}
    )
    if answer.status != 200:
        raise RuntimeError(f"Sign-in: {answer.status} {text}")
    return {"Authorization": f"Bearer {json.loads(text)['token']}"}


def staff(server: Server) -> dict[str, str]:
    """Sign in to the admin: fetch the CSRF cookie, post the form, return the cookie."""
    form, _text = _asked(server, "GET", ADMIN)
    cookies = _cookies(form)
    token = cookies["csrftoken"]
    data = {"username": ADDRESSES[STAFF], "password": DEMO_PASSWORD}
    answer, _text = _asked(
        server,
        "POST",
        ADMIN,
        urlencode(data | {"csrfmiddlewaretoken": token}),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={token}",
        },
    )
    if answer.status != 302:
        raise RuntimeError(f"Staff sign-in: {answer.status}")
    return {"Cookie": f"sessionid={_cookies(answer)['sessionid']}"}


def _asked(
    server: Server, method: str, path: str, body=None, headers=None
) -> tuple[HTTPResponse, str]:
    connection: HTTPConnection = server.connect()
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def _cookies(answer: HTTPResponse) -> dict[str, str]:
    jar = SimpleCookie()
    for line in answer.headers.get_all("Set-Cookie") or []:
        jar.load(line)
    return {name: morsel.value for name, morsel in jar.items()}
