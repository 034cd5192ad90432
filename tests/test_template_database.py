"""The test database is copied: it is as if it had been migrated."""

import os
import sqlite3
from pathlib import Path

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection

from categories.models import Category
from core.env import Environment
from moderation.models import ReasonTemplate
from tests import template_database
from tests.live.server import environment_with
from tests.template_database import ROOT, digest, sources

NAME = "template_test_with_a_name_of_as_many_characters_as_there_may"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own whose migration imports a helper inside a function."""
    for name, text in {
        "things/migrations/0001_initial.py": "from things.helpers import rows\n",
        "things/migrations/__init__.py": "",
        "things/__init__.py": "",
        "things/helpers.py": "def rows():\n    import things.words as words\n",
        "things/words.py": "WORDS = 1\n",
        "things/apps.py": "",
        "things/views.py": "",
        "marketplace/settings.py": "",
        "marketplace/development.py": "from marketplace.settings import *\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(template_database, "ROOT", tmp_path)
    settings = tmp_path / "marketplace/settings.py"
    monkeypatch.setattr(template_database, "__file__", str(settings))
    return tmp_path


def changes_digest(file: Path) -> bool:
    before = digest()
    file.write_text(file.read_text() + "# changed\n")
    return digest() != before


@pytest.mark.parametrize(
    "name",
    [
        "things/migrations/0001_initial.py",
        "things/__init__.py",
        "things/helpers.py",
        "things/words.py",
        "things/apps.py",
        "marketplace/settings.py",
    ],
)
def test_a_change_of_what_migrations_use_makes_another_database(project, name):
    assert changes_digest(project / name)


def test_a_change_of_nothing_that_they_use_does_not(project):
    assert not changes_digest(project / "things/views.py")


def test_an_added_migration_makes_another_database(project):
    before = digest()
    (project / "things/migrations/0002_more.py").write_text("")
    assert digest() != before


def test_an_upgraded_package_makes_another_database(monkeypatch, tmp_path):
    monkeypatch.setattr(template_database, "get_path", lambda name: str(tmp_path))
    (tmp_path / "Django-5.2.1.dist-info").mkdir()
    before = digest()
    (tmp_path / "Django-5.2.1.dist-info").rename(tmp_path / "Django-5.2.2.dist-info")
    assert digest() != before


@pytest.mark.parametrize(
    "name", ["payments/triggers.py", "audit/triggers.py", "categories/defaults.py"]
)
def test_triggers_and_first_rows_count(name):
    assert ROOT / name in sources()


@pytest.mark.django_db
def test_a_copy_holds_what_migrations_and_their_signals_insert():
    assert Category.objects.exists()
    assert ReasonTemplate.objects.exists()
    moderators = Group.objects.get(name="Moderators")
    assert moderators.permissions.exists()


@pytest.mark.django_db
def test_a_copy_lacks_no_migration():
    call_command("migrate", check_unapplied=True, verbosity=0)


def sqlite_file(url):
    sqlite3.connect(url.removeprefix("sqlite:///")).close()


def test_a_template_of_sqlite_is_made_once(tmp_path, monkeypatch):
    made = []

    def migrate(url):
        made.append(url)
        sqlite_file(url)

    monkeypatch.setattr(template_database, "FOLDER", tmp_path / "migrated")
    monkeypatch.setattr(template_database, "_migrate", migrate)
    first, second = (template_database.sqlite_template() for _time in range(2))
    assert first == second
    assert len(made) == 1


def test_an_interrupted_migration_leaves_no_template_of_sqlite(tmp_path, monkeypatch):
    def migrate(url):
        Path(url.removeprefix("sqlite:///")).write_text("half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(template_database, "FOLDER", tmp_path)
    monkeypatch.setattr(template_database, "_migrate", migrate)
    with pytest.raises(KeyboardInterrupt):
        template_database.sqlite_template()
    assert not (tmp_path / f"{digest()}.sqlite3").exists()


def test_code_that_is_edited_while_it_migrates_makes_no_template(tmp_path, monkeypatch):
    monkeypatch.setattr(template_database, "FOLDER", tmp_path)
    monkeypatch.setattr(template_database, "digest", iter(["before", "after"]).__next__)
    monkeypatch.setattr(template_database, "_migrate", sqlite_file)
    with pytest.raises(RuntimeError):
        template_database.sqlite_template()
    assert not (tmp_path / "before.sqlite3").exists()


@pytest.fixture
def server(monkeypatch):
    """The URL of a database that is not there; its templates are dropped."""
    if connection.vendor != "postgresql":
        pytest.skip("templates of PostgreSQL")
    monkeypatch.setattr(template_database, "digest", lambda: "0" * 16)
    url = template_database._url(connection.settings_dict | {"NAME": NAME})
    with psycopg.connect(url.replace(f"/{NAME}", "/postgres"), autocommit=True) as own:
        yield url
        names = own.execute("SELECT datname FROM pg_database").fetchall()
        for (name,) in names:
            if name.startswith(("migrated_00000000", "copy_of_migrated_0")):
                template_database.run(own, "DROP DATABASE {} WITH (FORCE)", name)


def test_a_template_of_postgresql_is_made_once(server, monkeypatch):
    made = []
    monkeypatch.setattr(template_database, "_migrate", made.append)
    first, second = (template_database.postgres_template(server) for _time in range(2))
    assert first == second
    assert len(made) == 1


def test_only_ones_own_templates_are_dropped(server, monkeypatch):
    monkeypatch.setattr(template_database, "_migrate", lambda url: None)
    mine = template_database.postgres_template(server)
    others = template_database.postgres_template(server.replace(NAME, f"x_{NAME}"))
    with psycopg.connect(server.replace(f"/{NAME}", "/postgres"), autocommit=True) as c:
        template_database.run(c, "CREATE DATABASE {}", alike := f"copy_of_{mine}")
        monkeypatch.setattr(template_database, "digest", lambda: "00000000" + "1" * 8)
        new = template_database.postgres_template(server)
        names = {name for (name,) in c.execute("SELECT datname FROM pg_database")}
    assert mine not in names
    assert {new, others, alike} <= names


@pytest.mark.parametrize("url", ["sqlite:///dev.sqlite3", "postgres://h/dev"])
def test_a_file_with_another_address_does_not_win(url, tmp_path, monkeypatch):
    (tmp_path / "url").write_text(url)
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    given = environment_with({"DATABASE_URL": "sqlite:///own.sqlite3"})
    monkeypatch.setattr(os, "environ", given)
    assert (
        Environment(tmp_path / "no.env").str("DATABASE_URL") == "sqlite:///own.sqlite3"
    )


def test_no_other_database_is_migrated():
    with pytest.raises(SystemExit, match="not another"):
        template_database.main("another")


def test_an_interrupted_template_of_postgresql_is_made_again(server, monkeypatch):
    def interrupt(url):
        raise KeyboardInterrupt

    monkeypatch.setattr(template_database, "_migrate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        template_database.postgres_template(server)
    made = []
    monkeypatch.setattr(template_database, "_migrate", made.append)
    template_database.postgres_template(server)
    assert len(made) == 1


def test_nobody_connects_to_a_template_of_postgresql(server, monkeypatch):
    monkeypatch.setattr(template_database, "_migrate", lambda url: None)
    name = template_database.postgres_template(server)
    with pytest.raises(psycopg.OperationalError, match="not currently accepting"):
        psycopg.connect(server.replace(f"/{NAME}", f"/{name}"))
