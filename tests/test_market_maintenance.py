"""Maintenance mode: what is refused, what goes on, and the words."""

import pytest
from django.urls import resolve

from conftest import signed_in
from core.exceptions import not_found
from market import maintenance

pytestmark = pytest.mark.django_db
TEXTS = {
    "maintenance_text_lv": "Mēs visu uzlabojam.",
    "maintenance_text_ru": "Мы всё улучшаем.",
    "maintenance_text_en": "We are improving everything.",
}
WRITES, ALL = {"maintenance_mode": "writes"}, {"maintenance_mode": "all"}


def test_writes_are_refused_and_reads_go_on(api, alice, set_market):
    set_market(**WRITES, maintenance_retry_seconds=90)
    client = api.as_(alice)
    for method in (client.post, client.put, client.patch, client.delete):
        refused = method("/api/listings/1")
        assert (refused.status_code, refused.json()["code"]) == (503, "maintenance")
        assert refused["Retry-After"] == "90"
    assert api.post("/api/auth/login", {}).status_code == 503
    assert client.get("/api/listings").status_code == 200
    assert client.get("/api/auth/profile").status_code == 200


def test_reads_can_be_refused_too(api, alice, set_market):
    set_market(**ALL)
    for path in ("/api/listings", "/api/auth/profile", "/api/nothing"):
        refused = api.as_(alice).get(path)
        assert (refused.status_code, refused.json()["code"]) == (503, "maintenance")
        assert refused.json()["fields"] == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [("lv", TEXTS["maintenance_text_lv"]), ("ru", TEXTS["maintenance_text_ru"])],
)
def test_the_text_is_in_the_language_of_the_reader(api, set_market, language, text):
    set_market(**ALL, **TEXTS)
    refused = api.get("/api/listings", headers={"Accept-Language": language})
    assert refused.json()["error"] == text
    assert refused["Content-Language"] == language


def test_a_language_without_a_text_shows_the_english_one(api, set_market):
    set_market(**ALL, maintenance_text_en="Back at noon.")
    refused = api.get("/api/listings", headers={"Accept-Language": "lv"})
    assert refused.json()["error"] == "Back at noon."


def test_without_any_text_there_is_a_sentence(api, set_market):
    set_market(**ALL)
    refused = api.get("/api/listings", headers={"Accept-Language": "en"})
    assert refused.json()["error"].startswith("We are working on the marketplace.")


@pytest.mark.parametrize("mode", [WRITES, ALL])
def test_what_must_go_on_goes_on(api, staff, set_market, mode):
    """Health checks, the admin, new tokens, and callbacks of providers."""
    set_market(**mode)
    for path in ("/health", "/ready"):
        assert api.get(path).status_code == 200
    assert signed_in(staff).get("/admin/").status_code == 200
    assert api.post("/api/auth/refresh", {}).status_code == 400
    for path in maintenance.EXEMPT:
        assert api.post(path, {}).status_code != 503


def test_each_exempt_path_is_a_route():
    for path in maintenance.EXEMPT:
        assert resolve(path).func is not not_found


def test_a_path_that_only_begins_like_an_exempt_one_is_refused(api, set_market):
    set_market(**ALL)
    assert api.get("/api/auth/refreshments").status_code == 503


def test_a_browser_of_another_origin_may_read_the_refusal(api, settings, set_market):
    settings.CORS_ALLOWED_ORIGINS = ["https://client.example"]
    set_market(**ALL)
    headers = {"Origin": "https://client.example"}
    refused = api.get("/api/listings", headers=headers)
    assert refused["Access-Control-Allow-Origin"] == "https://client.example"


def test_the_mode_costs_no_query(api, set_market, django_assert_num_queries):
    set_market(**ALL)
    api.get("/api/listings")
    with django_assert_num_queries(0):
        api.get("/api/listings")
