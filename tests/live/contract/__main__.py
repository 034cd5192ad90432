"""Check the REST contract: `python -m tests.live.contract [URL]`.

Without a URL it starts a server of its own. One run registers a dozen people, so the
third run within an hour on one server exceeds the rate limit on registrations
(`THROTTLE_REGISTER`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from tempfile import TemporaryDirectory

from tests.live.contract import (
    access,
    accounts,
    applications,
    conventions,
    disputes,
    favorites,
    listings,
    messages,
    offerings,
    payments,
    reviews,
    task_reviews,
    tasks,
    uploads,
    work,
)
from tests.live.contract.market import Market
from tests.live.database import migrate
from tests.live.server import serve

MODULES = (
    *(conventions, access, accounts, listings, uploads, tasks, applications, work),
    *(offerings, messages, task_reviews, reviews, favorites, payments),
    disputes,
)

SCENARIO_ERRORS = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    OSError,
    StopIteration,
)


def run_contract(url: str) -> bool:
    """Run every scenario on the server at `url`; return whether all checks passed."""
    try:
        market = Market(url.rstrip("/"))
    except OSError as error:
        raise SystemExit(f"No server answers at {url}.") from error
    for module in MODULES:
        for scenario in module.SCENARIOS:
            try:
                scenario(market)
            except SCENARIO_ERRORS as error:
                market.report.record_exception(
                    f"{module.SECTION} {scenario.__name__}", error
                )
    market.report.record_common_checks()
    return market.report.report()


@contextmanager
def temporary_server() -> Iterator[str]:
    """Start a server on an empty temporary SQLite database; yield its URL."""
    with TemporaryDirectory() as folder:
        environment = {
            "DATABASE_URL": f"sqlite:///{folder}/market.sqlite3",
            "UPLOADS_DIR": f"{folder}/uploads",
            "LOG_LEVEL": "WARNING",
        }
        migrate(environment)
        with serve(environment, workers=1) as server:
            yield server.url


def main() -> int:
    given = sys.argv[1:]
    with nullcontext(given[0]) if given else temporary_server() as url:
        return 0 if run_contract(url) else 1


if __name__ == "__main__":
    sys.exit(main())
