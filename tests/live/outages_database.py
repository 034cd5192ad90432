"""Restart PostgreSQL, and stop it for a while: everything recovers within seconds.

A cluster of its own (see `tests.live.cluster`), gunicorn, the server of sockets and a
worker. Meanwhile people read, send messages, apply for tasks and listen on a socket.
Prints one JSON line per outage: the refused requests, the seconds from the moment the
database accepts connections until all parts work again, and what was lost or doubled.
The exit status is 1 if a limit below is exceeded, or anything was lost or doubled.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import django

from tests.live.bounds import end_within
from tests.live.cluster import OwnPostgres
from tests.live.mail_server import MailServer
from tests.live.processes import OwnServer, Worker
from tests.live.server import HOST, environment_with, manage, serve
from tests.live.traffic import Response, Traffic

DOWN_S = 5.0
USUAL_S = 2.0  # of traffic before an outage
AFTER_S = 4.0  # of traffic after it
MAX_RECOVERY_S = 2.0
MAX_REFUSAL_MS = 1000
MAX_HEALTH_MS = 100  # and twice as long as usual, on a busy machine
EMAILS_TIMEOUT_S = 20
MAX_RUN_S = 400  # on a busy machine


def main() -> int:
    end_within(MAX_RUN_S)
    with ExitStack() as stack:
        cluster = stack.enter_context(OwnPostgres())
        mail = MailServer()
        mail.start()
        stack.callback(mail.stop)
        environment = {
            "DATABASE_URL": cluster.url,
            "REDIS_URL": "",
            "DJANGO_SETTINGS_MODULE": "marketplace.settings",
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": HOST,
            "EMAIL_PORT": str(mail.port),
            "THROTTLE": "0",
            "LOG_LEVEL": "CRITICAL",
        }
        manage(environment, "migrate", "--verbosity", "0")
        os.environ.update(environment_with(environment))
        django.setup()
        web = stack.enter_context(serve(environment, workers=1))
        sockets = stack.enter_context(OwnServer(environment))
        stack.enter_context(Worker(environment))

        def stop_for_a_while() -> None:
            cluster.kill()
            time.sleep(DOWN_S)
            cluster.start()

        ports = (web.port, sockets.port)
        outages = (
            ("database restarts", cluster.restart),
            ("database is down", stop_for_a_while),
        )
        failures = [run(*outage, ports, mail) for outage in outages]
        return int(any(failures))


def run(
    name: str, outage: Callable[[], None], ports: tuple[int, int], mail: MailServer
) -> bool:
    """Run one outage; return whether something was wrong."""
    with Traffic(name, ports) as traffic:
        time.sleep(USUAL_S)
        began = time.monotonic()
        outage()
        over = time.monotonic()
        time.sleep(AFTER_S)
    emails = mail.wait_for(traffic.titles, seconds=EMAILS_TIMEOUT_S)
    refused = [one for one in traffic.requests if not one.is_success]
    result = {
        "outage": name,
        "seconds": round(over - began, 1),
        "requests": len(traffic.requests),
        "refused": len(refused),
        "refused_otherwise": sum(not one.is_clean_refusal for one in refused),
        "slowest_refusal_ms": _slowest(refused, until=over + AFTER_S),
        "usual_health_ms": _slowest(traffic.health, until=began),
        "slowest_health_ms": _slowest(traffic.health, until=over + AFTER_S),
        "health_failed": sum(not one.is_success for one in traffic.health),
        "seconds_to_recover": {
            "requests": _after(over, refused),
            "ready": _after(over, [one for one in traffic.ready if not one.is_success]),
            "sockets": round(traffic.first_event_after(over) - over, 2),
        },
        "socket_reconnects": traffic.reconnects,
        "messages": len(traffic.accepted),
        "messages_lost": len(traffic.accepted - traffic.stored()),
        "events_lost": len(traffic.accepted - set(traffic.events)),
        "events_doubled": len(traffic.events) - len(set(traffic.events)),
        "emails": sum(emails.values()),
        "emails_lost": len(traffic.titles) - len({title for title, _key in emails}),
        # One that the mail server had accepted when the database went away is sent
        # once more, as the same e-mail: decision 22.
        "emails_repeated": sum(emails.values()) - len(emails),
        "emails_doubled": len(emails) - len({title for title, _key in emails}),
    }
    result["faults"] = faults(result)
    print(json.dumps(result), flush=True)
    return bool(result["faults"])


def _slowest(responses: list[Response], *, until: float) -> int:
    """Return the most milliseconds that a request took that ended before `until`."""
    return round(max((one.ms for one in responses if one.ended_at < until), default=0))


def _after(over: float, failed: list[Response]) -> float:
    """Return the seconds from `over` to the end of the last failed request."""
    return round(max([0.0, *(one.ended_at - over for one in failed)]), 2)


def faults(result: dict) -> list[str]:
    """Return the names of what should not have happened."""
    usual, recovery = result["usual_health_ms"], result["seconds_to_recover"]
    found = {
        "nothing_refused": not result["refused"],  # then nothing was measured
        "refused_otherwise": result["refused_otherwise"],
        "slow_refusal": result["slowest_refusal_ms"] > MAX_REFUSAL_MS + usual,
        "slow_health": result["slowest_health_ms"] > MAX_HEALTH_MS + 2 * usual,
        "health_failed": result["health_failed"],
        "slow_recovery": max(recovery.values()) > MAX_RECOVERY_S,
    }
    found |= {key: result[key] for key in result if key.endswith(("_lost", "_doubled"))}
    return [name for name, is_so in found.items() if is_so]


if __name__ == "__main__":
    sys.exit(main())
