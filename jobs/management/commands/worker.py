"""Run queued jobs until told to stop; the job at hand is finished first."""

import json
import signal

from django.core.management.base import BaseCommand, CommandError

from jobs import services
from jobs.worker import Worker

LATE_SECONDS = 60


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--status",
            action="store_true",
            help="Print what waits and fail if it waits for too long; run nothing.",
        )

    def handle(self, *, status, **options):
        if status:
            return self._tell()
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.stop)
        return worker.run()

    def _tell(self) -> None:
        found = services.status()
        self.stdout.write(json.dumps(found))
        if found["late_seconds"] > LATE_SECONDS:
            raise CommandError("Jobs wait: no worker runs, or too few do.")
