"""Tests of every model in the admin; a new model is tested without a change here."""

import re
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.admin.filters import (
    AllValuesFieldListFilter,
    FieldListFilter,
    RelatedFieldListFilter,
)
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from unfold.admin import ModelAdmin

from accounts.models import User
from accounts.tests.factories import UserFactory
from announcements.models import Announcement
from categories.models import Category
from conftest import signed_in
from core.admin.base import Admin
from listings.tests.factories import ListingFactory
from market.models import MarketSettings
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory
from tests.admin_rows import ROWS
from tests.test_conventions import sources

pytestmark = pytest.mark.django_db
MODELS = sorted(ROWS, key=lambda model: model._meta.label)
ROOT = Path(__file__).parents[1]
FILTERS = FieldListFilter._field_list_filters  # by the type of the column


def url(model, page, *args):
    name = model._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{name}_{page}", args=args)


def test_every_model_is_in_the_admin_and_has_a_row_here():
    assert set(admin.site._registry) == set(ROWS)
    assert all(isinstance(page, ModelAdmin) for page in admin.site._registry.values())


def test_no_filter_reads_a_whole_table_for_its_values():
    """`CachedValuesFilter` does so once in a while."""
    reading = []
    for model, page in admin.site._registry.items():
        for path in (each for each in page.list_filter if isinstance(each, str)):
            field = get_fields_from_path(model, path)[-1]
            made = next(c for fits, c in FILTERS if fits(field))
            if issubclass(made, (AllValuesFieldListFilter, RelatedFieldListFilter)):
                reading.append(f"{model._meta.label}.{path}")
    assert reading == []


@pytest.mark.parametrize("model", [m for m in MODELS if m is not MarketSettings])
def test_list_needs_as_many_queries_for_20_rows_as_for_one(model, administrator):
    """S10: no row of a list makes a query."""
    ROWS[model]()
    administrator.get(url(model, "changelist"))
    counts = []
    for more in (0, 19):
        for _ in range(more):
            ROWS[model]()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = administrator.get(url(model, "changelist"))
        counts.append(len(queries))
        assert response.status_code == 200
    assert len(response.context["cl"].result_list) >= 20
    assert counts[0] == counts[1] <= 9


@pytest.mark.parametrize("model", MODELS)
def test_administrator_opens_everything(model, administrator):
    row = ROWS[model]()
    for page, args in (
        ("changelist", ()),
        ("change", (row.pk,)),
        ("history", (row.pk,)),
    ):
        assert administrator.get(url(model, page, *args)).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_search_takes_anything(model, administrator):
    ROWS[model]()
    for words in ("tīrīt", "12", "²", "9" * 30, "%_\\'\"", "a\x00b", "x " * 200):
        page = administrator.get(url(model, "changelist"), {"q": words})
        assert page.status_code in ((400,) if "\0" in words else (200, 302))


def pages(model, row):
    yield url(model, "changelist")
    yield url(model, "add")
    yield url(model, "change", row.pk)
    yield url(model, "delete", row.pk)
    yield url(model, "history", row.pk)
    yield url(model, "action", row.pk, "hide")


@pytest.mark.parametrize("model", MODELS)
def test_others_than_staff_are_sent_to_sign_in(model, alice):
    """S1: anonymous and ordinary people see no page of the admin."""
    row = ROWS[model]()
    for client in (Client(), signed_in(alice)):
        for page in pages(model, row):
            for answer in (client.get(page), client.post(page, {"reason": "x"})):
                assert answer.status_code == 302
                assert answer.url.startswith("/admin/login/")


@pytest.mark.parametrize("model", MODELS)
def test_staff_without_permissions_are_refused(model, db):
    """S1: staff status alone is no permission."""
    client = signed_in(UserFactory(is_staff=True))
    row = ROWS[model]()
    for page in pages(model, row):
        assert client.get(page).status_code == 403
        assert client.post(page, {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_only_groups_and_drafts_can_be_deleted(model, administrator):
    row = ROWS[model]()
    answer = administrator.post(url(model, "delete", row.pk), {"post": "yes"})
    gone = not model._base_manager.filter(pk=row.pk).exists()
    assert (answer.status_code == 302) == gone == (model in {Group, Announcement})


@pytest.mark.parametrize("model", MODELS)
def test_forged_rows_change_and_create_nothing(model, administrator):
    """S3: a list that edits nothing ignores what a forged form sends."""
    row = ROWS[model]()
    before = list(model._base_manager.order_by("pk").values())
    forged = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 1, "form-0-id": row.pk}
    forged |= {"form-MIN_NUM_FORMS": 0, "form-MAX_NUM_FORMS": 1000, "_save": "Save"}
    for name in ("status", "moderation", "title", "is_staff", "name", "reason"):
        forged |= {f"form-0-{name}": "hidden", f"form-1-{name}": "hidden"}
    administrator.post(url(model, "changelist"), forged)
    assert list(model._base_manager.order_by("pk").values()) == before


READ_ONLY = {"status", "moderation", "rating", "average_rating", "reviews_count"}
READ_ONLY |= {"tasks_completed", "views_count", "uses", "is_active", "images"}


@pytest.mark.parametrize("model", MODELS)
def test_statuses_and_counters_are_not_editable(model):
    editable = admin.site._registry[model].editable
    switches = {"is_active"} if model is Category else set()  # no person's
    assert not READ_ONLY & set(editable) - switches


TEXTS = {"title", "description", "message", "content", "first_name", "last_name"}
TEXTS |= {"reason", "subject_label", "object_repr", "bio", "location", "name"}


@pytest.mark.parametrize("model", MODELS)
def test_user_text_is_escaped(model, administrator):
    """S5: what people type is text on every page of the admin."""
    row = ROWS[model]()
    fields = {field.name for field in model._meta.fields} & TEXTS
    model._base_manager.filter(pk=row.pk).update(**dict.fromkeys(fields, "<evil>"))
    User.objects.update(username=Concat(Value("<evil>"), Cast("pk", CharField())))
    for page in (url(model, "changelist"), url(model, "change", row.pk)):
        html = administrator.get(page).content.decode()
        assert "<evil>" not in html
        assert "&lt;evil&gt;" in html


def test_html_is_made_by_format_html_only():
    """S5: no code of ours declares text safe."""
    banned = re.compile(r"mark_safe|SafeString\(|autoescape off|\|\s*safe\b")
    pages = ROOT.glob("marketplace/templates/**/*.html")
    culprits = [p for p in (*sources(), *pages) if banned.search(p.read_text())]
    assert culprits == []


def test_format_html_takes_no_formatted_string():
    """S5: `format_html(f"…")` would escape nothing."""
    ready_made = re.compile(r"""format_html\(\s*f["']|format_html\([^)]*%""")
    assert [p for p in sources() if ready_made.search(p.read_text())] == []


def test_start_page_shows_nobody_what_they_may_not_see(db):
    """S1: counts are private too."""
    client = signed_in(UserFactory(is_staff=True))
    page = client.get("/admin/")
    assert page.context["queues"] == page.context["numbers"] == []
    assert "/admin/listings/" not in page.content.decode()


def test_every_page_has_the_base_class():
    assert all(isinstance(page, Admin) for page in admin.site._registry.values())


@pytest.mark.parametrize("factory", [ListingFactory, TaskFactory, OfferingFactory])
def test_pictures_are_shown_and_none_from_elsewhere(factory, administrator):
    ours, theirs = "/api/uploads/" + 32 * "a", "https://elsewhere.example/<b>.jpg"
    item = factory(images=f"{ours}.jpg,{theirs}")
    html = administrator.get(url(type(item), "change", item.pk)).content.decode()
    assert f'<img src="{ours}_t.webp"' in html
    assert 'src="https:' not in html
    assert "elsewhere.example/&lt;b&gt;.jpg" in html
