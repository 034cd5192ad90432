"""Market settings: their values, rules, versions and records."""

import subprocess
import sys

import pytest
from django.db import connection, transaction

from audit.models import AuditLogEntry
from core.exceptions import ValidationFailed
from market import services, stored
from market.models import MarketSettings, StoredSetting
from market.registry import (
    FEE_BPS,
    MAINTENANCE_MODE,
    PAYMENT_REQUIRED,
    POSTING_OPEN,
    POSTS_PER_DAY,
    PRICE_MAX,
    SETTINGS,
    Group,
)
from market.services import ChangedMeanwhile

pytestmark = pytest.mark.django_db


def test_without_a_row_each_setting_is_that_of_the_environment(settings):
    settings.POSTS_PER_DAY, settings.PAYMENT_REQUIRED = 7, True

    assert POSTS_PER_DAY.get() == 7
    assert PAYMENT_REQUIRED.get() is True


def test_what_staff_set_replaces_the_environment(settings, set_market):
    settings.POSTS_PER_DAY = 7

    set_market(posts_per_day=3)

    assert POSTS_PER_DAY.get() == 3


def test_as_default_leaves_no_row(set_market):
    set_market(posts_per_day=3)
    set_market()

    assert POSTS_PER_DAY.get() == POSTS_PER_DAY.default()
    assert not StoredSetting.objects.exists()


def test_reading_a_setting_costs_a_query_once_in_some_seconds(
    set_market, django_assert_num_queries
):
    set_market(posts_per_day=3)

    with django_assert_num_queries(1):
        assert [POSTS_PER_DAY.get(), FEE_BPS.get(), POSTING_OPEN.get()][0] == 3


def test_values_are_read_again_within_ten_seconds(settings):
    assert stored.MAX_AGE_S + settings.REPLICA_MAX_LAG_SECONDS < 10


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"posts_per_day": 0}, "posts_per_day"),
        ({"posts_per_day": "3"}, "posts_per_day"),
        ({"posts_per_day": True}, "posts_per_day"),
        ({"posts_per_day": 2**31}, "posts_per_day"),
        ({"fee_bps": 10_000}, "fee_bps"),
        ({"fee_bps": -1}, "fee_bps"),
        ({"posting_open": 1}, "posting_open"),
        ({"maintenance_mode": "closed"}, "maintenance_mode"),
        ({"maintenance_text_lv": "x" * 501}, "maintenance_text_lv"),
        ({"pictures_per_item": 21}, "pictures_per_item"),
    ],
)
def test_a_value_of_a_wrong_type_or_size_is_refused(set_market, values, field):
    with pytest.raises(ValidationFailed) as refusal:
        set_market(**values)

    assert refusal.value.field == field
    assert not StoredSetting.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"payment_min_cents": 900_000}, "payment_min_cents"),  # above the default
        ({"payment_max_cents": 100}, "payment_max_cents"),
        ({"payment_min_cents": 300, "payment_max_cents": 200}, "payment_min_cents"),
        ({"fee_min_cents": 200}, "fee_min_cents"),
        ({"fee_min_cents": 50, "payment_min_cents": 50}, "fee_min_cents"),
        ({"price_min": 11, "price_max": 10}, "price_min"),
        ({"new_account_conversations": 201}, "new_account_conversations"),
        ({"payment_required": True, "payments_open": False}, "payment_required"),
    ],
)
def test_values_that_do_not_fit_together_are_refused(set_market, values, field):
    with pytest.raises(ValidationFailed) as refusal:
        set_market(**values)

    assert refusal.value.field == field
    assert not StoredSetting.objects.exists()


def test_defaults_that_do_not_fit_do_not_keep_staff_from_other_changes(
    settings, set_market
):
    settings.PAYMENT_MIN_CENTS, settings.PAYMENT_MAX_CENTS = 500, 400

    set_market(posts_per_day=3)

    assert POSTS_PER_DAY.get() == 3


def test_a_value_of_another_version_of_the_code_counts_as_the_default():
    StoredSetting.objects.create(name="posts_per_day", value="many")
    StoredSetting.objects.create(name="a_setting_of_tomorrow", value=1)
    stored.forget()

    assert POSTS_PER_DAY.get() == POSTS_PER_DAY.default()


def test_the_second_of_two_people_who_saw_one_version_is_told(staff):
    services.change({"price_max": 5}, version=0, actor=staff, reason="First.")

    with pytest.raises(ChangedMeanwhile):
        services.change({"price_max": 6}, version=0, actor=staff, reason="Second.")

    stored.forget()
    assert PRICE_MAX.get() == 5
    assert AuditLogEntry.objects.count() == 1


def test_a_change_is_recorded_with_both_values_and_the_reason(staff, set_market):
    set_market(posts_per_day=3, fee_bps=500)
    set_market(posts_per_day=4)

    entry = AuditLogEntry.objects.first()
    assert (entry.actor, entry.action) == (staff, "change_settings")
    assert entry.reason == "A test."
    assert entry.before == "fee_bps: 500 (5 %)\nposts_per_day: 3"
    assert entry.after == "fee_bps: as default (1000 (10 %))\nposts_per_day: 4"


def test_what_changes_nothing_is_no_change(staff, set_market):
    set_market(posts_per_day=3)

    row = services.change({"posts_per_day": 3}, version=1, actor=staff, reason="Again.")

    assert row.version == 1
    assert AuditLogEntry.objects.count() == 1


def test_a_change_that_is_rolled_back_leaves_no_record(staff):
    with transaction.atomic():
        services.change({"price_max": 5}, version=0, actor=staff, reason="First.")
        transaction.set_rollback(True)

    assert not AuditLogEntry.objects.exists()
    assert not StoredSetting.objects.exists()


def test_there_is_one_row_of_all_settings():
    with pytest.raises(Exception, match="one_row_of_market_settings"):
        MarketSettings.objects.create(pk=2)


def test_every_setting_has_a_group_a_label_and_a_default_that_it_takes():
    for setting in SETTINGS.values():
        assert setting.group in Group.values
        assert str(setting.label)
        value = setting.default()
        assert setting.clean(int(value) if setting is FEE_BPS else value) == value


@pytest.mark.django_db(transaction=True)
def test_another_process_uses_a_change(staff):
    """A process that is not this one reads the value, without being restarted."""
    if connection.vendor == "sqlite":
        pytest.skip("The test database of SQLite is in memory: PostgreSQL alone.")
    script = (
        "import sys, django; django.setup()\n"
        "from django.conf import settings\n"
        "from market import stored\n"
        "from market.registry import POSTS_PER_DAY\n"
        "stored._values._seconds = 0.05\n"
        "print(POSTS_PER_DAY.get(), flush=True)\n"
        "sys.stdin.readline()\n"
        "import time; time.sleep(0.1)\n"
        "print(POSTS_PER_DAY.get(), flush=True)\n"
    )
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}"
        f"/{database['NAME']}"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            "DJANGO_SETTINGS_MODULE": "marketplace.development",
            "DATABASE_URL": url,
            "DB_POOL_MIN": "0",
        },
    )
    with other:
        before = int(other.stdout.readline())
        services.change({"posts_per_day": 3}, version=0, actor=staff, reason="Less.")
        other.stdin.write("\n")
        other.stdin.flush()
        after = int(other.stdout.readline())

    assert (before, after) == (POSTS_PER_DAY.default(), 3)


def test_the_default_of_the_maintenance_mode_is_off():
    assert MAINTENANCE_MODE.get() == "off"
