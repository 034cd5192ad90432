"""Media types, headers and parameters in the spellings that clients and proxies use."""

import json
from urllib.parse import quote

import pytest

from listings.tests.factories import ListingFactory
from tests.admin_rows import ROWS
from tests.test_admin import MODELS, url
from tests.test_maintain import upload_of

pytestmark = pytest.mark.django_db
LISTING = {"title": "a", "description": "b", "category": "other", "price": 1}
FORM = (
    b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\nabc\r\n--X--\r\n"
)


@pytest.mark.parametrize(
    "kind", ["Application/JSON; Charset=UTF-8", "APPLICATION/JSON"]
)
def test_the_media_type_of_json_has_no_case(api, alice, kind):
    """X4: RFC 9110 compares media types without case."""
    body = json.dumps(LISTING).encode()
    answer = api.as_(alice).generic("POST", "/api/listings", body, content_type=kind)
    assert answer.status_code == 201


@pytest.mark.parametrize("path", ["/api/uploads", "/api/messages/attachments"])
@pytest.mark.parametrize(
    "kind", ["Multipart/Form-Data; Boundary=X", "MULTIPART/FORM-DATA;boundary=X"]
)
def test_the_media_type_of_a_form_has_no_case(api, alice, path, kind):
    """X4: the file is read, and found to be no picture."""
    answer = api.as_(alice).generic("POST", path, FORM, content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("letters", [10, 60, 200])
def test_links_stay_short(api, letters):
    """X4: the header has the links that fit, the next page first."""
    title = "ж" * letters
    for _ in range(3):
        ListingFactory(title=title[:100], description=title)
    listed = f"/api/listings?per_page=1&page=2&search={quote(title)}"
    answer = api.get(f"{listed}&location={quote('я' * 50)}&category=all")
    assert len(answer.get("Link", "")) <= 2000
    plain = api.get(listed).get("Link", "")
    assert ('rel="next"' in plain) == (len(listed) < 1900)


NONSENSE = ["a\0b", "abc", "9" * 30]
NO_DATES = ["0", "99999999"]  # of a calendar: besides those


def parameters(page) -> set[str]:
    """Every parameter that a changelist reads; of one page in its place, some."""
    if "cl" not in page.context:
        return {"q", "o", "p"}
    changelist = page.context["cl"]
    filters = changelist.filter_specs
    found = {name for one in filters for name in one.expected_parameters()}
    if field := changelist.date_hierarchy:
        found |= {f"{field}__{part}" for part in ("year", "month", "day", "gte")}
    return found | {"q", "o", "p", "all", "e", "nothing", "pk__in", "id__exact"}


@pytest.mark.parametrize(("turn", "model"), enumerate(MODELS))
def test_nonsense_in_a_parameter_of_the_admin_is_no_500(turn, model, administrator):
    """X4: 302 or 400, whichever filter, search, order or page it stands in.

    One value for each, in turn: with another one on the next page, where most of the
    parameters are the same. Pages take long to render.
    """
    ROWS[model]()
    path = url(model, "changelist")
    names = sorted(parameters(administrator.get(path)))
    for place, name in enumerate(names, start=turn):
        values = [NONSENSE[place % len(NONSENSE)]]
        if name.endswith(("__year", "__month", "__day")):
            values += NO_DATES
        for value in values:
            answer = administrator.get(path, {name: value})
            assert answer.status_code in {200, 302, 400}, (name, value)


def test_images_keep_the_order_in_which_they_are_sent(api, alice):
    """R10: a picture that is named twice is shown once, where it came first."""
    one, two = (upload_of(alice).url for _ in range(2))
    answer = api.as_(alice).post("/api/listings", LISTING | {"images": [two, one, two]})
    assert answer.json()["listing"]["images"] == f"{two},{one}"


@pytest.mark.parametrize("path", ["listings/9", "tasks/9", "auth/users/9", "none"])
def test_what_is_not_there_is_not_found(api, path):
    """R10: one sentence, in the reader's language."""
    assert api.get(f"/api/{path}").json()["error"] == "Not found."
    answer = api.get(f"/api/{path}", HTTP_ACCEPT_LANGUAGE="lv")
    assert answer.json()["error"] == "Nav atrasts."
