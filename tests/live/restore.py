"""Take a backup of a server in use, restore it elsewhere, and compare.

The commands are those of docs/backup.md, read from the page: *Take a backup* on a
PostgreSQL of its own while people post, write, upload and delete pictures, *Restore* on
another one and in another folder. Then the product runs on the copy. Prints one line of
JSON, with the reasons before it; the exit status is 1 if anything is missing, different
or broken.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg

from tests.live.bounds import end_within
from tests.live.cluster import OwnPostgres, find_program
from tests.live.contract.client import Caller
from tests.live.contract.market import PASSWORD
from tests.live.invariants import INVARIANTS, broken, fingerprints
from tests.live.server import ROOT, environment_with, manage, serve
from tests.live.usage import ACTIONS, Refused, Usage, report, small_photo, wait

PAGE = ROOT / "docs" / "backup.md"
MAX_RUN_S = 240  # on a busy machine
WARM_UP_S = 30  # for each person to have done each thing once
DELETED_PICTURES = 60  # that are there to be deleted meanwhile
PER_LISTING = 20
READS = (  # of what nobody changes meanwhile
    *("/api/listings?category=furniture&per_page=50", "/api/listings?search=sofa"),
    *("/api/tasks?category=car-wash&per_page=50", "/api/offerings?category=cleaning"),
    *("/api/listings?ordering=price&category=electronics", "/api/helpers?search=a"),
    "/api/map?bbox=20,50,30,60&zoom=12&category=furniture",
)
OWN_READS = (
    *("/api/auth/profile", "/api/notifications", "/api/messages/conversations"),
    *("/api/messages/unread-count", "/api/saved-searches", "/api/favorites"),
)


def main() -> int:
    """Y5: a backup of a server in use restores to the moment at which it was taken."""
    end_within(MAX_RUN_S)
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(mkdtemp(prefix="restore-"))
        stack.callback(rmtree, folder, ignore_errors=True)
        place = Place(stack.enter_context(OwnPostgres()), folder / "source")
        manage(place.environment, "migrate", "--verbosity", "0")
        manage(place.environment, "seed")
        os.environ.update(environment_with(place.environment))
        django.setup()  # `seed.people` needs it; all else is done over HTTP and by SQL
        copy = Place(stack.enter_context(OwnPostgres()), folder / "copy", name="market")
        backup = folder / "backup"
        with serve(place.environment, workers=1) as server:
            before = answers(server.url)
            figures, usage = back_up(place, server.url, backup)
        figures |= restore(copy, backup)
        with serve(copy.environment, workers=1) as server:
            figures |= compare(before, answers(server.url))
            figures |= use_again(server.url, usage)
        with psycopg.connect(copy.url) as database:
            figures["broken_after_use"] = broken(database)
    figures["seconds"] = round(time.monotonic() - began)
    print(json.dumps(figures), flush=True)
    return int(is_wrong(figures))


class Place:
    """A database and a folder of pictures, with the environment that names them."""

    def __init__(self, cluster: OwnPostgres, folder: Path, name: str = "postgres"):
        self.server_url = cluster.url
        self.url = urlunsplit(urlsplit(cluster.url)._replace(path=f"/{name}"))
        folder.mkdir()
        self.environment = {
            "DATABASE_URL": self.url,
            "UPLOADS_DIR": str(folder / "uploads"),
            "REDIS_URL": "",
            "DJANGO_SETTINGS_MODULE": "marketplace.development",
            "THROTTLE": "0",
            "LOG_LEVEL": "ERROR",
        }


def back_up(place: Place, url: str, backup: Path) -> tuple[dict, Usage]:
    """Run the commands of the page while people use the server at `url`."""
    usage = Usage(url)
    shown = pictures_to_delete(usage)
    removing = remover(shown)
    with usage:
        wait(lambda: all(usage.done.values()), seconds=WARM_UP_S)
        usage.start(removing)
        wait(lambda: usage.done[removing.__name__] > 0, seconds=WARM_UP_S)
        done, left = usage.done.total(), len(shown)
        run_commands("Take a backup", place, backup, prefix=DUMP)
        meanwhile = usage.done.total() - done
        removed = left - len(shown)
    figures = {
        "actions_meanwhile": meanwhile,
        "pictures_deleted_meanwhile": removed,
        "requests_failed": report("request", usage.faults),
    }
    return figures, usage


def pictures_to_delete(usage: Usage) -> list[tuple[str, list[str]]]:
    """Post listings that show pictures; return (path of the listing, what it shows).

    One for each picture: the last one first, each time with one less to show.
    """
    alice, steps = usage.person("alice"), []
    for _listing in range(DELETED_PICTURES // PER_LISTING):
        urls = []
        for number in range(PER_LISTING):
            sent = usage.ask(alice, "POST", "/api/uploads", files=small_photo(number))
            urls.append(sent.body["url"])
        form = usage.market.listing_form(images=",".join(urls))
        posted = usage.ask(alice, "POST", "/api/listings", json=form).body["listing"]
        path = f"/api/listings/{posted['id']}"
        steps += [(path, urls[: end + 1]) for end in range(PER_LISTING)]
    return steps


def remover(steps: list[tuple[str, list[str]]]) -> Callable[[Usage], None]:
    """Return the action of taking the next picture out of its listing for good."""

    def remove_picture(usage: Usage) -> None:
        if not steps:
            raise Refused("nothing is left")
        path, urls = steps.pop()
        alice = usage.person("alice")
        usage.ask(alice, "PUT", path, json={"images": ",".join(urls[:-1])})
        usage.ask(alice, "DELETE", urls[-1])

    return remove_picture


# `pg_dump` of the page, with the snapshot in which the rows are counted.
DUMP = f'pg_dump() {{ "{sys.executable}" -m tests.live.restore dump "$@"; }}\n'


def dump(arguments: list[str]) -> int:
    """Run pg_dump; write what its snapshot contains beside the dump."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        # The snapshot is there as long as this transaction: pg_dump reads from it.
        database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        [snapshot] = database.execute("SELECT pg_export_snapshot()").fetchone()
        program = find_program("pg_dump")
        subprocess.run([program, f"--snapshot={snapshot}", *arguments], check=True)
        contents = {"tables": fingerprints(database), "broken": broken(database)}
    Path(os.environ["BACKUP"], "contents.json").write_text(json.dumps(contents))
    return 0


def restore(copy: Place, backup: Path) -> dict:
    """Run the commands of the page; return what differs from the snapshot."""
    output = run_commands("Restore", copy, backup)
    contents = json.loads((backup / "contents.json").read_text())
    with psycopg.connect(copy.url) as database:
        found, wrong = fingerprints(database), broken(database)
        [pictures] = database.execute("SELECT count(*) FROM uploads_upload").fetchone()
    wanted = contents["tables"]
    different = [
        f"{name}: {found.get(name)}, not {wanted.get(name)}"
        for name in sorted(found.keys() | wanted.keys())
        if found.get(name) != wanted.get(name)
    ]
    repairs = re.findall(r"^repair .*: (?!0$).*", output, re.M)
    pictures_wrong = re.findall(r"^(?:missing|damaged): .*", output, re.M)
    return {
        "tables": len(wanted),
        "rows": sum(number for number, _digest in wanted.values()),
        "tables_different": report("table", different),
        "invariants": len(INVARIANTS) + 1,
        "broken_at_source": contents["broken"],
        "broken": wrong,
        "counters_wrong": report("counter", repairs),
        "pictures": pictures,
        "pictures_wrong": report("picture", pictures_wrong),
        "commands_failed": int("Every picture has its files." not in output),
    }


def run_commands(section: str, place: Place, backup: Path, prefix: str = "") -> str:
    """Run the `sh` block of a section of the page; return its output.

    What fails is seen in the output, and in what is compared afterwards.
    """
    text = PAGE.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    [commands] = re.findall(r"```sh\n(.*?)```", text, re.S)
    own = {"BACKUP": str(backup), "SERVER_URL": place.server_url}
    own["PATH"] = f"{Path(find_program('pg_dump')).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", prefix + commands],
        cwd=ROOT,
        env=environment_with(place.environment | own),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    if done.returncode:
        report(
            f"“{section}” ended with {done.returncode}", done.stdout.splitlines()[-8:]
        )
    return done.stdout


def answers(url: str) -> dict[str, object]:
    """Return what the lists, details, pictures and a person's own pages answer."""
    from seed.people import DEMO_PASSWORD

    found: dict[str, object] = {}
    anyone = Caller(url, lambda answer: None)
    form = {"email": "demo@example.com", "password": DEMO_PASSWORD}
    signed_in = anyone.post("/api/auth/login", form)
    found["sign-in"] = signed_in.status
    person = anyone.with_token((signed_in.body or {}).get("token", ""))
    for path in READS:
        body = _note(found, path, anyone)
        rows = body if isinstance(body, list) else next(iter(body.values()))
        for row in rows[:3] if isinstance(rows, list) else ():
            kind = path.partition("?")[0].replace("/api/helpers", "/api/auth/users")
            detail = _note(found, f"{kind}/{row['id']}", anyone)
            for image in filter(None, str(detail.get("images") or "").split(",")):
                found[image] = anyone.get(image).content
    for path in OWN_READS:
        _note(found, path, person)
    return found


def _note(found: dict, path: str, caller: Caller):
    answer = caller.get(path)
    found[path] = [answer.status, _comparable(answer.body, caller.url)]
    return answer.body


def _comparable(body, url: str) -> str:
    """Return an answer as JSON, without what differs by server and by reading."""
    if isinstance(body, dict) and "features" in body:  # the map has no order
        body = body | {"features": sorted(body["features"], key=json.dumps)}
    text = json.dumps(body, sort_keys=True).replace(url, "")
    # An instant search runs next within a minute from now, whenever that is.
    return re.sub(r'"views_count": \d+|"next_at": "[^"]*"', "", text)


def compare(before: dict, after: dict) -> dict:
    """Count the answers, and those that differ."""
    different = [path for path in before if before[path] != after.get(path)]
    pages = {path: one for path, one in before.items() if isinstance(one, list)}
    failed = [path for path, (status, _body) in pages.items() if status != 200]
    return {
        "answers": len(before),
        "answers_refused_at_source": report("refused", failed),
        "answers_different": report("answer", different),
    }


def use_again(url: str, usage: Usage) -> dict:
    """Do each thing once on the copy, as the people of before."""
    usage.url, usage.faults = url, []
    for action in (sign_in, *ACTIONS):
        usage.once(action)
    return {"requests_failed_on_copy": report("request", usage.faults)}


def sign_in(usage: Usage) -> None:
    """Bob signs in with the password of his registration."""
    form = usage.market.newcomer("bob")
    signing_in = {"email": form["email"], "password": PASSWORD}
    usage.ask(usage.person("anyone"), "POST", "/api/auth/login", json=signing_in)


def is_wrong(figures: dict) -> bool:
    """Whether a figure is not as it must be."""
    activity = ("actions_meanwhile", "pictures_deleted_meanwhile", "rows", "pictures")
    faults = ("failed", "different", "wrong", "broken", "refused")
    return any(not figures[name] for name in activity) or any(
        figures[name] for name in figures if any(word in name for word in faults)
    )


if __name__ == "__main__":
    sys.exit(dump(sys.argv[2:]) if sys.argv[1:2] == ["dump"] else main())
