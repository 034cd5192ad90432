"""End a script after a time limit, with its clean-up run in every case."""

import signal
import sys


def end_within(seconds: int) -> None:
    """Raise `SystemExit` on SIGTERM and after `seconds`: `finally` blocks then run."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(seconds)


def _end(number: int, frame) -> None:
    signal.signal(
        signal.SIGTERM, signal.SIG_IGN
    )  # a second signal must not interrupt the clean-up
    signal.alarm(0)
    sys.exit(f"Stopped by {signal.Signals(number).name}.")
