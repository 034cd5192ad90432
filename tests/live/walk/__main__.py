"""Walk the contract: `python -m tests.live.walk [URL]`. Without one, start a server.

A walk registers a dozen people: the third within an hour on one server meets the
limit of registrations (`THROTTLE_REGISTER`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from tempfile import TemporaryDirectory

from tests.live.server import manage, serve
from tests.live.walk import (
    access,
    accounts,
    applications,
    conventions,
    favorites,
    listings,
    messages,
    offerings,
    reviews,
    task_reviews,
    tasks,
    uploads,
    work,
)
from tests.live.walk.market import Market

MODULES = (
    *(conventions, access, accounts, listings, uploads, tasks, applications, work),
    *(offerings, messages, task_reviews, reviews, favorites),
)

STOPPED = (LookupError, TypeError, ValueError, AttributeError, OSError, StopIteration)


def walk(url: str) -> bool:
    """Walk every chapter against the server at `url`; return whether all held."""
    try:
        market = Market(url.rstrip("/"))
    except OSError as error:
        raise SystemExit(f"No server answers at {url}.") from error
    for module in MODULES:
        for chapter in module.CHAPTERS:
            try:
                chapter(market)
            except STOPPED as error:  # a failure, and not the end
                market.book.crash(f"{module.SECTION} {chapter.__name__}", error)
    market.book.close()
    return market.book.report()


@contextmanager
def own_server() -> Iterator[str]:
    """The URL of a server over an empty SQLite database that goes away with it."""
    with TemporaryDirectory() as folder:
        environment = {
            "DATABASE_URL": f"sqlite:///{folder}/market.sqlite3",
            "UPLOADS_DIR": f"{folder}/uploads",
            "LOG_LEVEL": "WARNING",
        }
        manage(environment, "migrate", "--verbosity", "0")
        with serve(environment, workers=1) as server:
            yield server.url


def main() -> int:
    given = sys.argv[1:]
    with nullcontext(given[0]) if given else own_server() as url:
        return 0 if walk(url) else 1


if __name__ == "__main__":
    sys.exit(main())
