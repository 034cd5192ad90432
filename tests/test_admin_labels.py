"""Everything that the admin names is named in the language of the reader."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.db.models import Field
from django.utils.translation import override

from accounts.models import User
from core.admin.base import Admin
from core.db.counts import counts_up_to
from listings.models import Listing
from listings.tests.factories import ListingFactory
from moderation.targets import TARGET_TYPES

SAME_IN_LATVIAN = {"ID"}
NAMES_OF_OTHERS = {"CSV", "XLSX", "Google", "Apple", "Latviešu", "Русский", "English"}


def shown_models() -> set:
    pages = [page for page in admin.site._registry.values() if isinstance(page, Admin)]
    inlines = {inline.model for page in pages for inline in page.inlines}
    return {page.model for page in pages} | inlines


def own_models() -> set:
    ours = {config.label for config in apps.get_app_configs() if "." not in config.name}
    return {model for model in shown_models() if model._meta.app_label in ours}


def texts(language: str) -> dict[str, str]:
    """The label of each model, field and choice, by where it stands."""
    found = {}
    with override(language):
        for model in own_models():
            name = model._meta.label
            found[name] = str(model._meta.verbose_name)
            found[f"{name}s"] = str(model._meta.verbose_name_plural)
            for field in model._meta.get_fields():
                if isinstance(field, Field):
                    found[f"{name}.{field.name}"] = str(field.verbose_name)
                    for value, label in field.flatchoices:
                        found[f"{name}.{field.name}={value}"] = str(label)
    return found


@pytest.mark.parametrize("language", ["lv", "ru"])
def test_every_model_field_and_choice_of_the_admin_is_translated(language):
    english, own = texts("en"), texts(language)
    left = {where: text for where, text in english.items() if own[where] == text}
    assert set(left.values()) - SAME_IN_LATVIAN - NAMES_OF_OTHERS == set(), left


def titles(language: str) -> dict[tuple, str]:
    """The title of each column and of each field that a page shows."""
    with override(language):
        return {
            (page.model._meta.label, place): str(
                label_for_field(name, page.model, page)
            )
            for page in admin.site._registry.values()
            if isinstance(page, Admin)
            for place, name in enumerate((*page.list_display, *page._field_names()))
        }


@pytest.mark.parametrize("language", ["lv", "ru"])
def test_every_column_and_field_of_the_pages_is_translated(language):
    english, own = titles("en"), titles(language)
    left = {where: text for where, text in english.items() if own[where] == text}
    assert set(left.values()) - SAME_IN_LATVIAN == set(), left


@pytest.mark.parametrize("language", ["lv", "ru"])
def test_every_app_of_the_admin_is_translated(language):
    labels = {model._meta.app_label for model in admin.site._registry}
    english = {label: str(apps.get_app_config(label).verbose_name) for label in labels}
    with override(language):
        own = {label: str(apps.get_app_config(label).verbose_name) for label in labels}
    assert {label for label in labels if own[label] == english[label]} == set()


@pytest.mark.parametrize("language", ["lv", "ru"])
def test_every_type_of_target_is_translated(language):
    english = {name: str(row.label) for name, row in TARGET_TYPES.items()}
    with override(language):
        own = {name: str(row.label) for name, row in TARGET_TYPES.items()}
    assert {name for name in own if own[name] == english[name]} == set()


@pytest.mark.django_db
def test_counts_stop_at_their_bound_in_one_query(alice, django_assert_num_queries):
    ListingFactory.create_batch(3, seller=alice)
    everyone, listings = User.objects.filter(pk=alice.pk), Listing.objects.all()
    nothing = Listing.objects.none()
    with django_assert_num_queries(1):
        assert counts_up_to(2, [everyone, nothing, listings]) == [1, 0, 2]
