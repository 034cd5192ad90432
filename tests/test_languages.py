"""Messages are in Latvian, Russian or English, by `Accept-Language`."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils.formats import date_format
from django.utils.translation import ngettext, override
from rest_framework import serializers

from core.api.field_labels import FIELD_LABELS
from core.exceptions import NotAllowed, WrongStatus
from listings.tests.factories import ListingFactory
from marketplace.locale.catalogues import (
    LANGUAGES,
    catalogue_path,
    compile_catalogue,
    extract_messages,
    is_translated,
    load_catalogue,
    write_catalogue,
)
from marketplace.urls import router
from notifications.models import Notification
from notifications.rendering import render
from notifications.types import Group
from tasks.tests.factories import TaskFactory
from tasks.workflow import TASK_WORKFLOW

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%s|%d|\{[\w:]+\}")
PLEASE_SIGN_IN = {
    "lv": "Lūdzu, vispirms pieslēdzieties.",
    "ru": "Сначала войдите, пожалуйста.",
    "en": "Please sign in first.",
}


def messages(language: str) -> list:
    return [one for one in load_catalogue(language) if one.id and not one.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_translated_and_none_is_left_over(language):
    wanted = {(one.context, one.id) for one in extract_messages() if one.id}
    found = {(m.context, m.id) for m in messages(language) if is_translated(m)}
    assert found == wanted, "make messages, then fill in the .po files"


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language):
    for message in messages(language):
        forms = message.string if message.pluralizable else [message.string]
        english = message.id[1] if message.pluralizable else message.id
        wanted = sorted(PLACEHOLDER.findall(english))
        for form in forms:
            assert sorted(PLACEHOLDER.findall(form)) == wanted


@pytest.mark.parametrize(
    ("language", "minutes", "words"),
    [
        ("lv", 1, "1 minūtes"),
        ("lv", 15, "15 minūtēm"),
        ("ru", 1, "1 минуту"),
        ("ru", 3, "3 минуты"),
        ("ru", 15, "15 минут"),
        ("en", 1, "1 minute"),
    ],
)
def test_numbers_have_the_plural_of_the_language(language, minutes, words):
    one = "Too many attempts. Try again in %(minutes)s minute."
    many = "Too many attempts. Try again in %(minutes)s minutes."
    with override(language):
        text = ngettext(one, many, minutes) % {"minutes": minutes}
    assert text.endswith(f"{words}.")


def all_forms(language: str) -> list[str]:
    texts = (one.string for one in messages(language))
    return [f for text in texts for f in ([text] if isinstance(text, str) else text)]


@pytest.mark.parametrize(
    ("language", "days", "words"),
    [
        ("lv", 1, "1 dienas."),
        ("lv", 14, "14 dienām."),
        ("lv", 21, "21 dienas."),
        ("ru", 1, "1 день."),
        ("ru", 3, "3 дня."),
        ("ru", 14, "14 дней."),
        ("en", 1, "1 day."),
        ("en", 14, "14 days."),
    ],
)
def test_notification_counts_days_in_the_plural_of_the_language(language, days, words):
    row = Notification(kind="task_done", params={"days": days})
    with override(language):
        assert render(row).text.endswith(f" {words}")


# One word for one thing, no quotation marks of another language, no "(a)": of each
# pair the language and what its catalogue must not hold.
UNWANTED = [
    ("lv", r"[“\"»]|Datums:|datums:"),
    ("lv", r"(?i)vienum|personāl|vadības vid|karodziņ|izgājāt|palīg[su]|\bbild[ei]|—"),
    ("lv", r"(?i)pieteikšan|pierakst|ierakstieties|šo e-pastu|e-pastiem|surogātpast"),
    ("lv", r"(?i)\bsarakst(e|es|ei|ē)\b|pilnvar|statuss|mērķ[ia]"),
    # A participle that names a gender: "esat sācis".
    ("lv", r"\b[Ee]s(at|mu)( \w+)? \w+(is|ies)\b"),
    ("ru", r"[“”„]|дн\.|дата:|Дата:"),
    ("ru", r"(?i)предмет|персонал|аккаунт|отклик|панели? управления|разговор|убрано"),
    ("ru", r"(?i)эл\. поч|маркер|помощник|выгрузк|переписк|статус| – "),
    # A person as the subject of a verb: the past tense would name a gender.
    ("ru", r"%\(name\)s [а-я]"),
]


@pytest.mark.parametrize(("language", "pattern"), UNWANTED)
def test_catalogue_keeps_to_the_terms_of_its_language(language, pattern):
    assert [t for t in all_forms(language) if re.search(pattern, t)] == []


@pytest.mark.parametrize(("language", "blocked"), [("lv", "bloķ"), ("ru", "блок")])
def test_suspended_by_staff_is_another_word_than_blocked(language, blocked):
    rows = [m for m in messages(language) if "suspen" in str(m.id).lower()]
    assert rows
    assert [m.id for m in rows if blocked in str(m.string).lower()] == []


def test_each_number_of_days_or_minutes_has_plural_forms():
    counted = re.compile(r"%\((days|weeks|hours|minutes)\)[sd] [a-z]")
    plain = (m.id for m in extract_messages() if not m.pluralizable)
    assert [text for text in plain if counted.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_writing_a_catalogue_changes_nothing_and_keeps_its_list_of_terms(language):
    stored = catalogue_path(language).read_bytes()
    assert stored.startswith(b"# One term for one thing:\n")
    assert write_catalogue(language, load_catalogue(language)) == stored


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATE_FORMAT", "9 November 2026"),
        ("DATETIME_FORMAT", "9 November 2026, 14:05"),
        ("SHORT_DATE_FORMAT", "09/11/2026"),
        ("SHORT_DATETIME_FORMAT", "09/11/2026 14:05"),
    ],
)
def test_dates_in_english_are_british(name, text):
    with override("en"):
        assert date_format(datetime(2026, 11, 9, 14, 5), name) == text  # noqa: DTZ001


def fields_below(field) -> Iterator[serializers.Field]:
    """The field, and those of which it consists."""
    yield field
    if child := getattr(field, "child", None):
        yield from fields_below(child)
    if isinstance(field, serializers.Serializer):
        for inner in field.fields.values():
            yield from fields_below(inner)


def fields_of_inputs() -> list[serializers.Field]:
    """The fields of every body."""
    views = [view for _path, view, _name in router.registry]
    tables = [getattr(view, "input_serializers", {}) for view in views]
    inputs = [serializer() for table in tables for serializer in table.values()]
    return [field for one in inputs for field in fields_below(one)]


def test_every_error_of_a_field_is_translated_here():
    """Not by the frameworks, which say "tu" in Latvian and leave sentences out."""
    with override("en"):
        tables = [field.error_messages for field in fields_of_inputs()]
        shown = {str(text) for table in tables for text in table.values()}
    assert shown - {one.id for one in extract_messages()} == set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("lv", "Datu tips „text/plain” šeit netiek pieņemts."),
        ("ru", "Тип данных «text/plain» здесь не принимается."),
    ],
)
def test_error_of_the_framework_is_in_the_words_of_the_project(api, language, sentence):
    answer = api.generic(
        "POST", "/api/auth/login", "x", "text/plain", HTTP_ACCEPT_LANGUAGE=language
    )
    assert answer.json()["error"] == sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("lv", "Lietotājvārds: Šis lauks ir obligāts."),
        ("ru", "Имя пользователя: Это поле обязательно."),
        ("en", "Username: This field is required."),
    ],
)
def test_error_names_the_field_in_the_language_of_the_reader(api, language, sentence):
    answer = api.post("/api/auth/register", {}, HTTP_ACCEPT_LANGUAGE=language)
    assert answer.json()["error"] == sentence


@pytest.mark.django_db
def test_error_quotes_a_field_that_no_person_fills_in(api, alice):
    answer = api.as_(alice).post("/api/reviews", {}, HTTP_ACCEPT_LANGUAGE="ru")
    assert answer.json()["error"] == "reviewed_user_id: Это поле обязательно."


# Fields that programs fill in: flags, ids, and what has no free text.
OF_PROGRAMS = {
    *("good_faith", "target_type", "url", "upload_ids"),
    *("evidence_images", "resolution", "worker_cents"),
    *("attachment_ids", "in_app", "item_type", "kind", "query", "refresh"),
    *("is_helper", "is_negotiable", "is_urgent", "seen_updated_at", "show_presence"),
    *("certified", "device_token", "id_token", "nonce", "provider", "seller_type"),
    *("terms_version", "token", "trader", "version"),
    *("user_type", *Group.values),
    *("entity_type", "payment_required", "refresh_url", "return_url"),
    *("challenge", "credential", "email_challenge", "new_account", "purpose"),
}


def test_each_field_of_a_body_has_a_label_or_is_of_programs():
    names = {field.field_name for field in fields_of_inputs() if field.field_name}
    ids = {name for name in names if name.endswith("_id")}
    assert names - set(FIELD_LABELS) - ids == OF_PROGRAMS


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_current(language):
    assert catalogue_path(language, "mo").read_bytes() == compile_catalogue(language), (
        "make messages"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("lv", "lv"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en", "en"),
        ("de", "en"),
        ("", "en"),
        ("de,lv;q=0.5", "lv"),
    ],
)
def test_error_is_in_the_language_of_the_reader(api, asked, language):
    answer = api.get("/api/tasks/my", HTTP_ACCEPT_LANGUAGE=asked)
    assert answer.json()["error"] == PLEASE_SIGN_IN[language]
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.django_db
def test_refusal_before_any_view_is_in_the_language_of_the_reader(api):
    api.get("/api/tasks/my", HTTP_ACCEPT_LANGUAGE="ru")
    answer = api.post(
        "/api/auth/login", HTTP_TRANSFER_ENCODING="chunked", HTTP_ACCEPT_LANGUAGE="lv"
    )
    assert answer.json()["error"] == "Nepieciešama galvene Content-Length."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("lv", "Darbība „Atcelt uzdevumu” pašlaik nav iespējama. Stāvoklis: pabeigts."),
        ("ru", "Действие «Отменить задание» сейчас невозможно. Состояние: выполнено."),
        ("en", "Not possible now: Cancel the task. Status: completed."),
    ],
)
def test_wrong_status_reads_as_one_sentence(alice, language, sentence):
    task = TaskFactory(creator=alice, completed=True)
    with override(language), pytest.raises(WrongStatus, match=re.escape(sentence)):
        TASK_WORKFLOW.run("cancel", task, actor=alice)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("lv", "Jums nav atļauta darbība „Atcelt uzdevumu”."),
        ("ru", "Вам не разрешено действие «Отменить задание»."),
        ("en", "You may not do this: Cancel the task."),
    ],
)
def test_refused_action_reads_as_one_sentence(bob, language, sentence):
    with override(language), pytest.raises(NotAllowed, match=re.escape(sentence)):
        TASK_WORKFLOW.run("cancel", TaskFactory(), actor=bob)


@pytest.mark.django_db
def test_answer_to_a_write_is_in_the_language_of_the_reader(api, alice):
    listing = ListingFactory(seller=alice)
    answer = api.as_(alice).delete(
        f"/api/listings/{listing.pk}", HTTP_ACCEPT_LANGUAGE="ru"
    )
    assert answer.json()["message"] == "Объявление удалено."


@pytest.mark.django_db
def test_schema_is_in_english_whoever_asks(api):
    english, latvian = (
        api.get("/api/schema", HTTP_ACCEPT_LANGUAGE=language).content
        for language in ("en", "lv")
    )
    assert english == latvian
