"""The page of the market settings."""

import pytest
from django.contrib.auth.models import Group
from django.utils.html import escape

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from conftest import signed_in
from market import services, stored
from market.models import StoredSetting
from market.registry import POSTING_OPEN, POSTS_PER_DAY, SETTINGS

pytestmark = pytest.mark.django_db
PAGE = "/admin/market/marketsettings/"


def save(client, *, version=0, reason="A test.", **values):
    empty = dict.fromkeys(SETTINGS, "")
    form = empty | values | {"seen_version": version, "reason": reason}
    answer = client.post(PAGE, form)
    stored.forget()
    return answer


def errors(answer) -> dict:
    return answer.context["adminform"].form.errors.get_json_data()


@pytest.fixture
def finance(db):
    user = UserFactory(username="finance", is_staff=True)
    user.groups.add(Group.objects.get(name="Finance"))
    return signed_in(user)


def test_the_page_shows_every_setting_with_its_default(administrator):
    page = administrator.get(PAGE).content.decode()
    for setting in SETTINGS.values():
        assert f'name="{setting.name}"' in page
        assert escape(str(setting.label)) in page
        if default := setting.default():
            assert escape(setting.display(default)) in page


def test_staff_change_settings_with_a_reason(administrator, staff):
    answer = save(administrator, posts_per_day="3", posting_open="off")
    assert answer.status_code == 302
    assert (POSTS_PER_DAY.get(), POSTING_OPEN.get()) == (3, False)
    entry = AuditLogEntry.objects.get(action="change_settings")
    assert (entry.actor, entry.reason) == (staff, "A test.")


def test_an_empty_field_is_as_default(administrator):
    save(administrator, posts_per_day="3", posting_open="off")
    assert save(administrator, version=1).status_code == 302
    assert not StoredSetting.objects.exists()


def test_what_is_set_is_shown_again(administrator):
    save(administrator, posts_per_day="3", posting_open="off")
    form = administrator.get(PAGE).context["adminform"].form
    assert (form["posts_per_day"].value(), form["posting_open"].value()) == (3, "off")


def test_a_page_without_a_reason_is_not_saved(administrator):
    answer = save(administrator, reason="", posts_per_day="3")
    assert list(errors(answer)) == ["reason"]
    assert not StoredSetting.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"fee_bps": "10000"}, "fee_bps"),
        ({"fee_bps": "1.5"}, "fee_bps"),
        ({"posts_per_day": "0"}, "posts_per_day"),
        ({"posts_per_day": "many"}, "posts_per_day"),
        ({"posting_open": "maybe"}, "posting_open"),
        ({"payment_min_cents": "300", "payment_max_cents": "200"}, "payment_min_cents"),
        ({"maintenance_text_en": "x" * 501}, "maintenance_text_en"),
    ],
)
def test_a_wrong_value_is_named_beside_its_field(administrator, values, field):
    answer = save(administrator, **values)
    assert answer.status_code == 200
    assert list(errors(answer)) == [field]
    assert not StoredSetting.objects.exists()


@pytest.mark.parametrize("version", [0, 2, "x", ""])
def test_who_saves_an_older_page_is_told(administrator, version):
    save(administrator, posts_per_day="3")
    answer = save(administrator, version=version, posts_per_day="4")
    assert answer.status_code == 200
    assert list(errors(answer)) == ["__all__"]
    assert POSTS_PER_DAY.get() == 3


def test_the_refused_page_says_so_where_it_can_be_seen(administrator):
    save(administrator, posts_per_day="3")
    page = save(administrator, posts_per_day="4").content.decode()
    assert escape(str(services.ChangedMeanwhile())) in page


def test_finance_reads_the_settings_and_changes_none(finance, administrator):
    save(administrator, posts_per_day="3")
    page = finance.get(PAGE)
    assert page.status_code == 200
    assert str(POSTS_PER_DAY.label) in page.content.decode()
    assert save(finance, version=1, posts_per_day="4").status_code == 403
    assert POSTS_PER_DAY.get() == 3


def test_moderators_do_not_see_the_settings(moderator):
    assert moderator.get(PAGE).status_code == 403
    assert save(moderator, posts_per_day="4").status_code == 403
