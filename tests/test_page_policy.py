"""X5: browsers are told strictly what pages may load and who may read answers."""

import pytest

from conftest import signed_in

ORIGIN = {"HTTP_ORIGIN": "http://localhost:3000"}
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/api/docs", "/api/redoc"])
def test_no_page_runs_scripts_of_its_text(client, path):
    """X5: every page has a policy under which inline scripts do not run."""
    page = client.get(path)
    policy = dict(
        part.split(" ", 1) for part in page["Content-Security-Policy"].split("; ")
    )
    scripts = policy.get("script-src", policy["default-src"])
    assert (page.status_code, "'unsafe-inline'" in scripts) == (200, False)
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/api/docs"])
def test_pages_give_up_features_and_their_opener(client, path):
    """X5: no page may use the camera, or reach the window that opened it."""
    page = client.get(path)
    assert "camera=()" in page["Permissions-Policy"]
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    ["/", "/api/docs", "/api/redoc", "/admin/listings/listing/", "/examples/mail"],
)
def test_no_page_needs_a_script_that_its_policy_forbids(staff, settings, path):
    """X5: scripts are files; data in a page is no script."""
    settings.DEMO = True
    page = signed_in(staff).get(path).content.decode()
    inline = [tag for tag in page.split("<script")[1:] if "src=" not in tag[:200]]
    assert [tag for tag in inline if 'type="application/json"' not in tag] == []


def test_other_sites_read_the_api_alone(client, settings):
    """X5: CORS is for /api/, and never with cookies."""
    settings.CORS_ALLOWED_ORIGINS = ["http://localhost:3000"]
    api, page = (client.get(path, **ORIGIN) for path in ("/api/listings", "/"))
    assert api["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert "Access-Control-Allow-Credentials" not in api.headers
    assert "Access-Control-Allow-Origin" not in page.headers


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://pictures.example/a.png", 400),
        ("https://ui-avatars.com.evil.example/a", 400),
        ("https://ui-avatars.com@evil.example/a", 400),
        ("https://ui-avatars.com/api/?name=A", 200),
    ],
)
def test_avatars_come_from_known_hosts(api, alice, url, status):
    """X5: a picture elsewhere would tell its host who reads which page."""
    answer = api.as_(alice).put("/api/auth/profile", {"avatar_url": url})
    assert answer.status_code == status


def test_an_avatar_that_stands_may_be_sent_back(api, alice):
    alice.avatar_url = "https://pictures.example/a.png"
    alice.save()
    form = {"avatar_url": alice.avatar_url}
    assert api.as_(alice).put("/api/auth/profile", form).status_code == 200
