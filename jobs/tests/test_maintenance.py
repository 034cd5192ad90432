"""The runner of maintenance jobs: order, failures, dry runs."""

from collections.abc import Iterator
from datetime import datetime
from graphlib import CycleError

import pytest
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.utils import timezone

from jobs import jobs
from jobs.exceptions import JobTimeout
from jobs.maintenance import (
    REGISTRY,
    delete_rows,
    in_order,
    maintenance,
    repair_rows,
    run_all,
)


@pytest.fixture
def registry() -> Iterator[dict]:
    """The registry, empty at first, and as before afterwards."""
    before = dict(REGISTRY)
    REGISTRY.clear()
    yield REGISTRY
    REGISTRY.clear()
    REGISTRY.update(before)


def add(name: str, *, after: tuple[str, ...] = (), run=lambda at, dry_run: 1) -> None:
    maintenance(name, after=after)(run)


def names() -> list[str]:
    return [task.name for task in in_order()]


def fail_with(error: Exception):
    def run(at: datetime, *, dry_run: bool) -> int:
        raise error

    return run


def test_job_runs_later_than_those_in_its_after(registry):
    add("a", after=("c", "d"))
    add("c", after=("e",))
    add("d")
    add("b")
    add("e")
    assert sorted(names()) == ["a", "b", "c", "d", "e"]
    assert names().index("e") < names().index("c") < names().index("a")
    assert names().index("d") < names().index("a")


def test_name_is_registered_once(registry):
    add("a")
    with pytest.raises(ValueError, match="'a' is registered twice"):
        add("a")


def test_unknown_after_is_named(registry):
    add("a", after=("typo",))
    with pytest.raises(LookupError, match=r"'a' runs after unknown \['typo'\]"):
        in_order()


def test_cycle_is_refused(registry):
    add("a", after=("b",))
    add("b", after=("a",))
    with pytest.raises(CycleError):
        in_order()


@pytest.mark.parametrize("after", ["typo", "a"])
def test_order_that_does_not_exist_is_a_system_check(registry, after):
    add("a", after=(after,))
    assert "jobs.E001" in [message.id for message in run_checks()]


def test_registered_jobs_of_all_apps_have_an_order():
    position = {name: index for index, name in enumerate(names())}
    assert len(position) == len(REGISTRY) > 5
    for task in REGISTRY.values():
        assert all(position[name] < position[task.name] for name in task.after)


def test_failure_is_logged_and_stops_no_other(registry, caplog):
    add("a", run=fail_with(RuntimeError("broken")))
    add("b", after=("a",))
    counts = dict(run_all(at=timezone.now(), dry_run=False))
    assert counts == {"a": None, "b": 1}
    assert caplog.messages == ["maintenance failed: a"]


def test_timeout_ends_the_whole_run(registry):
    add("a", run=fail_with(JobTimeout()))
    add("b")
    with pytest.raises(JobTimeout):
        list(run_all(at=timezone.now(), dry_run=False))


def test_time_and_dry_run_are_passed_on(registry):
    calls = []
    add("a", run=lambda at, dry_run: calls.append((at, dry_run)) or 0)
    now = timezone.now()
    assert list(run_all(at=now, dry_run=True)) == [("a", 0)]
    assert calls == [(now, True)]


def test_failed_maintenance_is_a_failed_job(registry):
    add("a", run=fail_with(RuntimeError("broken")))
    with pytest.raises(RuntimeError, match=r"Failed: a\."):
        jobs.maintain()


def test_command_prints_each_count_and_fails_if_one_failed(registry, capsys):
    add("a", run=fail_with(RuntimeError("broken")))
    add("b")
    with pytest.raises(CommandError, match="1 of the jobs failed"):
        call_command("maintain")
    assert capsys.readouterr().out.splitlines() == ["a: failed", "b: 1"]


@pytest.mark.django_db
@pytest.mark.parametrize("dry_run", [True, False])
def test_delete_rows_counts_and_deletes_unless_dry_run(dry_run):
    for name in ("old one", "old two", "new"):
        Group.objects.create(name=name)
    old = Group.objects.filter(name__startswith="old")
    assert delete_rows(old, dry_run=dry_run) == 2
    assert old.count() == (2 if dry_run else 0)
    assert Group.objects.filter(name="new").exists()


@pytest.mark.parametrize(("dry_run", "expected"), [(True, []), (False, [1, 2, 3])])
def test_repair_rows_goes_in_order_unless_dry_run(dry_run, expected):
    repaired = []
    assert repair_rows({3, 1, 2}, repaired.append, dry_run=dry_run) == 3
    assert repaired == expected
