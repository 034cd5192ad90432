"""`manage.py privacy`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts import erasure
from accounts.models import User
from audit.models import AuditLogEntry
from core.privacy import TABLES
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db


def run(*args) -> str:
    out = StringIO()
    call_command("privacy", *args, stdout=out)
    return out.getvalue()


def test_the_report_has_a_section_for_each_table_of_people():
    """A16: with purpose, owner, retention and erasure."""
    text = run("report")
    for table in TABLES.values():
        assert f"`{table.name}`" in text
        assert table.purpose in text
    assert "## saved searches (`alerts.SavedSearch`)" in text
    assert "At erasure: the row is deleted with its files." in text


def test_an_operator_erases_at_once(alice, staff):
    """A16: and the audit log says who has decided."""
    assert "is erased" in run("erase", "alice", "--by", "staff", "--now")
    assert User.objects.get(pk=alice.pk).erased_at is not None
    entry = AuditLogEntry.objects.get(action="erase")
    assert (entry.actor, entry.subject_id) == (staff, alice.pk)
    assert "alice" not in entry.subject_label


def test_without_now_there_is_a_grace_period(alice, staff):
    """A16: as if the person had deleted the account."""
    run("erase", "alice", "--by", "staff")
    alice.refresh_from_db()
    assert alice.is_leaving
    assert alice.email


def test_an_operator_cannot_end_a_deal(alice, staff):
    """A16: the command says why."""
    TaskFactory(creator=alice, assigned=True)
    with pytest.raises(CommandError, match="1 task of yours"):
        run("erase", "alice", "--by", "staff", "--now")


@pytest.mark.parametrize("by", ["bob", "nobody_here"])
def test_only_an_administrator_decides(alice, bob, staff, by):
    """A16: in whose name it is recorded."""
    with pytest.raises(CommandError):
        run("erase", "alice", "--by", by, "--now")
    assert User.objects.get(pk=alice.pk).is_active


def test_an_operator_keeps_an_account(alice, staff):
    """A16: of who signs in by a phone alone, and gets no e-mail with a link."""
    erasure.schedule(alice)
    assert "is kept" in run("keep", "alice", "--by", "staff")
    alice.refresh_from_db()
    assert (alice.is_active, alice.erasure_due_at) == (True, None)
    assert AuditLogEntry.objects.get(action="keep").actor == staff
    with pytest.raises(CommandError):
        run("keep", "alice", "--by", "staff")
