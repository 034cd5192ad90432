"""`manage.py rules`, and the settings in the admin."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditLogEntry
from listings.tests.factories import ListingFactory
from messaging.services import start
from rules import configuration
from rules.models import Fingerprint, RuleHit, RuleSetting
from rules.registry import RULES
from rules.tests.factories import PriceLevelFactory, RuleHitFactory
from uploads.models import Upload

pytestmark = pytest.mark.django_db
LONG = "Pārdodu labu velosipēdu, maz braukts, stāvējis sausā garāžā, pie tā ir lukturis"


def output(*args: str) -> str:
    out = StringIO()
    call_command("rules", *args, stdout=out)
    return out.getvalue()


def test_the_list_names_every_rule_with_its_hits():
    RuleHitFactory(rule="words")
    RuleHitFactory(rule="words", created_at=timezone.now() - timedelta(days=2))
    lines = output("list").splitlines()
    assert [line.split()[0] for line in lines] == list(RULES)
    assert "on  flag   0 hits" in lines[0]
    assert "off flag   1 hits" in lines[1]


def test_a_dry_run_counts_without_words_and_writes_nothing(alice, bob):
    listing = ListingFactory(seller=alice, description="Zvanīt 29123456.")
    ListingFactory(
        created_at=timezone.now() - timedelta(days=40), description="26123456"
    )
    talk, _new = start(sender=alice, user_id=bob.pk, content="Mans epasts a@b.lv")
    printed = output("try", "contacts", "--days", "30")
    assert f"listing: mask 1 of 1; ids {listing.pk}\n" in printed
    assert f"message: mask 1 of 1; ids {talk.messages.get().pk}\n" in printed
    assert "contacts: 2 of 5 posts of 30 days." in printed
    assert "a@b.lv" not in printed
    listing.refresh_from_db()
    assert (listing.description, RuleHit.objects.count()) == ("Zvanīt 29123456.", 0)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_can_be_tried(name, alice, bob):
    ListingFactory(seller=alice, title="Velo", description=LONG)
    ListingFactory(seller=bob, title="Velo", description=LONG)
    start(sender=alice, user_id=bob.pk, content="Hello")
    assert f"{name}: " in output("try", name)
    assert not RuleHit.objects.exists()
    assert not Fingerprint.objects.exists()


def test_a_dry_run_finds_repetitions_of_the_past(alice, bob):
    for person in (alice, bob):
        ListingFactory(seller=person, title="Velo", description=LONG)
    assert "listing: hold 1 of 2" in output("try", "duplicates", "--outcome", "hold")


def test_a_dry_run_finds_files_of_others(alice, bob):
    for number, person in enumerate((alice, bob)):
        key = f"{number}.jpg"
        data = {"content_type": "image/jpeg", "size": 1, "width": 1, "height": 1}
        Upload.objects.create(owner=person, key=key, digest="same", **data)
        ListingFactory(seller=person, images=f"/api/uploads/{key}")
    assert "listing: flag 1 of 2" in output("try", "duplicate_pictures")


def test_posts_of_the_same_moment_are_each_read_once(monkeypatch, alice):
    from rules import dry_run

    monkeypatch.setattr(dry_run, "BATCH_ROWS", 2)
    moment = timezone.now() - timedelta(days=1)
    for _number in range(5):
        ListingFactory(seller=alice, created_at=moment)
    assert "listing: flag 0 of 5" in output("try", "words")


@pytest.mark.parametrize(
    "args", [("try", "words", "--days", "0"), ("try", "price", "--outcome", "mask")]
)
def test_options_that_do_not_fit_are_refused(args):
    with pytest.raises(CommandError):
        output(*args)


# --- Settings -------------------------------------------------------------------------


def change(client, name: str, **fields):
    row = RuleSetting.objects.get(name=name)
    form = {"enabled": "on", "outcome": "flag", "parameters": "{}", "reason": "Spam."}
    url = reverse("admin:rules_rulesetting_change", args=[row.pk])
    return client.post(url, form | fields)


def test_a_rule_is_set_in_the_admin_and_audited(administrator):
    given = json.dumps({"lv": ["kredīt*"]})
    answer = change(administrator, "words", outcome="hold", parameters=given)
    assert answer.status_code == 302
    configuration.forget()
    [words] = [one for one in configuration.active() if one.rule.name == "words"]
    assert (words.outcome, words.values["lv"]) == ("hold", ("kredīt*",))
    entry = AuditLogEntry.objects.get()
    assert (entry.reason, "hold" in entry.after) == ("Spam.", True)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("words", {"parameters": '{"lv": ["(a+)+"]}'}),
        ("words", {"parameters": '{"lv": "kredīts"}'}),
        ("words", {"parameters": '{"xx": []}'}),
        ("words", {"parameters": "[1]"}),
        ("words", {"parameters": '{"lv": [' + ", ".join(['"aa"'] * 1001) + "]}"}),
        ("words", {"parameters": '{"lv": ["' + "a" * 101 + '"]}'}),
        ("price", {"parameters": '{"below": -1}'}),
        ("price", {"parameters": '{"below": true}'}),
        ("bursts", {"parameters": '{"posts": 1.5}'}),
        ("contacts", {"parameters": '{"phone": 1}'}),
        ("fraud_links", {"parameters": '{"domains": ["https://a.lv"]}'}),
        ("price", {"outcome": "mask"}),
        ("words", {"reason": ""}),
    ],
)
def test_what_a_rule_does_not_take_is_refused(administrator, name, fields):
    before = RuleSetting.objects.get(name=name).parameters
    assert change(administrator, name, **fields).status_code == 200
    assert RuleSetting.objects.get(name=name).parameters == before
    assert not AuditLogEntry.objects.exists()


def test_parameters_of_another_version_count_as_the_defaults(turn_on):
    turn_on("words", gone=1)
    [words] = configuration.active()
    assert words.values["lv"] == ()


def test_a_rule_that_is_gone_cannot_be_changed(administrator):
    row = RuleSetting.objects.create(name="gone")
    url = reverse("admin:rules_rulesetting_change", args=[row.pk])
    assert administrator.get(url).status_code == 200
    assert administrator.post(url, {"enabled": "on"}).status_code == 403


def test_the_settings_are_read_once_in_a_while(turn_on):
    turn_on("contacts")
    with CaptureQueriesContext(connection) as queries:
        configuration.active()
        configuration.active()
    assert len(queries) == 1


def test_the_price_of_a_level_is_shown(administrator):
    PriceLevelFactory(category="sports")
    page = administrator.get(reverse("admin:rules_pricelevel_changelist"))
    assert "99.98" in page.content.decode()
