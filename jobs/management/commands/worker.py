"""`manage.py worker`: run a `jobs.worker.Worker`, or print the state of the queue."""

import json
import signal

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from core import metrics, reporting
from jobs import services
from jobs.examinations import MAX_LATE_S
from jobs.worker import Worker


class Command(BaseCommand):
    """Run queued jobs until SIGTERM or SIGINT; the current job is finished first."""

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--status",
            action="store_true",
            help="Print the state of the queue as JSON and exit; the exit status is 1 "
            f"if a job has been due for more than {MAX_LATE_S} seconds.",
        )

    def handle(self, *, status: bool, **options: object) -> None:
        if status:
            return self._print_status()
        reporting.start("marketplace-worker")
        metrics.serve()
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.stop)
        return worker.run()

    def _print_status(self) -> None:
        try:
            state = services.status()
        except DatabaseError as error:
            raise CommandError(f"The queue cannot be read: {error}") from error
        self.stdout.write(json.dumps(state))
        if state["late_seconds"] > MAX_LATE_S:
            raise CommandError("Jobs are late: no worker is running, or too few are.")
