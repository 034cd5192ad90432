"""Uploads through the API: create, serve, use in items, delete."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from uploads import services
from uploads.models import Upload
from uploads.tests.pictures import picture, with_place

pytestmark = pytest.mark.django_db
UPLOADS = "/api/uploads"
ITEMS = {
    "/api/listings": {"title": "Bicycle", "price": 5},
    "/api/offerings": {"title": "Lessons", "latitude": 56.95, "longitude": 24.1},
    "/api/tasks": {"title": "Snow", "latitude": 56.95, "longitude": 24.1},
}


def send(api, raw=None, name="photo.jpg", url=UPLOADS, **more):
    file = SimpleUploadedFile(name, picture() if raw is None else raw)
    return api.post(url, {"file": file} | more, format="multipart")


def stored() -> list[str]:
    try:
        return sorted(default_storage.listdir("")[1])
    except FileNotFoundError:
        return []


@pytest.fixture
def mine(api, alice):
    return send(api.as_(alice)).json()


@pytest.mark.parametrize("url", [UPLOADS, f"{UPLOADS}/image"])
def test_upload_answers_where_it_is(api, alice, url):
    answer = send(api.as_(alice), url=url)
    assert answer.status_code == 201
    data = answer.json()
    assert data["path"] == data["url"] == f"{UPLOADS}/{data['filename']}"
    assert (data["width"], data["height"]) == (64, 48)


def test_everybody_sees_the_picture_and_its_thumbnail(api, mine):
    """U5: a fixed content type, with nosniff."""
    for name, kind in (("url", "image/jpeg"), ("thumbnail_url", "image/webp")):
        shown = api.get(mine[name])
        assert (shown.status_code, shown["Content-Type"]) == (200, kind)
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert shown["Cache-Control"] == "public, max-age=60, must-revalidate"
        assert b"".join(shown.streaming_content)


def test_place_is_gone_from_what_is_served(api, alice):
    """U4: from every stored file."""
    send(api.as_(alice), with_place("JPEG"))
    assert len(stored()) == 2
    for name in stored():
        assert b"SECRET-WORDS" not in default_storage.open(name).read()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\evil.exe",
        "/etc/cron.d/x",
        "a\r\nX-Evil: 1.jpg",
        "evil.php\0.jpg",
        "x.svg",
        ".htaccess",
        "ā" * 4000 + ".jpg",
        "con",
        '"; filename="evil.html',
    ],
)
def test_key_is_random(api, alice, name):
    """U5: the file name of the client is not stored."""
    answer = send(api.as_(alice), name=name)
    assert answer.status_code == 201
    key = Upload.objects.get().key
    assert answer.json()["filename"] == key
    assert stored() == sorted([key, Upload.objects.get().thumbnail_key])


@pytest.mark.parametrize(
    "path",
    [
        "../settings.py",
        "%2e%2e%2fsettings.py",
        "a" * 32 + ".jpg",
        "a" * 32 + ".jpg%00.png",
        "A" * 32 + ".JPG",
        "x.jpg",
    ],
)
def test_no_other_path_is_served(api, path):
    """U5: 404 for anything but a key."""
    answer = api.get(f"{UPLOADS}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("raw", [b"", b"<svg/>", b"not a picture"])
def test_other_file_is_a_400(api, alice, raw):
    """U2: and nothing is stored."""
    answer = send(api.as_(alice), raw)
    assert answer.status_code == 400
    assert (Upload.objects.count(), stored()) == (0, [])


def test_missing_file_is_a_400(api, alice):
    answer = api.as_(alice).post(UPLOADS, {"filename": "x"}, format="multipart")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file"])


def test_json_is_no_upload(api, alice):
    assert api.as_(alice).post(UPLOADS, {"file": "x"}).status_code == 415


def test_large_file_is_a_413(api, alice, settings):
    """U1: by its size, before it is decoded."""
    settings.UPLOAD_MAX_BYTES = 1000
    answer = send(api.as_(alice), picture("PNG", (99, 99)).ljust(2000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_stranger_cannot_delete(api, mine, mallory):
    """U6: deleting the upload of another user answers 404."""
    assert api.as_(mallory).delete(mine["url"]).status_code == 404
    assert api.get(mine["url"]).status_code == 200


def test_owner_deletes_row_and_files(api, alice, mine):
    assert api.as_(alice).delete(mine["url"]).status_code == 200
    assert (Upload.objects.count(), stored()) == (0, [])


def test_picture_in_use_stays(api, alice, mine):
    """R8: 409, and its files stay."""
    api.as_(alice).put("/api/auth/profile", {"avatar_url": mine["url"]})
    assert api.as_(alice).delete(mine["url"]).status_code == 409
    assert len(stored()) == 2


# --- Use in items ---------------------------------------------------------------------


def post(api, url, **data):
    words = {"description": "Words.", "category": "other"}
    return api.post(url, ITEMS[url] | words | data)


@pytest.mark.parametrize("url", ITEMS)
@pytest.mark.parametrize("form", ["path", "absolute", "list"])
def test_own_picture_is_attached(api, alice, mine, url, form):
    forms = {"path": mine["url"], "absolute": f"http://testserver{mine['url']}"}
    images = forms.get(form, [mine["url"]])
    if url == "/api/tasks" and form == "absolute":
        images = [images]
    answer = post(api.as_(alice), url, images=images)
    assert answer.status_code == 201, answer.json()
    assert Upload.objects.get().uses == 1


@pytest.mark.parametrize("url", ITEMS)
def test_image_of_another_user_is_not(api, mine, mallory, url):
    """U6: 404, and nothing is created."""
    answer = post(api.as_(mallory), url, images=[mine["url"]])
    assert answer.status_code == 404
    assert list(answer.json()["fields"]) == ["images"]
    assert Upload.objects.get().uses == 0
    assert api.get(url)["X-Total-Count"] == "0"


@pytest.mark.parametrize(
    "image",
    [
        "https://evil.example/x.jpg",
        "javascript:alert(1)",
        "http://[",
        "/api/uploads/../../etc/passwd",
        "/api/uploads/" + "a" * 32 + ".jpg",
        "x" * 5000,
    ],
)
def test_other_urls_are_not_attached(api, alice, image):
    """U6, U8: an item shows uploads only, and no URL is fetched."""
    answer = post(api.as_(alice), "/api/listings", images=[image])
    assert answer.status_code == 404
    assert list(answer.json()["fields"]) == ["images"]


def test_twenty_one_pictures_are_too_many(api, alice):
    """U6: 400, before they are looked up."""
    images = [f"/api/uploads/{number:032x}.jpg" for number in range(21)]
    answer = post(api.as_(alice), "/api/listings", images=images)
    assert answer.status_code == 400


def test_stranger_cannot_use_it_as_avatar(api, mine, mallory):
    """U6: nor as an avatar."""
    change = {"avatar_url": mine["url"]}
    assert api.as_(mallory).put("/api/auth/profile", change).status_code == 404


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://[", "//evil.example", "x"]
)
def test_avatar_is_an_address(api, alice, url):
    answer = api.as_(alice).put("/api/auth/profile", {"avatar_url": url})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["avatar_url"])


def test_orphans_are_deleted_after_a_day(mine, settings):
    """U6, R8: not before, and not while they are used."""
    now = timezone.now()
    assert services.delete_orphans(at=now + timedelta(hours=23)) == 0
    Upload.objects.update(uses=1)
    assert services.delete_orphans(at=now + timedelta(hours=25)) == 0
    Upload.objects.update(uses=0)
    assert services.delete_orphans(at=now + timedelta(hours=25)) == 1
    assert (Upload.objects.count(), stored()) == (0, [])


# --- Malicious forms ------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        {f"field{number}": "x" for number in range(10_000)},
        {f"f{n}": SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(101)},
        {"file": "x" * 1_100_000},
    ],
    ids=["10,000 fields", "101 files", "a field of 1 MB"],
)
def test_oversized_form_is_refused(api, alice, parts):
    """U9: 400 or 413 in the error shape, and nothing is stored."""
    answer = api.as_(alice).post(UPLOADS, parts, format="multipart")
    assert answer.status_code in {400, 413}
    assert answer.json()["code"] in {"invalid", "too_large"}
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=" + "x" * 300, b"x"),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b"--b\r\n"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n"
            + b" " * 500_000
            + b"\r\n--b--",
        ),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\n" + b"X-Header: y\r\n" * 2000 + b"\r\n--b--\r\n",
        ),
    ],
    ids=["no boundary", "long", "empty", "cut", "base64 of blanks", "headers"],
)
def test_malformed_form_is_refused(api, alice, content_type, body):
    """U9: 400, never a 500."""
    answer = api.as_(alice).generic("POST", UPLOADS, body, content_type=content_type)
    assert answer.status_code == 400
